#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# strace and gdb work inside of a view, on programs that use a stack.
. "$(dirname "$0")/../lib.sh"
need strace gdb
enter_view

strace -o "$tmp/try" true 2>/dev/null || skip "no ptrace here"
two_stacks
serve a 80 python3 -m http.server 80 -d "$tmp"
echo found >"$tmp/file"
expect 0 found on b strace -f -o "$tmp/trace" curl -sS http://10.0.0.1/file
grep -q 'connect(.*inet_addr("10.0.0.1")' "$tmp/trace" ||
	fail "strace saw no connect"
grep -q 'socket(AF_INET' "$tmp/trace" || fail "strace saw no socket"
# breaks at the call, looks, lets it go on
expect 0 "*Breakpoint 1, *exited normally*" on b gdb -nx -batch \
	-iex 'set debuginfod enabled off' -ex 'set breakpoint pending on' \
	-ex 'break connect' -ex run -ex delete -ex continue \
	--args "$bin/t_tcpget" 10.0.0.1 80
finish
