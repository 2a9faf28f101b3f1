/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "fdmsg.h"

#include <errno.h>
#include <ioth/pass.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int) * FDMSG_FDS_MAX)];
};

int fdmsg_send(
	int sock, const void *data, size_t len, const int fds[], size_t fds_len)
{
	union control control = { 0 };
	struct iovec iov = { (void *)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg = &control.align;

	if (fds_len > 0) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * fds_len);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int) * fds_len);
		memcpy(CMSG_DATA(cmsg), fds, sizeof(int) * fds_len);
	}
	return ioth_pass_sendmsg(sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0
		       ? -errno
		       : 0;
}

/* How many descriptors came. More than there is room for, the kernel closed. */
static size_t take_fds(struct msghdr *msg, int fds[])
{
	const struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	size_t len;

	if (!cmsg || cmsg->cmsg_level != SOL_SOCKET ||
		cmsg->cmsg_type != SCM_RIGHTS)
		return 0;
	len = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(cmsg), len * sizeof(int));
	return len;
}

int fdmsg_recv(int sock, void *data, size_t len, int fds[], size_t fds_len)
{
	union control control = { 0 };
	struct iovec iov = { data, len };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	int came[FDMSG_FDS_MAX] = { 0 };
	size_t came_len;
	ssize_t n = ioth_pass_recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);

	if (n <= 0)
		return n < 0 ? -errno : -EPIPE;
	came_len = take_fds(&msg, came);
	if ((size_t)n == len && came_len == fds_len &&
		!(msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
		memcpy(fds, came, sizeof(int) * fds_len);
		return 0;
	}
	while (came_len > 0)
		close(came[--came_len]);
	return -EPROTO;
}
