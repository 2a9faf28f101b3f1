/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "systable.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "handlers.h"
#include "umvu/syscalls.h"

#define NAMED(call)	__NR_##call, #call
#define ALWAYS(handler) TRAP, 0, 0, 0, handler
#define IF_EQUAL(arg, mask, value, handler)                                    \
	TRAP_IF_EQUAL, arg, mask, value, handler
#define ANSWER(error)	DENY, 0, 0, error, NULL
#define LATER		BRIDGED, 0, 0, 0, NULL

/*
 * stat by descriptor is newfstatat(fd, "", AT_EMPTY_PATH) in the C library: it
 * names nothing, so it stays untrapped. With NAMES_ONLY a path beside
 * AT_EMPTY_PATH goes unseen, which nobody does.
 */
#define NAMES_ONLY(arg, handler) IF_EQUAL(arg, AT_EMPTY_PATH, 0, handler)

/* Ordered by number: filter.c searches it in halves. */
const struct sysrow systable[] = {
	{ VU_SYS_MSOCKET, "msocket", GROUP_CORE, ALWAYS(on_msocket) },
	{ VU_SYS_VUCTL, "vuctl", GROUP_CORE, ALWAYS(on_vuctl) },
	{ VU_SYS_LSMOD, "lsmod", GROUP_CORE, ALWAYS(on_lsmod) },
	{ VU_SYS_RMMOD, "rmmod", GROUP_CORE, ALWAYS(on_rmmod) },
	{ VU_SYS_INSMOD, "insmod", GROUP_CORE, ALWAYS(on_insmod) },

	{ NAMED(stat), GROUP_PATH, ALWAYS(on_stat) },
	{ NAMED(lstat), GROUP_PATH, ALWAYS(on_stat) },
	/* 0x89xx: sockios.h */
	{ NAMED(ioctl), GROUP_CORE, IF_EQUAL(1, 0xffffff00, 0x8900, on_ioctl) },
	{ NAMED(access), GROUP_PATH, ALWAYS(on_access) },
	{ NAMED(socket), GROUP_CORE, ALWAYS(on_socket) },
	{ NAMED(connect), GROUP_CORE, LATER },
	{ NAMED(accept), GROUP_CORE, LATER },
	{ NAMED(sendto), GROUP_CORE, LATER },
	{ NAMED(recvfrom), GROUP_CORE, LATER },
	{ NAMED(sendmsg), GROUP_CORE, LATER },
	{ NAMED(recvmsg), GROUP_CORE, LATER },
	{ NAMED(shutdown), GROUP_CORE, LATER },
	{ NAMED(bind), GROUP_CORE, LATER },
	{ NAMED(listen), GROUP_CORE, LATER },
	{ NAMED(getsockname), GROUP_CORE, LATER },
	{ NAMED(getpeername), GROUP_CORE, LATER },
	{ NAMED(setsockopt), GROUP_CORE, LATER },
	{ NAMED(getsockopt), GROUP_CORE, LATER },
	{ NAMED(execve), GROUP_CORE, ALWAYS(on_execve) },
	/* An unprivileged hypervisor could not read a guest that is not
	 * dumpable; so the request succeeds and does nothing. */
	{ NAMED(prctl), GROUP_CORE, DENY_IF_PAIR, 0, 0, PR_SET_DUMPABLE, NULL },
	{ NAMED(mount), GROUP_CORE, ALWAYS(on_mount) },
	{ NAMED(umount2), GROUP_CORE, ALWAYS(on_umount) },
	{ NAMED(getxattr), GROUP_PATH, ALWAYS(on_xattr) },
	{ NAMED(lgetxattr), GROUP_PATH, ALWAYS(on_xattr) },
	{ NAMED(listxattr), GROUP_PATH, ALWAYS(on_xattr) },
	{ NAMED(llistxattr), GROUP_PATH, ALWAYS(on_xattr) },
	{ NAMED(exit_group), GROUP_CORE, ALWAYS(on_exit_group) },
	{ NAMED(newfstatat), GROUP_PATH, NAMES_ONLY(3, on_statat) },
	{ NAMED(faccessat), GROUP_PATH, ALWAYS(on_accessat) },
	{ NAMED(accept4), GROUP_CORE, LATER },
	{ NAMED(recvmmsg), GROUP_CORE, LATER },
	{ NAMED(sendmmsg), GROUP_CORE, LATER },
	{ NAMED(execveat), GROUP_CORE, ALWAYS(on_execve) },
	{ NAMED(statx), GROUP_PATH, NAMES_ONLY(2, on_statx) },
	/* Its rings would make sockets behind the view's back. */
	{ NAMED(io_uring_setup), GROUP_IO_URING, ANSWER(ENOSYS) },
	{ NAMED(faccessat2), GROUP_PATH, ALWAYS(on_accessat) },
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
