#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sshd on one stack, ssh on another, by a key of this test.
. "$(dirname "$0")/../lib.sh"
need ssh ssh-keygen
sshd=$(command -v sshd) || skip "no sshd here"
if [ "$(id -u)" = 0 ] && [ ! -d /run/sshd ]; then
	mkdir /run/sshd # what its service would do
fi
enter_view

two_stacks
ssh-keygen -q -t ed25519 -N '' -f "$tmp/host" || die "no key"
ssh-keygen -q -t ed25519 -N '' -f "$tmp/user" || die "no key"
cp "$tmp/user.pub" "$tmp/authorized"
chmod 700 "$tmp"
cat >"$tmp/sshd_config" <<EOF
Port 2222
ListenAddress 10.0.0.1
HostKey $tmp/host
AuthorizedKeysFile $tmp/authorized
StrictModes no
PidFile none
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
Subsystem sftp internal-sftp
EOF
user=$(id -un)
# An account that may not log in (nobody) gets another name, by which it may.
server=()
case $(getent passwd "$user") in
*/nologin | */false)
	unshare --mount --map-current-user true 2>/dev/null ||
		skip "$user may not log in here"
	user=umvu_tester
	echo "$user::$(id -u):$(id -g)::$tmp:/bin/bash" >"$tmp/passwd"
	cat >"$tmp/server" <<EOF
mount --bind $tmp/passwd /etc/passwd && exec setpriv --ambient-caps -all "\$@"
EOF
	server=(unshare --mount --map-current-user --keep-caps
		sh "$tmp/server")
	;;
esac
serve a 2222 "${server[@]}" "$sshd" -D -e -f "$tmp/sshd_config"
options=(-F none -o Port=2222 -i "$tmp/user" -o BatchMode=yes
	-o IdentitiesOnly=yes -o UserKnownHostsFile="$tmp/known"
	-o StrictHostKeyChecking=accept-new)
ssh_b() {
	on b ssh "${options[@]}" "$user@10.0.0.1" "$@"
}
expect 0 "*there" ssh_b echo there
expect 7 "" ssh_b exit 7
# what runs there has the stack of sshd
expect 0 "*10.0.0.1/24*" ssh_b ip -4 -o addr show vde0
head -c 3000000 /dev/urandom >"$tmp/file"
ssh_b cat <"$tmp/file" >"$tmp/got"
cmp -s "$tmp/file" "$tmp/got" || fail "data are damaged"
if command -v scp >/dev/null; then
	expect 0 "" on b scp -q "${options[@]}" "$tmp/file" "$user@10.0.0.1:$tmp/there"
	expect 0 "" on b scp -q "${options[@]}" "$user@10.0.0.1:$tmp/there" "$tmp/back"
	cmp -s "$tmp/file" "$tmp/back" || fail "scp: data are damaged"
fi
finish
