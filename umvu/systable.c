/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "systable.h"

#include <errno.h>
#include <fcntl.h>
#include <ioth/pass.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "handlers.h"
#include "netfiles.h"
#include "paths.h"
#include "umvu/syscalls.h"

#define NAMED(call)	__NR_##call, #call
#define ALWAYS(handler) .when = TRAP, .handle = handler
#define IF_EQUAL(a, m, v, handler)                                             \
	.when = TRAP_IF_EQUAL, .arg = a, .mask = m, .value = v,                \
	.handle = handler
#define UNLESS(a, number, handler)                                             \
	.when = TRAP_UNLESS, .arg = a, .pass = number, .handle = handler
#define ANSWER(error) .when = DENY, .value = error
/* The sixth argument is nobody's: stacks mark their own calls. */
#define SOCKET_CALL   UNLESS(5, IOTH_PASS_SOCKET, on_socket_call)
#define IF_ADDRESS(a) .when = TRAP_IF_SET, .arg = a, .handle = on_socket_call

/*
 * Rows of calls with paths go on with the flags that are valid, and the
 * argument that holds them; which arguments are paths; and what becomes of a
 * name there.
 */
#define PATHS GROUP_PATH, ALWAYS(on_path)
/*
 * stat by descriptor is newfstatat(fd, "", AT_EMPTY_PATH) in the C library: it
 * names nothing, so it stays untrapped. With NAMES_ONLY a path beside
 * AT_EMPTY_PATH goes unseen, which nobody does.
 */
#define NAMES_ONLY(arg) GROUP_PATH, IF_EQUAL(arg, AT_EMPTY_PATH, 0, on_path)

#define FLAGS(arg, valid) .flags_arg = arg, .valid_flags = valid
#define AT_FLAGS(arg)	  FLAGS(arg, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)
#define STAT_FLAGS(arg)                                                        \
	FLAGS(arg, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT |     \
			   AT_STATX_SYNC_TYPE)

#define ONE_PATH(dirfd, arg, follow, error)                                    \
	.paths = 1, .path = { { dirfd, arg, follow, error } }
#define SEES(dirfd, arg, follow, handler)                                      \
	ONE_PATH(dirfd, arg, follow, 0), .named = handler
#define SEES_NET(dirfd, arg, follow, handler, use)                             \
	SEES(dirfd, arg, follow, handler), .net = NETFILE_##use
#define FAILS(dirfd, arg, follow, error) ONE_PATH(dirfd, arg, follow, error)
#define MAKES_LINK(dirfd, arg)                                                 \
	ONE_PATH(dirfd, arg, NOFOLLOW, EEXIST), .missed = missed_symlink
#define OPENS(dirfd, arg, follow)                                              \
	SEES_NET(dirfd, arg, follow, named_open, OPEN), .missed = missed_open
#define RENAMES(olddirfd, old, newdirfd, new)                                  \
	.paths = 2,                                                            \
	.path = { { olddirfd, old, NOFOLLOW, EBUSY },                          \
		{ newdirfd, new, NOFOLLOW, EBUSY } },                          \
	.missed = missed_rename
#define LINKS(olddirfd, old, follow, newdirfd, new)                            \
	.paths = 2,                                                            \
	.path = { { olddirfd, old, follow, EBUSY },                            \
		{ newdirfd, new, NOFOLLOW, EEXIST } },                         \
	.missed = missed_rename

/* <sys/syscall.h> of Debian 12 is older. */
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif

/* Ordered by number: filter.c searches it in halves. */
const struct sysrow systable[] = {
	{ VU_SYS_MSOCKET, "msocket", GROUP_CORE, ALWAYS(on_msocket) },
	{ VU_SYS_VUCTL, "vuctl", GROUP_CORE, ALWAYS(on_vuctl) },
	{ VU_SYS_LSMOD, "lsmod", GROUP_CORE, ALWAYS(on_lsmod) },
	{ VU_SYS_RMMOD, "rmmod", GROUP_CORE, ALWAYS(on_rmmod) },
	{ VU_SYS_INSMOD, "insmod", GROUP_CORE, ALWAYS(on_insmod) },

	{ NAMED(open), PATHS, OPENS(CWD, 0, AS_OPEN) },
	{ NAMED(stat), PATHS, SEES_NET(CWD, 0, FOLLOW, named_stat, STAT) },
	{ NAMED(lstat), PATHS, SEES_NET(CWD, 0, NOFOLLOW, named_stat, STAT) },
	/* 0x89xx: sockios.h */
	{ NAMED(ioctl), GROUP_CORE, IF_EQUAL(1, 0xffffff00, 0x8900, on_ioctl) },
	{ NAMED(access), PATHS,
		SEES_NET(CWD, 0, FOLLOW, named_access, ACCESS) },
	{ NAMED(socket), GROUP_CORE, UNLESS(5, IOTH_PASS_SOCKET, on_socket) },
	{ NAMED(connect), GROUP_BRIDGE, SOCKET_CALL },
	{ NAMED(accept), GROUP_BRIDGE, SOCKET_CALL },
	/* Without an address the pair carries it. */
	{ NAMED(sendto), GROUP_BRIDGE, IF_ADDRESS(4) },
	{ NAMED(recvfrom), GROUP_BRIDGE, IF_ADDRESS(4) },
	{ NAMED(sendmsg), GROUP_BRIDGE, SOCKET_CALL },
	{ NAMED(recvmsg), GROUP_BRIDGE, SOCKET_CALL },
	{ NAMED(shutdown), GROUP_BRIDGE, SOCKET_CALL },
	{ NAMED(bind), GROUP_BRIDGE, SOCKET_CALL },
	{ NAMED(listen), GROUP_BRIDGE, SOCKET_CALL },
	{ NAMED(getsockname), GROUP_BRIDGE, SOCKET_CALL },
	{ NAMED(getpeername), GROUP_BRIDGE, SOCKET_CALL },
	{ NAMED(setsockopt), GROUP_BRIDGE, SOCKET_CALL },
	{ NAMED(getsockopt), GROUP_BRIDGE, SOCKET_CALL },
	{ NAMED(execve), GROUP_CORE, ALWAYS(on_execve),
		FAILS(CWD, 0, FOLLOW, EACCES) },
	{ NAMED(truncate), PATHS, FAILS(CWD, 0, FOLLOW, EINVAL) },
	{ NAMED(getdents), GROUP_PATH, ALWAYS(on_getdents) },
	{ NAMED(chdir), PATHS, FAILS(CWD, 0, FOLLOW, ENOTDIR),
		.net = NETFILE_CHDIR },
	{ NAMED(rename), PATHS, RENAMES(CWD, 0, CWD, 1) },
	{ NAMED(mkdir), PATHS, FAILS(CWD, 0, NOFOLLOW, EEXIST) },
	{ NAMED(rmdir), PATHS, FAILS(CWD, 0, NOFOLLOW, EBUSY) },
	{ NAMED(creat), PATHS, OPENS(CWD, 0, FOLLOW) },
	{ NAMED(link), PATHS, LINKS(CWD, 0, NOFOLLOW, CWD, 1) },
	{ NAMED(unlink), PATHS, FAILS(CWD, 0, NOFOLLOW, EBUSY) },
	{ NAMED(symlink), PATHS, MAKES_LINK(CWD, 1) },
	{ NAMED(readlink), PATHS, FAILS(CWD, 0, NOFOLLOW, EINVAL),
		.net = NETFILE_READLINK },
	{ NAMED(chmod), PATHS, SEES(CWD, 0, FOLLOW, named_chmod) },
	{ NAMED(chown), PATHS, SEES(CWD, 0, FOLLOW, named_chown) },
	{ NAMED(lchown), PATHS, SEES(CWD, 0, NOFOLLOW, named_chown) },
	{ NAMED(utime), PATHS, SEES(CWD, 0, FOLLOW, named_utime) },
	{ NAMED(mknod), PATHS, FAILS(CWD, 0, NOFOLLOW, EEXIST) },
	{ NAMED(statfs), PATHS, SEES(CWD, 0, FOLLOW, named_statfs) },
	/* An unprivileged hypervisor could not read a guest that is not
	 * dumpable; so the request succeeds and does nothing. */
	{ NAMED(prctl), GROUP_CORE, .when = DENY_IF_PAIR,
		.value = PR_SET_DUMPABLE },
	{ NAMED(chroot), PATHS, FAILS(CWD, 0, FOLLOW, ENOTDIR) },
	{ NAMED(mount), GROUP_CORE, ALWAYS(on_mount) },
	{ NAMED(umount2), GROUP_CORE, ALWAYS(on_umount) },
	{ NAMED(setxattr), PATHS, FAILS(CWD, 0, FOLLOW, ENOTSUP) },
	{ NAMED(lsetxattr), PATHS, FAILS(CWD, 0, NOFOLLOW, ENOTSUP) },
	/* A name has no extended attributes; ls -l asks. */
	{ NAMED(getxattr), PATHS, FAILS(CWD, 0, FOLLOW, ENODATA),
		.net = NETFILE_GETXATTR },
	{ NAMED(lgetxattr), PATHS, FAILS(CWD, 0, NOFOLLOW, ENODATA),
		.net = NETFILE_GETXATTR },
	{ NAMED(listxattr), PATHS,
		SEES_NET(CWD, 0, FOLLOW, named_zero, LISTXATTR) },
	{ NAMED(llistxattr), PATHS,
		SEES_NET(CWD, 0, NOFOLLOW, named_zero, LISTXATTR) },
	{ NAMED(removexattr), PATHS, FAILS(CWD, 0, FOLLOW, ENODATA) },
	{ NAMED(lremovexattr), PATHS, FAILS(CWD, 0, NOFOLLOW, ENODATA) },
	{ NAMED(getdents64), GROUP_PATH, ALWAYS(on_getdents) },
	{ NAMED(exit_group), GROUP_CORE, ALWAYS(on_exit_group) },
	{ NAMED(utimes), PATHS, SEES(CWD, 0, FOLLOW, named_utimes) },
	{ NAMED(openat), PATHS, OPENS(0, 1, AS_OPEN) },
	{ NAMED(mkdirat), PATHS, FAILS(0, 1, NOFOLLOW, EEXIST) },
	{ NAMED(mknodat), PATHS, FAILS(0, 1, NOFOLLOW, EEXIST) },
	{ NAMED(fchownat), PATHS, AT_FLAGS(4),
		SEES(0, 1, UNLESS_NOFOLLOW, named_chown) },
	{ NAMED(futimesat), PATHS, SEES(0, 1, FOLLOW, named_utimes) },
	{ NAMED(newfstatat), NAMES_ONLY(3), STAT_FLAGS(3),
		SEES_NET(0, 1, UNLESS_NOFOLLOW, named_stat, STAT) },
	{ NAMED(unlinkat), PATHS, FLAGS(2, AT_REMOVEDIR),
		FAILS(0, 1, NOFOLLOW, EBUSY) },
	{ NAMED(renameat), PATHS, RENAMES(0, 1, 2, 3) },
	{ NAMED(linkat), PATHS, FLAGS(4, AT_SYMLINK_FOLLOW | AT_EMPTY_PATH),
		LINKS(0, 1, IF_FOLLOW, 2, 3) },
	{ NAMED(symlinkat), PATHS, MAKES_LINK(1, 2) },
	{ NAMED(readlinkat), PATHS, FAILS(0, 1, NOFOLLOW, EINVAL),
		.net = NETFILE_READLINK },
	/* fchmodat(2) and faccessat(2) of the kernel have no flags. */
	{ NAMED(fchmodat), PATHS, SEES(0, 1, FOLLOW, named_chmod) },
	{ NAMED(faccessat), PATHS,
		SEES_NET(0, 1, FOLLOW, named_access, ACCESS) },
	{ NAMED(utimensat), PATHS, AT_FLAGS(3),
		SEES(0, 1, UNLESS_NOFOLLOW, named_utimens) },
	{ NAMED(accept4), GROUP_BRIDGE, SOCKET_CALL },
	{ NAMED(recvmmsg), GROUP_BRIDGE, SOCKET_CALL },
	{ NAMED(name_to_handle_at), PATHS, FLAGS(4, ~0u),
		FAILS(0, 1, IF_FOLLOW, EOPNOTSUPP) },
	{ NAMED(sendmmsg), GROUP_BRIDGE, SOCKET_CALL },
	/* Only the bits of RENAME_*; others are EINVAL, but so is a name. */
	{ NAMED(renameat2), PATHS, FLAGS(4, 7), RENAMES(0, 1, 2, 3) },
	{ NAMED(execveat), GROUP_CORE, ALWAYS(on_execve), AT_FLAGS(4),
		FAILS(0, 1, UNLESS_NOFOLLOW, EACCES) },
	{ NAMED(statx), NAMES_ONLY(2), STAT_FLAGS(2),
		SEES_NET(0, 1, UNLESS_NOFOLLOW, named_statx, STATX) },
	/* Its rings would make sockets behind the view's back. */
	{ NAMED(io_uring_setup), GROUP_IO_URING, ANSWER(ENOSYS) },
	{ NAMED(openat2), PATHS, OPENS(0, 1, AS_OPEN) },
	{ NAMED(faccessat2), PATHS,
		FLAGS(3, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_EACCESS),
		SEES_NET(0, 1, UNLESS_NOFOLLOW, named_access, ACCESS) },
	{ NAMED(fchmodat2), PATHS, AT_FLAGS(3),
		SEES(0, 1, UNLESS_NOFOLLOW, named_chmod) },
};

const size_t systable_len = sizeof(systable) / sizeof(systable[0]);

const struct sysrow *systable_find(int nr)
{
	size_t low = 0, high = systable_len;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (systable[mid].nr == nr)
			return &systable[mid];
		if (systable[mid].nr < nr)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}
