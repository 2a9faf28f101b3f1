#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The tables of mounts list the names: mount, findmnt, df, /proc.
. "$(dirname "$0")/../lib.sh"
need findmnt
enter_view

cat /proc/self/mounts >"$tmp/before"
vu_insmod vunetioth
cd "$tmp" || exit
vumount -t vunetioth -o mode=700 null "$tmp/n" || die "no stack"
cat /proc/self/mounts >"$tmp/after"
expect 1 "*"$'\n'"> null $tmp/n vunetioth rw,mode=700 0 0" \
	diff "$tmp/before" "$tmp/after"
for table in /proc/mounts "/proc/$$/mounts" /proc/thread-self/mounts \
	"/proc/$$/task/$$/mounts" /etc/mtab; do
	[ "$table" = /etc/mtab ] && [ ! -L /etc/mtab ] && continue
	cmp "$table" "$tmp/after" || fail "$table"
done
(cd /proc/self && cmp mounts "$tmp/after") || fail "relative path"
expect 0 "* $tmp/n rw - vunetioth null rw,mode=700" \
	tail -n 1 /proc/self/mountinfo
expect 0 "*null on $tmp/n type vunetioth (rw,mode=700)*" mount
expect 0 "null $tmp/n vunetioth rw,mode=700" \
	findmnt -n -r -o SOURCE,TARGET,FSTYPE,OPTIONS -t vunetioth
expect 0 "$tmp/n" findmnt -n -o TARGET "$tmp/n"
expect 0 "*null*$tmp/n" df -a "$tmp/n"
expect 1 "" sh -c 'df | grep vunetioth'
expect 0 "True" python3 -c 'import os; t = os.stat("/proc/self/mounts").st_mode
fd = os.open("/proc/self/mounts", os.O_RDONLY | os.O_CLOEXEC)
print(not os.get_inheritable(fd) and len(os.read(fd, 1 << 20)) > 10)'
expect 1 "*Permission denied" sh -c 'setpriv --reuid 9 --clear-groups true \
	2>/dev/null && exec setpriv --reuid 9 --clear-groups tee /proc/mounts ||
	exec tee /proc/mounts' </dev/null
expect 1 "*No such file*" cat /proc/999999999/mounts
mkdir e && echo mine >e/mounts
expect 0 mine cat e/mounts
ln -s /proc/mounts e/mtab
cmp e/mtab "$tmp/after" || fail "a link of our own"

# odd characters
odd=$(printf 'a b\tc\\d#e')
vumount -t vunetioth null "$tmp/$odd" || fail "odd name"
[ "$(findmnt -n -r -o TARGET -t vunetioth | tail -n 1)" = \
	"$tmp/a\x20b\x09c\x5cd#e" ] || fail "findmnt: $(findmnt -r -t vunetioth)"
expect 0 "null $tmp/a\\\\040b\\\\011c\\\\134d\\\\043e vunetioth rw 0 0" \
	tail -n 1 /proc/mounts
expect 0 "" vuumount "$tmp/$odd"
expect 0 "" vuumount "$tmp/n"
cmp /proc/self/mounts "$tmp/before" || fail "listed after unmount"
finish
