#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Folders list the names in them: ls, find, globs, completion; with small
# buffers, seeks and two readers; on file systems that one cannot write to.
. "$(dirname "$0")/../lib.sh"
enter_view

# shows FOLDER NAME...: this and nothing else
shows() {
	local folder=$1 got

	shift
	got=$(ls -A "$folder" | sort | tr '\n' ' ')
	[ "$got" = "$* " ] || fail "ls $folder: $got, not $*"
}

vu_insmod vunetioth
d=$tmp/d
mkdir "$d"
touch "$d/file"
shows "$d" file
vumount -t vunetioth null "$d/n1" && vumount -t vunetioth null "$d/.n2" ||
	die "no stack"
shows "$d" .n2 file n1
expect 0 "$d/file $d/n1" echo "$d"/*
expect 0 "$d/n1" echo "$d"/n?
expect 0 "$d/n1" compgen -f "$d/n"
expect 0 "*"$'\n'"?rwxrwxrwx *n1" ls -l "$d"
[ "$(find "$d" | sort | tr '\n' ' ')" = "$d $d/.n2 $d/file $d/n1 " ] ||
	fail "find: $(find "$d")"
expect 0 "$d/n1" find "$d" -name 'n*' -mmin -5
expect 0 "$d/file" find "$d" -type f
expect 0 ".n2 file n1" python3 -c \
	'import os, sys; print(*sorted(os.listdir(sys.argv[1])))' "$d"
(cd "$d" && expect 0 "file"$'\n'n1 ls)
rm -r "$d" 2>/dev/null && fail "rm -r removes names"
shows "$d" .n2 n1
expect 0 "" vuumount "$d/n1"
shows "$d" .n2

# what a name hides is not listed twice
touch "$d/.n2" 2>/dev/null
mkdir "$d/h" && touch "$d/h/x"
vumount -t vunetioth null "$d/h/x"
shows "$d/h" x
expect 0 "" vuumount "$d/h/x"
shows "$d/h" x

# more than one buffer holds
mkdir "$d/many"
for ((i = 0; i < 40; i++)); do
	: >"$d/many/file-with-a-long-name-$i"
	((i % 4)) || vumount -t vunetioth null "$d/many/name-of-a-stack-$i"
done
right=$(cd "$d/many" && for ((i = 0; i < 40; i++)); do
	echo "file-with-a-long-name-$i"
	((i % 4)) || echo "name-of-a-stack-$i"
done; echo .; echo ..)
for size in 48 64 100 333 1000 4096 32768; do
	for call in get old; do
		"$bin/t_names_dirents" "$d/many" $call $size >"$tmp/got"
		[ "$(sort "$tmp/got")" = "$(sort <<<"$right")" ] ||
			fail "$call with $size bytes: $(cat "$tmp/got")"
	done
done
expect 0 "EINVAL*" "$bin/t_names_dirents" "$d/many" get 20
expect 0 "" "$bin/t_names_dirents" "$d/many" seek
expect 0 "" "$bin/t_names_dirents" "$d" seek
"$bin/t_names_dirents" "$d/many" dup >"$tmp/got"
[ "$(sort "$tmp/got")" = "$(sort <<<"$right")" ] || fail "dup: $(cat "$tmp/got")"

# a folder without anything, file systems without a place for it
mkdir "$d/empty" && vumount -t vunetioth null "$d/empty/n"
shows "$d/empty" n
for folder in /proc /proc/sys /dev /dev/pts /sys/kernel; do
	name=$folder/umvu-test-name
	[ -d "$folder" ] || continue
	vumount -t vunetioth null "$name" 2>/dev/null || continue
	expect 0 "*umvu-test-name*" ls "$folder"
	[ -e "$name" ] || fail "$name: not there"
	[ "$(ls "$folder" | grep -c umvu-test-name)" = 1 ] ||
		fail "$folder: not once"
	[ "$(ls -f "$folder" | wc -l)" -gt 2 ] || fail "$folder: empty"
	expect 0 "" vuumount "$name"
	expect 1 "" sh -c "ls $folder | grep umvu-test-name"
done
finish
