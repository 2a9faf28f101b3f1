# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Ten mounts, nothing to do: no process uses any CPU. ROBUST_IDLE: seconds.
for i in 1 2 3 4 5; do
	vumount -t vunetioth vdestack "$tmp/v$i" || skip "no vdestack here"
	check mount vumount -t vunetioth null "$tmp/n$i"
done
check "use" vustack "$tmp/v1" open 10
pids="$SUPERVISOR $(pgrep -f "^vunetioth [^ ]* $tmp") $(pgrep -P "$SUPERVISOR")"
# By the shell itself: programs that run in between would be umvu's work. Sets
# $sum, for a subshell would be a program, too.
ticks() {
	sum=0
	for pid in $pids; do
		[ "$pid" = $$ ] && continue
		read -r line <"/proc/$pid/stat"
		# shellcheck disable=SC2086
		set -- ${line##*) }
		sum=$((sum + ${12} + ${13}))
	done
}
sleep 1
ticks
before=$sum
sleep "${ROBUST_IDLE:-10}"
ticks
after=$sum
[ "$before" = "$after" ] ||
	fail "idle processes used $((after - before)) ticks of CPU"
