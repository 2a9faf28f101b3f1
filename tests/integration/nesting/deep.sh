#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Three levels, each inside of the one before: frames in frames in frames. What
# becomes of the inner ones when an outer one is unmounted.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/nesting.sh"
need ip ping tcpdump
enter_view "$@"
outer_stacks
for n in 1 2 3; do
	nest $n
	reaches a$n 10.$n.0.2 || fail "level $n: $(cat "$tmp/ping")"
done
capture a0 udp port 5000
payload=73656564206f662077656674
on a3 ping -c 1 -W 5 -p $payload 10.3.0.2 >"$tmp/ping" 2>&1 ||
	fail "no answer: $(cat "$tmp/ping")"
# 10.1.0.1 > 10.1.0.2 around 10.2.0.1 > 10.2.0.2 around 10.3.0.1 > 10.3.0.2
in="0a0100010a010002[0-9a-f]*0a0200010a020002[0-9a-f]*0a0300010a030002"
until_true saw a0 "${in}[0-9a-f]*$payload" ||
	fail "not three frames in each other: $(cat "$tmp/a0.cap")"

end_started

# an outer stack is in use by the socket of the inner one's wire
for n in 0 1 2; do
	expect 1 "vuumount: /dev/net/a$n: in use *" vuumount /dev/net/a$n
	reaches a3 10.3.0.2 || fail "after EBUSY: $(cat "$tmp/ping")"
done
# lazily: it is gone as a name, and goes on below the others
vuumount -l /dev/net/a1 || fail "no umount -l"
expect 1 "" test -e /dev/net/a1
reaches a3 10.3.0.2 || fail "after umount -l: $(cat "$tmp/ping")"
# by force: the inner ones live, cut off, and can be unmounted in any order
vuumount -f /dev/net/a2 || fail "no umount -f"
expect 0 "*vde0*" on a3 ip -o link
on a3 timeout 5 ping -c 1 -W 1 10.3.0.2 >/dev/null 2>&1 &&
	fail "a wire without its outer stack"
expect 0 "" timeout 10 vuumount /dev/net/a3
lazy_is_gone() {
	[ -z "$(stack_pids /dev/net/a1)$(stack_pids /dev/net/a2)" ]
}
until_true lazy_is_gone || fail "a1 does not end with the last that used it"
# the other side, from the inside out
for n in 3 2 1 0; do
	expect 0 "" timeout 10 vuumount /dev/net/b$n
done
expect 0 "" timeout 10 vuumount /dev/net/a0
# with force on the outermost, under three
outer_stacks_again() {
	stack a0 "switch://$tmp/sw" 10.0.0.1/24
	stack b0 "vde://$tmp/sw" 10.0.0.2/24
}
outer_stacks_again
nest 1
nest 2
vuumount -f /dev/net/a0 || fail "no umount -f of the outermost"
expect 0 "*vde0*" on a2 ip -o link
finish
