/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridged_msg.c - datagrams with addresses, between a guest and an app end
 *
 * The guest's message is copied here and received or sent on our duplicate of
 * its socket, never waiting. If it would have to wait, and may, the guest is
 * parked until the socket is ready. recvmmsg and sendmmsg are this, several
 * times; whatever has been done is what they return.
 *
 * What is sent through the bridge, the stack sees later, and the guest learns of
 * no error. So the first datagram to a destination goes to the stack's process,
 * which sends it and says what came of it; when all was well the next ones take
 * the bridge, for DESTINATION_NS. Those that do not fit in a request always do.
 *
 * On a stream an address means nothing.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "bridge.h"
#include "bridge_app.h"
#include "bridged.h"
#include "bridged_kept.h"
#include "bridged_wait.h"
#include "stack.h"

#define MAX_IOV	     1024
#define MAX_MESSAGES 1024 /* as UIO_MAXIOV in the kernel */

static_assert(CALL_CONTROL_MAX == BRIDGE_CONTROL_MAX, "either way is open");

#define DESTINATION_NS 1000000000ull
#define ASKED	       (1L << 40) /* beside every result: the answer comes */

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
	bool is_stream;
	uint64_t args[6];
	unsigned int done; /* messages, of recvmmsg and sendmmsg */
	struct umvu_parked *parked;
	struct bridged_wait wait;
	struct kept *taken;    /* what came, until the guest has been told */
	struct stack *asked;   /* holds a reference; NULL: nobody */
	struct destination to; /* of the datagram that is asked for */
	bool bridge_next;      /* nobody is asked about the next one */
};

/* One message, in our memory. */
struct message {
	struct guest_msghdr hdr;
	struct guest_iovec iov[MAX_IOV];
	struct sockaddr_storage name;
	char control[CALL_CONTROL_MAX];
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

/* Part of a stream is sent, of a datagram all or nothing. */
static int sum_parts(struct message *m, bool whole)
{
	uint64_t i, size = 0;

	for (i = 0; i < m->hdr.iovlen; i++) {
		if (m->iov[i].len > INT64_MAX - size)
			return -EINVAL;
		size += m->iov[i].len;
	}
	if (size > sizeof(m->payload) && whole)
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

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

/* Address and control data as a key. False: too long for one. */
static bool destination_of(const struct message *m, struct destination *to)
{
	size_t control = m->hdr.controllen;

	memset(to, 0, sizeof(*to));
	if (m->hdr.namelen + control > sizeof(to->bytes))
		return false;
	to->size = (uint32_t)(m->hdr.namelen + control);
	memcpy(to->bytes, &m->name, m->hdr.namelen);
	memcpy(to->bytes + m->hdr.namelen, m->control, control);
	return true;
}

static bool is_known(const struct bsock *s, const struct destination *to)
{
	const struct destination *d = s->destination;
	uint64_t now = now_ns();
	int i;

	for (i = 0; i < DESTINATIONS; i++)
		if (d[i].until_ns > now && d[i].size == to->size &&
			!memcmp(d[i].bytes, to->bytes, to->size))
			return true;
	return false;
}

/* In the place of the one that was noted first. */
static void note(struct bsock *s, const struct destination *to)
{
	struct destination *oldest = s->destination;
	int i;

	for (i = 1; i < DESTINATIONS; i++)
		if (s->destination[i].until_ns < oldest->until_ns)
			oldest = &s->destination[i];
	*oldest = *to;
	oldest->until_ns = now_ns() + DESTINATION_NS;
}

static void on_sent(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds);

/* Has the stack's process send it. -EMSGSIZE: it does not fit in a request. */
static long ask(
	struct exchange *x, const struct bsock *s, const struct message *m)
{
	struct control_datagram d = { .name = &m->name,
		.namelen = m->hdr.namelen,
		.controllen = m->hdr.controllen,
		.payload = m->payload,
		.size = m->size };
	struct control_fds fds = { 1, { x->fd } };
	struct control_message q;
	int err;

	memcpy(d.control, m->control, d.controllen);
	if (!control_put_datagram(
		    &q, x->flags | MSG_DONTWAIT | MSG_NOSIGNAL, &d))
		return -EMSGSIZE;
	err = stack_ask_with(s->stack, &q, &fds, on_sent, x);
	if (err)
		return err == -EBUSY ? -ENODEV : err;
	x->asked = stack_get(s->stack);
	return ASKED;
}

/* The stack's process has said that it would have to wait: that is done at the
 * bridge. */
static bool must_ask(
	const struct exchange *x, const struct bsock *s, bool is_key)
{
	return !x->bridge_next && !(is_key && is_known(s, &x->to));
}

static long send_datagram(struct exchange *x, struct message *m)
{
	struct iovec iov = { m->payload, m->size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	const struct bsock *s = bridged_find(x->bridged, x->cookie);
	bool is_key = destination_of(m, &x->to);
	long n = s && s->peer_size ? -bridge_app_take_error(x->fd) : 0;

	if (n)
		return n;
	if (s && m->hdr.namelen && must_ask(x, s, is_key)) {
		n = ask(x, s, m);
		if (n != -EMSGSIZE)
			return n;
	}
	x->bridge_next = false;
	if (m->hdr.namelen) {
		msg.msg_name = &m->name;
		msg.msg_namelen = m->hdr.namelen;
	}
	if (m->hdr.controllen) {
		msg.msg_control = m->control;
		msg.msg_controllen = m->hdr.controllen;
	}
	n = bridge_app_sendmsg(x->fd, bridged_marker(x->bridged), &msg,
		BRIDGE_DGRAM_MAX, x->flags | MSG_DONTWAIT | MSG_NOSIGNAL);
	x->bridge_next = n == -EAGAIN;
	return n;
}

static long send_one(
	struct exchange *x, const struct umvu_call *call, struct message *m)
{
	ssize_t n;
	int err;

	if (x->is_stream)
		m->hdr.namelen = m->hdr.controllen = 0;
	err = gather(call, m);
	if (err)
		return err;
	if (!x->is_stream)
		return send_datagram(x, m);
	n = send(x->fd, m->payload, m->size,
		x->flags | MSG_DONTWAIT | MSG_NOSIGNAL);
	return n < 0 ? -errno : n;
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

/* The end of a pair for datagrams, which only the death of its stack is, may be
 * seen here before the control connection tells. */
static bool has_ended(const struct exchange *x, const struct bsock *s)
{
	struct pollfd pfd = { .fd = x->fd };

	return stack_has_ended(s->stack) ||
	       (!x->is_stream && poll(&pfd, 1, 0) == 1 &&
		       pfd.revents & POLLHUP);
}

/* Those first that another guest did not wait for. The end of a pair looks like
 * an empty datagram. */
static ssize_t take(const struct exchange *x, struct msghdr *msg, int flags)
{
	struct bsock *s = bridged_find(x->bridged, x->cookie);
	ssize_t n = s ? kept_take(&s->kept, msg, flags) : -EAGAIN;

	if (n != -EAGAIN)
		return n;
	n = bridge_app_recvmsg(
		x->fd, msg, flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	return n == 0 && s && has_ended(x, s) ? -ECONNRESET : n;
}

static long receive_one(
	struct exchange *x, const struct umvu_call *call, struct message *m)
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
	int flags = x->flags & ~MSG_OOB; /* no datagram is urgent */
	ssize_t n;
	int err;

	if (flags & MSG_ERRQUEUE)
		return -EAGAIN;
	n = take(x, &msg, flags);
	if (n < 0)
		return n;
	complete_name(x, &msg);
	/* The guest may go even while its memory is written. */
	err = flags & MSG_PEEK || x->is_stream
		      ? 0
		      : kept_add(&x->taken, &msg, (size_t)n);
	if (!err)
		err = scatter(x, call, m, &msg, (size_t)n);
	return err ? err : n;
}

/* --- the call
 * ------------------------------------------------------------------ */

static long exchange_one(struct exchange *x, const struct umvu_call *call)
{
	static struct message m; /* large; under the session's lock */
	int err = read_header(x, call, &m);

	if (!err)
		err = sum_parts(&m, is_send(x->nr) && !x->is_stream);
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

static unsigned int wanted(const struct exchange *x)
{
	return x->args[2] < MAX_MESSAGES ? (unsigned int)x->args[2]
					 : MAX_MESSAGES;
}

/* @n is what came of the next message of several. 0: go on; or the call's
 * result so far, -EAGAIN: wait. */
static long count(struct exchange *x, const struct umvu_call *call, long n)
{
	if (n == -EAGAIN && !is_send(x->nr) && x->done &&
		!(x->flags & MSG_WAITFORONE))
		return -EAGAIN;
	if (n < 0 && x->done)
		return x->done;
	if (n < 0 || give_length(x, call, (uint32_t)n) < 0)
		return n < 0 ? n : -EFAULT;
	x->done++;
	return 0;
}

/* As much as goes without waiting. -EAGAIN: nothing did, or, of several that
 * must all come, not enough. ASKED. */
static long run(struct exchange *x, const struct umvu_call *call)
{
	long n, result = 0;

	if (!is_multi(x->nr))
		return exchange_one(x, call);
	while (!result && x->done < wanted(x)) {
		n = exchange_one(x, call);
		if (n == ASKED)
			return ASKED;
		result = count(x, call, n);
	}
	return result ? result : (long)x->done;
}

/* What the guest was not told of is for the next one that asks. */
static void give_back(struct exchange *x)
{
	struct bsock *s = bridged_find(x->bridged, x->cookie);

	if (s)
		kept_append(&s->kept, &x->taken);
	kept_free(&x->taken);
}

static void exchange_free(struct exchange *x)
{
	give_back(x);
	if (x->asked) {
		stack_forget_asker(x->asked, x);
		stack_put(x->asked);
	}
	bridged_wait_fini(&x->wait);
	close(x->fd);
	free(x);
}

static void finish(struct exchange *x, long result)
{
	if (umvu_answer(x->parked, result) == 0)
		kept_free(&x->taken);
	exchange_free(x);
}

static bool may_wait(const struct exchange *x)
{
	return !(x->flags & MSG_DONTWAIT) &&
	       !(fcntl(x->fd, F_GETFL) & O_NONBLOCK);
}

/* Of a call that is parked: goes on, waits, or ends it. */
static void go_on(struct exchange *x, long result)
{
	int err;

	if (result == ASKED)
		return;
	if (result == -EAGAIN && !may_wait(x) && x->done)
		result = x->done;
	if (result != -EAGAIN || !may_wait(x)) {
		finish(x, result);
		return;
	}
	err = bridged_wait_enter(
		&x->wait, bridged_session(x->bridged), x->fd, is_send(x->nr));
	if (err)
		finish(x, err);
}

static void on_ready(void *arg, bool timed_out)
{
	struct exchange *x = arg;

	bridged_wait_leave(&x->wait);
	if (timed_out)
		finish(x, x->done ? (long)x->done : -EAGAIN);
	else
		go_on(x, run(x, umvu_parked_call(x->parked)));
}

static void on_sent(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct exchange *x = arg;
	const struct umvu_call *call = umvu_parked_call(x->parked);
	struct bsock *s = bridged_find(x->bridged, x->cookie);
	long n = result;

	(void)message;
	(void)fds;
	x->asked = NULL;
	stack_put(stack);
	if (s && n >= 0 && x->to.size)
		note(s, &x->to);
	if (n == -EAGAIN) {
		x->bridge_next = true;
		go_on(x, run(x, call));
		return;
	}
	if (is_multi(x->nr)) {
		n = count(x, call, n);
		n = n ? n : run(x, call);
	}
	go_on(x, n);
}

static void on_cancel(void *arg)
{
	exchange_free(arg);
}

static int park(struct exchange *x, struct umvu_call *call)
{
	x->parked = umvu_park(call, on_cancel, x);
	return x->parked ? 0 : -ENOMEM;
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
		.is_stream = s->type == SOCK_STREAM };
	memcpy(x->args, args, sizeof(x->args));
	bridged_wait_init(&x->wait, on_ready, x);
	result = run(x, call);
	if (result == ASKED || (result == -EAGAIN && may_wait(x))) {
		if (park(x, call) == 0) {
			go_on(x, result);
			return UMVU_PARKED;
		}
		result = -ENOMEM;
	}
	if (result == -EAGAIN && x->done)
		result = x->done;
	if (x->taken && park(x, call) == 0) { /* to know whether it arrives */
		finish(x, result);
		return UMVU_PARKED;
	}
	kept_free(&x->taken);
	exchange_free(x);
	return result;
}
