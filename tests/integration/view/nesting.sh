#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A view in a view says that it is not possible, in one line.
. "$(dirname "$0")/../lib.sh"

expect 125 "umvu: this is a view already (*)" umvu -N umvu true
[ "$(wc -l <<<"$output")" = 1 ] || fail "more than a line: $output"
# two side by side don't see each other
umvu -N bash -c "vu_insmod vunetioth && vumount -t vunetioth null $a &&
	echo ready && read -r line" <<<"" >"$tmp/out" 2>&1
grep -q ready "$tmp/out" || fail "no mount: $(cat "$tmp/out")"
mkfifo "$tmp/wait"
umvu -N bash -c "vu_insmod vunetioth; vumount -t vunetioth null $a
	echo ready; read -r line <$tmp/wait" >"$tmp/out" 2>&1 &
until_true grep -q ready "$tmp/out"
expect 0 "" umvu -N vu_lsmod
expect 1 "" umvu -N test -e $a
echo >"$tmp/wait"
wait
nothing_left
finish
