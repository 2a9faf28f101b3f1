#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh BIN HELPERS HOME SCRIPT - runs SCRIPT as the command of a view, and
# looks at what is left when the view has ended
#
# SCRIPT has: $tmp, a folder of its own; $SUPERVISOR, the pid of the
# supervisor; the commands and helpers in PATH; the functions of lib.sh.
here=$(dirname "$(readlink -f "$0")")
script=$(readlink -f "$4")
export PATH="$1:$2:$PATH" HOME="$3" LIB="$here/lib.sh"
tmp=$(mktemp -d /tmp/robust.XXXXXX) || exit 1
export tmp
isolate=
if grep -q '^# isolate' "$script"; then
	isolate="unshare -nm"
	[ "$(id -u)" = 0 ] || isolate="unshare -rnm"
	$isolate true 2>/dev/null || {
		echo "no name spaces here: unshare is not permitted"
		exit 77
	}
fi

# What the kernel alone says, to be compared.
native=$(sed -n 's/^# native //p' "$script")
[ -z "$native" ] || $native >"$tmp/native" || exit 1

# shellcheck disable=SC2086
timeout -k 5 "${ROBUST_TIMEOUT:-100}" $isolate umvu -N sh -u -c \
	'SUPERVISOR=$PPID; . "$LIB"; . "$0"; finish' "$script"
status=$?
[ $status = 124 ] && echo "FAIL: the view did not end in time"

# All of a stack's processes have its mount point in their title. The view may
# end a little after its command, when others still lived: it gives a stack that
# hangs three seconds.
for i in $(seq 80) over; do
	left=$(pgrep -f "^vunetioth [^ ]* $tmp" | tr '\n' ' ')
	[ -n "$left" ] || break
	sleep 0.1
done
if [ "$i" = over ]; then
	echo "FAIL: processes are left behind: $left"
	status=1
fi
rm -rf "$tmp"
exit $status
