#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each command outside a view: one line that says so and status 1; bad usage
# is status 2 with a hint, in a view or not. Usage: cmd_outside_view.sh [BIN]
# shellcheck source=tests/integration/cmd_lib.sh
. "$(dirname "$0")/cmd_lib.sh"

if "$bin/vuname" -x; then
	echo "this is a view; run the test outside one"
	exit 77
fi

no_view='not inside a view (start one with: umvu bash)'
expect 1 "vu_insmod: $no_view" vu_insmod some_module
expect 1 "vu_insmod: $no_view" vu_insmod --permanent some_module
expect 1 "vu_rmmod: $no_view" vu_rmmod some_module
expect 1 "vu_lsmod: $no_view" vu_lsmod
expect 1 "vustack: $no_view" vustack /dev/net/n1 true
expect 1 "vustack: $no_view" vustack -f ip,bt /dev/net/n1 ls -l
expect 1 "vuname: $no_view" vuname
expect 1 "vuname: $no_view" vuname -a
expect 1 "vuname: $no_view" vuname new_name
expect 1 "" vuname -q
expect 1 "" vuname -qP
expect 1 "" vuname --check
expect 1 "iplink: $no_view" iplink add vde0 type vde data vde://
expect 1 "iplink: $no_view" iplink del vde0

# plain mount(2) and umount2(2), with a hint
missing=$tmp/missing
hint='(not inside a view; start one with: umvu bash)'
expect 1 "vumount: $missing: * $hint" vumount -t vunetioth lwip "$missing"
expect 1 "vuumount: $missing: * $hint" vuumount "$missing"
expect 1 "*$missing/1: *$missing/2: *" vuumount -f "$missing/1" "$missing/2"

for command in vu_insmod vu_rmmod vu_lsmod vumount vuumount vustack vuname \
	iplink; do
	expect 0 "usage: $command [[]OPTION]...*--help*--version*" "$command" -h
	expect 0 "usage: $command *" "$command" --help
	expect 0 "$command [0-9]*" "$command" --version
	expect 2 "$command: *--no-such*$command: try '$command --help'" \
		"$command" --no-such
done

try() {
	echo "*$1: try '$1 --help'"
}
for command in vu_insmod vu_rmmod vumount vuumount vustack iplink; do
	expect 2 "$command: missing operand$(try $command)" $command
done
expect 2 "vu_lsmod: x: extra operand$(try vu_lsmod)" vu_lsmod x
expect 2 "vumount: missing operand*" vumount source
expect 2 "vumount: c: extra operand*" vumount a b c
expect 2 "vumount: *requires an argument*$(try vumount)" vumount a b -t
expect 2 "vustack: missing operand*" vustack /dev/net/n1
expect 2 "vustack: 'foo': unknown protocol family*$(try vustack)" \
	vustack -f inet,foo /dev/net/n1 true
expect 2 "vuname: b: extra operand*" vuname a b
expect 2 "vuname: b: a new name goes with*" vuname -s b
expect 2 "iplink: show: neither add nor del*" iplink show vde0
expect 2 "iplink: add: the type is missing*" iplink add vde0
expect 2 "iplink: data: a value must follow*" iplink add vde0 type vde data
expect 2 "iplink: x: a second name*" iplink del vde0 x
expect 2 "iplink: 0: not an index*" iplink del index 0
expect 2 "iplink: del: type and data belong*" iplink del vde0 type vde
expect 2 "iplink: a_name_that_is_too_long: not a name*" \
	iplink del a_name_that_is_too_long

# output that cannot be written is a failure
if [ -c /dev/full ]; then
	"$bin/vustack" --help >/dev/full 2>/dev/null
	[ $? = 1 ] || fail "--help to a full device succeeds"
fi
finish
