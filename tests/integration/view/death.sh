#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A stack process that is killed: ENODEV for its users, nothing for the others;
# the name can be unmounted and mounted again. ps shows whose process it is.
. "$(dirname "$0")/../lib.sh"
enter_view

two_stacks
stack c "vde://$tmp/sw" 10.0.0.3/24
expect 0 "vunetioth $VU_PLUGIN $c" ps -o args= -p "$(stack_pid $c)"

talk vustack $c python3 "$(dirname "$0")/../pair.py"
say one
[ "$answer" = one ] || fail "connection: $answer"
victim=$(stack_pid $c)
kill -KILL "$victim" || die "no process of the stack found"
until_true has_ended "$victim"
dead() {
	say new
	[ "$answer" = ENODEV ]
}
until_true dead || fail "new socket: $answer"
say two
[[ $answer == ECONNRESET || $answer == ECONNABORTED || $answer == EPIPE ]] ||
	fail "connection: $answer"
hang_up
expect 1 "*ENODEV*" python3 -c "
import ctypes, errno, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(ctypes.c_long(-5), b'$c', 2, 1, 0) < 0:
    sys.exit(errno.errorcode[ctypes.get_errno()])"
expect 1 "vustack: $c: *died*" vustack $c true

expect 0 "* 0% packet loss*" on b ping -c 1 10.0.0.1
expect 0 "" vuumount $c
[ -e $c ] && fail "the name is still there"
stack c "vde://$tmp/sw" 10.0.0.3/24
expect 0 "* 0% packet loss*" on c ping -c 1 10.0.0.1

# whoever waits in a call of a connection wakes up
start blocked vustack $c python3 "$(dirname "$0")/../blocked.py" \
	10.0.0.3 10.0.0.77
until_true grep -q ready "$tmp/blocked" || die "blocked.py: $(cat "$tmp/blocked")"
kill -KILL "$(stack_pid $c)"
wait "${started[-1]}"
for call in read write poll epoll select; do
	grep -Eq "^$call (ECONNRESET|ECONNABORTED|EPIPE)$" "$tmp/blocked" ||
		fail "$call: $(cat "$tmp/blocked")"
done
for call in connect connect_poll accept; do
	grep -Eq "^$call (ECONN[A-Z]*|ENODEV|EINVAL)$" "$tmp/blocked" ||
		fail "$call: $(cat "$tmp/blocked")"
done
# a datagram socket of the kernel's waits on, in a network without wires
grep -Eq "^datagram (ECONNRESET|still waits)$" "$tmp/blocked" ||
	fail "recvfrom: $(cat "$tmp/blocked")"
grep -q "^new ENODEV$" "$tmp/blocked" || fail "new: $(cat "$tmp/blocked")"
expect 0 "* 0% packet loss*" on b ping -c 1 10.0.0.1
expect 0 "" vuumount $c
finish
