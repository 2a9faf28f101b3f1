#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The ioctls of netdevice(7) go to the default stack for AF_NETLINK, whatever
# the descriptor.
. "$(dirname "$0")/../lib.sh"
enter_view

vu_insmod vunetioth
vumount -t vunetioth -o "eth7:switch://$tmp/sw" "$VU_PLUGIN" $a || die "no stack"
expect 0 none "$bin/t_netdev" eth7
expect 0 none vustack -f inet $a "$bin/t_netdev" eth7
expect 0 "[1-9]* down" vustack -f netlink $a "$bin/t_netdev" eth7
on a ip addr add 10.7.0.1/24 dev eth7
on a ip link set eth7 up
expect 0 "[1-9]* up 10.7.0.1" vustack -f netlink $a "$bin/t_netdev" eth7
expect 0 "[1-9]* up 10.7.0.1" vustack $a "$bin/t_netdev" eth7
expect 0 none "$bin/t_netdev" eth7
finish
