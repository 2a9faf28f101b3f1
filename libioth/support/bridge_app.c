/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge_app.c - the other side of bridge_dgram.c, and tokens
 */
#include "bridge_app.h"
#include "bridge.h"
#include "bridge_trailer.h"

#include <errno.h>
#include <fcntl.h>
#include <ioth/pass.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define IOV_LOCAL 16

union rights {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

uint64_t bridge_app_cookie(int fd)
{
	socklen_t len = sizeof(uint64_t);
	uint64_t cookie = 0;

	ioth_pass_getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	return cookie;
}

int bridge_app_take(int fd, int flags)
{
	char token;
	ssize_t n = recv(fd, &token, 1, flags);

	if (n == 1)
		return 0;
	if (n == 0 || errno == ECONNRESET)
		return -ECONNABORTED;
	return -errno;
}

/* Options of the pair itself, see the stacks' setsockopt. */
static void copy_options(int from, int to)
{
	static const int names[] = { SO_RCVTIMEO, SO_SNDTIMEO, SO_RCVLOWAT };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct timeval value;
		socklen_t len = sizeof(value);

		if (ioth_pass_getsockopt(
			    from, SOL_SOCKET, names[i], &value, &len) == 0)
			ioth_pass_setsockopt(
				to, SOL_SOCKET, names[i], &value, len);
	}
}

int bridge_app_replace(int fd, int new_fd)
{
	int flags = fcntl(fd, F_GETFD) & FD_CLOEXEC ? O_CLOEXEC : 0, err;

	copy_options(fd, new_fd);
	err = dup3(new_fd, fd, flags) < 0 ? -errno : 0;
	close(new_fd);
	return err;
}

/* The descriptor that came along, or -1. */
static int received_fd(struct msghdr *msg)
{
	struct cmsghdr *cmsg;
	int fd = -1;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg))
		if (cmsg->cmsg_level == SOL_SOCKET &&
			cmsg->cmsg_type == SCM_RIGHTS)
			memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

/* Whatever else a stack may send, reading it could wait. */
static bool is_source(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);

	return seals >= 0 && seals & F_SEAL_WRITE;
}

static void read_source(
	int fd, struct bridge_trailer *trailer, struct bridge_meta *meta)
{
	ssize_t n = -1;

	if (is_source(fd))
		n = pread(fd, trailer->bytes, sizeof(trailer->bytes), 0);
	if (n < 0 || bridge_trailer_decode(trailer->bytes, (size_t)n, meta) < 0)
		memset(meta, 0, sizeof(*meta));
}

static void give_name(struct msghdr *msg, const struct bridge_meta *meta)
{
	socklen_t len = meta->addrlen < msg->msg_namelen ? meta->addrlen
							 : msg->msg_namelen;

	if (!msg->msg_name)
		return;
	memcpy(msg->msg_name, &meta->addr, len);
	msg->msg_namelen = meta->addrlen;
}

static void give_control(struct msghdr *msg, const struct bridge_meta *meta)
{
	size_t len = meta->controllen;

	if (len > msg->msg_controllen) {
		msg->msg_flags |= MSG_CTRUNC;
		len = msg->msg_controllen;
	}
	if (len && msg->msg_control)
		memcpy(msg->msg_control, meta->control, len);
	msg->msg_controllen = len;
}

/* Returns the size, and the stack's part of the message in @meta. */
static ssize_t receive_meta(int fd, struct msghdr *inner, int flags,
	struct bridge_trailer *trailer, struct bridge_meta *meta)
{
	union rights rights;
	ssize_t n;
	int source;

	inner->msg_control = &rights;
	/* Not CMSG_SPACE: its padding has room for one more. */
	inner->msg_controllen = CMSG_LEN(sizeof(int));
	memset(meta, 0, sizeof(*meta));
	n = recvmsg(fd, inner, flags | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return -errno;
	source = received_fd(inner);
	if (source >= 0) {
		read_source(source, trailer, meta);
		close(source);
	}
	return n;
}

/* The error that @meta of an empty datagram stands for, or 0; only looked at
 * (MSG_PEEK) it is taken now. */
static int error_of(int fd, const struct bridge_meta *meta, int flags)
{
	int error = bridge_error_decode(meta);

	if (error && (flags & MSG_PEEK))
		recv(fd, NULL, 0, MSG_DONTWAIT);
	return error;
}

ssize_t bridge_app_recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct bridge_meta meta;
	struct bridge_trailer trailer;
	struct msghdr inner = { .msg_iov = msg->msg_iov,
		.msg_iovlen = msg->msg_iovlen };
	ssize_t n = receive_meta(fd, &inner, flags, &trailer, &meta);
	int error = n == 0 ? error_of(fd, &meta, flags) : 0;

	if (n < 0 || error)
		return error ? -error : n;
	msg->msg_flags = inner.msg_flags & MSG_TRUNC;
	give_name(msg, &meta);
	give_control(msg, &meta);
	return n;
}

int bridge_app_take_error(int fd)
{
	struct bridge_meta meta;
	struct bridge_trailer trailer;
	struct msghdr inner = { .msg_iovlen = 0 };
	int flags = MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC;

	if (receive_meta(fd, &inner, flags, &trailer, &meta) != 0)
		return 0;
	return error_of(fd, &meta, flags);
}

static int encode(struct bridge_trailer *trailer, const struct msghdr *msg)
{
	struct bridge_meta meta = { .control = msg->msg_control,
		.controllen = msg->msg_controllen };

	if (msg->msg_name) {
		if (msg->msg_namelen > sizeof(meta.addr))
			return -EINVAL;
		memcpy(&meta.addr, msg->msg_name, msg->msg_namelen);
		meta.addrlen = msg->msg_namelen;
	}
	return bridge_trailer_encode(trailer, &meta);
}

static size_t payload(const struct msghdr *msg)
{
	size_t size = 0;

	for (size_t i = 0; i < msg->msg_iovlen; i++)
		size += msg->msg_iov[i].iov_len;
	return size;
}

static ssize_t send_marked(
	int fd, int marker_fd, struct iovec *iov, size_t iovlen, int flags)
{
	union rights rights = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
					.cmsg_level = SOL_SOCKET,
					.cmsg_type = SCM_RIGHTS } };
	struct msghdr msg = { .msg_iov = iov,
		.msg_iovlen = iovlen,
		.msg_control = &rights,
		.msg_controllen = sizeof(rights) };
	ssize_t n;

	memcpy(CMSG_DATA(&rights.header), &marker_fd, sizeof(marker_fd));
	n = sendmsg(fd, &msg, flags);
	return n < 0 ? -errno : n;
}

static ssize_t send_with_trailer(
	int fd, int marker_fd, const struct msghdr *msg, int flags)
{
	struct iovec local[IOV_LOCAL], *iov = local;
	struct bridge_trailer trailer;
	ssize_t n = encode(&trailer, msg);

	if (n < 0)
		return n;
	if (msg->msg_iovlen >= IOV_LOCAL)
		iov = calloc(msg->msg_iovlen + 1, sizeof(*iov));
	if (!iov)
		return -ENOMEM;
	if (msg->msg_iovlen)
		memcpy(iov, msg->msg_iov, msg->msg_iovlen * sizeof(*iov));
	iov[msg->msg_iovlen].iov_base = trailer.bytes;
	iov[msg->msg_iovlen].iov_len = trailer.size;
	n = send_marked(fd, marker_fd, iov, msg->msg_iovlen + 1, flags);
	if (iov != local)
		free(iov);
	return n < 0 ? n : n - (ssize_t)trailer.size;
}

ssize_t bridge_app_sendmsg(int fd, int marker_fd, const struct msghdr *msg,
	size_t size_max, int flags)
{
	bool is_plain = (!msg->msg_name || !msg->msg_namelen) &&
			(!msg->msg_control || !msg->msg_controllen);
	struct msghdr plain = { .msg_iov = msg->msg_iov,
		.msg_iovlen = msg->msg_iovlen };
	ssize_t n;

	if (payload(msg) > size_max)
		return -EMSGSIZE;
	if (!is_plain)
		return send_with_trailer(fd, marker_fd, msg, flags);
	n = sendmsg(fd, &plain, flags);
	return n < 0 ? -errno : n;
}
