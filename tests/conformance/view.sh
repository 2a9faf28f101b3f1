#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A program in a view sees a stack of $VU_PLUGIN like the kernel.
. "$(dirname "$0")/common.sh"

inside() {
	vu_insmod vunetioth || die "no module"
	vumount -t vunetioth -o null:// "$plugin" "$a" || die "no stack"
	on a ip link set lo up || die "lo does not come up"
	CONFORM_WATCH=$(marked | tr '\n' ' ')
	export CONFORM_WATCH
	on a "$conform" plain >"$tmp/here" || fail "conform: status $?"
}

if [ -n "${VU_TEST_INSIDE-}" ]; then
	inside
	finish
fi
native
export VU_TEST_INSIDE=1
case $plugin in
kernel) with_wire timeout -k 5 150 umvu -N bash "$0" </dev/null ;;
*) timeout -k 5 150 umvu -N bash "$0" </dev/null ;;
esac || fail "view: status $?"
unset VU_TEST_INSIDE
nothing_left
compare view
finish
