#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Real programs on a composite: TCP from the host and UDP from a stack in one.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/choosing.sh"
need python3 curl ip ping
enter_view "$@"
two_stacks

# on the host's loopback: a page; on b: an echo of datagrams, and a page
mkdir "$tmp/www"
echo "from the host" >"$tmp/www/page"
start host.log python3 -u -m http.server -b 127.0.0.1 -d "$tmp/www" 0
until_true grep -q "port [0-9]" "$tmp/host.log" || die "no server on the host"
port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$tmp/host.log")
cat >"$tmp/echo.py" <<'END'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.0.0.2", 7))
print("ready", flush=True)
while True:
    data, peer = s.recvfrom(100)
    s.sendto(b"echo " + data, peer)
END
start echo.log vustack $b python3 "$tmp/echo.py"
until_true grep -q ready "$tmp/echo.log" || die "no echo on b"

compose $c tcp=host,udp=$a,icmp=$a,netlink=$b,packet=$a
cat >"$tmp/both.py" <<END
import socket, urllib.request
print(urllib.request.urlopen("http://127.0.0.1:$port/page").read())
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.sendto(b"hello", ("10.0.0.2", 7))
print(*s.recvfrom(100))
END
expect 0 "*from the host*echo hello*('10.0.0.2', 7)*" \
	timeout 15 vustack $c python3 "$tmp/both.py"
expect 0 "from the host" timeout 10 vustack $c \
	curl -sS --noproxy '*' "http://127.0.0.1:$port/page"
expect 0 "*1 received*" timeout 10 vustack $c ping -c 1 -W 5 10.0.0.2
expect 0 "*10.0.0.2/24*" vustack $c ip -4 addr
# without the host's part there is no page
vuumount $c
compose $c tcp=$a,udp=$a
expect 7 "*" timeout 10 vustack $c \
	curl -sS --noproxy '*' "http://127.0.0.1:$port/page"
expect 1 "Cannot open netlink socket: Address family not supported*" \
	vustack $c ip addr
finish
