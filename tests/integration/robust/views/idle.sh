# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Ten mounts, nothing to do: no process uses any CPU. ROBUST_IDLE: seconds.
for i in 1 2 3 4 5; do
	vumount -t vunetioth vdestack "$tmp/v$i" || skip "no vdestack here"
	check mount vumount -t vunetioth null "$tmp/n$i"
done
check "use" vustack "$tmp/v1" open 10
pids="$SUPERVISOR $(pgrep -f "^vunetioth [^ ]* $tmp") $(pgrep -P "$SUPERVISOR")"
ticks() {
	for pid in $pids; do
		[ "$pid" = $$ ] || sed 's/.*) //' "/proc/$pid/stat"
	done | awk '{ sum += $12 + $13 } END { print sum }'
}
sleep 1
before=$(ticks)
sleep "${ROBUST_IDLE:-10}"
after=$(ticks)
[ "$before" = "$after" ] ||
	fail "idle processes used $((after - before)) ticks of CPU"
