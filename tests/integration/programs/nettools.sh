#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netstat, route, arp and ifconfig, which read /proc/net.
. "$(dirname "$0")/../lib.sh"
need netstat route arp ifconfig ping ip
enter_view

two_stacks
on a ip route add default via 10.0.0.2
expect 0 "*
0.0.0.0 *10.0.0.2 *0.0.0.0 *UG *vde0
10.0.0.0 *0.0.0.0 *255.255.255.0 *U *vde0" on a netstat -rn
expect 0 "*
0.0.0.0 *10.0.0.2 *0.0.0.0 *UG *vde0
10.0.0.0 *0.0.0.0 *255.255.255.0 *U *vde0" on a route -n
[[ $(on b route -n) == *UG* ]] && fail "a route of another stack"

serve a 8080 python3 -m http.server 8080
expect 0 "*tcp*0.0.0.0:8080*LISTEN*" on a netstat -ltn
[[ $(on b netstat -ltn) == *:8080* ]] && fail "a listener of another stack"
# by pid and name, which netstat finds by the sockets' inodes
expect 0 "*0.0.0.0:8080*LISTEN*${started[-1]}/python3*" on a netstat -ltnp

on b ping -c 1 10.0.0.1 >/dev/null || fail "no ping"
expect 0 "*10.0.0.1 *ether *vde0*" on b arp -n
[[ $(on a arp -n) == *10.0.0.1\ * ]] && fail "a neighbour of another stack"
expect 0 "vde0: *UP*inet 10.0.0.1 *netmask 255.255.255.0*RX packets [1-9]*" \
	on a ifconfig vde0
expect 0 "lo: *vde0: *" on a ifconfig -a
[[ $(on a ifconfig -a | grep -c '^[^ ]*: ') = 2 ]] || fail "more interfaces: $(on a ifconfig -a)"
expect 0 "*vde0*" on a netstat -i
expect 0 "*Tcp:*" on a netstat -s
finish
