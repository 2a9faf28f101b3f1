/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pump_ready.c - when there is something to do for a socket
 *
 * Theory of operation
 *
 * The plug-in's descriptor is watched edge-triggered: a step does all that can
 * be done (until the plug-in says EAGAIN), and a descriptor that goes on
 * claiming to be ready does not wake us for nothing. Two things of it are not
 * to be relied upon:
 *
 *	It says writable while the plug-in says EAGAIN, as an eventfd does
 *	nearly always, or never says it, as the reading end of a pipe. Then,
 *	as long as there is something to be sent, it is tried again and again,
 *	with pauses of RETRY_MIN to RETRY_MAX.
 *
 *	It cannot be polled at all (a file, /dev/null). Then everything is
 *	tried again and again with such pauses, as long as the socket lives:
 *	the only case in which an idle socket costs time.
 *
 * Both know about the other direction what bridge.h tells: what the guest
 * writes, and that it reads again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/epoll.h>
#include "pump_impl.h"

#define RETRY_MIN_NS 1000000ull
#define RETRY_MAX_NS 64000000ull
#define EVENTS	     (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET)

bool pump_ready_now(const struct pump_sock *s, short events)
{
	struct pollfd pfd = { s->fd, events, 0 };

	if (!s->polls || (events == POLLOUT && !s->tells_space))
		return true;
	return poll(&pfd, 1, 0) != 0;
}

static bool wants_in(const struct pump_sock *s)
{
	switch (s->state) {
	case PUMP_OPEN:
		return !s->in && !s->in_ended;
	case PUMP_LISTENING:
		return s->pending_len < s->backlog;
	default:
		return false;
	}
}

static bool wants_out(const struct pump_sock *s)
{
	return s->out_waits || s->state == PUMP_CONNECTING;
}

/* Asking for EPOLLOUT anew brings an event if it holds already, which matters
 * each time that the plug-in has taken something before it said EAGAIN. */
static void watch_events(struct pump_sock *s)
{
	uint32_t events =
		EVENTS | (wants_out(s) && s->tells_space ? EPOLLOUT : 0);

	if (!s->polls || (events == s->events && !(events & EPOLLOUT)))
		return;
	s->events = events;
	loop_watch_change(s->pump->loop, &s->watch, events);
}

static bool needs_retry(const struct pump_sock *s)
{
	return s->unsure || (wants_in(s) && !s->polls) ||
	       (wants_out(s) && !s->tells_space);
}

static void set_retry(struct pump_sock *s)
{
	struct loop *loop = s->pump->loop;

	if (s->moved)
		s->pause_ns = RETRY_MIN_NS;
	if (s->again)
		loop_timer_set(loop, &s->retry, loop_now(loop));
	else if (needs_retry(s))
		loop_timer_set(loop, &s->retry, loop_now(loop) + s->pause_ns);
	else
		loop_timer_cancel(loop, &s->retry);
}

static void move(struct pump_sock *s)
{
	switch (s->state) {
	case PUMP_CONNECTING:
		pump_connect_step(s);
		break;
	case PUMP_LISTENING:
		pump_accept_step(s);
		break;
	case PUMP_OPEN:
	case PUMP_OVER:
		if (pump_is_stream(s))
			pump_stream_step(s);
		else
			pump_dgram_step(s);
		break;
	case PUMP_NEW:
		break;
	}
}

/* @told: the descriptor has just said that it is writable. */
static void step(struct pump_sock *s, bool told)
{
	s->moved = s->again = s->unsure = false;
	s->busy++; /* it is not freed in the middle */
	move(s);
	s->busy--;
	if (told && wants_out(s) && !s->moved)
		s->tells_space = false;
	s->news = s->urgent = false;
	set_retry(s);
	watch_events(s);
	pump_free_if_done(s);
}

void pump_step(struct pump_sock *s)
{
	step(s, false);
}

static void on_event(struct loop_watch *watch, uint32_t events)
{
	struct pump_sock *s =
		(struct pump_sock *)((char *)watch -
				     offsetof(struct pump_sock, watch));

	s->news = true;
	s->urgent = events & EPOLLPRI;
	step(s, events & EPOLLOUT && wants_out(s));
}

static void on_retry(struct loop_timer *timer)
{
	struct pump_sock *s =
		(struct pump_sock *)((char *)timer -
				     offsetof(struct pump_sock, retry));

	if (s->pause_ns < RETRY_MAX_NS)
		s->pause_ns *= 2;
	pump_step(s);
}

void pump_ready_start(struct pump_sock *s)
{
	s->pause_ns = RETRY_MIN_NS;
	s->retry.fired = on_retry;
	s->watch.fd = s->fd;
	s->watch.ready = on_event;
	s->events = EVENTS;
	s->polls = loop_watch_add(s->pump->loop, &s->watch, EVENTS) == 0;
	s->tells_space =
		s->polls && (fcntl(s->fd, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

void pump_ready_stop(struct pump_sock *s)
{
	if (s->polls)
		loop_watch_del(s->pump->loop, &s->watch);
	s->polls = s->tells_space = false;
	loop_timer_cancel(s->pump->loop, &s->retry);
}
