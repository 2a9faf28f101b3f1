#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A stack at /dev/net/default is the default of every process that has chosen
# none.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/choosing.sh"
need python3 ip ping
enter_view "$@"
two_stacks
learn_names
default=/dev/net/default

# also of a process that was there before
talk python3 -c '
import os, subprocess, sys
while True:
    subprocess.run([sys.executable, sys.argv[1], "tcp4", "udp6"])
    os.environ["WHOSE"] = input()' "$whose"
[ "$answer" = "tcp4=host udp6=host" ] || fail "at first: $answer"
vumount -t vunetioth kernel /dev/net/host || fail "no name for the host's"
vumount -t vunetioth -o "dflt0:vde://$tmp/sw" vdestack $default ||
	die "no mount"
WHOSE+=" $(python3 "$whose" -p $default -c udp4)=default"
say "$WHOSE"
[ "$answer" = "tcp4=default udp6=default" ] || fail "then: $answer"
mine "tcp4=default tcp6=default raw4=default netlink=default packet=default unix=*"
expect 0 "*dflt0*" ip -o link
ip link set lo up && ip link set dflt0 up && ip addr add 10.0.0.9/24 dev dflt0 ||
	fail "not configured"
expect 0 "*1 received*" timeout 10 ping -c 1 -W 5 10.0.0.1
# netdevice ioctls, too
expect 0 "*2 dflt0*" python3 -c 'import socket; print(socket.if_nameindex())
import fcntl, struct
print(struct.unpack("16si", fcntl.ioctl(socket.socket(), 0x8933,
    struct.pack("16sxxxx", b"dflt0")))[1], "dflt0")'

# who has chosen has that; the other families keep the default
expect 0 "tcp4=a tcp6=a netlink=a" on a python3 "$whose" tcp4 tcp6 netlink
expect 0 "tcp4=a tcp6=default netlink=default" \
	vustack -f inet $a python3 "$whose" tcp4 tcp6 netlink
expect 0 "tcp4=a tcp6=b netlink=default" vustack -f inet $a \
	vustack -f inet6 $b python3 "$whose" tcp4 tcp6 netlink
# and the choice of the host's network is one
expect 0 "tcp4=host netlink=host" \
	vustack /dev/net/host python3 "$whose" tcp4 netlink
cat >"$tmp/host.py" <<'END'
import ctypes, os, sys
if ctypes.CDLL(None).syscall(ctypes.c_long(-5), None, 0, 0, 0): sys.exit("no")
os.execvp(sys.executable, [sys.executable] + sys.argv[1:])
END
expect 0 "tcp4=host netlink=host" \
	python3 "$tmp/host.py" "$whose" tcp4 netlink

# moved away it is none; a second name makes it one again; nodefault doesn't
vumount -M $default /dev/net/d || fail "no move"
mine "tcp4=host netlink=host"
vumount --bind /dev/net/d $default || fail "no second name"
mine "tcp4=default netlink=default"
vuumount /dev/net/d || fail "one of two names"
mine "tcp4=default"
vumount -M $a /dev/net/x && vuumount $default && vumount -M /dev/net/x $default ||
	fail "no move onto the default"
mine "tcp4=a netlink=a"
expect 1 "vumount: $default: Device or resource busy*" vumount --bind $b $default
expect 1 "vumount: $default: Device or resource busy*" vumount -M $b $default
expect 1 "vumount: $default: Device or resource busy*" \
	vumount --bind $default $default
vumount -M $default $a
mine "tcp4=host"
vumount -t vunetioth -o nodefault null $default || fail "nodefault"
mine "tcp4=host"
vumount -M $default /dev/net/x && vumount -M /dev/net/x $default
mine "tcp4=host"
vuumount $default
expect 1 "* (option \"nodefault\": given twice)" \
	vumount -t vunetioth -o nodefault,nodefault null $default
mine "tcp4=host"

# a composite, whose parts go on as themselves
compose $default "tcp=$a,udp=host"
mine "tcp4=a udp4=host netlink=EAFNOSUPPORT"
vuumount $default
compose $default "tcp=$a,nodefault"
mine "tcp4=host"
vuumount $default

# one that has died is not replaced by the host's network until it is unmounted
vumount -M $b $default || fail "no move"
mine "tcp4=b"
kill -KILL "$(stack_pid $b)"
until_true sh -c "! python3 -c 'import socket; socket.socket()'"
mine "tcp4=ENODEV unix=*"
vuumount $default || fail "a dead default stays"
mine "tcp4=host"
# a mount that fails leaves nothing
expect 1 "*" vumount -t vunetioth -o vde:///nowhere vdestack $default
mine "tcp4=host"
finish
