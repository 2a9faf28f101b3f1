#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Whoever asks a file system that never answers waits; all others do not.
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || skip "only root may mount"
# mounts of the test itself are seen by nobody else
[ "${VU_TEST_NS-}" ] || VU_TEST_NS=1 exec unshare -m "$0" "$@"
enter_view

vu_insmod vunetioth
cd "$tmp" || exit
mkdir h d
vumount -t vunetioth null d/n || die "no stack"
start hung "$bin/t_names_hung" "$tmp/h"
until_true grep hung "$tmp/hung" || skip "no FUSE here"
# each waits in its own way
start w1 stat h/x/n
start w2 stat h/n
start w3 chmod 700 h/y/n
start w4 sh -c "cd h && ls"
start w5 touch h/x/../n
sleep 0.5
for ((i = 0; i < 50; i++)); do
	expect 0 d/n timeout 5 stat -c %n d/n
done
expect 0 "*n*" timeout 5 ls d
expect 0 "" timeout 5 vustack "$tmp/d/n" true
expect 0 "*vunetioth*" timeout 5 cat /proc/mounts
# a guest that waits can be killed
for ((i = 1; i < ${#started[@]}; i++)); do
	has_ended "${started[i]}" && fail "waiter $i: $(cat "$tmp/w$i")"
done
kill -KILL "${started[1]}" # waits for umvu only, so it dies
wait "${started[1]}" 2>/dev/null
expect 0 d/n timeout 5 stat -c %n d/n
kill "${started[0]}" # and all who wait get an error
wait
started=()
expect 0 d/n timeout 5 stat -c %n d/n
umount -l h 2>/dev/null
finish
