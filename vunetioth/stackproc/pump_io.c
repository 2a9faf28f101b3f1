/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pump_io.c - data in and out by whatever functions the plug-in has
 *
 * libioth makes read of recv of recvfrom of recvmsg; a plug-in that has only
 * simpler ones answers ENOSYS for the better ones. So the best is tried, and what
 * is found is kept. What comes back is not believed: sizes and lengths are
 * checked here, once.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include "pump_impl.h"

struct packet {
	void *bytes;
	size_t size;
	struct bridge_meta meta;
	void *control; /* receiving: room for BRIDGE_CONTROL_MAX bytes */
};

typedef ssize_t transfer(const struct pump_sock *s, struct packet *p);

/* ---- receiving ---- */

/* Of what a plug-in has written there, which may be nothing. */
static size_t control_size(struct msghdr *msg, const char *start)
{
	struct cmsghdr *c;
	size_t size = 0;

	if (msg->msg_controllen > BRIDGE_CONTROL_MAX)
		return 0;
	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t at = (size_t)((const char *)c - start);

		if (c->cmsg_len < sizeof(*c) ||
			c->cmsg_len > msg->msg_controllen - at)
			break;
		size = at + c->cmsg_len;
	}
	return size;
}

/* It may have written nothing there, or claim more than fits. */
static socklen_t name_size(const struct bridge_meta *meta, socklen_t len)
{
	return len > sizeof(meta->addr) || meta->addr.ss_family == AF_UNSPEC
		       ? 0
		       : len;
}

static ssize_t by_recvmsg(const struct pump_sock *s, struct packet *p)
{
	struct iovec iov = { p->bytes, p->size };
	struct msghdr msg = { .msg_name = &p->meta.addr,
		.msg_namelen = sizeof(p->meta.addr),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = p->control,
		.msg_controllen = BRIDGE_CONTROL_MAX };
	ssize_t n;

	memset(p->control, 0, BRIDGE_CONTROL_MAX);
	n = ioth_recvmsg(s->fd, &msg, MSG_DONTWAIT);
	if (n < 0)
		return -errno;
	p->meta.addrlen = name_size(&p->meta, msg.msg_namelen);
	msg.msg_control = p->control;
	p->meta.controllen = control_size(&msg, p->control);
	p->meta.control = p->control;
	return n;
}

static ssize_t by_recvfrom(const struct pump_sock *s, struct packet *p)
{
	socklen_t len = sizeof(p->meta.addr);
	ssize_t n = ioth_recvfrom(s->fd, p->bytes, p->size, MSG_DONTWAIT,
		(struct sockaddr *)&p->meta.addr, &len);

	if (n < 0)
		return -errno;
	p->meta.addrlen = name_size(&p->meta, len);
	return n;
}

static ssize_t by_recv(const struct pump_sock *s, struct packet *p)
{
	ssize_t n = ioth_recv(s->fd, p->bytes, p->size, MSG_DONTWAIT);

	return n < 0 ? -errno : n;
}

/* It cannot be told not to wait but by O_NONBLOCK: have a look before. */
static ssize_t by_read(const struct pump_sock *s, struct packet *p)
{
	ssize_t n;

	if (!pump_ready_now(s, POLLIN))
		return -EAGAIN;
	n = ioth_read(s->fd, p->bytes, p->size);
	return n < 0 ? -errno : n;
}

static transfer *const receivers[] = { by_recvmsg, by_recvfrom, by_recv,
	by_read, NULL };
#define FIRST_STREAM 2u /* those before add addresses */

/* ---- sending ---- */

static ssize_t by_sendmsg(const struct pump_sock *s, struct packet *p)
{
	struct iovec iov = { p->bytes, p->size };
	struct msghdr msg = { .msg_name =
				      p->meta.addrlen ? &p->meta.addr : NULL,
		.msg_namelen = p->meta.addrlen,
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control =
			p->meta.controllen ? (void *)p->meta.control : NULL,
		.msg_controllen = p->meta.controllen };
	ssize_t n = ioth_sendmsg(s->fd, &msg, MSG_DONTWAIT);

	return n < 0 ? -errno : n;
}

static ssize_t by_sendto(const struct pump_sock *s, struct packet *p)
{
	ssize_t n = ioth_sendto(s->fd, p->bytes, p->size, MSG_DONTWAIT,
		p->meta.addrlen ? (struct sockaddr *)&p->meta.addr : NULL,
		p->meta.addrlen);

	return n < 0 ? -errno : n;
}

static ssize_t by_send(const struct pump_sock *s, struct packet *p)
{
	ssize_t n;

	if (p->meta.addrlen)
		return -EOPNOTSUPP;
	n = ioth_send(s->fd, p->bytes, p->size, MSG_DONTWAIT);
	return n < 0 ? -errno : n;
}

static ssize_t by_write(const struct pump_sock *s, struct packet *p)
{
	ssize_t n;

	if (p->meta.addrlen)
		return -EOPNOTSUPP;
	if (!pump_ready_now(s, POLLOUT))
		return -EAGAIN;
	n = ioth_write(s->fd, p->bytes, p->size);
	return n < 0 ? -errno : n;
}

static transfer *const senders[] = { by_sendmsg, by_sendto, by_send, by_write,
	NULL };

/* ---- both ---- */

/* The best of @ways from *@way on that there is. */
static ssize_t run(struct pump_sock *s, transfer *const ways[], unsigned *way,
	struct packet *p)
{
	ssize_t n = ways[*way](s, p);

	while (n == -ENOSYS && ways[*way + 1])
		n = ways[++*way](s, p);
	if (n > 0 && (size_t)n > p->size)
		return -EIO;
	if (n == -EINTR) {
		s->unsure = true;
		return -EAGAIN;
	}
	return n == -EWOULDBLOCK ? -EAGAIN : n;
}

static unsigned *stream_way(unsigned *way)
{
	if (*way < FIRST_STREAM)
		*way = FIRST_STREAM;
	return way;
}

ssize_t pump_io_recv(struct pump_sock *s, void *buf, size_t size)
{
	struct packet p = { .bytes = buf, .size = size };

	return run(s, receivers, stream_way(&s->pump->io.stream_in), &p);
}

ssize_t pump_io_send(struct pump_sock *s, const void *buf, size_t size)
{
	struct packet p = { .bytes = (void *)buf, .size = size };

	return run(s, senders, stream_way(&s->pump->io.stream_out), &p);
}

ssize_t pump_io_recv_dgram(struct pump_sock *s, void *buf, size_t size,
	struct bridge_meta *meta, void *control)
{
	struct packet p = { .bytes = buf, .size = size, .control = control };
	ssize_t n = run(s, receivers, &s->pump->io.dgram_in, &p);

	*meta = p.meta;
	return n;
}

ssize_t pump_io_send_dgram(struct pump_sock *s, const void *buf, size_t size,
	const struct bridge_meta *meta)
{
	struct packet p = { .bytes = (void *)buf, .size = size, .meta = *meta };

	return run(s, senders, &s->pump->io.dgram_out, &p);
}

void pump_io_send_urgent(struct pump_sock *s, unsigned char byte)
{
	ioth_send(s->fd, &byte, 1, MSG_OOB | MSG_DONTWAIT);
}

bool pump_io_recv_urgent(struct pump_sock *s, unsigned char *byte, bool *here)
{
	int at_mark = 1;

	if (ioth_ioctl(s->fd, SIOCATMARK, &at_mark) < 0)
		at_mark = 1;
	*here = at_mark;
	return ioth_recv(s->fd, byte, 1, MSG_OOB | MSG_DONTWAIT) == 1;
}

void pump_io_set_linger(int fd, bool on)
{
	struct linger linger = { .l_onoff = on };

	ioth_setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

int pump_io_error(const struct pump_sock *s)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (ioth_getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return 0;
	return error > 0 ? error : 0;
}

/* Who has no fcntl may look at the descriptor itself. */
void pump_io_set_nonblock(int fd)
{
	int flags = ioth_fcntl(fd, F_GETFL, 0);

	if (flags >= 0 && ioth_fcntl(fd, F_SETFL, flags | O_NONBLOCK) >= 0)
		return;
	flags = fcntl(fd, F_GETFL);
	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}
