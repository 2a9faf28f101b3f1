#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The session of README.md, typed into a terminal, as examples/quickstart does.
. "$(dirname "$0")/../lib.sh"
need python3 ip ping curl iperf3 ss

# README shows the session that is run
if [ -e "$VU_SOURCE/README.md" ]; then
	sed -n '/^## A session/,/^To have/s/^\$ //p' "$VU_SOURCE/README.md" |
		diff - "$VU_SOURCE/examples/session" ||
		fail "README.md has another session than examples/session"
fi
"$VU_SOURCE/examples/play" "$VU_SOURCE/examples/session" >"$tmp/out" 2>&1 ||
	fail "the session failed: $(cat "$tmp/out")"
for text in "3 received, 0% packet loss" "<title>Directory listing" \
	"iperf Done" "10.0.0.0/24 dev vde0" "State "; do
	grep -q "$text" "$tmp/out" || fail "'$text' was not shown"
done
# a session with a command that fails is one that fails
printf 'true\nfalse\n' >"$tmp/bad"
expect 1 "*the session failed" "$VU_SOURCE/examples/play" "$tmp/bad"
finish
