#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Several users in a view of root: the mode of a composite's name decides, as
# that of any; who mounts it must be permitted to use the parts.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/choosing.sh"
need python3 setpriv
[ "$(id -u)" = 0 ] || skip "needs several users, so root"
enter_view "$@"
chmod 755 "$tmp"
cp "$whose" "$tmp/whose.py" && chmod 755 "$tmp/whose.py" && whose=$tmp/whose.py
two_stacks
learn_names
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
group="setpriv --reuid 65534 --regid 65533 --clear-groups"

chmod 600 $a $b
compose $c tcp=$a,udp=$b,raw=$a,netlink=$a,mode=660,gid=65533
expect 0 "tcp4=EACCES" $nobody python3 "$whose" -p $a tcp4
expect 0 "tcp4=EACCES" $nobody python3 "$whose" -p $c tcp4
expect 1 "vustack: $c: no permission*" $nobody vustack $c true
# the composite is permitted, and so is what it is made of ...
expect 0 "tcp4=a udp4=b netlink=a" $group vustack $c \
	python3 "$whose" tcp4 udp4 netlink
# ... but not what takes a privilege
expect 0 "raw4=EPERM" $group python3 "$whose" -p $c raw4
expect 0 "raw4=a" python3 "$whose" -p $c raw4
# nobody but root and who started the view mounts
expect 1 "vumount: /dev/net/d: Operation not permitted*" $group \
	vumount -t vunetioth -o tcp=$c composite /dev/net/d
# root without its override of permissions is not permitted to use the part
chown 65534 $a
expect 1 "vumount: /dev/net/d: Permission denied (option \"tcp=$a\": *" \
	setpriv --bounding-set -dac_override --inh-caps -dac_override \
	vumount -t vunetioth -o tcp=$a composite /dev/net/d
# sockets that are open keep working
talk $group vustack $c python3 -c '
import socket
s = socket.socket(); s.bind(("10.0.0.1", 1234)); s.listen()
print("ready", flush=True)
input()
print(s.accept()[1][0], flush=True)'
chmod 600 $c
expect 0 "tcp4=EACCES" $group python3 "$whose" -p $c tcp4
start connect.log vustack $b python3 -c '
import socket; socket.create_connection(("10.0.0.1", 1234), 10)'
say go
[ "$answer" = 10.0.0.2 ] || fail "an open socket: $answer"
hang_up
finish
