#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Set-user-ID programs work in a view of root; in a user's they are without
# effect (no_new_privs), as the manual says.
. "$(dirname "$0")/../lib.sh"

if [ "$(id -u)" != 0 ]; then
	expect 0 "NoNewPrivs:	1" umvu -N grep NoNewPrivs /proc/self/status
	finish
fi
mkdir "$tmp/suid"
cp "$(command -v id)" "$tmp/suid/id"
chown nobody "$tmp/suid/id"
chmod u+s "$tmp/suid/id"
chmod 755 "$tmp"
[ "$("$tmp/suid/id" -u)" = "$(id -u nobody)" ] || skip "a nosuid file system"
expect 0 "$(id -u nobody)" umvu -N "$tmp/suid/id" -u
expect 0 "NoNewPrivs:	0" umvu -N grep NoNewPrivs /proc/self/status
# a user of the view becomes root by a set-user-ID program, and has the stack
cat >"$tmp/script" <<EOF
vu_insmod vunetioth
vumount -t vunetioth -o eth5:switch://$tmp/sw vdestack $a
exec vustack $a setpriv --reuid 65534 --clear-groups \
	$tmp/suid/ip -o link show eth5
EOF
cp "$(command -v ip)" "$tmp/suid/ip"
chmod u+s "$tmp/suid/ip"
expect 0 "*eth5*" umvu -N bash "$tmp/script"
nothing_left
finish
