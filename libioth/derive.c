/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * read -> recv -> recvfrom -> recvmsg, readv -> recvmsg,
 * write -> send -> sendto -> sendmsg, writev -> sendmsg, close -> close(2).
 * Failures need no care: errno is where the plug-in has put it.
 */
#include "derive.h"

#include <errno.h>
#include <unistd.h>

#include "stack.h"

static int derived_close(int fd)
{
	int res = close(fd);

	if (res < 0) /* ours, but it is looked for in the plug-in's place */
		*stack_current()->plugin.errno_location() = errno;
	return res;
}

static ssize_t derived_read(int fd, void *buf, size_t len)
{
	return stack_current()->f.recv(fd, buf, len, 0);
}

static ssize_t derived_readv(int fd, const struct iovec *iov, int iovcnt)
{
	struct msghdr msg = {
		.msg_iov = (struct iovec *)iov,
		.msg_iovlen = (size_t)iovcnt,
	};

	return stack_current()->f.recvmsg(fd, &msg, 0);
}

static ssize_t derived_recv(int fd, void *buf, size_t len, int flags)
{
	return stack_current()->f.recvfrom(fd, buf, len, flags, NULL, NULL);
}

static ssize_t derived_recvfrom(int fd, void *buf, size_t len, int flags,
	struct sockaddr *from, socklen_t *fromlen)
{
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	struct msghdr msg = {
		.msg_name = from,
		.msg_namelen = from && fromlen ? *fromlen : 0,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t res = stack_current()->f.recvmsg(fd, &msg, flags);

	if (res >= 0 && fromlen)
		*fromlen = msg.msg_namelen;
	return res;
}

static ssize_t derived_write(int fd, const void *buf, size_t len)
{
	return stack_current()->f.send(fd, buf, len, 0);
}

static ssize_t derived_writev(int fd, const struct iovec *iov, int iovcnt)
{
	struct msghdr msg = {
		.msg_iov = (struct iovec *)iov,
		.msg_iovlen = (size_t)iovcnt,
	};

	return stack_current()->f.sendmsg(fd, &msg, 0);
}

static ssize_t derived_send(int fd, const void *buf, size_t len, int flags)
{
	return stack_current()->f.sendto(fd, buf, len, flags, NULL, 0);
}

static ssize_t derived_sendto(int fd, const void *buf, size_t len, int flags,
	const struct sockaddr *to, socklen_t tolen)
{
	struct iovec iov = { .iov_base = (void *)buf, .iov_len = len };
	struct msghdr msg = {
		.msg_name = (void *)to,
		.msg_namelen = tolen,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};

	return stack_current()->f.sendmsg(fd, &msg, flags);
}

void derive_missing(struct ioth_functions *f)
{
	if (!f->close)
		f->close = derived_close;
	if (!f->recvfrom && f->recvmsg)
		f->recvfrom = derived_recvfrom;
	if (!f->recv && f->recvfrom)
		f->recv = derived_recv;
	if (!f->read && f->recv)
		f->read = derived_read;
	if (!f->readv && f->recvmsg)
		f->readv = derived_readv;
	if (!f->sendto && f->sendmsg)
		f->sendto = derived_sendto;
	if (!f->send && f->sendto)
		f->send = derived_send;
	if (!f->write && f->send)
		f->write = derived_write;
	if (!f->writev && f->sendmsg)
		f->writev = derived_writev;
}
