#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same with vxvde://, whose peers find each other by multicast, and by a
# program that is no stack.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/nesting.sh"
need ip ping tcpdump
enter_view "$@"
outer_stacks
on a0 ip route add 239.0.0.0/8 dev vde0
on b0 ip route add 239.0.0.0/8 dev vde0
capture a0 udp
nest_one a0 a1 vxvde://239.0.0.7 10.1.0.1/24
nest_one b0 b1 vxvde://239.0.0.7 10.1.0.2/24
reaches a1 10.1.0.2 || fail "no answer: $(cat "$tmp/ping")"
until_true grep -q '10.0.0.1.[0-9]* > 239.0.0.7.[0-9]*: ' "$tmp/a0.cap" ||
	fail "no multicast in the outer stack: $(cat "$tmp/a0.cap")"
until_true grep -q '10.0.0.[12].[0-9]* > 10.0.0.[12].[0-9]*: ' "$tmp/a0.cap" ||
	fail "no unicast in the outer stack: $(cat "$tmp/a0.cap")"
finish
