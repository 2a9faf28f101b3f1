#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An offer withstands who talks to it: garbage, somebody who does not read, more
# than it has room for; other sessions and its own go on.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/views.sh"
need ip ping python3
peers_py=$(dirname "$0")/peers.py
open_view owner
open_view one
offer owner
share one $b
pid=$(stack_pid $a)

# odd HOW: such a peer, in the background
odd() {
	coproc ODD { exec python3 "$peers_py" "$1" "$tmp/offer" 2>&1; }
	odd_pid=$ODD_PID
	started+=("$odd_pid")
	exec {odd_out}<&"${ODD[0]}" {odd_in}>&"${ODD[1]}"
	# shellcheck disable=SC1083,SC2093
	exec {ODD[0]}<&- {ODD[1]}>&-
	read -r -t 20 said <&"$odd_out"
	[ "$said" = ready ] || fail "$1: said $said"
}
odd_ends() {
	exec {odd_in}>&- {odd_out}<&-
	wait "$odd_pid"
}
# works WHEN: the stack, in its own session and in another
works() {
	expect 0 "*1 received*" in_view owner "vustack $a ping -c 1 -W 5 10.0.0.1"
	expect 0 "*1 received*" in_view one "vustack $b ping -c 1 -W 5 10.0.0.1"
	expect 0 "" in_view one "vustack $b python3 -c '
import socket
for i in range(50): socket.socket(socket.AF_INET, socket.SOCK_STREAM)'"
	[ "$(stack_pid $a)" = "$pid" ] || fail "$1: another process"
	[ $failures = 0 ] || die "$1"
}
descriptors() { ls "/proc/$pid/fd" | wc -l; }
are_descriptors() { [ "$(descriptors)" -le "$1" ]; }
works "at first"
before=$(descriptors)
odd garbage
works garbage
odd_ends
odd unread
works "who does not read"
odd_ends
until_true are_descriptors "$before" ||
	fail "$(descriptors) descriptors, not $before"
odd many
open_view late
expect 1 "vumount: $c: No such device (*as many share it as can)" \
	in_view late "vumount -t vunetioth $tmp/offer $c"
works "with as many as can be"
odd_ends
free_again() { in_view late "vumount -t vunetioth $tmp/offer $c" >/dev/null; }
until_true free_again || fail "no room after they have gone"
close_view late
works "at last"
# they are counted no more, once the stack's process has told its own session
in_view one "vuumount $b"
until_true in_view owner "vuumount $a" || fail "users who have gone are counted"
close_view one
close_view owner
nothing_left
finish
