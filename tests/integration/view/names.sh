#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A mounted stack in the file system: stat, ls -l, test, by absolute, relative
# and odd paths; gone after unmount.
. "$(dirname "$0")/../lib.sh"
enter_view

vu_insmod vunetioth
mkdir "$tmp/d" "$tmp/d/deep"
before=$(date +%s)
for name in "$tmp/d/s" /dev/net/s; do
	[ -e "$name" ] && fail "$name: there before it is mounted"
	vumount -t vunetioth null "$name" || die "no stack"
	[ -e "$name" ] || fail "$name: test -e"
	[ -f "$name" ] && fail "$name: test -f"
	[ -d "$name" ] && fail "$name: test -d"
	expect 0 "e1ff $(id -u) $(id -g)" stat -c '%f %u %g' "$name"
	[ "$(stat -c %Y "$name")" -ge "$before" ] || fail "$name: mtime"
	expect 0 "?rwxrwxrwx * $(id -un) *$name" ls -ld "$name"
done
cd "$tmp/d" || exit
[ -e s ] || fail "relative path"
[ -e ./deep/../s ] || fail "path with dots"
[ -e deep/s ] && fail "name in another folder"
ln -s "$tmp/d" link
[ -e link/s ] || fail "path through a symbolic link"
cd deep || exit
[ -e ../s ] || fail "relative path with dots"
(cd /dev && expect 0 e1ff stat -c %f net/s)

vumount -t vunetioth -o mode=640 null ../t || die "mount by relative path"
expect 0 "e1a0" stat -c %f "$tmp/d/t"
expect 1 "vumount: ../t: *" vumount -t vunetioth null ../t

# a name hides what was there
echo text >file
vumount -t vunetioth null file || die "no stack on a file"
expect 0 "e1ff" stat -c %f file
expect 0 "" vuumount file
expect 0 text cat file
expect 0 "" vuumount "$tmp/d/s"
[ -e "$tmp/d/s" ] && fail "still there after unmount"
finish
