#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A composite: each kind of socket comes from the part that its options say.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/choosing.sh"
need python3 ip
enter_view "$@"
two_stacks
learn_names

# what the issue asks for; what is given to nobody answers so
compose $c tcp=$a,udp=$b,inet6=none
belongs $c "tcp4=a tcp6=EAFNOSUPPORT udp4=b udp6=EAFNOSUPPORT icmp4=EPROTONOSUPPORT \
raw4=EPROTONOSUPPORT netlink=EAFNOSUPPORT packet=EAFNOSUPPORT can=*"
vuumount $c || fail "no umount"

# the more precise word wins, in whatever order they stand
compose $c all=$b,inet=$a,tcp=host,udp4=none
belongs $c "tcp4=host tcp6=host udp4=EPROTONOSUPPORT udp6=b icmp4=a icmp6=b \
raw4=a raw6=b netlink=b packet=b unix=*"
vuumount $c
compose $c udp4=none,tcp=host,inet=$a,all=$b
belongs $c "tcp4=host tcp6=host udp4=EPROTONOSUPPORT udp6=b icmp4=a"
vuumount $c
compose $c tcp=$a,inet6=none,tcp6=$b,raw=$b,icmp6=$a
belongs $c "tcp4=a tcp6=b udp6=EPROTONOSUPPORT raw4=b raw6=EPROTONOSUPPORT icmp6=a"
vuumount $c
# families by number; the other words
compose $c 2=$a,ip6=$b,icmp=$b,route=$a,packet=$b
belongs $c "tcp4=a udp6=b icmp4=b icmp6=b raw4=a netlink=a packet=b"
vuumount $c

# a composite of composites, and a second name for it
compose $c tcp=$a,udp=$b
compose /dev/net/d tcp=$c,udp4=$c,udp6=host,netlink=$b
vumount --bind /dev/net/d /dev/net/e || fail "no second name"
belongs /dev/net/e "tcp4=a tcp6=a udp4=b udp6=host netlink=b icmp4=EPROTONOSUPPORT"
# vustack gives a program only some of its families
expect 0 "tcp4=a udp4=b udp6=host netlink=host" \
	vustack -f inet /dev/net/d python3 "$whose" tcp4 udp4 udp6 netlink
expect 0 "*composite /dev/net/c vunetioth *tcp=$a,udp=$b*" cat /proc/mounts
finish
