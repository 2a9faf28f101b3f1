# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# nesting.sh - for the scripts that put stacks upon stacks

# Two outer stacks on one wire, a0 with the address 10.0.0.1, b0 with 10.0.0.2.
outer_stacks() {
	vu_insmod vunetioth || die "no module"
	stack a0 "switch://$tmp/sw" 10.0.0.1/24
	stack b0 "vde://$tmp/sw" 10.0.0.2/24
}

# nest N: stacks aN and bN, 10.N.0.1 and 10.N.0.2, whose wire goes through
# those of number N-1 as UDP datagrams of port 5000
nest() {
	local n=$1 outer=$(($1 - 1))

	nest_one "a$outer" "a$n" "udp://5000->10.$outer.0.2:5000" "10.$n.0.1/24"
	nest_one "b$outer" "b$n" "udp://5000->10.$outer.0.1:5000" "10.$n.0.2/24"
}

# nest_one OUTER NAME VNL ADDRESS
nest_one() {
	on "$1" vumount -t vunetioth -o "$3" vdestack "/dev/net/$2" ||
		die "no stack $2 inside of $1"
	on "$2" sh -c "ip link set lo up; ip link set vde0 up;
		ip addr add $4 dev vde0" || die "stack $2 does not come up"
}

reaches() {
	timeout 10 vustack "/dev/net/$1" ping -c 1 -W 5 "$2" >"$tmp/ping" 2>&1
}

# capture STACK FILTER...: packets of vde0, a line each, in $tmp/STACK.cap
capture() {
	local stack=$1

	shift
	vustack "/dev/net/$stack" tcpdump -Z root -l -n -x -i vde0 "$@" \
		>"$tmp/$stack.cap" 2>"$tmp/$stack.err" </dev/null &
	started+=($!)
	until_true grep -q 'listening on' "$tmp/$stack.err" ||
		die "no tcpdump on $stack: $(cat "$tmp/$stack.err")"
}

# The bytes of all captured packets, in hexadecimal
bytes_of() {
	sed -n 's/^\t0x[0-9a-f]*: *//p' "$tmp/$1.cap" | tr -d ' \n'
}

saw() {
	bytes_of "$1" | grep -q "$2"
}
