#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A stack that was killed while it held a switch leaves the switch's folder; the
# next one takes its place.
. "$(dirname "$0")/../lib.sh"
enter_view

two_stacks
for pid in $(stack_pids $a); do kill -KILL "$pid"; done
until_true vuumount $a
stack a "switch://$tmp/sw" 10.0.0.1/24
stack c "vde://$tmp/sw" 10.0.0.3/24
expect 0 "* 0% packet loss*" on c ping -c 1 10.0.0.1
finish
