#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two sessions that share each other's stacks don't keep each other alive; what a
# shared stack is nested in goes on with it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/views.sh"
need ip ping
open_view owner
open_view one
offer owner
share one $b
expect 0 "" in_view one \
	"vumount -t vunetioth -o offer=$tmp/back,mode=700 vdestack $c"
expect 0 "" in_view owner "vumount -t vunetioth $tmp/back $c"
# a composite of both, and one that nobody uses
expect 0 "" in_view owner "vumount -t vunetioth -o tcp=$a,udp=$c composite $b
	vumount -t vunetioth null /dev/net/unused"
close_view owner
expect 0 "*10.0.0.1*" in_view one "vustack $b ip -o -4 addr show vde0"
close_view one
nothing_left

# a chain: what is offered is nested in what another session offers
open_view first
rm -f "$tmp"/owner.* "$tmp"/one.*
offer first
open_view second
expect 0 "" in_view second "vumount -t vunetioth $tmp/offer $b
	vustack $b vumount -t vunetioth \
		-o 'offer=$tmp/second.offer,udp://5000->10.0.0.1:5001' vdestack $c"
open_view third
expect 0 "" in_view third "vumount -t vunetioth $tmp/second.offer $a
	vustack $a sh -c 'ip link set vde0 up; ip addr add 10.1.0.1/24 dev vde0'"
close_view first
close_view second
# both are gone as views, and go on for the third: its packets arrive
expect 0 "*received*" in_view third "vustack $a sh -c '
	ping -c 1 -W 1 10.1.0.2; ip -s link show vde0'"
[ -S "$tmp/offer" ] && [ -S "$tmp/second.offer" ] ||
	fail "an offer that is used has gone"
close_view third
nothing_left
expect 1 "" test -e "$tmp/offer"
finish
