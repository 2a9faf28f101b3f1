#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Capturing while interfaces come and go; who captures is killed; the stack goes.
. "$(dirname "$0")/../lib.sh"
need tcpdump python3
enter_view

as=()
[ "$(id -u)" = 0 ] && as=(-Z root)

# capture NAME OPTION...: tcpdump on stack a
capture() {
	local name=$1

	shift
	start "$name" vustack $a tcpdump -n -l --immediate-mode "${as[@]}" "$@"
	until_true grep -q 'listening on' "$tmp/$name" ||
		die "tcpdump $*: $(cat "$tmp/$name")"
}

# How many namespaces its process holds.
namespaces() {
	find "/proc/$(stack_pid $a)/fd" -lname 'net:*' 2>/dev/null | wc -l
}

holds() {
	[ "$(namespaces)" = "$1" ]
}

vu_insmod vunetioth || die "no module"
stack b "switch://$tmp/sw" 10.0.0.2/24
stack a "vde://$tmp/sw" 10.0.0.1/24
before=$(namespaces)

# an interface that comes is seen, one that goes ends its capture only
capture any -i any icmp
any=${started[-1]}
expect 0 "*" on a iplink add vde1 type vde data "vde://$tmp/sw"
expect 0 "" on a sh -c 'ip addr add 10.0.1.1/24 dev vde1; ip link set vde1 up'
expect 0 "" on b ip addr add 10.0.1.2/24 dev vde0
capture vde1 -i vde1 icmp
vde1=${started[-1]}
expect 0 "* 0% packet loss*" on b ping -c 2 -i 0.2 -I 10.0.1.2 10.0.1.1
until_true grep -q 'vde1 .*10.0.1.1 > 10.0.1.2: ICMP echo reply, .* seq 2' \
	"$tmp/any" || fail "nothing of vde1: $(cat "$tmp/any")"
until_true grep -q 'seq 2' "$tmp/vde1" ||
	fail "nothing on vde1: $(cat "$tmp/vde1")"
expect 0 "*" on a iplink del vde1
until_true has_ended "$vde1" || fail "vde1: tcpdump goes on"
grep -q 'interface disappeared\|went down' "$tmp/vde1" ||
	fail "vde1: $(cat "$tmp/vde1")"
expect 0 "* 0% packet loss*" on b ping -c 1 10.0.0.1
until_true grep -q 'vde0 .*10.0.0.1 > 10.0.0.2: ICMP echo reply' "$tmp/any" ||
	fail "nothing of vde0 any more: $(cat "$tmp/any")"

# down and up again
expect 0 "" on a sh -c 'ip link set vde0 down; ip link set vde0 up'
expect 0 "* 0% packet loss*" on b ping -c 1 -s 11 10.0.0.1
until_true grep -q 'vde0 .*echo reply, .* length 19' "$tmp/any" ||
	fail "nothing after down and up: $(cat "$tmp/any")"

expect 1 "*use*" vuumount $a
kill -KILL "$any"
wait "$any" 2>/dev/null
expect 0 "* 0% packet loss*" on b ping -c 1 10.0.0.1
until_true holds "$before" || fail "namespaces: $(namespaces), once $before"

# one after the other, and all at once
cat >"$tmp/open.py" <<'EOF2'
import socket
def sniffer():
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.bind(("vde0", 0))
    return s
for i in range(100):
    sniffer().close()
all = [sniffer() for i in range(100)]
frame = b"\xff" * 6 + b"\2\0\0\0\0\7" + b"\x88\xb5" + bytes(50)
sender = sniffer()
sender.send(frame)
for s in all:
    s.settimeout(20)
    while True:
        got, name = s.recvfrom(2000)
        if got[12:14] == b"\x88\xb5":
            break
    assert got == frame and name[2] == socket.PACKET_OUTGOING
EOF2
expect 0 "" on a python3 "$tmp/open.py"
until_true holds "$before" || fail "namespaces: $(namespaces), once $before"
expect 0 "" vuumount $a

# who captures learns that the stack has gone, or died
stack a "vde://$tmp/sw" 10.0.0.1/24
capture umount -i vde0
expect 0 "" vuumount -f $a
until_true has_ended "${started[-1]}" || fail "umount -f: tcpdump goes on"
stack a "vde://$tmp/sw" 10.0.0.1/24
capture death -i vde0
kill -KILL "$(stack_pid $a)"
until_true has_ended "${started[-1]}" || fail "death: tcpdump goes on"
for name in umount death; do
	grep -q 'interface disappeared\|went down' "$tmp/$name" ||
		fail "$name: $(cat "$tmp/$name")"
done
finish
