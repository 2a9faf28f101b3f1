# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# common.sh - for the scripts of the conformance suite: transcripts and their
# comparison. $conform: the program, $plugin: whose stack
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=../integration/lib.sh
. "$here/../integration/lib.sh"
conform=$bin/conform
plugin=${VU_PLUGIN:-vdestack}
export LD_LIBRARY_PATH=$VU_BUILD/lib

# alone COMMAND...: runs it in a network of its own, with a loopback
alone() {
	local own=-n

	[ "$(id -u)" = 0 ] || own=-rn
	# shellcheck disable=SC2016
	unshare $own sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

# with_wire COMMAND...: the same, and an interface from which no answer comes
with_wire() {
	# shellcheck disable=SC2016
	alone sh -c 'ip link add vde0 type veth peer name silence &&
		ip link set silence up && exec "$@"' sh "$@"
}

# Begins to find out what the kernel does, while something else may be done.
native() {
	need unshare ip python3
	alone true 2>/dev/null || skip "no network namespaces for this user"
	with_wire "$conform" plain >"$tmp/native" &
	native=$!
}

# compare WAY: the transcript $tmp/here against the native one
compare() {
	wait "$native" || fail "conform: status $?"
	[ -z "${CONFORM_KEEP-}" ] || cp "$tmp/native" "$tmp/here" "$CONFORM_KEEP"
	python3 "$here/compare.py" "$tmp/native" "$tmp/here" \
		"$here/differences/$plugin-$1" || fail "differences"
}
