#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The session that offers a stack ends first: the stack goes on for the others,
# and with the last of them it goes. Killed, or unmounted by force, it takes the
# stack with it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/views.sh"
need ip ping python3 pgrep
talk_py=$(dirname "$0")/talk.py
open_view one

# a shared stack, on which one has a server and a connection
set_up() {
	open_view owner
	offer owner
	share one $b
	begin one serve "vustack $b python3 $talk_py serve 10.0.0.1 7"
	server=$background
	begin one hold "vustack $b python3 $talk_py hold 10.0.0.1 7"
}
hold_says() { [ "$(tail -n 1 "$tmp/hold")" = "$1" ]; }
# one end of the connection is aborted before the other
hold_ended() { hold_says ECONNRESET || hold_says ECONNABORTED; }
is_dead() {
	in_view one "vustack $b true" >"$tmp/dead"
	grep -q "has died" "$tmp/dead"
}
no_process() { [ -z "$(stack_pids $a)" ]; }
# after_death HOW: what one sees when the stack has gone
after_death() {
	until_true is_dead || fail "$1: the stack is not dead: $(cat "$tmp/dead")"
	until_true hold_ended ||
		fail "$1: the connection: $(tail -n 1 "$tmp/hold")"
	# it takes its switch away when it has told everybody
	until_true no_process || fail "$1: the process of the stack stays"
	expect 0 "" in_view one "vuumount $b"
	in_view one "kill $server; wait" >/dev/null
	rm -f "$tmp"/owner.*
}

set_up
close_view owner # returns although the stack goes on
expect 0 "*1 received*" in_view one "vustack $b ping -c 1 -W 5 10.0.0.1"
count=$(wc -l <"$tmp/hold")
talked() { [ "$(wc -l <"$tmp/hold")" -gt $((count + 3)) ]; }
until_true talked || fail "after the owner's end: $(tail -n 2 "$tmp/hold")"
rm -f "$tmp"/owner.*
# others may still join
open_view two
share two $c
expect 0 "*1 received*" in_view two "vustack $c ping -c 1 -W 5 10.0.0.1"
in_view one "kill $server; wait; vuumount $b" >/dev/null
expect 0 "*10.0.0.1*" in_view two "vustack $c ip -o -4 addr show vde0"
[ -S "$tmp/offer" ] || fail "the offer went before its last user"
close_view two
until_true is_gone "$tmp/offer" || fail "the offer stays"

set_up
supervisor=$(supervisor_of owner)
kill -KILL "$supervisor"
close_view owner 2>/dev/null
after_death "kill -9 of the supervisor"

set_up # over the stale socket, if it is there
kill -KILL "${view_pid[owner]}"
until_true is_dead # before its command ends by itself
close_view owner 2>/dev/null
after_death "kill -9 of umvu"

set_up
kill -KILL "$(stack_pid $a)"
after_death "kill -9 of the stack"
close_view owner
rm -f "$tmp"/owner.*

set_up
expect 0 "" in_view owner "vuumount -f $a"
after_death "vuumount -f"
expect 1 "" test -e "$tmp/offer"
close_view owner
rm -f "$tmp"/owner.*

# lazily: who shares it goes on, nobody joins
set_up
expect 0 "" in_view owner "vuumount -l $a"
until_true is_gone "$tmp/offer" || fail "vuumount -l: the offer stays"
expect 0 "*1 received*" in_view one "vustack $b ping -c 1 -W 5 10.0.0.1"
expect 1 "*No such file or directory (no stack is offered there)" \
	in_view one "vumount -t vunetioth $tmp/offer $c"
close_view owner
count=$(wc -l <"$tmp/hold")
until_true talked || fail "after umount -l: $(tail -n 2 "$tmp/hold")"
in_view one "kill $server; wait" >/dev/null
close_view one
nothing_left
finish
