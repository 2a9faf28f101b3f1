# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# views.sh - for the scripts that share stacks among several views
declare -A view_pid view_in

# open_view NAME [PREFIX...]: a view that waits for commands; PREFIX starts it
# as somebody else
open_view() {
	local name=$1 fd

	shift
	mkfifo -m 666 "$tmp/$name.in" "$tmp/$name.status"
	(
		# its own view's end shall be the end of what another one reads
		for fd in "${view_in[@]}"; do exec {fd}>&-; done
		exec "$@" umvu -N bash <"$tmp/$name.in" >"$tmp/$name.log" 2>&1
	) &
	view_pid[$name]=$!
	exec {fd}>"$tmp/$name.in"
	view_in[$name]=$fd
	in_view "$name" vu_insmod vunetioth || die "no module in $name"
}

# in_view NAME COMMAND...: runs it there; its output and status
in_view() {
	local name=$1 status

	shift
	echo "{ $*
	} >'$tmp/$name.out' 2>&1; echo \$? >'$tmp/$name.status'" >&"${view_in[$name]}"
	read -r -t 20 status <>"$tmp/$name.status" || {
		echo "no answer from view $name"
		status=999
	}
	cat "$tmp/$name.out"
	return "$status"
}

# close_view NAME: its command ends
close_view() {
	local fd=${view_in[$1]}

	exec {fd}>&-
	unset "view_in[$1]"
	wait "${view_pid[$1]}"
}

# The supervisor of a view, which serves it also when its command has ended.
supervisor_of() {
	pgrep -P "${view_pid[$1]}" | head -n 1
}

# offer NAME OPTIONS: in view NAME a stack at $a, with the address 10.0.0.1,
# that others may share at $tmp/offer
offer() {
	expect 0 "" in_view "$1" "vumount -t vunetioth \
		-o 'offer=$tmp/offer,switch://$tmp/sw${2-}' vdestack $a"
	expect 0 "" in_view "$1" "vustack $a sh -c 'ip link set lo up
		ip link set vde0 up; ip addr add 10.0.0.1/24 dev vde0'"
}

# share NAME TARGET
share() {
	expect 0 "" in_view "$1" "vumount -t vunetioth $tmp/offer $2"
}

# A program of view NAME in the background, its process in $background; it says
# "ready" first. What it says goes to $tmp/LOG.
begin() {
	local name=$1 log=$2

	shift 2
	: >"$tmp/$log"
	in_view "$name" "$* </dev/null >$tmp/$log 2>&1 & echo \$!" >"$tmp/pid"
	background=$(cat "$tmp/pid")
	until_true grep -q ready "$tmp/$log" ||
		fail "$name: $*: $(cat "$tmp/$log")"
}

is_gone() {
	[ ! -e "$1" ]
}
