#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# umvu ends as its command does: status, signal; signals are passed on to it.
. "$(dirname "$0")/../lib.sh"

for status in 0 1 3 125 126 127 255; do
	expect $status "" umvu -N sh -c "exit $status"
done
expect 127 "umvu: $tmp/none: *" umvu -N "$tmp/none"
expect 126 "umvu: /: *" umvu -N /
expect 125 "umvu: *" umvu --no-such-option
expect 125 "*" umvu
for signal in HUP INT KILL TERM USR1 SEGV; do
	number=$(kill -l $signal)
	# the whole truth is in the wait status, not in the shell's $?
	expect 0 "-$number" python3 -c "
import subprocess
print(subprocess.run(['umvu', '-N', 'sh', '-c', 'kill -$signal \$\$']).returncode)"
done

# a signal for umvu is one for the command
# (a shell starts its background jobs with SIGINT ignored: see jobs.py for that)
for signal in TERM HUP USR1 USR2 CONT; do
	rm -f "$tmp/out"
	umvu -N bash -c "trap 'echo got $signal; exit 7' $signal
		echo ready; while :; do sleep 0.05; done" >"$tmp/out" &
	pid=$!
	until_true grep -q ready "$tmp/out"
	kill -$signal $pid
	wait $pid
	status=$?
	[ $status = 7 ] || fail "$signal: status $status"
	[ "$(tail -n 1 "$tmp/out")" = "got $signal" ] || fail "$signal: lost"
done

# the streams are the command's
expect 0 "in" bash -c 'echo in | umvu -N cat'
expect 0 "" bash -c 'umvu -N sh -c "echo err >&2" 2>/dev/null'
# the environment, the folder, the mask, too
cd "$tmp" || exit
expect 0 "$tmp 0027 here" env VAR=here bash -c \
	'umask 027; umvu -N sh -c "echo \$(pwd) \$(umask) \$VAR"'
nothing_left
finish
