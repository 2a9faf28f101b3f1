#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Another user may share a stack if the mode of the offer permits it, and gets
# what an ordinary user of the stack has.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/views.sh"
need ip python3 setpriv
[ "$(id -u)" = 0 ] || skip "needs several users, so root"
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
# the build tree may be out of the other user's reach
$nobody test -x "$VU_BUILD/bin/umvu" || skip "another user cannot reach $VU_BUILD"
chmod 777 "$tmp"
cp "$(dirname "$0")/peers.py" "$tmp"
open_view owner
# shellcheck disable=SC2086
open_view other $nobody
offer owner
expect 1 "vumount: $b: Permission denied (the mode of the offer *" \
	in_view other "vumount -t vunetioth $tmp/offer $b"
expect 0 "" in_view owner "vuumount $a"
offer owner ,offer-mode=666
[ "$(stat -c %a "$tmp/offer")" = 666 ] || fail "offer-mode=666"
share other $b
expect 0 "65534" in_view other "stat -c %u $b"
expect 0 "*10.0.0.1*" in_view other "vustack $b ip -o -4 addr show vde0"
expect 0 "" in_view other "vustack $b python3 -c 'import socket
s = socket.create_server((\"10.0.0.1\", 8080))
socket.create_connection((\"10.0.0.1\", 8080))'"
# no privilege of the owner's
expect 1 "*Operation not permitted*" in_view other \
	"vustack $b python3 -c 'import socket
socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 768)'"
expect 2 "*Operation not permitted*" in_view other "vustack $b ip link set vde0 down"
expect 1 "*Operation not permitted*" in_view other "vustack $b python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack(\"16sh22x\", b\"vde0\", 0))'"
expect 0 "*vde0:*" in_view other "vustack $b cat /proc/net/dev"
sysctl=/proc/sys/net/ipv4/conf/vde0/proxy_arp # the machine has no vde0
expect 0 0 in_view other "vustack $b cat $sysctl"
expect 2 "*Permission denied*" in_view other \
	"vustack $b sh -c 'echo 1 >$sysctl'"
# nor in the owner's session
expect 2 "*Permission denied*" in_view owner "vustack $a $nobody \
	sh -c 'cat $sysctl; echo 1 >$sysctl'"
expect 1 "*Permission denied*" in_view owner \
	"vustack $a $nobody cat /proc/sys/net/ipv4/tcp_fastopen_key"
expect 0 "" in_view owner "vustack $a sh -c 'echo 1 >$sysctl'"
expect 0 1 in_view other "vustack $b cat $sysctl"
# not even by a session that lies
expect 0 "attach 0
tcp 1; raw -1; packet -1; flags 0; down -1; short -95; ethtool -95; \
dev 0; look 0; sysctl 0; set -13; change -13; secret -13; away -22; endless -71; *" \
	$nobody python3 "$tmp/peers.py" rights "$tmp/offer" </dev/null
expect 0 "attach 0
tcp 1; raw 1; packet 1; flags 0; down 0; short -95; ethtool -95; \
dev 0; look 0; sysctl 0; set 0; change 0; secret 0; away -22; endless -71; *" \
	python3 "$tmp/peers.py" rights "$tmp/offer" </dev/null
# its end takes nothing with it
close_view other
expect 0 "*10.0.0.1*" in_view owner "vustack $a ip -o -4 addr show vde0"
until_true in_view owner "vuumount $a" || fail "no umount"
close_view owner
nothing_left
finish
