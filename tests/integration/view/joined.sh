#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel joins stacks of a session that are on one switch: frames flow with
# no help of its owner; when that is killed the others go on, without carrier.
# Where /dev/net/tun cannot be opened nothing is joined, and works all the same.
. "$(dirname "$0")/../lib.sh"
need ip ping python3
enter_view

[ -e "$VU_BUILD/lib/ioth/ioth_lwip.so" ] && has_lwip=yes
(exec 3<>/dev/net/tun) 2>/dev/null && can_join=yes
cat >"$tmp/serve.py" <<'END'
import socket
server = socket.create_server(("", 7))
while True:
    client, _ = server.accept()
    with client, client.makefile("rb") as data:
        client.sendall(b"%d\n" % len(data.read()))
END
cat >"$tmp/send.py" <<'END'
import socket, sys
client = socket.create_connection((sys.argv[1], 7), 10)
client.sendall(bytes(int(sys.argv[2])))
client.shutdown(socket.SHUT_WR)
print(client.recv(100).decode(), end="")
END
cat >"$tmp/capture.py" <<'END'
import socket
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) # all
sock.bind(("vde0", 3))
sock.settimeout(20)
print("ready", flush=True)
while True:
    frame = sock.recv(65536)
    if frame[12:14] == b"\x08\0" and frame[23] == 1 and frame[34] == 8:
        print(*map(socket.inet_ntoa, (frame[26:30], frame[30:34])), flush=True)
        break
END

reaches() {
	expect 0 "* 0% packet loss*" on "$1" ping -c 2 -i 0.2 -W 5 "$2"
}

# transfer FROM ADDRESS BYTES
transfer() {
	expect 0 "$3" on "$1" timeout 20 python3 "$tmp/send.py" "$2" "$3"
}

# Where /dev/net/tun can be opened, it would be a TAP if it were not joined.
is_veth() {
	expect 0 "*veth*" on "$1" ip -d link show vde0
}

is_cut() {
	on "$1" ip link show vde0 | grep -q NO-CARRIER
}

# captures STACK: that sees a ping
captures() {
	local stack=$1 log=$1.frames pid

	start "$log" vustack "/dev/net/$stack" python3 "$tmp/capture.py"
	pid=$!
	until_true grep -q ready "$tmp/$log" || fail "$stack: no capture"
	reaches b 10.0.0.1
	wait "$pid"
	expect 0 $'ready\n10.0.0.2 10.0.0.1' cat "$tmp/$log"
}

two_stacks
stack d "vde://$tmp/sw" 10.0.0.4/24
[ "${has_lwip-}" ] && VU_PLUGIN=lwip stack c "vde://$tmp/sw" 10.0.0.3/24
for name in a b d; do
	is_veth $name
	serve $name 7 python3 "$tmp/serve.py"
done
[ "${has_lwip-}" ] && serve c 7 python3 "$tmp/serve.py"

# each with each; and with long frames
for name in a b ${has_lwip:+c}; do
	for address in 10.0.0.1 10.0.0.2 ${has_lwip:+10.0.0.3}; do
		reaches $name $address
		transfer $name $address 3000000
	done
done
on a ip link set vde0 mtu 9000
on b ip link set vde0 mtu 9000
expect 0 "* 0% packet loss*" on b ping -c 1 -M do -s 8900 10.0.0.1
transfer b 10.0.0.1 3000000
captures a
captures b

# of the owner's processes none is needed
if [ "${can_join-}" ]; then
	mapfile -t owner < <(stack_pids $a)
	kill -STOP "${owner[@]}"
	reaches b 10.0.0.4
	transfer d 10.0.0.2 3000000
	kill -CONT "${owner[@]}"
fi

# the owner is killed in a transfer: what b does by lo and another wire goes on
start long vustack $b timeout 60 python3 "$tmp/send.py" 10.0.0.1 20000000000
stack e "switch://$tmp/sw2" 10.2.0.5/24
on b iplink add vde1 type vde data "vde://$tmp/sw2" || fail "no second wire"
on b sh -c 'ip addr add 10.2.0.2/24 dev vde1; ip link set vde1 up'
talk vustack $b python3 "$(dirname "$0")/../pair.py"
transfers() {
	on b ss -Htn state established "dport = :7" | grep -q .
}
until_true transfers || fail "no long transfer"
for pid in $(stack_pids $a); do kill -KILL "$pid"; done
for name in b d; do
	until_true is_cut $name || fail "$name has carrier yet"
	is_veth $name
done
say hello
[ "$answer" = hello ] || fail "lo of b: $answer"
reaches b 10.2.0.5
transfer b 10.2.0.2 1000000
expect 1 "*" on b ping -c 1 -W 1 10.0.0.4
hang_up

# the switch again; who wants to be on it is mounted again, or gets a new wire
until_true vuumount $a || fail "$a is not unmounted"
stack a "switch://$tmp/sw" 10.0.0.1/24
serve a 7 python3 "$tmp/serve.py"
is_cut b || fail "b is on a switch that it never connected to"
end_started
for name in $b /dev/net/d; do
	until_true vuumount $name || fail "$name is not unmounted"
done
stack b "vde://$tmp/sw" 10.0.0.2/24
is_veth b
serve a 7 python3 "$tmp/serve.py"
reaches b 10.0.0.1
transfer b 10.0.0.1 3000000
on e iplink add vde1 type vde data "vde://$tmp/sw" || fail "no second wire"
on e sh -c 'ip addr add 10.0.0.5/24 dev vde1; ip link set vde1 up'
reaches e 10.0.0.2
end_started
for name in a b e ${has_lwip:+c}; do
	until_true vuumount "/dev/net/$name" || fail "$name is not unmounted"
done
[ -e "$tmp/sw" ] || [ -e "$tmp/sw2" ] && fail "a switch's folder is left"
finish
