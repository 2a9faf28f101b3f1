# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# cells.sh - every plug-in is a server for every other over every wire
#
# A script sources it, defines `roles ROLE...`, which runs meet for server and
# visitor in one process, or for one of them, and says `matrix "$@"`. Cells run
# by themselves; what is known of one is in $server, $visitor, $wire, $dir.
#
# For kernel the network where the cell is gets a tap in the wire. Two of kernel
# are the only ones that need two networks, and so two processes.
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

plugins="kernel vdestack lwip"
# name, the server's end, the visitor's; @ is $dir
wires='
vde_switch	vde://@/sw		vde://@/sw
switch		switch://@/sw		vde://@/sw
ptp		ptp://@/ptp		ptp://@/ptp
vxvde		vxvde://239.0.0.7	vxvde://239.0.0.7
'
at_once=6 # cells; they wait most of the time

host() {
	case $1 in
	server) echo 1 ;;
	visitor) echo 2 ;;
	esac
}

vnl() {
	local name server_end visitor_end

	while read -r name server_end visitor_end; do
		[ "$name" = "$wire" ] || continue
		case $1 in
		server) echo "${server_end//@/$dir}" ;;
		visitor) echo "${visitor_end//@/$dir}" ;;
		esac
	done <<<"$wires"
}

# Nothing goes to the host's network.
own_network() {
	ip link set lo up
	ip addr add 192.0.2.1/32 dev lo
	ip route add 239.0.0.0/8 dev lo # before vxvde:// is opened
}

wire_there() {
	[[ $(vnl "$1") != vde://* ]] || [ -e "$dir/sw/ctl" ]
}

start_wire() {
	[ "$wire" = vde_switch ] || return 0
	# its standard input would have to stay open
	vde_switch -d -s "$dir/sw" -p "$dir/pid" >"$dir/switch" 2>&1
	until_true test -s "$dir/pid" || die "no switch: $(cat "$dir/switch")"
	started+=("$(cat "$dir/pid")")
}

plug() {
	until_true wire_there "$1"
	exec vde_plug "$(vnl "$1")" "tap://tap$(host "$1")"
}

set_up() {
	local name n inside=

	n=$(host "$1") name=tap$n
	until_true ip link show "$name"
	if [ -n "${2-}" ]; then
		ip link set "$name" netns "$2"
		inside="nsenter --net=/proc/$2/ns/net"
	fi
	$inside ip link set "$name" up
	$inside ip addr add "10.0.0.$n/24" dev "$name"
	$inside ip addr add "fd00::$n/64" dev "$name" nodad
}

# tap ROLE [PID]: plugs a tap with the role's addresses into the wire, as soon as
# there is one; it is here, or in the network of that process
tap() {
	plug "$1" >"$dir/plug.$1" 2>&1 </dev/null &
	started+=($!)
	set_up "$@" >"$dir/set_up.$1" 2>&1 &
}

elsewhere() {
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/$$/ns/net)" ]
}

two_kernels() {
	local there at

	unshare -n sleep 60 &
	there=$!
	started+=("$there")
	until_true elsewhere "$there"
	at="nsenter --net=/proc/$there/ns/net"
	$at ip link set lo up
	tap server
	tap visitor "$there"
	"$0" roles server &
	$at "$0" roles visitor || fail "visitor: status $?"
	wait $! || fail "server: status $?"
}

# A wire that is not there makes meet fail, which shows what the others said.
cell() {
	! needs_network || own_network
	start_wire
	case $server-$visitor in
	kernel-kernel) two_kernels ;;
	*)
		[ "$visitor" != kernel ] || tap visitor
		[ "$server" != kernel ] ||
			{ tap server && until_true wire_there visitor; }
		roles server visitor || fail "status $?"
		;;
	esac
	[ "$failures" = 0 ] || tail -n +1 "$dir"/{switch,plug.*,set_up.*} 2>/dev/null
	finish
}

needs_network() {
	[ "$wire" = vxvde ] || [ "$server" = kernel ] || [ "$visitor" = kernel ]
}

built() {
	[ "$1" = kernel ] || compgen -G "$VU_BUILD/lib/ioth/ioth_$1*.so" >/dev/null
}

cannot() {
	if ! built "$server" || ! built "$visitor"; then
		echo "a plug-in was not built"
	elif needs_network && ! alone true 2>/dev/null; then
		echo "no network namespaces for this user"
	elif [ ! -w /dev/net/tun ] && [[ $server$visitor == *kernel* ]]; then
		echo "this user cannot open /dev/net/tun"
	fi
}

# Runs one in the background; $dir/status and $dir/said tell how it went.
start_cell() {
	export server=$1 visitor=$2 wire=$3 dir=$tmp/$1-$2-$3
	local in=

	mkdir "$dir"
	cannot >"$dir/cannot"
	[ ! -s "$dir/cannot" ] || return
	! needs_network || in=alone
	{
		$in timeout -k 5 60 "$0" cell
		echo $? >"$dir/status"
	} >"$dir/said" 2>&1 </dev/null &
}

judge() {
	local where=$1

	if [ -s "$where/cannot" ]; then
		echo "${where##*/}: skipped: $(cat "$where/cannot")"
	elif [ "$(cat "$where/status")" = 0 ]; then
		echo "${where##*/}: well"
		well=$((well + 1))
	else
		fail "${where##*/}: $(cat "$where/said")"
	fi
}

all_cells() {
	local server visitor wire rest

	while read -r wire rest; do
		[ -n "$wire" ] || continue
		for server in $plugins; do
			for visitor in $plugins; do
				until [ "$(jobs -pr | wc -l)" -lt $at_once ]; do
					wait -n
				done
				start_cell "$server" "$visitor" "$wire"
			done
		done
	done <<<"$wires"
	wait
}

# `null` has no network to meet anybody in.
null_refuses() {
	export server=null visitor=null wire=none dir=$tmp

	for role in server visitor; do
		expect 1 "$role: socket: EAFNOSUPPORT" "$0" roles $role
	done
}

matrix() {
	local well=0 where

	case ${1-} in
	cell | roles | inside) "$@" && exit ;;
	"") ;;
	esac
	[ $# = 0 ] || exit 1
	need unshare nsenter ip vde_switch vde_plug
	null_refuses
	all_cells
	for where in "$tmp"/*-*-*/; do
		judge "${where%/}"
	done
	nothing_left
	[ $well -gt 0 ] || [ "$failures" != 0 ] || skip "nothing can meet here"
	finish
}
