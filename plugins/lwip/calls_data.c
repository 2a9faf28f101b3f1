/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls_data.c - data in and out: the descriptor's own, addresses apart
 *
 * Streams and datagrams without address are the kernel's business. Datagrams
 * that come are read with their source from the bridge. Those that go somewhere
 * (an address, control data) are given to the stack by a request, behind what
 * was written before, so that the program learns of every error.
 */
#include "bridge_app.h"
#include "calls.h"
#include "lwip.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* ---- receiving ---- */

/* A datagram without a source came from the peer that we are connected to. */
static void complete_name(int fd, struct msghdr *msg, socklen_t room)
{
	struct sockaddr_storage addr;
	socklen_t size = sizeof(addr);

	if (!msg->msg_name || msg->msg_namelen)
		return;
	if (ioth_lwip_getpeername(fd, (struct sockaddr *)&addr, &size) < 0)
		return;
	memcpy(msg->msg_name, &addr, room < size ? room : size);
	msg->msg_namelen = size;
}

static ssize_t receive(int fd, struct msghdr *msg, int flags)
{
	socklen_t room = msg->msg_namelen;
	int type = calls_app_type(fd);
	ssize_t n;

	if (type != SOCK_SEQPACKET) {
		n = recvmsg(fd, msg, flags);
		if (n >= 0 && type == SOCK_STREAM)
			msg->msg_namelen = 0;
		return n;
	}
	n = bridge_app_recvmsg(fd, msg, flags);
	if (n < 0) {
		errno = (int)-n;
		return -1;
	}
	complete_name(fd, msg, room);
	return n;
}

ssize_t ioth_lwip_recvmsg(int fd, struct msghdr *msg, int flags)
{
	return receive(fd, msg, flags);
}

ssize_t ioth_lwip_recvfrom(int fd, void *buf, size_t len, int flags,
	struct sockaddr *from, socklen_t *fromlen)
{
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (!from || !fromlen)
		return recv(fd, buf, len, flags);
	msg.msg_name = from;
	msg.msg_namelen = *fromlen;
	n = receive(fd, &msg, flags);
	if (n >= 0)
		*fromlen = msg.msg_namelen;
	return n;
}

ssize_t ioth_lwip_recv(int fd, void *buf, size_t len, int flags)
{
	return recv(fd, buf, len, flags);
}

ssize_t ioth_lwip_read(int fd, void *buf, size_t len)
{
	return read(fd, buf, len);
}

ssize_t ioth_lwip_readv(int fd, const struct iovec *iov, int iovcnt)
{
	return readv(fd, iov, iovcnt);
}

/* ---- sending ---- */

static int do_send(struct sock *sock, struct call *call)
{
	return sock->ops->send
		       ? (int)sock->ops->send(sock, call->message, call->number)
		       : -EOPNOTSUPP;
}

/* Blocking ones wait for room where a plain send would. */
static ssize_t send_directly(int fd, const struct msghdr *msg, int flags)
{
	struct bridge_meta meta = { .control = msg->msg_control,
		.controllen = msg->msg_controllen };
	struct sock_message message = { .iov = msg->msg_iov,
		.iovcnt = (unsigned)msg->msg_iovlen,
		.meta = &meta };
	struct call call = {
		.run = do_send, .message = &message, .number = flags
	};

	if (msg->msg_name) {
		if (msg->msg_namelen > sizeof(meta.addr))
			return calls_result(-EINVAL);
		memcpy(&meta.addr, msg->msg_name, msg->msg_namelen);
		meta.addrlen = msg->msg_namelen;
	}
	return calls_result(calls_run(fd, &call));
}

static bool is_directed(const struct msghdr *msg)
{
	return (msg->msg_name && msg->msg_namelen) ||
	       (msg->msg_control && msg->msg_controllen);
}

ssize_t ioth_lwip_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	int type = is_directed(msg) ? calls_app_type(fd) : SOCK_STREAM;
	struct msghdr plain = *msg;

	if (type == SOCK_SEQPACKET)
		return send_directly(fd, msg, flags);
	if (type != SOCK_STREAM)
		return sendmsg(fd, msg, flags);
	plain.msg_name = NULL;
	plain.msg_namelen = 0;
	plain.msg_control = NULL;
	plain.msg_controllen = 0;
	return sendmsg(fd, &plain, flags);
}

ssize_t ioth_lwip_sendto(int fd, const void *buf, size_t len, int flags,
	const struct sockaddr *to, socklen_t tolen)
{
	struct iovec iov = { .iov_base = (void *)buf, .iov_len = len };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_name = (void *)to,
		.msg_namelen = to ? tolen : 0 };

	return ioth_lwip_sendmsg(fd, &msg, flags);
}

ssize_t ioth_lwip_send(int fd, const void *buf, size_t len, int flags)
{
	return send(fd, buf, len, flags);
}

ssize_t ioth_lwip_write(int fd, const void *buf, size_t len)
{
	return write(fd, buf, len);
}

ssize_t ioth_lwip_writev(int fd, const struct iovec *iov, int iovcnt)
{
	return writev(fd, iov, iovcnt);
}
