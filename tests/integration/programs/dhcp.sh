#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Programs that send and receive frames by packet sockets: arping, and udhcpc,
# which gets an address of a server on another stack.
. "$(dirname "$0")/../lib.sh"
need arping python3
enter_view

two_stacks
expect 0 "*Received 2 response(s)*" on a arping -c 2 -I vde0 10.0.0.2
expect 0 "*Received 2 response(s)*" on b arping -c 2 -I vde0 10.0.0.1
expect 1 "*Received 0 response(s)*" on a arping -c 1 -w 1 -I vde0 10.0.0.77
# somebody has the address
expect 1 "*" on a arping -D -q -c 1 -I vde0 10.0.0.2
expect 0 "*" on a arping -D -q -c 1 -w 1 -I vde0 10.0.0.78

command -v udhcpc >/dev/null || {
	echo "no udhcpc here: DHCP left out"
	finish
}
# A server of RFC 2131 with one address. (dnsmasq wants capabilities.)
cat >"$tmp/server.py" <<'EOF2'
import socket
server, client = (socket.inet_aton(ip) for ip in ("10.0.0.3", "10.0.0.50"))
answers = {1: 2, 3: 5}  # DISCOVER: OFFER, REQUEST: ACK
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    s.bind(("0.0.0.0", 67))
    print("ready", flush=True)
    while True:
        asked = s.recv(2000)
        kind = asked[asked.index(b"\x35\x01", 240) + 2]
        s.sendto(b"\2" + asked[1:16] + client + server + asked[24:240]
                 + bytes([53, 1, answers[kind], 54, 4]) + server
                 + b"\1\4\xff\xff\xff\0" + b"\x33\4\0\1\0\0" + b"\xff",
                 ("10.0.0.255", 68))
EOF2
VU_PLUGIN=vdestack stack c "vde://$tmp/sw" 10.0.0.3/24
start server vustack $c python3 "$tmp/server.py"
until_true grep -q ready "$tmp/server" || die "server: $(cat "$tmp/server")"
cat >"$tmp/script" <<'EOF2'
#!/bin/sh
[ "$1" = bound ] && ip addr add $ip/$mask dev $interface
:
EOF2
chmod +x "$tmp/script"
expect 0 "" on a ip addr del 10.0.0.1/24 dev vde0
expect 0 "*10.0.0.50*" on a \
	udhcpc -f -n -q -B -t 10 -T 1 -i vde0 -s "$tmp/script"
expect 0 "*10.0.0.50/24*" on a ip -4 addr show dev vde0
expect 0 "* 0% packet loss*" on a ping -c 1 10.0.0.3
finish
