/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mirror.c - the life of a mirror: from the first packet socket to the last
 *
 * Theory of operation
 *
 * Sockets are given away; nobody tells when they are closed, and holding a
 * duplicate would keep them open. But inotify(7) has an event for the last close
 * of the open file behind /proc/self/fd/N, in whichever process (a mapped ring
 * counts as open). It is the number of these that are still to come which says
 * whether somebody looks.
 *
 * Each packet socket that is closed, each interface that is removed waits until
 * all CPUs have passed a certain point (RCU), 10 or 20 ms. When a mirror ends
 * while its stack lives, a thread does that, not the loop: the cleaner. There is
 * one at most; the next mirror, and the end of the stack, wait for it.
 */
#include "mirror_impl.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

struct mirror *mirror_new(
	struct loop *loop, const struct mirror_ops *ops, void *owner)
{
	struct mirror *mirror = calloc(1, sizeof(*mirror));

	if (!mirror)
		return NULL;
	mirror->loop = loop;
	mirror->ops = ops;
	mirror->owner = owner;
	return mirror;
}

bool mirror_is_watched(const struct mirror *mirror)
{
	return mirror->sockets > 0;
}

/* ---- the end ---- */

/* From now on it can be freed by any thread. */
static void leave(struct mirror_room *room)
{
	struct mirror *mirror = room->mirror;

	for (struct mirror_port *port = room->ports; port; port = port->next)
		mirror_port_leave(port);
	if (room->closes.fd >= 0)
		loop_watch_del(mirror->loop, &room->closes);
	loop_timer_cancel(mirror->loop, &mirror->linger);
	mirror->sockets = 0;
	mirror->room = NULL;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void *room_free(void *arg)
{
	struct mirror_room *room = arg;
	struct mirror_port *port;

	while ((port = room->ports)) {
		room->ports = port->next;
		mirror_port_free(port);
	}
	close_if_open(room->closes.fd);
	for (int i = 0; i < MIRROR_SIDES; i++)
		close_if_open(room->rtnl_fd[i]);
	mirror_net_close(&room->net);
	free(room);
	return NULL;
}

static void await_cleaner(struct mirror *mirror)
{
	if (mirror->has_cleaner)
		pthread_join(mirror->cleaner, NULL);
	mirror->has_cleaner = false;
}

static void linger_fired(struct loop_timer *timer)
{
	struct mirror *mirror =
		(struct mirror *)((char *)timer -
				  offsetof(struct mirror, linger));
	struct mirror_room *room = mirror->room;

	leave(room);
	mirror->has_cleaner =
		pthread_create(&mirror->cleaner, NULL, room_free, room) == 0;
	if (!mirror->has_cleaner)
		room_free(room);
}

void mirror_free(struct mirror *mirror)
{
	struct mirror_room *room = mirror ? mirror->room : NULL;

	if (!mirror)
		return;
	if (room) {
		leave(room);
		room_free(room);
	}
	await_cleaner(mirror);
	free(mirror);
}

/* ---- the beginning ---- */

/* Their number has changed from or to 0. */
static void watch_wires(struct mirror *mirror)
{
	struct mirror_port *port = mirror->room->ports;

	for (; port; port = port->next)
		mirror_port_watch(port, mirror_is_watched(mirror));
	if (mirror_is_watched(mirror))
		loop_timer_cancel(mirror->loop, &mirror->linger);
	else
		loop_timer_set(mirror->loop, &mirror->linger,
			loop_now(mirror->loop) + MIRROR_LINGER_NS);
}

static void closes_ready(struct loop_watch *watch, uint32_t events)
{
	struct mirror_room *room =
		(struct mirror_room *)((char *)watch -
				       offsetof(struct mirror_room, closes));
	struct mirror *mirror = room->mirror;
	struct inotify_event event[64];
	ssize_t n = read(watch->fd, event, sizeof(event));

	(void)events;
	for (ssize_t i = 0; i < n / (ssize_t)sizeof(*event); i++)
		if (event[i].mask & IN_CLOSE && mirror->sockets &&
			--mirror->sockets == 0)
			watch_wires(mirror);
}

static int open_closes(struct mirror_room *room)
{
	int err;

	room->closes.ready = closes_ready;
	room->closes.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (room->closes.fd < 0)
		return -errno;
	err = loop_watch_add(room->mirror->loop, &room->closes, EPOLLIN);
	if (err) {
		close(room->closes.fd);
		room->closes.fd = -1;
	}
	return err;
}

static int open_rtnl(struct mirror_room *room)
{
	for (enum mirror_side i = 0; i < MIRROR_SIDES; i++) {
		room->rtnl_fd[i] = mirror_net_socket(&room->net, i, AF_NETLINK,
			SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
		if (room->rtnl_fd[i] < 0)
			return room->rtnl_fd[i];
	}
	return 0;
}

static int furnish(struct mirror_room *room)
{
	struct mirror *mirror = room->mirror;
	int err = open_closes(room);

	if (!err)
		err = open_rtnl(room);
	return err ?: mirror->ops->fill(mirror, mirror->owner);
}

static int make(struct mirror *mirror)
{
	struct mirror_room *room = calloc(1, sizeof(*room));
	int err;

	if (!room)
		return -ENOMEM;
	await_cleaner(mirror);
	err = mirror_net_open(&room->net);
	if (err) {
		free(room);
		return err;
	}
	room->mirror = mirror;
	room->closes.fd = -1;
	room->rtnl_fd[MIRROR_NEAR] = room->rtnl_fd[MIRROR_FAR] = -1;
	mirror->room = room;
	mirror->linger.fired = linger_fired;
	err = furnish(room);
	if (err) {
		leave(room);
		room_free(room);
	}
	return err;
}

/* ---- sockets ---- */

static int watch_close(const struct mirror_room *room, int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return inotify_add_watch(room->closes.fd, path, IN_CLOSE | IN_ONESHOT) <
			       0
		       ? -errno
		       : 0;
}

static int open_socket(const struct mirror_room *room, int type, int protocol)
{
	int fd = mirror_net_socket(
		&room->net, MIRROR_NEAR, AF_PACKET, type, protocol);
	int err = fd < 0 ? fd : watch_close(room, fd);

	if (!err)
		return fd;
	close_if_open(fd);
	return err;
}

int mirror_socket(struct mirror *mirror, int type, int protocol)
{
	int base = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC), err, fd;

	if (base != SOCK_RAW && base != SOCK_DGRAM && base != SOCK_PACKET)
		return -ESOCKTNOSUPPORT;
	err = mirror->room ? 0 : make(mirror);
	if (err)
		return err;
	fd = open_socket(mirror->room, type, protocol);
	mirror->sockets += fd >= 0;
	watch_wires(mirror);
	return fd;
}

/* ---- interfaces ---- */

/* Where the pointer to it is; NULL: the mirror has none. */
static struct mirror_port **find(const struct mirror *mirror, unsigned index)
{
	struct mirror_port **at = mirror->room ? &mirror->room->ports : NULL;

	while (at && *at && (*at)->index != index)
		at = &(*at)->next;
	return at && *at ? at : NULL;
}

int mirror_link_add(struct mirror *mirror, const struct netlink_link *link,
	struct wire *wire)
{
	struct mirror_room *room = mirror->room;
	struct mirror_port *port;
	int err;

	if (!room)
		return 0;
	err = mirror_port_new(&port, room, link, wire);
	if (err)
		return err;
	port->next = room->ports;
	room->ports = port;
	mirror_port_watch(port, mirror_is_watched(mirror));
	return 0;
}

void mirror_link_change(struct mirror *mirror, const struct netlink_link *link,
	const struct netlink_link *old)
{
	struct mirror_port **at = find(mirror, link->index);

	if (at)
		mirror_port_change(*at, link, old);
}

void mirror_link_del(struct mirror *mirror, unsigned index)
{
	struct mirror_port **at = find(mirror, index), *port = at ? *at : NULL;

	if (!port)
		return;
	*at = port->next;
	mirror_port_leave(port);
	mirror_port_free(port);
}
