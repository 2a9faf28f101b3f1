/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel - the host's own stack as a stack of libioth
 *
 * libioth also has this file built in, as the stack NULL or "". Wires make no
 * sense here and are ignored, as are options.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ioth/plugin.h"

/*
 * The first group takes addresses, for which glibc's prototypes have a type of
 * their own (a transparent union), the second is variadic: neither can be
 * assigned as it is.
 */
static int kernel_bind(int fd, const struct sockaddr *addr, socklen_t addrlen)
{
	return bind(fd, addr, addrlen);
}

static int kernel_connect(
	int fd, const struct sockaddr *addr, socklen_t addrlen)
{
	return connect(fd, addr, addrlen);
}

static int kernel_accept(int fd, struct sockaddr *addr, socklen_t *addrlen)
{
	return accept(fd, addr, addrlen);
}

static int kernel_getsockname(int fd, struct sockaddr *addr, socklen_t *addrlen)
{
	return getsockname(fd, addr, addrlen);
}

static int kernel_getpeername(int fd, struct sockaddr *addr, socklen_t *addrlen)
{
	return getpeername(fd, addr, addrlen);
}

static ssize_t kernel_recvfrom(int fd, void *buf, size_t len, int flags,
	struct sockaddr *from, socklen_t *fromlen)
{
	return recvfrom(fd, buf, len, flags, from, fromlen);
}

static ssize_t kernel_sendto(int fd, const void *buf, size_t len, int flags,
	const struct sockaddr *to, socklen_t tolen)
{
	return sendto(fd, buf, len, flags, to, tolen);
}

static int kernel_ioctl(int fd, unsigned long request, void *argp)
{
	return ioctl(fd, request, argp);
}

static int kernel_fcntl(int fd, int cmd, long val)
{
	return fcntl(fd, cmd, val);
}

static void set_functions(struct ioth_functions *f)
{
	f->socket = socket;
	f->close = close;
	f->bind = kernel_bind;
	f->connect = kernel_connect;
	f->listen = listen;
	f->accept = kernel_accept;
	f->getsockname = kernel_getsockname;
	f->getpeername = kernel_getpeername;
	f->setsockopt = setsockopt;
	f->getsockopt = getsockopt;
	f->shutdown = shutdown;
	f->ioctl = kernel_ioctl;
	f->fcntl = kernel_fcntl;
	f->read = read;
	f->readv = readv;
	f->recv = recv;
	f->recvfrom = kernel_recvfrom;
	f->recvmsg = recvmsg;
	f->write = write;
	f->writev = writev;
	f->send = send;
	f->sendto = kernel_sendto;
	f->sendmsg = sendmsg;
}

IOTH_EXPORT ioth_newstack_f ioth_kernel_newstack;
IOTH_EXPORT int ioth_kernel_supported(int domain);
IOTH_EXPORT int ioth_kernel_procopen(const char *path, int flags);

/* To try the others out would load kernel modules that nobody asked for; and who
 * opens one of those gets the host's anyway. */
IOTH_EXPORT int ioth_kernel_supported(int domain)
{
	return domain == AF_INET || domain == AF_INET6 ||
	       domain == AF_NETLINK || domain == AF_PACKET;
}

/* As sockets, these files go by the network namespace of the thread. */
IOTH_EXPORT int ioth_kernel_procopen(const char *path, int flags)
{
	bool of_thread = !strncmp(path, "net", 3);
	char whole[PATH_MAX];

	if ((size_t)snprintf(whole, sizeof(whole), "/proc/%s%s",
		    of_thread ? "thread-self/" : "", path) >= sizeof(whole)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(whole, flags, 0);
}

IOTH_EXPORT void *ioth_kernel_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	static char nothing;

	(void)vnlv;
	(void)options;
	set_functions(functions);
	return &nothing;
}
