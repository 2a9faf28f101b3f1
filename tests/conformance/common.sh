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

# What the kernel does: in $tmp/native.
native() {
	need unshare ip python3
	alone true 2>/dev/null || skip "no network namespaces for this user"
	alone "$conform" plain >"$tmp/native" || fail "conform: status $?"
}

# compare WAY: the transcript $tmp/here against the native one
compare() {
	[ -z "${CONFORM_KEEP-}" ] || cp "$tmp/native" "$tmp/here" "$CONFORM_KEEP"
	python3 "$here/compare.py" "$tmp/native" "$tmp/here" \
		"$here/differences/$plugin-$1" || fail "differences"
}
