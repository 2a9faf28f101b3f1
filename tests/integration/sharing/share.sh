#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A stack that one session offers is mounted by others by the path of the offer;
# each takes only its own use with it when it ends.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/views.sh"
need ip ping python3
talk_py=$(dirname "$0")/talk.py
open_view owner
open_view one
open_view two
offer owner
[ "$(stat -c '%F %a' "$tmp/offer")" = "socket 600" ] ||
	fail "the offer is $(stat -c '%F %a' "$tmp/offer")"
share one $b
share two $a
# it is the same stack: addresses, ping, TCP from one session to another
expect 0 "*10.0.0.1/24*" in_view one "vustack $b ip -o -4 addr show vde0"
expect 0 "*1 received*" in_view two "vustack $a ping -c 1 -W 5 10.0.0.1"
begin owner serve "vustack $a python3 $talk_py serve 10.0.0.1 7"
server=$background
begin one hold1 "vustack $b python3 $talk_py hold 10.0.0.1 7"
expect 0 "*vunetioth*" in_view one "grep $tmp/offer /proc/mounts"
# netdevice ioctls, configuration by who may
expect 0 "" in_view one "vustack $b ip addr add 10.0.0.9/24 dev vde0"
expect 0 "*10.0.0.9/24*" in_view owner "vustack $a ip -o addr"
expect 0 "*vde0*" in_view two "vustack $a python3 -c '
import fcntl, socket, struct
print(fcntl.ioctl(socket.socket(), 0x8910,
    struct.pack(\"16si\", b\"\", 2) + bytes(20))[:16])'"
expect 1 "*in use (*another session shares it*" in_view owner "vuumount $a"

# in one command
expect 0 "*1 received*" timeout 20 umvu -N --stack "$tmp/offer" \
	ping -c 1 -W 5 10.0.0.1
# one of them ends: nothing changes for the others
close_view two
count=$(wc -l <"$tmp/hold1")
talked() { [ "$(wc -l <"$tmp/hold1")" -gt $((count + 3)) ]; }
until_true talked || fail "the end of two: $(tail -n 2 "$tmp/hold1")"
# unmounted, it can be mounted again
expect 0 "" in_view one "vuumount $b"
count=$(wc -l <"$tmp/hold1")
until_true talked || fail "umount by one: $(tail -n 2 "$tmp/hold1")"
share one /dev/net/again
expect 0 "*10.0.0.1*" in_view one "vustack /dev/net/again ip -o -4 addr show vde0"
expect 0 "" in_view one "vuumount -f /dev/net/again"
count=$(wc -l <"$tmp/hold1")
until_true talked || fail "umount -f by one: $(tail -n 2 "$tmp/hold1")"
close_view one
# the one connection that was left went with its process
expect 0 "*10.0.0.1*" in_view owner "vustack $a ip -o -4 addr show vde0"
in_view owner "kill $server" >/dev/null
until_true in_view owner "vuumount $a" || fail "the owner cannot unmount"
expect 1 "" test -e "$tmp/offer"
close_view owner
nothing_left
finish
