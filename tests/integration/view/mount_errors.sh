#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A mount that fails says which part was wrong, and leaves nothing behind.
. "$(dirname "$0")/../lib.sh"
enter_view

vu_insmod vunetioth
refused() {
	local pattern=$1

	shift
	expect 1 "vumount: $a: $pattern" vumount -t vunetioth "$@" $a
	[ -e $a ] && fail "$*: left a name"
}
refused "*nosuch*kernel*null*vdestack*" nosuch
refused "*nosuch://*" -o nosuch://x vdestack
refused "*$tmp/none*" -o "vde://$tmp/none" vdestack
refused "*$tmp/none/x*" -o "switch://$tmp/none/x" vdestack
refused "*mode*" -o mode=x vdestack
refused "*" -o "mode=0,mode=1" vdestack
refused "*bogus*" -o bogus vdestack
# who is not the session's user may not mount
expect 0 "" vumount -t vunetioth null $a
expect 1 "vumount: $a: *" vumount -t vunetioth null $a
expect 0 "" vuumount $a
[ -z "$(stack_pids $a)" ] || until_true has_ended "$(stack_pid $a)" ||
	fail "processes of failed mounts are left"
finish
