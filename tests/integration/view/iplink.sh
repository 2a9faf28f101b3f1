#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Interfaces come and go while the stack is mounted.
. "$(dirname "$0")/../lib.sh"
enter_view

two_stacks
on a ip link show vde1 2>/dev/null && fail "vde1 is there already"
stack c "switch://$tmp/sw2" 10.1.0.3/24
expect 0 "" on a iplink add vde1 type vde data "vde://$tmp/sw2"
expect 0 "*vde1*" on a ip link show vde1
on a ip addr add 10.1.0.1/24 dev vde1
on a ip link set vde1 up
expect 0 "* 0% packet loss*" on a ping -c 1 10.1.0.3
expect 0 "* 0% packet loss*" on a ping -c 1 10.0.0.2
expect 1 "iplink: vde2: *" on a iplink add vde2 type vde data "vde://$tmp/none"
expect 0 "" on a iplink del vde1
expect 1 "*vde1*" on a ip link show vde1
expect 0 "* 0% packet loss*" on a ping -c 1 10.0.0.2
expect 2 "*unreachable*" on a ping -c 1 -W 1 10.1.0.3
# a switch that the very same stack serves
expect 0 "" on c timeout 20 iplink add own type vde data "vde://$tmp/sw2"
expect 0 "*own*" on c ip link show own
expect 0 "" on c iplink del own
finish
