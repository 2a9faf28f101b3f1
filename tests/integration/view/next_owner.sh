#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# umvu is killed, and the next one mounts a stack at the place of the same switch
# at once: the process of the last one ends a moment later, for it tells others
# first, and leaves its folder.
. "$(dirname "$0")/../lib.sh"
need pgrep

# session N: a view with a stack; $front: its umvu, which the shell has started
session() {
	mkfifo "$tmp/end$1"
	umvu -N bash -c "vu_insmod vunetioth &&
		vumount -t vunetioth -o switch://$tmp/sw $VU_PLUGIN $a && echo mounted
		read <$tmp/end$1" >"$tmp/session$1" 2>&1 &
	front=$!
	started+=("$front")
	until_true grep -q . "$tmp/session$1"
	[ "$(head -n 1 "$tmp/session$1")" = mounted ] ||
		fail "session $1: $(cat "$tmp/session$1")"
}
for ((i = 0; i < 6; i++)); do
	session $i
	victim=$front
	((i % 2)) || victim=$(pgrep -P "$front" | head -n 1)
	kill -KILL "$victim" || fail "no process to be killed"
done
session last
echo end >"$tmp/endlast"
wait "$front"
[ -e "$tmp/sw" ] && fail "the last one leaves its folder"
# commands whose view was killed wait still
for ((i = 0; i < 6; i++)); do : <>"$tmp/end$i" && echo end 1<>"$tmp/end$i"; done
nothing_left
finish
