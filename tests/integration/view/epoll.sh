#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One process, one epoll set: sockets of three stacks, a pipe and a timer.
. "$(dirname "$0")/../lib.sh"
enter_view

two_stacks
stack c "vde://$tmp/sw" 10.0.0.3/24
"$bin/t_epoll3" $a 10.0.0.1 $b 10.0.0.2 $c 10.0.0.3 || fail "epoll"
[ "$VU_PLUGIN" = lwip ] || finish
# of three kinds
for kind in kernel lwip vdestack; do
	vumount -t vunetioth $kind "/dev/net/$kind" || die "no $kind"
	[ $kind = kernel ] || on $kind ip link set lo up
done
"$bin/t_epoll3" -s /dev/net/kernel 127.0.0.1 /dev/net/lwip 127.0.0.1 \
	/dev/net/vdestack 127.0.0.1 || fail "epoll over three kinds"
finish
