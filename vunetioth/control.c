/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control.h"

#include <errno.h>
#include <ioth/pass.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HEADER offsetof(struct control_message, data)

int control_fds_take(struct control_fds *fds)
{
	return fds->len ? fds->fd[--fds->len] : -1;
}

void control_fds_close(struct control_fds *fds)
{
	while (fds->len)
		close(control_fds_take(fds));
}

int control_send(int sock, const struct control_message *message,
	const struct control_fds *fds)
{
	char control[CMSG_SPACE(sizeof(fds->fd))] = { 0 };
	struct iovec iov = { (void *)(uintptr_t)message,
		HEADER + message->size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;
	size_t size;

	if (fds && fds->len) {
		size = fds->len * sizeof(fds->fd[0]);
		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(size);
		c = CMSG_FIRSTHDR(&msg);
		*c = (struct cmsghdr){ CMSG_LEN(size), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(c), fds->fd, size);
	}
	if (ioth_pass_sendmsg(sock, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return -errno;
	return 0;
}

static void take_descriptors(struct msghdr *msg, struct control_fds *fds)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return;
	fds->len = (c->cmsg_len - CMSG_LEN(0)) / sizeof(fds->fd[0]);
	memcpy(fds->fd, CMSG_DATA(c), fds->len * sizeof(fds->fd[0]));
}

int control_receive(
	int sock, struct control_message *message, struct control_fds *fds)
{
	char control[CMSG_SPACE(sizeof(fds->fd))] = { 0 };
	struct iovec iov = { message, sizeof(*message) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		/* Not CMSG_SPACE: its padding has room for one more. */
		.msg_controllen = CMSG_LEN(sizeof(fds->fd)) };
	ssize_t n = ioth_pass_recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);

	fds->len = 0;
	if (n < 0)
		return -errno;
	take_descriptors(&msg, fds);
	if ((size_t)n >= HEADER && message->size == (size_t)n - HEADER)
		return 1;
	control_fds_close(fds); /* an empty message may have some, too */
	return n ? -EPROTO : 0;
}

bool control_put_datagram(
	struct control_message *m, int flags, const struct control_datagram *d)
{
	size_t size = d->namelen + d->controllen + d->size;
	char *at = m->data;

	if (size > sizeof(m->data) || d->controllen > sizeof(d->control))
		return false;
	m->op = CONTROL_CALL;
	m->arg[0] = __NR_sendmsg;
	m->arg[1] = flags;
	m->arg[2] = (int32_t)d->namelen;
	m->arg[3] = (int32_t)d->controllen;
	m->size = (uint32_t)size;
	memcpy(at, d->name, d->namelen);
	memcpy(at + d->namelen, d->control, d->controllen);
	memcpy(at + d->namelen + d->controllen, d->payload, d->size);
	return true;
}

bool control_get_datagram(
	const struct control_message *m, struct control_datagram *d)
{
	d->namelen = (size_t)m->arg[2];
	d->controllen = (size_t)m->arg[3];
	if (m->arg[2] < 0 || m->arg[3] < 0 || d->namelen > m->size ||
		d->controllen > m->size - d->namelen ||
		d->controllen > sizeof(d->control))
		return false;
	d->name = m->data;
	d->payload = m->data + d->namelen + d->controllen;
	d->size = m->size - d->namelen - d->controllen;
	memcpy(d->control, m->data + d->namelen, d->controllen);
	return true;
}
