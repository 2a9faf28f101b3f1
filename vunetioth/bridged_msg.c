/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridged_msg.c - datagrams with addresses, between a guest and an app end
 *
 * The guest's message is copied here and received or sent on our duplicate of
 * its socket, never waiting. If it would have to wait, and may, the guest is
 * parked until the socket is ready. recvmmsg and sendmmsg are this, several
 * times; whatever has been done is what they return.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "bridge.h"
#include "bridge_app.h"
#include "bridged.h"

#define MAX_IOV	     1024
#define MAX_MESSAGES 1024 /* as UIO_MAXIOV in the kernel */

/* struct msghdr and struct mmsghdr of an x86-64 guest. */
struct guest_msghdr {
	uint64_t name;
	uint32_t namelen, pad1;
	uint64_t iov, iovlen, control, controllen;
	uint32_t flags, pad2;
};

struct guest_mmsghdr {
	struct guest_msghdr hdr;
	uint32_t len, pad;
};

struct guest_iovec {
	uint64_t base, len;
};

/* One call, from its arrival to its answer. */
struct exchange {
	struct bridged *bridged;
	uint64_t cookie; /* of the socket */
	int fd, nr, flags;
	uint64_t args[6];
	unsigned int done; /* messages, of recvmmsg and sendmmsg */
	struct umvu_parked *parked;
	struct umvu_watch *watch, *timer_watch;
	int timer; /* of SO_RCVTIMEO, SO_SNDTIMEO; -1: none */
};

/* One message, in our memory. */
struct message {
	struct guest_msghdr hdr;
	struct guest_iovec iov[MAX_IOV];
	struct sockaddr_storage name;
	char control[BRIDGE_CONTROL_MAX];
	char payload[BRIDGE_DGRAM_MAX];
	size_t size; /* of the payload; its room when receiving */
};

static bool is_send(int nr)
{
	return nr == __NR_sendto || nr == __NR_sendmsg || nr == __NR_sendmmsg;
}

static bool is_multi(int nr)
{
	return nr == __NR_sendmmsg || nr == __NR_recvmmsg;
}

/* --- from and to the guest --------------------------------------------------
 */

/* Where the guest's header of message @i is. */
static struct guest_addr header_at(const struct exchange *x)
{
	uint64_t offset =
		is_multi(x->nr) ? x->done * sizeof(struct guest_mmsghdr) : 0;

	return (struct guest_addr){ x->args[1] + offset };
}

/* sendto and recvfrom, seen as a message of one part. */
static int header_of_plain(const struct exchange *x,
	const struct umvu_call *call, struct message *m)
{
	uint32_t namelen = (uint32_t)x->args[5];
	int err = 0;

	if (!is_send(x->nr) && x->args[5])
		err = umvu_call_read(call, (struct guest_addr){ x->args[5] },
			&namelen, sizeof(namelen));
	m->hdr = (struct guest_msghdr){
		.name = x->args[4], .namelen = namelen, .iovlen = 1
	};
	m->iov[0] = (struct guest_iovec){ x->args[1], x->args[2] };
	return err;
}

static int read_header(const struct exchange *x, const struct umvu_call *call,
	struct message *m)
{
	int err;

	if (x->nr == __NR_sendto || x->nr == __NR_recvfrom)
		return header_of_plain(x, call, m);
	err = umvu_call_read(call, header_at(x), &m->hdr, sizeof(m->hdr));
	if (err)
		return err;
	if (m->hdr.iovlen > MAX_IOV)
		return -EMSGSIZE;
	return umvu_call_read(call, (struct guest_addr){ m->hdr.iov }, m->iov,
		m->hdr.iovlen * sizeof(m->iov[0]));
}

static int sum_parts(struct message *m, bool sends)
{
	uint64_t i, size = 0;

	for (i = 0; i < m->hdr.iovlen; i++) {
		if (m->iov[i].len > INT64_MAX - size)
			return -EINVAL;
		size += m->iov[i].len;
	}
	if (size > sizeof(m->payload) && sends)
		return -EMSGSIZE;
	m->size = size > sizeof(m->payload) ? sizeof(m->payload) : size;
	return 0;
}

/* Copies @size bytes between the payload and the guest's parts. */
static int copy_parts(const struct umvu_call *call, struct message *m,
	size_t size, bool to_guest)
{
	size_t at = 0;
	uint64_t i;
	int err = 0;

	for (i = 0; i < m->hdr.iovlen && at < size && !err; i++) {
		struct guest_addr base = { m->iov[i].base };
		size_t part =
			m->iov[i].len < size - at ? m->iov[i].len : size - at;

		err = to_guest ? umvu_call_write(
					 call, base, m->payload + at, part)
			       : umvu_call_read(
					 call, base, m->payload + at, part);
		at += part;
	}
	return err;
}

/* --- send --------------------------------------------------------------------
 */

static int gather(const struct umvu_call *call, struct message *m)
{
	int err = copy_parts(call, m, m->size, false);

	if (!m->hdr.name)
		m->hdr.namelen = 0;
	if (m->hdr.namelen > sizeof(m->name))
		return -EINVAL;
	if (m->hdr.controllen > sizeof(m->control))
		return -ENOBUFS;
	if (!err)
		err = umvu_call_read(call, (struct guest_addr){ m->hdr.name },
			&m->name, m->hdr.namelen);
	if (!err && m->hdr.controllen)
		err = umvu_call_read(call,
			(struct guest_addr){ m->hdr.control }, m->control,
			m->hdr.controllen);
	return err;
}

static long send_one(const struct exchange *x, const struct umvu_call *call,
	struct message *m)
{
	struct iovec iov = { m->payload, m->size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int err = gather(call, m);

	if (err)
		return err;
	if (m->hdr.namelen) {
		msg.msg_name = &m->name;
		msg.msg_namelen = m->hdr.namelen;
	}
	if (m->hdr.controllen) {
		msg.msg_control = m->control;
		msg.msg_controllen = m->hdr.controllen;
	}
	return bridge_app_sendmsg(x->fd, bridged_marker(x->bridged), &msg,
		BRIDGE_DGRAM_MAX, x->flags | MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* --- receive
 * ------------------------------------------------------------------ */

/* The value-result parts of the guest's header, or of recvfrom's arguments. */
static int give_header(const struct exchange *x, const struct umvu_call *call,
	struct message *m, const struct msghdr *msg)
{
	uint32_t namelen = msg->msg_namelen;

	if (x->nr == __NR_recvfrom)
		return x->args[5] ? umvu_call_write(call,
					    (struct guest_addr){ x->args[5] },
					    &namelen, sizeof(namelen))
				  : 0;
	m->hdr.namelen = namelen;
	m->hdr.controllen = msg->msg_controllen;
	m->hdr.flags = (uint32_t)msg->msg_flags;
	return umvu_call_write(call, header_at(x), &m->hdr, sizeof(m->hdr));
}

static int scatter(const struct exchange *x, const struct umvu_call *call,
	struct message *m, const struct msghdr *msg, size_t size)
{
	uint32_t part = m->hdr.namelen < msg->msg_namelen ? m->hdr.namelen
							  : msg->msg_namelen;
	int err = copy_parts(call, m, size < m->size ? size : m->size, true);

	if (!err && m->hdr.name)
		err = umvu_call_write(call, (struct guest_addr){ m->hdr.name },
			&m->name, part);
	if (!err && msg->msg_controllen)
		err = umvu_call_write(call,
			(struct guest_addr){ m->hdr.control }, m->control,
			msg->msg_controllen);
	return err ? err : give_header(x, call, m, msg);
}

/* A datagram without a source came from the peer that it is connected to. */
static void complete_name(const struct exchange *x, struct msghdr *msg)
{
	const struct bsock *s = bridged_find(x->bridged, x->cookie);

	if (!s || msg->msg_namelen)
		return;
	memcpy(msg->msg_name, &s->peer, s->peer_size);
	msg->msg_namelen = s->peer_size;
}

static long receive_one(const struct exchange *x, const struct umvu_call *call,
	struct message *m)
{
	struct iovec iov = { m->payload, m->size };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_name = &m->name,
		.msg_namelen = sizeof(m->name),
		.msg_control = m->control,
		.msg_controllen = m->hdr.controllen < sizeof(m->control)
					  ? m->hdr.controllen
					  : sizeof(m->control) };
	ssize_t n = bridge_app_recvmsg(
		x->fd, &msg, x->flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int err;

	if (n < 0)
		return n;
	complete_name(x, &msg);
	err = scatter(x, call, m, &msg, (size_t)n);
	return err ? err : n;
}

/* --- the call
 * ------------------------------------------------------------------ */

static long exchange_one(const struct exchange *x, const struct umvu_call *call)
{
	static struct message m; /* large; under the session's lock */
	int err = read_header(x, call, &m);

	if (!err)
		err = sum_parts(&m, is_send(x->nr));
	if (err)
		return err;
	return is_send(x->nr) ? send_one(x, call, &m)
			      : receive_one(x, call, &m);
}

static int give_length(
	const struct exchange *x, const struct umvu_call *call, uint32_t len)
{
	struct guest_addr at = { header_at(x).value +
				 offsetof(struct guest_mmsghdr, len) };

	return umvu_call_write(call, at, &len, sizeof(len));
}

/* As much as goes without waiting. -EAGAIN: nothing did, or, of several that
 * must all come, not enough. */
static long run(struct exchange *x, const struct umvu_call *call)
{
	unsigned int wanted = x->args[2] < MAX_MESSAGES
				      ? (unsigned int)x->args[2]
				      : MAX_MESSAGES;
	long n;

	if (!is_multi(x->nr))
		return exchange_one(x, call);
	while (x->done < wanted) {
		n = exchange_one(x, call);
		if (n == -EAGAIN && !is_send(x->nr) && x->done &&
			!(x->flags & MSG_WAITFORONE))
			return -EAGAIN;
		if (n < 0 && x->done)
			break;
		if (n < 0 || give_length(x, call, (uint32_t)n) < 0)
			return n < 0 ? n : -EFAULT;
		x->done++;
	}
	return x->done;
}

static void exchange_free(struct exchange *x)
{
	umvu_unwatch(x->watch);
	umvu_unwatch(x->timer_watch);
	if (x->timer >= 0)
		close(x->timer);
	close(x->fd);
	free(x);
}

static void finish(struct exchange *x, long result)
{
	umvu_answer(x->parked, result);
	exchange_free(x);
}

static void on_ready(void *arg, uint32_t events)
{
	struct exchange *x = arg;
	long result = run(x, umvu_parked_call(x->parked));

	(void)events;
	if (result != -EAGAIN)
		finish(x, result);
}

static void on_timeout(void *arg, uint32_t events)
{
	struct exchange *x = arg;

	(void)events;
	finish(x, x->done ? (long)x->done : -EAGAIN);
}

static void on_cancel(void *arg)
{
	exchange_free(arg);
}

/* SO_RCVTIMEO and SO_SNDTIMEO are set on the pair, too. */
static int watch_timeout(struct exchange *x)
{
	struct itimerspec when = { 0 };
	struct timeval tv = { 0 };
	socklen_t len = sizeof(tv);

	getsockopt(x->fd, SOL_SOCKET,
		is_send(x->nr) ? SO_SNDTIMEO : SO_RCVTIMEO, &tv, &len);
	if (!tv.tv_sec && !tv.tv_usec)
		return 0;
	when.it_value.tv_sec = tv.tv_sec;
	when.it_value.tv_nsec = tv.tv_usec * 1000;
	x->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (x->timer < 0)
		return -errno;
	timerfd_settime(x->timer, 0, &when, NULL);
	x->timer_watch = umvu_watch(
		bridged_session(x->bridged), x->timer, EPOLLIN, on_timeout, x);
	return x->timer_watch ? 0 : -ENOMEM;
}

static long wait_for_ready(struct exchange *x, struct umvu_call *call)
{
	int err = -ENOMEM;

	x->parked = umvu_park(call, on_cancel, x);
	if (!x->parked) {
		exchange_free(x);
		return -ENOMEM;
	}
	x->watch = umvu_watch(bridged_session(x->bridged), x->fd,
		is_send(x->nr) ? EPOLLOUT : EPOLLIN, on_ready, x);
	if (x->watch)
		err = watch_timeout(x);
	if (err)
		finish(x, err);
	return UMVU_PARKED;
}

static int flags_of(int nr, const uint64_t args[6])
{
	switch (nr) {
	case __NR_sendmsg:
	case __NR_recvmsg:
		return (int)args[2];
	default:
		return (int)args[3];
	}
}

long bridged_message(struct bridged *b, struct umvu_call *call, struct bsock *s,
	int fd, int nr, const uint64_t args[6])
{
	struct exchange *x = calloc(1, sizeof(*x));
	bool waits;
	long result;

	if (!x) {
		close(fd);
		return -ENOMEM;
	}
	*x = (struct exchange){ .bridged = b,
		.cookie = s->cookie,
		.fd = fd,
		.nr = nr,
		.flags = flags_of(nr, args),
		.timer = -1 };
	memcpy(x->args, args, sizeof(x->args));
	waits = !(x->flags & MSG_DONTWAIT) &&
		!(fcntl(fd, F_GETFL) & O_NONBLOCK);
	result = run(x, call);
	if (result == -EAGAIN && waits)
		return wait_for_ready(x, call);
	if (result == -EAGAIN && x->done)
		result = x->done;
	exchange_free(x);
	return result;
}
