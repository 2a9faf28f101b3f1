# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Stacks that stop or die at a bad moment; names that are taken.
vumount -t vunetioth vdestack "$tmp/n" || skip "no vdestack here"
check "mount" vumount -t vunetioth vdestack "$tmp/m"
mkfifo "$tmp/hold"

# Stopped: it alone stands still.
pid=$(stack_pid "$tmp/n")
check "open" vustack "$tmp/n" open 100
before=$(fds)
kill -STOP "$pid"
vustack "$tmp/n" open 100 >"$tmp/out" &
waiting=$!
start=$(now)
check "the other stack" vustack "$tmp/m" open 100
alive "while a stack is stopped"
[ $(($(now) - start)) -lt 2000 ] || fail "a stopped stack slows the others"

abandon 20 vustack "$tmp/n" open 100
kill -CONT "$pid"
check "the call that waited" wait $waiting
[ "$(cat "$tmp/out")" = ok ] || fail "the call that waited: $(cat "$tmp/out")"
check "after the stop" vustack "$tmp/n" open 100
same_fds "after calls were dropped" $((before + 18)) # the pool

# Busy while a socket is open; two unmount it at once.
vustack "$tmp/n" open hold <"$tmp/hold" >"$tmp/out" &
exec 8>"$tmp/hold"
until_true 5 grep -q ok "$tmp/out" || fail "open hold"
refuse "umount in use" "*in use*" vuumount "$tmp/n"
refuse "mount on it" "*mounted*already*" vumount -t vunetioth null "$tmp/n"
exec 8>&-
wait $!
good=0 pids=
for i in 1 2 3 4 5 6; do
	vuumount "$tmp/n" 2>/dev/null &
	pids="$pids $!"
done
for p in $pids; do
	wait "$p" && good=$((good + 1))
done
[ $good = 1 ] || fail "$good of six umounts of one name succeed"
[ ! -e "$tmp/n" ] || fail "the name is there after its umount"

# From inside.
check "umount by a process inside" vustack "$tmp/m" vuumount "$tmp/m"
check "mount" vumount -t vunetioth vdestack "$tmp/m"

# kill -9 in the middle of a transfer
vustack "$tmp/m" sh -c 'ip link set lo up; open transfer' >"$tmp/out" &
until_true 5 grep -q ok "$tmp/out" || fail "no transfer: $(cat "$tmp/out")"
kill -9 "$(stack_pid "$tmp/m")"
wait $!
case $(tail -n 1 "$tmp/out") in
ECONN* | EOF) ;;
*) fail "the transfer ends with $(tail -n 1 "$tmp/out")" ;;
esac
refuse "a dead stack" "*died*" vustack "$tmp/m" true
check "umount of the dead" vuumount "$tmp/m"
check "mount again" vumount -t vunetioth vdestack "$tmp/m"
check "and it works" vustack "$tmp/m" open 10
check "umount" vuumount "$tmp/m"

# On names that exist: a file, a folder, a link.
: >"$tmp/file"
mkdir "$tmp/dir"
ln -s dir "$tmp/link"
for name in file dir link; do
	check "mount on a $name" vumount -t vunetioth null "$tmp/$name"
	check "umount" vuumount "$tmp/$name"
done
[ -f "$tmp/file" ] && [ -d "$tmp/dir" ] || fail "what was below has gone"
