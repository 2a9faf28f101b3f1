/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nonsense - a plug-in whose functions return what they must not
 *
 * Streams: connect fails for odd ports; what comes afterwards depends on the
 * port, see nonsense.sh.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "ioth/plugin.h"

#define FDS 1024

enum trick {
	HUGE_READ = 2,	  /* more than there was room for */
	HUGE_WRITE = 4,	  /* more than there was */
	ZERO_WRITE = 6,	  /* nothing, without an error */
	NO_ERRNO = 8,	  /* -1 and no errno */
	HUGE_NAMES = 10,  /* lengths of names, options, control data */
	INTERRUPTED = 12, /* always */
	HANGS = 14,	  /* whatever MSG_DONTWAIT says */
};

static int tricks[FDS];

IOTH_EXPORT void *ioth_nonsense_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f);
void *ioth_nonsense_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f)
{
	(void)vnlv, (void)options;
	return f;
}

IOTH_EXPORT int ioth_nonsense_socket(int domain, int type, int protocol);
int ioth_nonsense_socket(int domain, int type, int protocol)
{
	int fd;

	(void)type, (void)protocol;
	if (domain != AF_INET) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd >= 0 && fd < FDS)
		tricks[fd] = 0;
	return fd;
}

static int trick(int fd)
{
	return fd >= 0 && fd < FDS ? tricks[fd] : 0;
}

IOTH_EXPORT int ioth_nonsense_connect(
	int fd, const struct sockaddr *addr, socklen_t size);
int ioth_nonsense_connect(int fd, const struct sockaddr *addr, socklen_t size)
{
	int port = ntohs(((const struct sockaddr_in *)addr)->sin_port);

	(void)size;
	if (fd < FDS)
		tricks[fd] = port;
	eventfd_write(fd, 1);
	errno = 0;
	return port % 2 ? -1 : 0;
}

IOTH_EXPORT int ioth_nonsense_listen(int fd, int backlog);
int ioth_nonsense_listen(int fd, int backlog)
{
	(void)fd, (void)backlog;
	return 0;
}

/* The listening socket itself. */
IOTH_EXPORT int ioth_nonsense_accept(
	int fd, struct sockaddr *addr, socklen_t *size);
int ioth_nonsense_accept(int fd, struct sockaddr *addr, socklen_t *size)
{
	(void)addr;
	*size = 70000;
	return fd;
}

IOTH_EXPORT int ioth_nonsense_getpeername(
	int fd, struct sockaddr *addr, socklen_t *size);
int ioth_nonsense_getpeername(int fd, struct sockaddr *addr, socklen_t *size)
{
	(void)fd;
	memset(addr, 1, *size);
	*size = UINT32_MAX;
	return 0;
}

IOTH_EXPORT int ioth_nonsense_getsockopt(
	int fd, int level, int name, void *value, socklen_t *size);
int ioth_nonsense_getsockopt(
	int fd, int level, int name, void *value, socklen_t *size)
{
	(void)fd, (void)level, (void)name;
	memset(value, 1, 4);
	*size = UINT32_MAX;
	return 0;
}

static ssize_t failure(int fd)
{
	errno = trick(fd) == INTERRUPTED ? EINTR
		: trick(fd) == NO_ERRNO	 ? 0
					 : EAGAIN;
	return -1;
}

IOTH_EXPORT ssize_t ioth_nonsense_recvmsg(int fd, struct msghdr *m, int flags);
ssize_t ioth_nonsense_recvmsg(int fd, struct msghdr *m, int flags)
{
	(void)flags;
	while (trick(fd) == HANGS)
		pause();
	if (trick(fd) == HUGE_READ)
		return (ssize_t)m->msg_iov[0].iov_len + 1000;
	if (trick(fd) != HUGE_NAMES)
		return failure(fd);
	m->msg_namelen = 70000;
	m->msg_controllen = 70000;
	return 10;
}

IOTH_EXPORT ssize_t ioth_nonsense_sendmsg(
	int fd, const struct msghdr *m, int flags);
ssize_t ioth_nonsense_sendmsg(int fd, const struct msghdr *m, int flags)
{
	(void)flags;
	switch (trick(fd)) {
	case HUGE_WRITE:
		return (ssize_t)m->msg_iov[0].iov_len + 1000;
	case ZERO_WRITE:
		return 0;
	default:
		return failure(fd);
	}
}
