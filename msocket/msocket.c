/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <msocket.h>

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include <umvu/syscalls.h>

__attribute__((visibility("default"))) int msocket(
	const char *path, int domain, int type, int protocol)
{
	int saved_errno = errno;
	long fd = syscall(
		VU_SYS_MSOCKET, path, (long)domain, (long)type, (long)protocol);

	if (fd >= 0 || errno != ENOSYS)
		return (int)fd;
	/* No view: the only stack is the host's, and socket(2) opens it. */
	if (path || type == SOCK_DEFAULT)
		return -1;
	errno = saved_errno;
	return socket(domain, type, protocol);
}
