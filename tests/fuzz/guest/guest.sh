# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# isolate
# Calls by chance on sockets of a stack of each plug-in: the hypervisor and all
# stacks survive it. FUZZ_SECONDS, FUZZ_SEED: for how long, and how.
stacks=
try() {
	name=$1
	shift
	# it says why not, and the others are tried
	vumount -t vunetioth "$@" "$tmp/$name" || return
	stacks="$stacks $name"
}

set_up() {
	case $stacks in
	*$1*) ;;
	*) return ;;
	esac
	check "lo of $1" vustack "$tmp/$1" ip link set lo up
	check "address of $1" vustack "$tmp/$1" \
		ip addr add 10.0.0.1/24 dev vde0
	check "vde0 of $1" vustack "$tmp/$1" ip link set vde0 up
}

try lwip -o "switch://$tmp/sw" lwip
try vdestack -o "switch://$tmp/sw2" vdestack
try kernel kernel
try null null
try composite -o "tcp=$tmp/null,all=host" composite
set_up lwip
set_up vdestack

pids= seed=${FUZZ_SEED:-1}
for name in $stacks; do
	timeout -k 5 $((${FUZZ_SECONDS:-4} + 20)) guest "$tmp/$name" \
		"${FUZZ_SECONDS:-4}" "$seed" &
	pids="$pids $!"
	seed=$((seed + 1))
done
for pid in $pids; do
	wait "$pid" || fail "a guest ends with $?"
done

# Not what they answer now, interfaces may be down, but that they do.
for name in lwip vdestack; do
	case $stacks in
	*$name*) vustack "$tmp/$name" ip link show lo >"$tmp/out" ||
		fail "$name has died" ;;
	esac
done
for name in $stacks; do
	check "unmounting $name" vuumount -f "$tmp/$name"
done
alive "after the calls"
