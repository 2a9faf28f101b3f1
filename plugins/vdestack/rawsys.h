/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rawsys.h - system calls without libc
 *
 * The helper (namespace.c) is a task that libc does not know: it runs on the
 * thread-local storage of the thread that made it, so it must not touch errno
 * nor anything else of libc. These functions return a negative errno, have no
 * cancellation point and use no memory but their arguments.
 */
#ifndef VDESTACK_RAWSYS_H
#define VDESTACK_RAWSYS_H

#include <ioth/pass.h>

static inline long raw4(long nr, long a, long b, long c, long d)
{
	return ioth_rawcall(nr, a, b, c, d, 0, 0);
}

static inline long raw3(long nr, long a, long b, long c)
{
	return ioth_rawcall(nr, a, b, c, 0, 0, 0);
}

static inline long raw1(long nr, long a)
{
	return ioth_rawcall(nr, a, 0, 0, 0, 0, 0);
}

/* The kernel's own, also in a view of umvu(1). */
static inline long raw_socket(int domain, int type, int protocol)
{
	return ioth_rawcall(SYS_socket, domain, type, protocol, 0, 0,
		(long)IOTH_PASS_SOCKET);
}

static inline long raw_getsockopt(
	int fd, int level, int name, void *value, void *len)
{
	return ioth_rawcall(SYS_getsockopt, fd, level, name, (long)value,
		(long)len, (long)IOTH_PASS_SOCKET);
}

#endif
