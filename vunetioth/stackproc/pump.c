/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pump.c - the life of pumped sockets
 *
 * Theory of operation
 *
 * A socket ends in two steps. First its bridge ends (OVER): the guest has
 * closed, or the connection was reset, which closes the stack end. When the
 * bridge has ended nobody tells of the guest's last close any more. So that is
 * watched with inotify (IN_CLOSE of /proc/self/fd/N comes once, at the last
 * close of the last duplicate in any process), from the moment on when we still
 * have the app end. It is the second step: then the plug-in's socket is closed.
 * It must not be before, for the guest may still ask SO_ERROR or a name; nor
 * later, for a socket of the plug-in's that is open keeps the stack (EBUSY).
 * Where no inotify instance can be had, it is closed with the bridge.
 *
 * What the guest had written when it closed is sent before, however long the
 * plug-in takes, as long as it takes some of it each LINGER_S.
 */
#include "pump.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "bridge_app.h"
#include "ioth/pass.h"
#include "pump_impl.h"

#define LINGER_S  60u
#define NS_PER_S  1000000000ull
#define TYPE_MASK 0xf

/* ---- the table ---- */

static struct pump_sock **bucket_of(struct pump *pump, uint64_t cookie)
{
	return &pump->bucket[cookie % PUMP_BUCKETS];
}

struct pump_sock *pump_find(const struct pump *pump, uint64_t cookie)
{
	struct pump_sock *s = *bucket_of((struct pump *)pump, cookie);

	while (s && s->cookie != cookie)
		s = s->next;
	return s;
}

static void enter(struct pump_sock *s)
{
	struct pump_sock **bucket;

	s->cookie = bridge_cookie(s->bridge);
	bucket = bucket_of(s->pump, s->cookie);
	s->next = *bucket;
	*bucket = s;
}

static void leave(struct pump_sock *s)
{
	struct pump_sock **at = bucket_of(s->pump, s->cookie);

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
}

/* The first socket for which @is_it(s, number) holds. */
static struct pump_sock *search(const struct pump *pump,
	bool (*is_it)(const struct pump_sock *s, int number), int number)
{
	struct pump_sock *s;
	unsigned i;

	for (i = 0; i < PUMP_BUCKETS; i++)
		for (s = pump->bucket[i]; s; s = s->next)
			if (is_it(s, number))
				return s;
	return NULL;
}

/* Also if it waits for being accepted. */
static bool has_fd(const struct pump_sock *s, int fd)
{
	const struct pump_pending *p = s->pending;

	while (p && p->fd != fd)
		p = p->next;
	return s->fd == fd || p;
}

bool pump_knows_fd(const struct pump *pump, int fd)
{
	return search(pump, has_fd, fd) != NULL;
}

/* ---- the guest's last close ---- */

static void watch_closing(struct pump_sock *s, int app_fd)
{
	char path[64];

	s->closing = -1;
	if (s->pump->closings.fd < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", app_fd);
	s->closing = inotify_add_watch(
		s->pump->closings.fd, path, IN_CLOSE | IN_ONESHOT);
}

static bool is_closing(const struct pump_sock *s, int wd)
{
	return s->closing == wd;
}

static void on_closing(struct pump *pump, const struct inotify_event *event)
{
	struct pump_sock *s = event->mask & IN_CLOSE
				      ? search(pump, is_closing, event->wd)
				      : NULL;

	if (!s)
		return;
	s->is_closed = true;
	pump_free_if_done(s);
}

static void on_closings(struct loop_watch *watch, uint32_t events)
{
	struct pump *pump = (struct pump *)((char *)watch -
					    offsetof(struct pump, closings));
	struct inotify_event event[64]; /* no directory: no names */
	ssize_t i, n = read(watch->fd, event, sizeof(event));

	(void)events;
	for (i = 0; i < n / (ssize_t)sizeof(event[0]); i++)
		on_closing(pump, &event[i]);
}

/* ---- sockets ---- */

void pump_close_fd(int fd)
{
	if (fd >= 0)
		ioth_close(fd);
}

static void free_sock(struct pump_sock *s)
{
	leave(s);
	pump_ready_stop(s);
	loop_timer_cancel(s->pump->loop, &s->linger);
	bridge_free(s->bridge);
	pump_accept_free(s);
	if (s->may_linger) /* all would wait, and the guest does not */
		pump_io_set_linger(s->fd, false);
	pump_close_fd(s->fd);
	free(s->in);
	free(s->out);
	free(s);
}

static void set_linger(struct pump_sock *s)
{
	loop_timer_set(s->pump->loop, &s->linger,
		loop_now(s->pump->loop) + LINGER_S * NS_PER_S);
}

/* The plug-in does not take what is left. */
static void on_linger(struct loop_timer *timer)
{
	struct pump_sock *s =
		(struct pump_sock *)((char *)timer -
				     offsetof(struct pump_sock, linger));

	free(s->out);
	s->out = NULL;
	pump_free_if_done(s);
}

/* No guest has it any more. */
static bool is_left(const struct pump_sock *s)
{
	return s->state == PUMP_OVER && (s->is_closed || s->closing < 0);
}

void pump_free_if_done(struct pump_sock *s)
{
	if (s->state != PUMP_OVER || s->busy)
		return;
	if (s->out) {
		if (s->moved || !s->linger.armed)
			set_linger(s);
		return;
	}
	if (is_left(s))
		free_sock(s);
}

void pump_over(struct pump_sock *s)
{
	pump_connect_abort(s);
	s->state = PUMP_OVER;
	s->in_ended = true;
	free(s->in);
	s->in = NULL;
	pump_free_if_done(s);
}

static struct pump_sock *new_sock(struct pump *pump, int fd, int domain,
	int type, int protocol, enum bridge_state state)
{
	struct pump_sock *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->pump = pump;
	s->domain = domain;
	s->type = type & TYPE_MASK;
	s->protocol = protocol;
	s->fd = fd;
	s->state = state == BRIDGE_OPEN ? PUMP_OPEN : PUMP_NEW;
	s->connect_told = true;
	s->linger.fired = on_linger;
	return s;
}

static int open_bridge(
	struct pump_sock *s, int type, enum bridge_state state, int *app_fd)
{
	bool stream = pump_is_stream(s);
	struct bridge_config config = {
		.kind = stream ? BRIDGE_STREAM : BRIDGE_DGRAM,
		.state = state,
		.flags = (type & SOCK_NONBLOCK) | SOCK_CLOEXEC,
		.ops = stream ? &pump_stream_ops : &pump_dgram_ops,
		.owner = s,
	};
	int err = bridge_open(&s->bridge, app_fd, s->pump->loop, &config);

	if (err)
		return err;
	err = bridge_start(s->bridge);
	if (!err)
		return 0;
	close(*app_fd);
	bridge_free(s->bridge);
	return err;
}

int pump_adopt_in(struct pump *pump, int fd, int domain, int type, int protocol,
	enum bridge_state state)
{
	struct pump_sock *s;
	int app_fd, err;

	/* Closing it would take it from the one whose it is. */
	if (pump_knows_fd(pump, fd))
		return -EIO;
	s = new_sock(pump, fd, domain, type, protocol, state);
	err = s ? open_bridge(s, type, state, &app_fd) : -ENOMEM;
	if (err) {
		pump_close_fd(fd);
		free(s);
		return err;
	}
	enter(s);
	watch_closing(s, app_fd);
	pump_io_set_nonblock(fd);
	pump_ready_start(s);
	pump_step(s);
	return app_fd;
}

int pump_reopen(struct pump_sock *s, int flags, int *app_fd)
{
	int err = bridge_reopen(s->bridge, flags | SOCK_CLOEXEC, app_fd);

	if (err)
		return err;
	err = bridge_start(s->bridge);
	if (err) {
		bridge_failed(s->bridge);
		close(*app_fd);
		return err;
	}
	leave(s);
	enter(s);
	watch_closing(s, *app_fd);
	s->state = PUMP_NEW;
	s->in_ended = s->out_ended = s->guest_shut = s->told_shut = false;
	return 0;
}

struct adopt_call {
	struct pump *pump;
	int fd, domain, type, protocol;
};

static int adopt(void *arg)
{
	const struct adopt_call *c = arg;

	return pump_adopt_in(c->pump, c->fd, c->domain, c->type, c->protocol,
		(c->type & TYPE_MASK) == SOCK_STREAM ? BRIDGE_FRESH
						     : BRIDGE_OPEN);
}

int pump_adopt(struct pump *pump, int fd, int domain, int type, int protocol)
{
	struct adopt_call c = { pump, fd, domain, type, protocol };

	return loop_call(pump->loop, adopt, &c);
}

bool pump_is_needed(struct ioth *stack, int fd, int domain)
{
	socklen_t len = sizeof(int);
	int real = -1;

	if (ioth_plain(stack) == 1)
		return false;
	return ioth_pass_getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &real, &len) <
		       0 ||
	       real != domain;
}

/* ---- the whole ---- */

static void watch_closings(struct pump *pump)
{
	pump->closings.ready = on_closings;
	pump->closings.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (pump->closings.fd < 0 ||
		loop_watch_add(pump->loop, &pump->closings, EPOLLIN) == 0)
		return;
	close(pump->closings.fd);
	pump->closings.fd = -1;
}

int pump_new(struct pump **pump, struct ioth *stack)
{
	struct pump *new = calloc(1, sizeof(*new));
	int err = -ENOMEM;

	if (!new)
		return -ENOMEM;
	new->stack = stack;
	new->buffer = malloc(BRIDGE_RECEIVE_SIZE);
	if (!new->buffer)
		goto free_pump;
	err = loop_new(&new->loop, NULL);
	if (err)
		goto free_buffer;
	watch_closings(new);
	err = loop_start(new->loop, "pump");
	if (err) {
		pump_free(new);
		return err;
	}
	*pump = new;
	return 0;

free_buffer:
	free(new->buffer);
free_pump:
	free(new);
	return err;
}

static bool is_used(const struct pump_sock *s, int unused)
{
	(void)unused;
	return !is_left(s) || s->busy;
}

static bool is_any(const struct pump_sock *s, int unused)
{
	(void)s, (void)unused;
	return true;
}

static int drop_closed(void *arg)
{
	struct pump *pump = arg;
	struct pump_sock *s;

	if (search(pump, is_used, 0))
		return 0;
	while ((s = search(pump, is_any, 0)))
		free_sock(s);
	return 0;
}

void pump_drop_closed(struct pump *pump)
{
	loop_call(pump->loop, drop_closed, pump);
}

/* Its guest must not take this for an orderly end. */
static void end_sock(struct pump_sock *s)
{
	if (bridge_state(s->bridge) == BRIDGE_OPEN && pump_is_stream(s))
		bridge_reset(s->bridge);
	free_sock(s);
}

void pump_end(struct pump *pump)
{
	unsigned i;

	loop_stop(pump->loop);
	for (i = 0; i < PUMP_BUCKETS; i++)
		while (pump->bucket[i])
			/* NOLINTNEXTLINE: end_sock takes it off the bucket */
			end_sock(pump->bucket[i]);
}

void pump_free(struct pump *pump)
{
	if (pump->closings.fd >= 0)
		close(pump->closings.fd);
	loop_free(pump->loop);
	free(pump->buffer);
	free(pump);
}
