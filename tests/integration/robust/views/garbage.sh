# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# native garbage
check mount vumount -t vunetioth kernel "$tmp/n"
garbage "$tmp/n" || failures=$((failures + 1))
garbage >"$tmp/view"
diff "$tmp/native" "$tmp/view" >"$tmp/diff" ||
	fail "differs from the kernel (<): $(head -n 20 "$tmp/diff")"
# on a stack of its own
vustack "$tmp/n" garbage >"$tmp/stack"
diff "$tmp/native" "$tmp/stack" >"$tmp/diff" ||
	fail "on a stack, differs from the kernel (<): $(head -n 20 "$tmp/diff")"
alive "after garbage"
