#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# umount: EBUSY as long as a socket of the stack exists, in whatever way; -l and
# -f insist.
. "$(dirname "$0")/../lib.sh"
enter_view

remount() {
	vumount -t vunetioth "$VU_PLUGIN" $a || die "no stack"
	on a ip link set lo up
}

vu_insmod vunetioth
for way in plain duplicate child in-flight accepted; do
	remount
	talk "$bin/t_holder" $way $a
	[ "$answer" = ready ] || fail "$way: $answer"
	expect 1 "*: in use *" vuumount $a
	# a failed unmount has changed nothing
	on a ip link show lo >/dev/null || fail "$way: the stack is damaged"
	hang_up || fail "$way: the holder failed"
	expect 0 "" vuumount $a
	[ -e $a ] && fail "$way: the name is still there"
done

# closing is enough; the process that used it may live
remount
talk "$bin/t_holder" close $a
expect 0 "" vuumount $a
hang_up

# -l: the name goes, what is open works on, the stack ends with its last socket
remount
old=$(stack_pid $a)
[ "$old" ] || fail "no process of the stack found"
talk vustack $a python3 "$(dirname "$0")/../pair.py"
say one
[ "$answer" = one ] || fail "connection: $answer"
expect 1 "*: in use *" vuumount $a
expect 0 "" vuumount -l $a
[ -e $a ] && fail "-l: the name is still there"
say two
[ "$answer" = two ] || fail "-l: connection: $answer"
expect 1 "*no such stack*" vustack $a true
remount # the name is free
say three
[ "$answer" = three ] || fail "-l: connection: $answer"
kill -0 "$old" || fail "-l: the stack has ended too early"
hang_up
until_true has_ended "$old" || fail "-l: the stack does not end"
expect 0 "" vuumount $a

# -f: connections are reset, the stack ends, new calls say ENODEV
remount
old=$(stack_pid $a)
talk vustack $a python3 "$(dirname "$0")/../pair.py"
say one
expect 0 "" vuumount -f $a
[ -e $a ] && fail "-f: the name is still there"
until_true has_ended "$old" || fail "-f: the stack does not end"
say two
[[ $answer == ECONNRESET || $answer == ECONNABORTED || $answer == EPIPE ]] ||
	fail "-f: connection: $answer"
say new
[ "$answer" = ENODEV ] || fail "-f: new socket: $answer"
hang_up
remount
expect 0 "" vuumount $a
expect 1 "vuumount: $a: *" vuumount $a
finish
