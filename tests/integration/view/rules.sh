#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The rules of msocket(2), each by a check in tests/support/rules.c.
. "$(dirname "$0")/../lib.sh"
enter_view

two_stacks
vumount -t vunetioth null /dev/net/null || die "no null stack"
vumount -t vunetioth -o mode=0 null /dev/net/secret || die "no secret stack"
echo text >"$tmp/file"
cd "$tmp" || exit
"$bin/t_rules" $a $b /dev/net/null /dev/net/secret "$tmp/file" ||
	fail "rules of msocket(2)"

# the same where the folder of the names exists
mkdir "$tmp/net"
vumount -t vunetioth vdestack "$tmp/net/x" || die "no stack x"
vumount -t vunetioth vdestack "$tmp/net/y" || die "no stack y"
for s in x y; do vustack "$tmp/net/$s" ip link set lo up; done
"$bin/t_rules" "$tmp/net/x" "$tmp/net/y" /dev/net/null /dev/net/secret \
	"$tmp/file" || fail "rules of msocket(2) in an existing folder"
finish
