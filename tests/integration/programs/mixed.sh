#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's TCP/IP and lwIP on one switch, in both directions: whichever of
# them holds the switch, serves, or asks.
. "$(dirname "$0")/../lib.sh"
need ip ping curl iperf3 python3
enter_view

vu_insmod vunetioth || die "no module"
head -c 20000000 /dev/urandom >"$tmp/file"
cat >"$tmp/echo.py" <<'END'
import socket, sys
server = socket.create_server((sys.argv[1], 7))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind((sys.argv[1], 7))
data, sender = udp.recvfrom(65536)
udp.sendto(data, sender)
END
cat >"$tmp/ask.py" <<'END'
import socket, sys
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.settimeout(10)
data = bytes(range(256)) * 30 # in fragments
udp.sendto(data, (sys.argv[1], 7))
print(udp.recvfrom(65536) == (data, (sys.argv[1], 7)))
END

# both_ways ASKS SERVES ADDRESS ADDRESS6
both_ways() {
	local asks=$1 serves=$2 address=$3 address6=$4 host

	expect 0 "* 0% packet loss*" on "$asks" ping -c 2 -i 0.2 "$address"
	expect 0 "* 0% packet loss*" on "$asks" ping -c 1 -s 4000 "$address"
	expect 0 "* 0% packet loss*" on "$asks" ping -6 -c 1 "$address6"
	serve "$serves" 80 python3 -m http.server 80 -b :: -d "$tmp"
	for host in "$address" "[$address6]"; do
		on "$asks" curl -sS -m 60 -o "$tmp/got" "http://$host/file"
		cmp -s "$tmp/file" "$tmp/got" ||
			fail "$asks from $serves, $host: something else came"
	done
	expect 7 "*" on "$asks" curl -sS "http://$address:81/"
	serve "$serves" 7 python3 "$tmp/echo.py" "$address"
	expect 0 True on "$asks" python3 "$tmp/ask.py" "$address"
	serve "$serves" 5201 iperf3 -s
	for how in "" -R "-u -b 10M"; do
		until_true listens "$serves" 5201
		# shellcheck disable=SC2086
		expect 0 "*iperf Done*" on "$asks" iperf3 -c "$address" -t 1 $how
	done
	expect 0 "*$address dev vde0 lladdr *" on "$asks" ip neigh
	end_started
}

for kinds in "lwip vdestack" "vdestack lwip"; do
	VU_PLUGIN=${kinds% *} stack a "switch://$tmp/sw" 10.0.0.1/24
	VU_PLUGIN=${kinds#* } stack b "vde://$tmp/sw" 10.0.0.2/24
	on a ip -6 addr add fd00::1/64 dev vde0 nodad
	on b ip -6 addr add fd00::2/64 dev vde0 nodad
	both_ways b a 10.0.0.1 fd00::1
	both_ways a b 10.0.0.2 fd00::2
	until_true vuumount $b || die "$kinds: no umount of b"
	until_true vuumount $a || die "$kinds: no umount of a"
done
finish
