/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge.c - sockets of a user-space stack as real descriptors: life and events
 *
 * Theory of operation
 *
 * The state of the stack's socket is written into an AF_UNIX pair so that the
 * kernel answers for it:
 *
 *	fresh, connecting   the pair is stuffed with junk through the app end:
 *			    not writable, write says EAGAIN or waits
 *	connected	    the junk is taken out
 *	failed, reset	    stack end closed with something unread
 *	listening	    a byte in the app end per waiting connection
 *	peer's FIN	    shutdown(stack end, SHUT_WR)
 *	app's FIN	    RDHUP on the stack end
 *	app has closed	    HUP; with SO_ERROR ECONNRESET it left data unread
 *
 * The pair is prepared while bridge_open still has the app end; nothing later
 * needs it. In particular a reset does not: see bridge_stream.c.
 *
 * The stack end is watched edge-triggered, for a stream always has something
 * unread in it. EPOLLOUT is only asked for while the stack waits for space:
 * otherwise each read of the app would wake the stack.
 *
 * The end of the app's data is told in order: bridge_read (or the event) meets
 * it, and the settle task tells it from the loop, so that no callback comes out
 * of a call of the stack.
 */
#include "bridge.h"
#include "bridge_app.h"
#include "bridge_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <ioth/pass.h>
#include <ioth/plugin.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define EVENTS (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET)
/* of one that does not carry data yet; its junk would be an event */
#define EVENTS_FRESH (EPOLLRDHUP | EPOLLET)

/* For libioth, in whatever plug-in bridges: see plugin.h. */
extern const int ioth_plain_descriptors;
IOTH_EXPORT const int ioth_plain_descriptors = 1;

/* Doubled by the kernel. Why not less: bridge_stream.c, "the kept byte". */
#define BUFFER_SIZE 212992

static void close_app(struct bridge *bridge, enum bridge_close how)
{
	if (bridge->config.kind == BRIDGE_STREAM)
		bridge_stream_release(bridge);
	bridge_close_end(bridge);
	bridge->state = BRIDGE_GONE;
	if (bridge->config.ops->on_close)
		bridge->config.ops->on_close(bridge, how, bridge->config.owner);
}

static bool data_is_over(struct bridge *bridge)
{
	if (bridge->state != BRIDGE_OPEN)
		return true;
	if (bridge->config.kind == BRIDGE_STREAM)
		return bridge_readable(bridge) == 0;
	return bridge_dgram_is_over(bridge);
}

static void settle(struct bridge *bridge)
{
	if (!bridge->app_shut || !data_is_over(bridge))
		return;
	if (bridge->app_gone) {
		close_app(bridge, BRIDGE_CLOSE_CLEAN);
		return;
	}
	if (bridge->told_shutdown || bridge->state != BRIDGE_OPEN)
		return;
	bridge->told_shutdown = true;
	if (bridge->config.kind == BRIDGE_STREAM &&
		bridge->config.ops->on_shutdown)
		bridge->config.ops->on_shutdown(bridge, bridge->config.owner);
}

static void tell_urgent(struct bridge *bridge)
{
	const struct bridge_ops *ops = bridge->config.ops;

	if (!bridge->has_urgent)
		return;
	bridge->has_urgent = false;
	if (ops->on_urgent)
		ops->on_urgent(bridge, bridge->urgent, bridge->config.owner);
}

/* The end of callbacks. False: they have freed the bridge. */
static bool called(struct bridge *bridge)
{
	bool freed = bridge->freed;

	bridge->calling = false;
	if (freed)
		free(bridge);
	return !freed;
}

static void run_settle(struct loop_task *task)
{
	struct bridge *bridge =
		(struct bridge *)((char *)task -
				  offsetof(struct bridge, settle));

	bridge->calling = true;
	tell_urgent(bridge);
	if (called(bridge))
		settle(bridge);
}

static int take_error(struct bridge *bridge)
{
	socklen_t len = sizeof(int);
	int err = 0;

	ioth_pass_getsockopt(
		bridge->watch.fd, SOL_SOCKET, SO_ERROR, &err, &len);
	return err;
}

static void note_end(struct bridge *bridge, uint32_t events)
{
	if (events & (EPOLLRDHUP | EPOLLHUP))
		bridge->app_shut = true;
	if (events & EPOLLHUP)
		bridge->app_gone = true;
}

static void tell_data(struct bridge *bridge)
{
	const struct bridge_ops *ops = bridge->config.ops;
	bool is_stream = bridge->config.kind == BRIDGE_STREAM;

	if (ops->on_data && (!is_stream || bridge_readable(bridge) > 0))
		ops->on_data(bridge, bridge->config.owner);
}

static void tell_space(struct bridge *bridge)
{
	const struct bridge_ops *ops = bridge->config.ops;

	bridge->wants_space = false;
	if (ops->on_space)
		ops->on_space(bridge, bridge->config.owner);
	if (!bridge->freed && bridge->state == BRIDGE_OPEN &&
		!bridge->wants_space)
		loop_watch_change(bridge->loop, &bridge->watch, EVENTS);
}

/* The steps of an OPEN bridge; each may end it. */
static void tell_all(struct bridge *bridge, uint32_t events)
{
	bridge->calling = true;
	if (events & EPOLLPRI)
		bridge_stream_take_urgent(bridge);
	tell_data(bridge);
	if (!bridge->freed && bridge->state == BRIDGE_OPEN)
		tell_urgent(bridge);
	if (!bridge->freed && bridge->state == BRIDGE_OPEN &&
		bridge->wants_space && (events & (EPOLLOUT | EPOLLHUP)))
		tell_space(bridge);
	if (called(bridge) && bridge->state == BRIDGE_OPEN)
		settle(bridge);
}

static void ready(struct loop_watch *watch, uint32_t events)
{
	struct bridge *bridge =
		(struct bridge *)((char *)watch -
				  offsetof(struct bridge, watch));
	int err;

	note_end(bridge, events);
	err = bridge->app_gone ? take_error(bridge) : 0;
	if (bridge->state != BRIDGE_OPEN)
		settle(bridge);
	else if (err == ECONNRESET && bridge->config.kind == BRIDGE_STREAM)
		close_app(bridge, BRIDGE_CLOSE_UNREAD);
	else
		tell_all(bridge, events);
}

void bridge_rearm(struct bridge *bridge)
{
	uint32_t events = EVENTS | (bridge->wants_space ? EPOLLOUT : 0);

	if (bridge->started)
		loop_watch_change(bridge->loop, &bridge->watch, events);
}

void bridge_want_space(struct bridge *bridge)
{
	if (bridge->wants_space)
		return;
	bridge->wants_space = true;
	bridge_rearm(bridge);
}

void bridge_close_end(struct bridge *bridge)
{
	loop_forget(bridge->loop, &bridge->settle);
	if (bridge->started)
		loop_watch_del(bridge->loop, &bridge->watch);
	if (bridge->watch.fd >= 0)
		close(bridge->watch.fd);
	bridge->watch.fd = -1;
	bridge->started = false;
}

static void set_app_flags(int fd, int flags)
{
	if (!(flags & SOCK_NONBLOCK))
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	if (!(flags & SOCK_CLOEXEC))
		fcntl(fd, F_SETFD, 0);
}

static int prepare(struct bridge *bridge, int app_fd)
{
	int size = BUFFER_SIZE;
	struct stat st;

	bridge->cookie = bridge_app_cookie(app_fd);
	bridge->inode = fstat(app_fd, &st) < 0 ? 0 : (uint32_t)st.st_ino;
	ioth_pass_setsockopt(
		app_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	ioth_pass_setsockopt(
		bridge->watch.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return bridge->config.kind == BRIDGE_STREAM
		       ? bridge_stream_prepare(bridge, app_fd)
		       : bridge_dgram_prepare(bridge);
}

static int make_pair(struct bridge *bridge, int *app_fd)
{
	int type = bridge->config.kind == BRIDGE_STREAM ? SOCK_STREAM
							: SOCK_SEQPACKET;
	int fds[2], err;

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) <
		0)
		return -errno;
	bridge->watch.fd = fds[0];
	err = prepare(bridge, fds[1]);
	if (err) {
		close(fds[0]);
		close(fds[1]);
		bridge->watch.fd = -1;
		return err;
	}
	set_app_flags(fds[1], bridge->config.flags);
	*app_fd = fds[1];
	return 0;
}

static bool is_valid(const struct bridge_config *config)
{
	return config->ops && (config->state == BRIDGE_OPEN ||
				      (config->state == BRIDGE_FRESH &&
					      config->kind == BRIDGE_STREAM));
}

int bridge_open(struct bridge **bridge, int *app_fd, struct loop *loop,
	const struct bridge_config *config)
{
	struct bridge *new;
	int err;

	if (!is_valid(config))
		return -EINVAL;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->loop = loop;
	new->config = *config;
	new->state = config->state;
	new->watch.ready = ready;
	new->settle.run = run_settle;
	err = make_pair(new, app_fd);
	if (err) {
		free(new);
		return err;
	}
	*bridge = new;
	return 0;
}

int bridge_start(struct bridge *bridge)
{
	uint32_t events = bridge->state == BRIDGE_FRESH ? EVENTS_FRESH : EVENTS;
	int err;

	events |= bridge->wants_space ? EPOLLOUT : 0;
	err = loop_watch_add(bridge->loop, &bridge->watch, events);

	bridge->started = !err;
	return err;
}

void bridge_free(struct bridge *bridge)
{
	if (bridge->config.kind == BRIDGE_STREAM &&
		bridge->state == BRIDGE_OPEN)
		bridge_stream_release(bridge);
	bridge_close_end(bridge);
	if (bridge->calling)
		bridge->freed = true;
	else
		free(bridge);
}

int bridge_reopen(struct bridge *bridge, int flags, int *app_fd)
{
	int err;

	bridge->config.flags = flags;
	bridge->app_shut = bridge->app_gone = bridge->told_shutdown = false;
	bridge->wants_space = bridge->has_urgent = false;
	bridge->state = bridge->config.state = BRIDGE_FRESH;
	err = make_pair(bridge, app_fd);
	if (err)
		bridge->state = BRIDGE_DEAD;
	return err;
}

enum bridge_state bridge_state(const struct bridge *bridge)
{
	return bridge->state;
}

void *bridge_owner(const struct bridge *bridge)
{
	return bridge->config.owner;
}

void bridge_set_owner(struct bridge *bridge, void *owner)
{
	bridge->config.owner = owner;
}

uint64_t bridge_cookie(const struct bridge *bridge)
{
	return bridge->cookie;
}

uint32_t bridge_inode(const struct bridge *bridge)
{
	return bridge->inode;
}
