# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Many mounts and unmounts, some at once: nothing is lost, nothing leaks.
# ROBUST_MOUNTS: how many.
n=${ROBUST_MOUNTS:-500}
memory() {
	awk '/^VmRSS/ { print $2 }' "/proc/$SUPERVISOR/status"
}

mounts 50 "$tmp" || fail "the first ones"
before=$(fds) used=$(memory) start=$(now)
mounts "$n" "$tmp" || fail "$n mounts, one after the other"
echo "$n mounts: $(($(now) - start)) ms, memory $used -> $(memory) kB"
sanitized || [ $(($(memory) - used)) -lt 1024 ] ||
	fail "memory: $used -> $(memory) kB"
same_fds "after $n mounts" "$before"

pids=
for i in 1 2 3 4; do
	mkdir "$tmp/$i"
	mounts $((n / 4)) "$tmp/$i" &
	pids="$pids $!"
done
for pid in $pids; do
	wait "$pid" || fail "four at once"
done
same_fds "after four at once" "$before"

pids=
for i in $(seq 100); do
	mkdir "$tmp/m$i"
	mounts 2 "$tmp/m$i" &
	pids="$pids $!"
done
for pid in $pids; do
	wait "$pid" || fail "a hundred at once"
done
same_fds "after a hundred at once" "$before"
[ -z "$(stack_pid ".*/m[0-9]")" ] || fail "a stack process is left"
