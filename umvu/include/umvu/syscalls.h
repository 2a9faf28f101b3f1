/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * syscalls.h - the system calls that a view adds
 *
 * Programs inside a view reach them by syscall(2) with a negative number; the
 * kernel itself answers ENOSYS to these numbers, so outside a view each call
 * fails with ENOSYS. Numbers and layouts are shared with other
 * implementations of the same calls and never change.
 *
 *	insmod(const char *module, int permanent)
 *	rmmod(const char *name)
 *	lsmod(char *buf, size_t len)
 *		copies at most @len bytes of text, one line per module, no NUL;
 *		returns the length of the whole text; NULL, 0 just asks for it
 *	vuctl(int op, ...)			see enum vuctl_op
 *	msocket(const char *path, int domain, int type, int protocol)
 *		<msocket.h>, msocket(2)
 */
#ifndef UMVU_SYSCALLS_H
#define UMVU_SYSCALLS_H

#include <sys/utsname.h>

enum vu_syscall {
	VU_SYS_INSMOD = -1,
	VU_SYS_RMMOD = -2,
	VU_SYS_LSMOD = -3,
	VU_SYS_VUCTL = -4,
	VU_SYS_MSOCKET = -5,
};

enum vuctl_op {
	/* (struct vu_info *), or NULL: 0 just says "you are in a view" */
	VUCTL_GETINFO = 1,
	/* (const char *): names the view; longer names are truncated */
	VUCTL_SETNAME = 2,
	/* debug tags of the hypervisor, not offered by every view: ENOSYS */
	VUCTL_DEBUG_FIRST = 3,
	VUCTL_DEBUG_LAST = 7,
	/*
	 * (char *buf, size_t len): copies the one-line text that explains the
	 * last failed mount, umount or insmod of the calling process, without
	 * newline; always terminates it if @len > 0.
	 * Returns the length of the whole text, 0 when there is none. Our own
	 * extension: other views answer with an error.
	 */
	VUCTL_ERRMSG = 8,
};

#define VU_NAME_SIZE 65 /* like a field of struct utsname, with the NUL */

struct vu_info {
	struct utsname uname;
	char vu_serverid[VU_NAME_SIZE];
	char vu_name[VU_NAME_SIZE];
};

#endif
