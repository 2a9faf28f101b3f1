/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls.c - the calls that are the kernel's own
 *
 * Descriptors of the stack are the kernel's; libioth derives these calls from
 * each other, but cannot know that.
 */
#include "gnu.h"
#include "vdestack.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

int ioth_vdestack_close(int fd)
{
	return close(fd);
}

int ioth_vdestack_bind(int fd, const struct sockaddr *addr, socklen_t addrlen)
{
	return bind(fd, addr, addrlen);
}

int ioth_vdestack_connect(
	int fd, const struct sockaddr *addr, socklen_t addrlen)
{
	return connect(fd, addr, addrlen);
}

int ioth_vdestack_listen(int fd, int backlog)
{
	return listen(fd, backlog);
}

int ioth_vdestack_accept(int fd, struct sockaddr *addr, socklen_t *addrlen)
{
	return accept(fd, addr, addrlen);
}

int ioth_vdestack_getsockname(int fd, struct sockaddr *addr, socklen_t *addrlen)
{
	return getsockname(fd, addr, addrlen);
}

int ioth_vdestack_getpeername(int fd, struct sockaddr *addr, socklen_t *addrlen)
{
	return getpeername(fd, addr, addrlen);
}

int ioth_vdestack_setsockopt(
	int fd, int level, int optname, const void *optval, socklen_t optlen)
{
	return setsockopt(fd, level, optname, optval, optlen);
}

int ioth_vdestack_getsockopt(
	int fd, int level, int optname, void *optval, socklen_t *optlen)
{
	return getsockopt(fd, level, optname, optval, optlen);
}

int ioth_vdestack_shutdown(int fd, int how)
{
	return shutdown(fd, how);
}

int ioth_vdestack_ioctl(int fd, unsigned long request, void *argp)
{
	return ioctl(fd, request, argp);
}

int ioth_vdestack_fcntl(int fd, int cmd, long val)
{
	return fcntl(fd, cmd, val);
}

ssize_t ioth_vdestack_read(int fd, void *buf, size_t len)
{
	return read(fd, buf, len);
}

ssize_t ioth_vdestack_readv(int fd, const struct iovec *iov, int iovcnt)
{
	return readv(fd, iov, iovcnt);
}

ssize_t ioth_vdestack_recv(int fd, void *buf, size_t len, int flags)
{
	return recv(fd, buf, len, flags);
}

ssize_t ioth_vdestack_recvfrom(int fd, void *buf, size_t len, int flags,
	struct sockaddr *from, socklen_t *fromlen)
{
	return recvfrom(fd, buf, len, flags, from, fromlen);
}

ssize_t ioth_vdestack_recvmsg(int fd, struct msghdr *msg, int flags)
{
	return recvmsg(fd, msg, flags);
}

ssize_t ioth_vdestack_write(int fd, const void *buf, size_t len)
{
	return write(fd, buf, len);
}

ssize_t ioth_vdestack_writev(int fd, const struct iovec *iov, int iovcnt)
{
	return writev(fd, iov, iovcnt);
}

ssize_t ioth_vdestack_send(int fd, const void *buf, size_t len, int flags)
{
	return send(fd, buf, len, flags);
}

ssize_t ioth_vdestack_sendto(int fd, const void *buf, size_t len, int flags,
	const struct sockaddr *to, socklen_t tolen)
{
	return sendto(fd, buf, len, flags, to, tolen);
}

ssize_t ioth_vdestack_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	return sendmsg(fd, msg, flags);
}
