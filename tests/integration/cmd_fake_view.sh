#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the commands ask of a view, and what they make of its answers.
# Usage: cmd_fake_view.sh BIN LIBFAKEVIEW (tests/support/fakeview.c)
# shellcheck source=tests/integration/cmd_lib.sh
. "$(dirname "$0")/cmd_lib.sh"

fakeview=${2:-${VU_FAKEVIEW:-$bin/../lib/libfakeview.so}}
[ -f "$fakeview" ] || { echo "$fakeview: no fake view"; exit 77; }
# the sanitizers want to be loaded first
case $(ldd "$bin/vustack") in
*libasan*) echo "the commands are sanitized, no preloading"; exit 77 ;;
esac
export FAKEVIEW_LOG="$tmp/log" LD_PRELOAD="$fakeview"

# asked LINE...: what the last command asked for, no more
asked() {
	printf '%s\n' "$@" >"$tmp/want"
	cmp -s "$tmp/want" "$tmp/log" ||
		fail "asked '$(cat "$tmp/log")', not '$(cat "$tmp/want")'"
	rm -f "$tmp/log"
}

expect 0 "" vu_insmod a b
asked "insmod a 0" "insmod b 0"
expect 0 "" vu_insmod a -p
asked "insmod a 1"
expect 1 "vu_insmod: ENOENT: no such module" vu_insmod ENOENT a
asked "insmod ENOENT 0" "insmod a 0"
FAKEVIEW_ERRMSG="file x has no init"
export FAKEVIEW_ERRMSG
expect 1 "vu_insmod: EINVAL: Invalid argument (file x has no init)" \
	vu_insmod EINVAL
expect 1 "vumount: EINVAL: Invalid argument (file x has no init)" \
	vumount -t vunetioth s EINVAL
unset FAKEVIEW_ERRMSG
rm -f "$tmp/log"

expect 1 "vu_rmmod: EBUSY: in use (*" vu_rmmod EBUSY a
asked "rmmod EBUSY" "rmmod a"
expect 0 "module1
module2
module3" vu_lsmod

expect 0 "" vumount -t vunetioth -o vde://,ro -o mtu=9000 lwip /dev/net/n1
asked "mount lwip /dev/net/n1 vunetioth 1 vde://,mtu=9000"
expect 0 "" vumount --bind a b
asked "mount a b NULL 4096 NULL"
expect 0 "" vumount a b -R -r
asked "mount a b NULL 20481 NULL"
expect 1 "vumount: ENOENT: * (no module nosuch in this view; load it *" \
	vumount -t nosuch a ENOENT
expect 1 "vumount: ENODEV: * (no module module in this view; *" \
	vumount -t module a ENODEV
expect 1 "vumount: ENODEV: No such device" vumount -t module1 a ENODEV
expect 1 "vumount: ENOENT: No such file or directory" \
	vumount -t proc a ENOENT
expect 1 "vumount: EINVAL: Invalid argument (no -t TYPE given)" \
	vumount a EINVAL
rm -f "$tmp/log"

expect 0 "" vuumount a
asked "umount2 a 0"
expect 1 "vuumount: EBUSY: in use (-l *" vuumount -f EBUSY b
asked "umount2 EBUSY 1" "umount2 b 1"
expect 0 "" vuumount -l a
asked "umount2 a 2"
expect 0 "" vuumount -d a
asked "umount2 a 2"

expect 0 "-v" vustack /dev/net/n1 echo -v
asked "msocket /dev/net/n1 0 0"
expect 0 "" vustack -f ip4,netlink /dev/net/n1 true
asked "msocket /dev/net/n1 2 0" "msocket /dev/net/n1 16 0"
expect 3 "" vustack s sh -c 'exit 3'
expect 127 "vustack: no_such_command: *" vustack s no_such_command
expect 126 "vustack: /: *" vustack s /
expect 1 "vustack: x/ENOENT: no such stack*" vustack x/ENOENT echo run
expect 1 "vustack: ENOTSUP: not a stack" vustack ENOTSUP echo run
expect 1 "vustack: EACCES: no permission *" vustack EACCES echo run
expect 1 "vustack: ENODEV: the stack has died *" vustack ENODEV echo run
expect 1 "vustack: ENOSYS: this view has no *" vustack ENOSYS echo run
expect 1 "vustack: v4only: family inet6 is not supported *" \
	vustack -f ip v4only echo run
expect 0 "run" vustack -s -f ip v4only echo run
expect 1 "vustack: v4only: the stack supports none *" \
	vustack -s -f bt,ir v4only echo run
expect 0 "vustack: v4only: is the default for family inet
vustack: v4only: does not support family inet6
vustack: v4only: running echo
run" vustack -vs -f inet,inet6 v4only echo run
rm -f "$tmp/log"

expect 0 "Linux" vuname
expect 0 "" vuname -x
expect 0 "host x86_64 42" vuname -Unm
expect 0 "Linux host 6.1 #1 x86_64 GNU/Linux 42" vuname -a
expect 0 "unknown" vuname -p
expect 0 "host[[]42]" vuname -qP
FAKEVIEW_NAME=lab
export FAKEVIEW_NAME
expect 0 "Linux host 6.1 #1 x86_64 GNU/Linux 42 lab" vuname -a
expect 0 "lab[[]42]" vuname -P
expect 0 "" vuname -q new
asked "setname new"
expect 1 "vuname: EPERM: Operation not permitted" vuname EPERM
long=$(printf '%065d' 0)
expect 1 "vuname: $long: File name too long" vuname "$long"
finish
