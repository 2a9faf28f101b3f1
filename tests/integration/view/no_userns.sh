#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where nobody may make a user namespace: an ordinary user's lwip works wholly,
# vdestack says in one line what is missing. Root of a user namespace needs none
# for vdestack, although it may not go back to the network that it came from.
. "$(dirname "$0")/../lib.sh"
need unshare setpriv ip ping curl python3

# A limit that holds below a user namespace of this test's own.
limit='echo 0 >/proc/sys/user/max_user_namespaces || exit 77'
case ${STAGE-} in
"")
	unshare --map-root-user true 2>/dev/null ||
		skip "no user namespaces to forbid them in"
	STAGE=root unshare --map-root-user sh -c "$limit"'; exec "$@"' sh \
		bash "$0" || fail "root of a user namespace: status $?"
	[ "$(id -u)" = 0 ] && finish
	STAGE=user unshare --map-current-user --keep-caps sh -c "$limit"'
		exec setpriv --ambient-caps=-all --inh-caps=-all "$@"' sh \
		bash "$0" || fail "user: status $?"
	finish
	;;
esac
unshare --user true 2>/dev/null && die "they are not forbidden"
enter_view

if [ "$STAGE" = user ]; then
	vu_insmod vunetioth || die "no module"
	expect 1 "vumount: $c: No space left on device (*user.max_user_namespaces*)" \
		vumount -t vunetioth vdestack $c
	[ "$(wc -l <<<"$output")" = 1 ] || fail "more than a line: $output"
	[ -e $c ] && fail "a name without a stack"
	vu_rmmod vunetioth
	VU_PLUGIN=lwip
fi
two_stacks
expect 0 "* 0% packet loss*" on b ping -c 1 10.0.0.1
echo "the file" >"$tmp/file"
serve a 80 python3 -m http.server 80 -b 10.0.0.1 -d "$tmp"
expect 0 "the file" on b curl -sS -m 20 http://10.0.0.1/file
expect 0 "*10.0.0.0/24 dev vde0*" on b ip route
expect 0 "*10.0.0.2*" on b ip -4 addr
until_true vuumount $b || fail "no umount"
finish
