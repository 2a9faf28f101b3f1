#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A stack with a udp:// wire, mounted from inside another one, sends its packets
# through that: tcpdump shows the same packet on both, in the outer one inside a
# datagram.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/nesting.sh"
need ip ping tcpdump curl python3
enter_view "$@"
outer_stacks
nest 1
capture a0 udp port 5000
capture a1 icmp
# "seed of weft" as payload, in hexadecimal
payload=73656564206f662077656674
on a1 ping -c 1 -W 5 -p $payload 10.1.0.2 >"$tmp/ping" 2>&1 ||
	fail "no answer: $(cat "$tmp/ping")"
until_true saw a1 $payload || fail "the inner stack has not seen the ping"
until_true saw a0 $payload || fail "the outer stack has not seen the ping"
grep -q '10.1.0.1 > 10.1.0.2: ICMP echo request' "$tmp/a1.cap" ||
	fail "inner: $(cat "$tmp/a1.cap")"
grep -q '10.0.0.1.5000 > 10.0.0.2.5000: UDP' "$tmp/a0.cap" ||
	fail "outer: $(cat "$tmp/a0.cap")"
grep -q ICMP "$tmp/a0.cap" && fail "the outer stack has an ICMP packet of its own"
# in the datagram: an Ethernet frame, type 0800, with 10.1.0.1 -> 10.1.0.2
saw a0 "08004500[0-9a-f]*0a0100010a010002[0-9a-f]*$payload" ||
	fail "no inner frame inside the outer datagram"

# names of interfaces have nothing to do with those of the outer stack
for name in eth9 vde0; do
	expect 0 "" on a0 vumount -t vunetioth \
		-o "$name:udp://5002->10.0.0.2:5002" vdestack /dev/net/named
	expect 0 "[0-9]*: $name*" on named ip -o link show $name
	expect 0 "" vuumount /dev/net/named
done

# TCP, more than fits into a packet; the outer wire is what carries it
head -c 3000000 /dev/urandom >"$tmp/page"
serve b1 80 python3 -m http.server -b 10.1.0.2 -d "$tmp" 80
on a1 ip link set vde0 mtu 1400
on b1 ip link set vde0 mtu 1400
expect 0 "" timeout 15 vustack /dev/net/a1 \
	curl -sS --noproxy '*' -o "$tmp/got" http://10.1.0.2/page
cmp -s "$tmp/page" "$tmp/got" || fail "the page is damaged"
on a0 ip link set vde0 down
expect 28 "*" timeout 15 vustack /dev/net/a1 \
	curl -sS -m 1 --noproxy '*' -o /dev/null http://10.1.0.2/page
on a0 ip link set vde0 up
finish
