#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# as_user.sh PROGRAM [ARG...] - runs it as an ordinary user
[ "$(id -u)" = 0 ] || { echo "skipped: already an ordinary user"; exit 77; }
command -v setpriv >/dev/null || { echo "skipped: no setpriv"; exit 77; }
setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$1" ||
	{ echo "skipped: user 65534 cannot reach $1"; exit 77; }
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
