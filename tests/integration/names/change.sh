#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# chmod, chown, touch by the owner.
. "$(dirname "$0")/../lib.sh"
enter_view

vu_insmod vunetioth
cd "$tmp" || exit
vumount -t vunetioth null n || die "no stack"

ctime() {
	stat -c %.9Z n
}

# changes COMMAND...: works, and ctime goes on
changes() {
	local before

	before=$(ctime)
	expect 0 "" "$@"
	[[ $(ctime) > $before ]] || fail "$*: ctime does not change"
}

changes chmod 640 n
expect 0 "e1a0" stat -c %f n
changes chmod u+x,o+r n
expect 0 "744" stat -c %a n
changes chmod 7777 n
expect 0 "7777" stat -c %a n
changes chown "$(id -u)" n
expect 0 "1777" stat -c %a n
changes chgrp "$(id -g)" n
changes touch -d '2001-02-03 04:05:06.789 UTC' n
expect 0 "981173106.789000000 981173106.789000000" stat -c '%.9X %.9Y' n
changes touch -a -d @5 n
expect 0 "5 981173106" stat -c '%X %Y' n
changes touch -m -d @6 n
expect 0 "5 6" stat -c '%X %Y' n
changes touch n
[ "$(stat -c %Y n)" -gt 1000000000 ] || fail "touch: not now"
changes touch -r / n
expect 0 "$(stat -c %Y /)" stat -c %Y n
chmod 0 n
if [ "$(id -u)" != 0 ]; then
	for mode in r w x; do
		test -$mode n && fail "mode 0, test -$mode"
	done
	expect 1 "*Permission denied" cat n
	expect 1 "*permission*" vustack "$tmp/n" true
	expect 1 "*Operation not permitted" chown 0 n
fi
expect 0 "0" stat -c %a n
vuumount n
[ -e n ] && fail "still there"
finish
