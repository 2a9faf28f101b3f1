/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls_data.c - data in and out: the descriptor's own, addresses apart
 *
 * Streams and datagrams without address are the kernel's business, but for the
 * names of errors: the pair says ECONNRESET whatever has happened to a stream,
 * and shows an error of a datagram socket as an empty datagram. Datagrams
 * that come are read with their source from the bridge. Those that go somewhere
 * (an address, control data) are given to the stack by a request, behind what
 * was written before, so that the program learns of every error.
 */
#include "bridge_app.h"
#include "calls.h"
#include "lwip.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* ---- errors ---- */

/* Of a stream whose end a call has told. */
static int take_error(struct sock *sock, struct call *call)
{
	int error = sock->error;

	(void)call;
	sock->error = 0;
	return -error;
}

static int take_marked_error(struct sock *sock, struct call *call)
{
	int error = sock->marked_error;

	(void)call;
	sock->marked_error = 0;
	return -error;
}

/* A receive ended with @n, its message was truncated in control data or not. */
static ssize_t received(int fd, ssize_t n, bool cut)
{
	struct call call = { .run = n ? take_error : take_marked_error };
	int error;

	if (!(n < 0 && errno == ECONNRESET) && !(n == 0 && cut))
		return n;
	error = calls_run(fd, &call);
	if (error < 0 && error != -ENOTCONN)
		return calls_result(error);
	if (n < 0)
		errno = ECONNRESET;
	return n;
}

/* Flags that AF_UNIX takes for something else than an inet socket does. False:
 * with them there is nothing to receive. */
static bool adapt_flags(int fd, int *flags)
{
	if (*flags & MSG_OOB && calls_app_type(fd) == SOCK_SEQPACKET)
		*flags &= ~MSG_OOB;
	if (*flags & MSG_ERRQUEUE)
		errno = EAGAIN;
	return !(*flags & MSG_ERRQUEUE);
}

/* A receive without name and control data. */
static ssize_t receive_plain(
	int fd, const struct iovec *iov, size_t iovlen, int flags)
{
	struct msghdr msg = { .msg_iov = (struct iovec *)iov,
		.msg_iovlen = iovlen };
	ssize_t n;

	if (!adapt_flags(fd, &flags))
		return -1;
	n = recvmsg(fd, &msg, flags);
	return received(fd, n, n == 0 && msg.msg_flags & MSG_CTRUNC);
}

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

	if (!adapt_flags(fd, &flags))
		return -1;
	if (type != SOCK_SEQPACKET) {
		n = recvmsg(fd, msg, flags);
		if (n >= 0 && type == SOCK_STREAM)
			msg->msg_namelen = 0;
		return received(fd, n, false);
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
		return receive_plain(fd, &iov, 1, flags);
	msg.msg_name = from;
	msg.msg_namelen = *fromlen;
	n = receive(fd, &msg, flags);
	if (n >= 0)
		*fromlen = msg.msg_namelen;
	return n;
}

ssize_t ioth_lwip_recv(int fd, void *buf, size_t len, int flags)
{
	struct iovec iov = { .iov_base = buf, .iov_len = len };

	return receive_plain(fd, &iov, 1, flags);
}

ssize_t ioth_lwip_read(int fd, void *buf, size_t len)
{
	return len ? ioth_lwip_recv(fd, buf, len, 0) : read(fd, buf, 0);
}

/* Nothing to read, or nonsense: as read(2) has it, not recvmsg(2). */
static bool is_empty(const struct iovec *iov, int iovcnt)
{
	size_t size = 0;

	if (iovcnt > IOV_MAX)
		return true;
	for (int i = 0; i < iovcnt; i++)
		size |= iov[i].iov_len;
	return size == 0;
}

ssize_t ioth_lwip_readv(int fd, const struct iovec *iov, int iovcnt)
{
	return is_empty(iov, iovcnt)
		       ? readv(fd, iov, iovcnt)
		       : receive_plain(fd, iov, (size_t)iovcnt, 0);
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

/* What no datagram holds; the pair does. */
static bool is_too_large(int fd, size_t len)
{
	return len > UINT16_MAX && calls_app_type(fd) == SOCK_SEQPACKET;
}

ssize_t ioth_lwip_send(int fd, const void *buf, size_t len, int flags)
{
	return is_too_large(fd, len) ? calls_result(-EMSGSIZE)
				     : send(fd, buf, len, flags);
}

ssize_t ioth_lwip_write(int fd, const void *buf, size_t len)
{
	return is_too_large(fd, len) ? calls_result(-EMSGSIZE)
				     : write(fd, buf, len);
}

ssize_t ioth_lwip_writev(int fd, const struct iovec *iov, int iovcnt)
{
	return writev(fd, iov, iovcnt);
}
