#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ping, curl, iperf3 (both directions, UDP), ip, ss.
. "$(dirname "$0")/../lib.sh"
need ping curl iperf3 ip ss
enter_view

two_stacks
expect 0 "*3 received, 0% packet loss*" on b ping -c 3 -i 0.2 10.0.0.1
expect 1 "*100% packet loss*" on b ping -c 1 -W 1 10.0.0.77
head -c 5000000 /dev/urandom >"$tmp/file"
serve a 80 python3 -m http.server 80 -d "$tmp"
on b curl -sS -o "$tmp/got" http://10.0.0.1/file
cmp -s "$tmp/file" "$tmp/got" || fail "curl got something else"
serve a 5201 iperf3 -s
for how in "" -R --bidir "-u -b 10M" "-P 4"; do
	# After each test it begins to listen anew.
	until_true listens a 5201 || fail "iperf3 does not listen any more"
	# shellcheck disable=SC2086
	expect 0 "*iperf Done*" on b iperf3 -c 10.0.0.1 -t 1 $how
done
expect 0 "10.0.0.0/24 dev vde0 proto kernel scope link src 10.0.0.2*" \
	on b ip route
expect 0 "*LISTEN*:80 *" on a ss -ltn
expect 0 "" on b ss -Hltn
on a ip -6 addr add fd00::1/64 dev vde0 nodad
on b ip -6 addr add fd00::2/64 dev vde0 nodad
expect 0 "* 0% packet loss*" on b ping -6 -c 1 fd00::1
finish
