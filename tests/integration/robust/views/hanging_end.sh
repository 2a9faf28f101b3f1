# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# The session ends although newstack and delstack of its stacks hang, and
# termination is ignored: run.sh sees whether a process is left.
vumount -t vunetioth mute "$tmp/a" 2>/dev/null &
pids=$!
vumount -t vunetioth stubborn "$tmp/b" 2>/dev/null &
pids="$pids $!"
check mount vumount -t vunetioth deaf "$tmp/c"
check mount vumount -t vunetioth null "$tmp/d"
until_true 5 pgrep -f "^vunetioth stubborn $tmp/b\$" || fail "never started"
# The last guests; now the session ends.
# shellcheck disable=SC2086
kill -9 $pids
