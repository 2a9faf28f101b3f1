#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# bench.sh BENCH [RUNS] - vdestack against vdens over the same wires
#
# For each wire: RUNS times throughput and round trips, vdestack first. Prints
# every figure; take the median.
bench=$1 runs=${2:-3}
dir=$(mktemp -d /tmp/vdestack-bench.XXXXXX)
switch=
set -m # jobs are process groups: a vdens ends with its children
trap 'kill -- -$server -$switch 2>/dev/null; wait 2>/dev/null; rm -rf "$dir"' EXIT

in_vdens() { # VNL IP COMMAND...: runs it in a vdens on VNL
	local vnl=$1 ip=$2
	shift 2
	vdens "$vnl" sh -c 'ip link set lo up; ip addr add '"$ip"'/24 dev vde0
		ip link set vde0 up; exec "$@"' sh "$@"
}

one() { # WHAT(vdestack|vdens) VNL MODE
	local what=$1 vnl=$2 mode=$3
	if [ "$what" = vdestack ]; then
		"$bench" serve vdestack "$vnl" 10.9.1.2 & server=$!
		sleep .4
		echo "$what $vnl: $(timeout 10 "$bench" "$mode" vdestack "$vnl" 10.9.1.1 10.9.1.2)"
	else
		in_vdens "$vnl" 10.9.1.2 "$bench" serve kernel - - & server=$!
		sleep .6
		echo "$what $vnl: $(in_vdens "$vnl" 10.9.1.1 timeout 10 "$bench" "$mode" kernel - - 10.9.1.2)"
	fi
	kill -- -$server 2>/dev/null
	wait $server 2>/dev/null
	rm -f "$dir"/p "$dir"/p+
}

vde_plug null:// "switch://$dir/sw" & switch=$!
sleep .3
for vnl in "vde://$dir/sw" "ptp://$dir/p"; do
	for mode in send rr; do
		for what in vdestack vdens; do
			for _ in $(seq "$runs"); do
				one $what "$vnl" $mode
			done
		done
	done
done
"$bench" sockets kernel - -
"$bench" sockets vdestack "ptp://$dir/q" 10.9.1.1
