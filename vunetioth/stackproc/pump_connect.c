/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pump_connect.c - connect, blocking or not
 *
 * Theory of operation
 *
 * The plug-in's connect runs in the caller's thread: if it waits although the
 * socket is O_NONBLOCK, only that call does. When it answers EINPROGRESS, the
 * plug-in's descriptor is to say when it is over, and SO_ERROR and getpeername
 * tell how it ended.
 *
 * A failure is told once. Whoever waits for it gets it as his result, and may
 * connect again: the bridge is as fresh as before. (To the plug-in it was no
 * blocking connect, so there the next one may fail with ECONNABORTED once.) If
 * nobody waits the bridge shows it, and it is SO_ERROR; then the next connect
 * makes a new pair, which takes the place of the guest's descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "ioth/pass.h"
#include "pump_impl.h"

struct connect_call {
	struct pump *pump;
	uint64_t cookie;
	struct pump_sock *sock; /* from begin to end, while it is busy */
	const struct sockaddr *addr;
	socklen_t size;
	int fd;	    /* the plug-in's */
	int app_fd; /* a new one for the guest, of @flags; -1: none */
	int flags;
	bool waits; /* for the end */
	bool again; /* to be tried once more */
	bool joins; /* another call has begun it */
	int result; /* of the plug-in's connect */
	struct pump_waiter waiter;
};

/* ---- the end of it ---- */

static void tell_waiters(struct pump_sock *s, int result)
{
	struct pump_waiter *w;

	while ((w = s->waiters)) {
		s->waiters = w->next;
		w->result = result;
		sem_post(&w->done);
	}
}

void pump_connect_abort(struct pump_sock *s)
{
	tell_waiters(s, -ECONNRESET);
}

/* @err 0: connected. */
static void decide(struct pump_sock *s, int err)
{
	bool told = s->waiters != NULL;

	s->moved = true;
	tell_waiters(s, err);
	if (!err) {
		s->state = PUMP_OPEN;
		s->connect_told = told;
		bridge_connected(s->bridge);
	} else if (told) {
		s->state = PUMP_NEW;
		s->has_failed = true;
	} else {
		s->error = -err;
		bridge_failed(s->bridge);
		pump_over(s);
	}
}

/* A plug-in without getpeername is believed when it says writable. */
static bool is_connected(const struct pump_sock *s)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	if (ioth_getpeername(s->fd, (struct sockaddr *)&addr, &len) == 0)
		return true;
	return errno != ENOTCONN && pump_ready_now(s, POLLOUT);
}

void pump_connect_step(struct pump_sock *s)
{
	int error;

	if (s->busy > 1) /* the plug-in's connect has not even returned */
		return;
	error = pump_io_error(s);
	if (error)
		decide(s, -error);
	else if (is_connected(s))
		decide(s, 0);
	if (s->state == PUMP_OPEN)
		pump_stream_step(s);
}

/* ---- the call ---- */

static int wait_for_it(struct pump_sock *s, struct connect_call *c, int err)
{
	if (!c->waits)
		return err;
	c->waiter.next = s->waiters;
	s->waiters = &c->waiter;
	return -EINPROGRESS;
}

/* After a failure that nobody waited for, or a reset: what nobody has been told
 * yet; then it begins anew. */
static int reopen(struct pump_sock *s, struct connect_call *c)
{
	int err = s->error;

	s->error = 0;
	s->has_failed = s->has_failed || err;
	if (err || bridge_state(s->bridge) != BRIDGE_DEAD)
		return err ? -err : -ECONNABORTED;
	err = pump_reopen(s, c->flags, &c->app_fd);
	if (!err)
		c->cookie = s->cookie;
	return err;
}

/* 0: go on. 1: it is connected, which is told once. */
static int check_state(struct pump_sock *s, struct connect_call *c)
{
	switch (s->state) {
	case PUMP_CONNECTING:
		c->joins = true;
		return wait_for_it(s, c, -EALREADY);
	case PUMP_LISTENING:
		return -EISCONN;
	case PUMP_OPEN:
		if (!pump_is_stream(s))
			return 0;
		if (s->connect_told)
			return -EISCONN;
		s->connect_told = true;
		return 1;
	case PUMP_OVER:
		return reopen(s, c);
	default:
		return 0;
	}
}

/* connect(2) to AF_UNSPEC: 1, it is done, or why not. */
static int disconnect(struct pump_sock *s, struct connect_call *c)
{
	if (ioth_connect(s->fd, c->addr, c->size) < 0)
		return -errno;
	if (s->state != PUMP_OPEN && s->state != PUMP_CONNECTING)
		return 1;
	if (s->state == PUMP_OPEN)
		bridge_reset(s->bridge);
	else
		bridge_failed(s->bridge);
	s->busy++;
	pump_over(s);
	s->busy--;
	return pump_reopen(s, c->flags, &c->app_fd) ?: 1;
}

static int begin(void *arg)
{
	struct connect_call *c = arg;
	struct pump_sock *s = pump_find(c->pump, c->cookie);
	int err;

	if (!s)
		return -EBADF;
	err = pump_is_stream(s) && c->addr->sa_family == AF_UNSPEC
		      ? disconnect(s, c)
		      : check_state(s, c);
	if (err)
		return err;
	if (pump_is_stream(s))
		s->state = PUMP_CONNECTING;
	s->busy++;
	c->sock = s;
	c->fd = s->fd;
	c->again = s->has_failed;
	s->has_failed = false;
	return 0;
}

static int end_stream(struct pump_sock *s, struct connect_call *c)
{
	int err = c->result;

	if (s->state != PUMP_CONNECTING) /* the guest has closed */
		return -ECONNABORTED;
	if (err == -EINPROGRESS || err == -EALREADY || err == -EINTR) {
		err = wait_for_it(s, c, -EINPROGRESS);
		pump_step(s);
		return err;
	}
	if (err && err != -EISCONN) {
		tell_waiters(s, err);
		s->state = PUMP_NEW;
		return err;
	}
	decide(s, 0);
	s->connect_told = true;
	pump_step(s);
	return 0;
}

/* The socket has stayed, since it was busy; its cookie may be another one:
 * somebody has disconnected it meanwhile. */
static int end(void *arg)
{
	struct connect_call *c = arg;
	struct pump_sock *s = c->sock;
	int err;

	s->busy--;
	err = pump_is_stream(s) ? end_stream(s, c) : c->result;
	pump_free_if_done(s);
	return err;
}

/* The time is over. The result, if it has come meanwhile. */
static int give_up(void *arg)
{
	struct connect_call *c = arg;
	struct pump_sock *s = pump_find(c->pump, c->cookie);
	struct pump_waiter **at = s ? &s->waiters : NULL;

	while (at && *at && *at != &c->waiter)
		at = &(*at)->next;
	if (!at || !*at)
		return c->waiter.result;
	*at = c->waiter.next;
	return c->joins ? -EALREADY : -EINPROGRESS;
}

/* SO_SNDTIMEO of the app end. False: there is none. */
static bool time_limit(int fd, struct timespec *limit)
{
	struct timeval tv = { 0 };
	socklen_t len = sizeof(tv);

	ioth_pass_getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, &len);
	if (!tv.tv_sec && !tv.tv_usec)
		return false;
	clock_gettime(CLOCK_MONOTONIC, limit);
	limit->tv_sec += tv.tv_sec;
	limit->tv_nsec += tv.tv_usec * 1000;
	if (limit->tv_nsec >= 1000000000) {
		limit->tv_nsec -= 1000000000;
		limit->tv_sec++;
	}
	return true;
}

static int wait_end(struct connect_call *c, int fd)
{
	struct timespec limit;
	bool limited = time_limit(fd, &limit);
	int err;

	do
		err = limited ? sem_clockwait(&c->waiter.done, CLOCK_MONOTONIC,
					&limit)
			      : sem_wait(&c->waiter.done);
	while (err < 0 && errno == EINTR);
	return err < 0 ? loop_call(c->pump->loop, give_up, c)
		       : c->waiter.result;
}

static int ask_plugin(const struct connect_call *c)
{
	return ioth_connect(c->fd, c->addr, c->size) < 0 ? -errno : 0;
}

int pump_connect(struct pump *pump, uint64_t cookie,
	const struct control_message *in, int fd)
{
	bool waits = !(fcntl(fd, F_GETFL) & O_NONBLOCK);
	struct sockaddr_storage addr = { 0 };
	struct connect_call c = { .pump = pump,
		.cookie = cookie,
		.addr = (struct sockaddr *)&addr,
		.size = in->size,
		.app_fd = -1,
		.flags = waits ? 0 : SOCK_NONBLOCK,
		.waits = waits };
	int err;

	if (in->size > sizeof(addr))
		return -EINVAL;
	memcpy(&addr, in->data, in->size);
	sem_init(&c.waiter.done, 0, 0);
	err = loop_call(pump->loop, begin, &c);
	if (c.app_fd >= 0) {
		dup3(c.app_fd, fd, O_CLOEXEC);
		close(c.app_fd);
	}
	if (!err) {
		c.result = ask_plugin(&c);
		if (c.result == -ECONNABORTED && c.again)
			c.result = ask_plugin(&c);
		err = loop_call(pump->loop, end, &c);
	}
	if (err == -EINPROGRESS && c.waits)
		err = wait_end(&c, fd);
	sem_destroy(&c.waiter.done);
	return err > 0 ? 0 : err;
}
