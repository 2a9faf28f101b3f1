#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every system call with a path, on a name: like a socket's name as far as there
# is no reason for something else.
. "$(dirname "$0")/../lib.sh"
enter_view

vu_insmod vunetioth
mkdir "$tmp/d" && vumount -t vunetioth null "$tmp/d/n" || die "no stack"
"$bin/t_names_calls" "$tmp/d" n >"$tmp/got"
cat >"$tmp/right" <<end
stat: 0
lstat: 0
newfstatat: 0
newfstatat nofollow: 0
newfstatat bad flag: EINVAL
newfstatat bad address: EFAULT
statx: 0
statx bad mask: EINVAL
access: 0
access rw: 0
access bad: EINVAL
faccessat: 0
faccessat2: 0
faccessat2 bad flag: EINVAL
readlink: EINVAL
readlinkat: EINVAL
getxattr: ENODATA
lgetxattr: ENODATA
listxattr: 0
llistxattr: 0
statfs: 0
name_to_handle_at: EOPNOTSUPP
open: ENXIO
open write: ENXIO
open excl: EEXIST
open directory: ENOTDIR
open nofollow: ENXIO
open path: ENXIO
openat: ENXIO
openat2: ENXIO
creat: ENXIO
truncate: EINVAL
chdir: ENOTDIR
execve: EACCES
execveat: EACCES
chmod: 0
fchmodat: 0
fchmodat2: 0
chown: 0
lchown: 0
fchownat: 0
fchownat bad flag: EINVAL
utime: 0
utime now: 0
utimes: 0
utimes bad: EINVAL
utimes bad address: EFAULT
futimesat: 0
utimensat: 0
utimensat now: 0
utimensat bad: EINVAL
setxattr: EOPNOTSUPP
removexattr: ENODATA
mkdir: EEXIST
mkdirat: EEXIST
mknod: EEXIST
mknodat: EEXIST
symlink: EEXIST
symlinkat: EEXIST
link: EBUSY
link onto: EEXIST
linkat: EBUSY
rename: EBUSY
renameat: EBUSY
renameat2 noreplace: EBUSY
renameat2 bad flag: EINVAL
rmdir: EBUSY
unlinkat: EBUSY
unlinkat removedir: EBUSY
unlink: EBUSY
rename onto: EBUSY
end
diff "$tmp/right" "$tmp/got" || fail "calls on a name, see above"
[ -e "$tmp/d/n" ] || fail "the name is gone"
finish
