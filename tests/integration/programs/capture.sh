#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Whoever captures sees each packet once and with its direction.
. "$(dirname "$0")/../lib.sh"
need tcpdump
enter_view

as=()
[ "$(id -u)" = 0 ] && as=(-Z root)
tcpdumps=()

# capture NAME OPTION...: tcpdump of ICMP on stack a
capture() {
	local name=$1

	shift
	start "$name" vustack $a tcpdump -n -l --immediate-mode "${as[@]}" \
		"$@" icmp
	tcpdumps+=("${started[-1]}")
	until_true grep -q 'listening on' "$tmp/$name" ||
		die "tcpdump $*: $(cat "$tmp/$name")"
}

# seen NAME NUMBER PATTERN: how often it saw such packets
seen() {
	local number

	number=$(grep -c -- "$3" "$tmp/$1")
	[ "$number" = "$2" ] ||
		fail "$1: '$3' $number times, not $2: $(cat "$tmp/$1")"
}

two_stacks
capture both -i vde0
capture in -i vde0 -Q in
capture out -i vde0 -Q out
capture lo -i lo
capture any -i any
capture file -i vde0 -p -s 60 -w "$tmp/pcap"
expect 0 "* 0% packet loss*" on b ping -c 5 -i 0.2 10.0.0.1
expect 0 "* 0% packet loss*" on a ping -c 2 -i 0.2 127.0.0.1
expect 0 "* 0% packet loss*" on a ping -c 2 -i 0.2 10.0.0.1
for pid in "${tcpdumps[@]}"; do
	kill "$pid"
	wait "$pid"
done

request='10.0.0.2 > 10.0.0.1: ICMP echo request'
reply='10.0.0.1 > 10.0.0.2: ICMP echo reply'
for name in both in out lo any; do
	seen $name 1 '^0 packets dropped by kernel'
done
seen both 5 "$request"
seen both 5 "$reply"
seen both 10 'IP.*ICMP'
seen in 5 "$request"
seen in 5 'IP.*ICMP'
seen out 5 "$reply"
seen out 5 'IP.*ICMP'
for ip in 127.0.0.1 10.0.0.1; do
	seen lo 2 "$ip > $ip: ICMP echo request"
	seen lo 2 "$ip > $ip: ICMP echo reply"
done
seen lo 8 'IP.*ICMP'
seen any 5 "vde0 *In .*$request"
seen any 5 "vde0 *Out .*$reply"
seen any 8 'lo *In '
seen any 18 'IP.*ICMP'
tcpdump -n -r "$tmp/pcap" >"$tmp/read" 2>/dev/null
seen read 5 "$request"
seen read 5 "$reply"
seen read 10 'IP.*ICMP'
finish
