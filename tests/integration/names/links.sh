#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Symbolic links to names.
. "$(dirname "$0")/../lib.sh"
enter_view

vu_insmod vunetioth
cd "$tmp" || exit
mkdir d e
vumount -t vunetioth null d/n || die "no stack"
ln -s "$tmp/d/n" absolute
ln -s d/n relative
ln -s ../d/n e/up
ln -s e/up twice
ln -s d/other dangling
ln -s d folder
for link in absolute relative e/up twice; do
	[ -e $link ] || fail "$link: test -e"
	[ -L $link ] || fail "$link: test -L"
	expect 0 e1ff stat -L -c %f $link
	expect 0 "symbolic link" stat -c %F $link
	expect 0 "$(stat -c %i d/n)" stat -L -c %i $link
	expect 0 "$tmp/d/n" realpath $link
	expect 0 "" vustack "$tmp/$link" true
	expect 1 "*No such device or address" cat $link
	expect 0 "" chmod 750 $link
	expect 0 750 stat -c %a d/n
	chmod 777 d/n
done
expect 0 e1ff stat -c %f folder/n
[ -e dangling ] && fail "a link that leads nowhere"
mv relative renamed
[ -e renamed ] || fail "a renamed link"
cp -P renamed copied
[ -e copied ] || fail "a copied link"
rm absolute || fail "a link cannot be removed"
[ -e d/n ] || fail "the link's removal removed the name"
python3 -c 'import os, errno
os.symlink("d/n", "made")
assert os.stat("made").st_mode >> 12 == 0o16
try:
    os.stat("made/")
    assert False
except NotADirectoryError:
    pass
os.lchown("made", -1, -1)
os.unlink("made")' || fail "python, see above"
# a loop is a loop
ln -s n2 n1 && ln -s n1 n2
vumount -t vunetioth null d/n1
expect 1 "*Too many levels*" stat -L n1
finish
