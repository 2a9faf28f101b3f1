#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ip and ss ask and change a stack: interfaces, addresses, routes, neighbours,
# sockets and whose they are; somebody watches.
. "$(dirname "$0")/../lib.sh"
need ip ss ping python3
enter_view

two_stacks
start monitor vustack $b ip monitor link address route
notices() {
	on b ip link set vde0 txqueuelen 999
	on b ip link set vde0 txqueuelen 1000
	[ -s "$tmp/monitor" ]
}
until_true notices || fail "ip monitor tells nothing"

# interfaces
expect 0 "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 * 127.0.0.1/8 *
2: vde0*: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 * inet 10.0.0.2/24 *" on b ip addr
expect 0 "lo * 127.0.0.1/8*vde0* 10.0.0.2/24*" on b ip -br addr
expect 0 "" on b iplink add eth9 type vde data "vde://$tmp/sw"
expect 0 "" on b ip link set eth9 mtu 1400 address 02:00:00:00:00:99
expect 0 "" on b ip link set eth9 up
expect 0 "*eth9*: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400*02:00:00:00:00:99*" \
	on b ip link show eth9
expect 2 "*mtu greater than device maximum*" on b ip link set eth9 mtu 100000
expect 0 "" on b ip addr add 10.0.9.2/24 dev eth9
expect 0 "" on a ip addr add 10.0.9.1/24 dev vde0
expect 0 "*10.0.9.1 dev eth9 src 10.0.9.2*" on b ip route get 10.0.9.1
expect 0 "* 0% packet loss*" on b ping -c 1 10.0.9.1
expect 0 "* from 10.0.9.2 eth9* 0% packet loss*" on b ping -c 1 -I eth9 10.0.9.1
expect 0 "" on b ip link set eth9 down
expect 2 "*unreachable*" on b ping -c 1 10.0.9.1
expect 0 "" on b ip link set eth9 name eth10
expect 1 '*"eth9" does not exist*' on b ip link show eth9
expect 0 "" on b ip link del eth10
expect 1 '*"eth10" does not exist*' on b ip link show eth10
# what is counted: at least the two pings
counted() {
	on b ip -s -j link show vde0 | python3 -c '
import json, sys
link = json.load(sys.stdin)[0]
sys.exit(not all(link["stats64"][way]["packets"] >= 1 for way in ("rx", "tx")))'
}
expect 0 "* 0% packet loss*" on b ping -c 1 10.0.0.1
counted || fail "no packets counted: $(on b ip -s link show vde0)"
expect 0 "*vde0*" on b ip -d link show vde0

# addresses
expect 0 "" on b ip addr add 10.8.0.2/16 dev vde0 label vde0:1
expect 2 "*" on b ip addr add 10.8.0.2/16 dev vde0
expect 0 "*10.8.0.2/16 * vde0:1*" on b ip -o addr show to 10.8.0.0/16
on b ip -j addr show dev vde0 | python3 -c '
import json, sys
addrs = [info["local"] for link in json.load(sys.stdin)
         for info in link.get("addr_info", ())]
assert "10.0.0.2" in addrs and "10.8.0.2" in addrs, addrs' ||
	fail "ip -j: $(on b ip -j addr)"
expect 0 "" on b ip addr del 10.8.0.2/16 dev vde0
expect 2 "*" on b ip addr del 10.8.0.2/16 dev vde0
expect 0 "" on a ip -6 addr add fd00::1/64 dev vde0 nodad
expect 0 "" on b ip -6 addr add fd00::2/64 dev vde0 nodad
expect 0 "*fd00::2/64 scope global*" on b ip -6 addr show dev vde0
expect 0 "* 0% packet loss*" on b ping -6 -c 1 fd00::1

# routes
expect 0 "" on b ip route add default via 10.0.0.1
expect 0 "" on b ip route add 172.16.0.0/12 via 10.0.0.1 metric 5
expect 2 "*File exists*" on b ip route add 172.16.0.0/12 via 10.0.0.1 metric 5
expect 0 "" on b ip route replace 172.16.0.0/12 via 10.0.0.7 metric 5
expect 2 "*gateway*" on b ip route add 192.0.2.0/24 via 99.0.0.1
expect 0 "default via 10.0.0.1 dev vde0 *
10.0.0.0/24 dev vde0 proto kernel scope link src 10.0.0.2 *
172.16.0.0/12 via 10.0.0.7 dev vde0 metric 5 *" on b ip route
expect 0 "192.0.2.1 via 10.0.0.1 dev vde0 src 10.0.0.2*" on b ip route get 192.0.2.1
expect 0 "local 10.0.0.2 dev lo *" on b ip route get 10.0.0.2
expect 0 '[[]*"dst":"default","gateway":"10.0.0.1","dev":"vde0"*' on b ip -j route
expect 0 "" on b ip route del 172.16.0.0/12
expect 0 "" on b ip route del default
expect 2 "*unreachable*" on b ip route get 192.0.2.1
expect 0 "" on b ip -6 route add default via fd00::1
expect 0 "*default via fd00::1 dev vde0 *" on b ip -6 route
expect 0 "2001:db8::1 *via fd00::1 dev vde0 *" on b ip route get 2001:db8::1
expect 0 "*local 10.0.0.2 dev vde0 table local *" on b ip route show table all

# neighbours
mac=$(on a ip -o link show vde0 | sed 's/.*ether \([^ ]*\).*/\1/')
expect 0 "*10.0.0.1 dev vde0 lladdr $mac *" on b ip -4 neigh
expect 0 "*fd00::1 dev vde0 lladdr $mac *" on b ip -6 neigh
expect 0 "10.0.0.1 dev vde0 lladdr $mac *" on b ip neigh get 10.0.0.1 dev vde0
expect 0 "" on b ip neigh flush dev vde0
expect 0 "* 0% packet loss*" on b ping -c 1 10.0.0.1

# sockets, and whose they are
serve a 80 python3 -m http.server 80 -b 10.0.0.1
on b python3 -c '
import socket, sys
tcp = socket.create_connection(("10.0.0.1", 80))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.connect(("10.0.0.1", 53))
print("ready", flush=True)
sys.stdin.read()' < <(until_true test -e "$tmp/seen") >"$tmp/client" &
client=$!
until_true grep -q ready "$tmp/client" || fail "no client"
expect 0 '*LISTEN * 10.0.0.1:80 *users:(("python3",pid=*,fd=*))*' on a ss -Htlnp
expect 0 '*ESTAB * 10.0.0.1:80 *10.0.0.2:*' on a ss -Htn
expect 0 'ESTAB * 10.0.0.2:* *10.0.0.1:80 *users:(("python3",*' on b ss -Htnp
expect 0 '* 10.0.0.2:* 10.0.0.1:53 *users:(("python3",*' on b ss -Hunp
expect 0 "" on b ss -Htn dst 10.0.0.3
expect 0 "*LISTEN*" on a ss -Htlni
# each only once: TCP is not shown as MPTCP, too
expect 0 "tcp *10.0.0.1:80 *" on a \
	sh -c "ss -Hln4 state listening 2>/dev/null" # the kernel may not know MPTCP
[ "$(wc -l <<<"$output")" = 1 ] || fail "ss shows too many: $output"
touch "$tmp/seen"
wait "$client"

for text in "eth9.*: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400" "inet 10.0.9.2/24" \
	"Deleted *3: eth10" "default via 10.0.0.1" "Deleted default via 10.0.0.1"; do
	until_true grep -q "$text" "$tmp/monitor" ||
		fail "ip monitor does not tell '$text': $(cat "$tmp/monitor")"
done

# packets made by hand: the stack completes their headers (raw(7))
cat >"$tmp/raw.py" <<'END'
import socket, struct
tx = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
rx = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
rx.settimeout(10)
icmp = struct.pack("!BBHHH", 8, 0, 0xf7fd, 1, 1)
ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 9, 1, 0, bytes(4),
                 socket.inet_aton("10.0.0.1"))
tx.sendto(ip + icmp, ("10.0.0.1", 0))
while (packet := rx.recv(100))[20]:
    pass
print(socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20]))
END
expect 0 "10.0.0.1 10.0.0.2" on b python3 "$tmp/raw.py"
for trace in "traceroute -n -I" "mtr -n -r -c 1 -G 1" "mtr -n -r -c 1 -G 1 -u"; do
	command -v "${trace%% *}" >/dev/null || continue
	# shellcheck disable=SC2086
	expect 0 "*1* 10.0.0.1 *" on b $trace 10.0.0.1
done
finish
