#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How tools see a name, by which paths, and what is no path to it.
. "$(dirname "$0")/../lib.sh"
enter_view

vu_insmod vunetioth
d=$tmp/d
mkdir "$d" "$d/deep"
vumount -t vunetioth null "$d/n" || die "no stack"
cd "$d" || exit

expect 0 "$(stat -c %d "$d")" stat -c %d n
expect 0 "$(stat -c %i n)" sh -c 'ls -i n | cut -d" " -f1'
expect 0 "?rwxrwxrwx 1 $(id -un) * n" ls -l n
expect 0 "$d/n" realpath n
expect 0 "$d/n" readlink -e deep/../n
expect 1 "" readlink n
for mode in e r w x; do
	test -$mode n || fail "test -$mode"
done
for mode in f d L S p b c; do
	test -$mode n && fail "test -$mode"
done
for path in n ./n deep/../n "$d/n" "$d//deep/..//n"; do
	expect 0 "*n" ls "$path"
done
expect 1 "*Not a directory" stat n/
expect 2 "*Not a directory" ls n/
expect 1 "*File exists" mkdir n/
expect 1 "*No such device or address" cat n
expect 126 "*Permission denied" env ./n
expect 1 "*cannot open*No such device or address" truncate -s 0 n
expect 0 "*sockfs*" stat -f n

# by descriptors of folders
python3 - "$d" <<'end' || fail "python's os, see above"
import errno, os, stat, sys
d = os.open(sys.argv[1], os.O_RDONLY)
deep = os.open("deep", os.O_RDONLY | os.O_DIRECTORY, dir_fd=d)
path_fd = os.open("deep", os.O_PATH, dir_fd=d)
for fd, path in (d, "n"), (d, "deep/../n"), (deep, "../n"), (path_fd, "../n"):
    st = os.stat(path, dir_fd=fd)
    assert stat.S_IFMT(st.st_mode) == 0o160000, path
    assert os.stat(path, dir_fd=fd, follow_symlinks=False) == st
    assert os.access(path, os.R_OK | os.W_OK, dir_fd=fd)
    try:
        os.open(path, os.O_RDONLY, dir_fd=fd)
        assert False, "open worked"
    except OSError as e:
        assert e.errno == errno.ENXIO, e
os.chmod("n", 0o640, dir_fd=d)
os.utime("n", (1, 2), dir_fd=d)
st = os.lstat("n")
assert (st.st_mode & 0o7777, st.st_atime, st.st_mtime) == (0o640, 1, 2), st
for e in os.scandir("."):
    if e.name == "n":
        assert e.stat().st_ino == e.inode()
        assert not e.is_file() and not e.is_dir() and not e.is_symlink()
n = open("deep/file", "w")
try:
    os.stat("n", dir_fd=n.fileno())
    assert False
except NotADirectoryError:
    pass
end

# long
long=$(printf 'l%.0s' {1..255})
vumount -t vunetioth null "$long" || fail "a name of 255 bytes"
[ -e "$long" ] || fail "a name of 255 bytes is not seen"
expect 1 "*File name too long" stat "${long}l"
path=$(printf './%.0s' {1..2500})n
expect 1 "*File name too long" stat "$path"
path=$(printf './%.0s' {1..2040})n
[ -e "$path" ] || fail "a path of 4081 bytes"

# no folder there: known by its path only, until there is one
mkdir real && ln -s real link
missing=$d/link/no/where/n
vumount -t vunetioth null "$missing" || fail "mount where no folder is"
for path in "$missing" "$d/real/no/where/n" real/no/where/n \
	link/no/./where/n; do
	[ -e "$path" ] || fail "no folder: $path"
done
[ -e "$d/real/no/n" ] && fail "no folder: another path"
[ -e "$d/real/no/where" ] && fail "the folder itself is there"
mkdir -p real/no/where
[ -e "$missing" ] || fail "gone when its folder was made"
expect 0 "" vuumount "$missing"
[ -e "$missing" ] && fail "still there"

# a folder that is renamed takes the name along; one that is removed leaves it
mkdir m && vumount -t vunetioth null m/n && mv m m2
[ -e m2/n ] || fail "renamed folder"
[ -e m/n ] && fail "renamed folder, old path"
rmdir m2 || fail "rmdir"
mkdir other m2
[ -e m2/n ] || fail "folder removed and made"
[ -e other/n ] && fail "another folder got it"
finish
