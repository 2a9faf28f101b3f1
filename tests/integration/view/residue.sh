#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# When the last guest has ended nothing is left: no process, no file in /tmp, no
# shared memory; also when a daemon outlives the command, or a stack was killed.
# When umvu itself is killed, a virtual switch leaves its folder, which does not
# disturb the next one.
. "$(dirname "$0")/../lib.sh"

# Three stages: outside; in a mount name space of its own, whose /tmp and
# /dev/shm are empty; the same without the rights that this took.
case ${STAGE-} in
"")
	as=()
	[ "$(id -u)" = 0 ] || as=(--map-current-user --keep-caps)
	unshare --mount "${as[@]}" mount -t tmpfs none /dev/shm 2>/dev/null ||
		skip "no mount name space of our own here"
	STAGE=mount unshare --mount "${as[@]}" bash "$0"
	exit
	;;
mount)
	mkdir "$tmp/new"
	mount -t tmpfs none "$tmp/new" || die "cannot mount a tmpfs"
	mkdir "$tmp/new/build" "$tmp/new/tests" "$tmp/new/real"
	mount --rbind "$VU_BUILD" "$tmp/new/build"
	mount --rbind "$(dirname "$0")/.." "$tmp/new/tests"
	mount --rbind "$tmp" "$tmp/new/real"
	mount --rbind "$tmp/new" /tmp
	mount -t tmpfs none /dev/shm
	drop=()
	[ "$(id -u)" = 0 ] || drop=(setpriv --ambient-caps -all)
	STAGE=test VU_BUILD=/tmp/build VU_TEST_TMP=/tmp/real \
		HOME=/tmp/real/home LD_LIBRARY_PATH=/tmp/build/lib \
		"${drop[@]}" bash /tmp/tests/view/residue.sh
	exit
	;;
esac

nothing_new() {
	nothing_left
	[ "$(ls -A /tmp)" = "$(printf 'build\nreal\ntests')" ] ||
		fail "$1: left in /tmp: $(ls -A /tmp)"
	[ -z "$(ls -A /dev/shm)" ] || fail "$1: left in /dev/shm: $(ls -A /dev/shm)"
}

setup="set -e
vu_insmod vunetioth
vumount -t vunetioth -o switch:///tmp/sw vdestack $a
vumount -t vunetioth -o vde:///tmp/sw vdestack $b
vustack $a ip link set vde0 up
vustack $b ip link set vde0 up"

umvu -N bash -c "$setup" || fail "session"
nothing_new "without unmount"

umvu -N bash -c "$setup
vuumount $b
vuumount $a" || fail "session with unmount"
nothing_new "unmount"

umvu -N bash -c "$setup
(setsid python3 -m http.server 8099 --bind 127.0.0.1 >/dev/null 2>&1 & echo \$!) >$tmp/pid"
daemon=$(cat $tmp/pid)
[ "$(marked | wc -l)" -ge 3 ] || fail "the view ended before its daemon"
kill -0 "$daemon" || fail "the daemon has ended"
kill "$daemon"
nothing_new "a daemon"

mkfifo $tmp/go
umvu -N bash -c "$setup
echo up >$tmp/up; read -r line <$tmp/go; vuumount $b; vuumount $a" &
front=$!
until_true test -e $tmp/up
for pid in $(stack_pids $b); do kill -KILL "$pid"; done
echo >$tmp/go
wait $front || fail "session with a stack that was killed"
rm $tmp/up
nothing_new "killed stack"

umvu -N bash -c "$setup
echo up >$tmp/up
exec sleep 100 <&- >&- 2>&-" &
front=$!
until_true test -e $tmp/up
sleeper=$(pgrep -x sleep -P "$(pgrep -P $front)")
kill -KILL "$(pgrep -P $front)"
wait $front 2>/dev/null
kill "$sleeper"
# No guest, and so no stack process, can remove a file any more. What a virtual
# switch leaves is removed by the next one there.
umvu -N bash -c "$setup" || fail "session after umvu was killed"
nothing_new "killed umvu"
finish
