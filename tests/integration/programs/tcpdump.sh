#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tcpdump sees the packets of its stack.
. "$(dirname "$0")/../lib.sh"
need tcpdump
enter_view

two_stacks
as=()
[ "$(id -u)" = 0 ] && as=(-Z root)
start dump vustack $a tcpdump -i vde0 -n -l -c 2 "${as[@]}" icmp
dump=${started[-1]}
until_true grep -q 'listening on vde0' "$tmp/dump" ||
	die "tcpdump: $(cat "$tmp/dump")"
expect 0 "* 0% packet loss*" on b ping -c 1 10.0.0.1
wait "$dump" || fail "tcpdump: $(cat "$tmp/dump")"
grep -q '10.0.0.2 > 10.0.0.1: ICMP echo request' "$tmp/dump" ||
	fail "no request: $(cat "$tmp/dump")"
grep -q '10.0.0.1 > 10.0.0.2: ICMP echo reply' "$tmp/dump" ||
	fail "no answer: $(cat "$tmp/dump")"
expect 0 "*vde0*" on a tcpdump -D
finish
