/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mirror_impl.h - what the files of the mirror share
 */
#ifndef SUPPORT_MIRROR_IMPL_H
#define SUPPORT_MIRROR_IMPL_H

#include "loop.h"
#include "mirror.h"
#include "mirror_net.h"
#include "netlink_ops.h"
#include "wire.h"

#include <pthread.h>

#pragma GCC visibility push(hidden)

struct mirror {
	struct loop *loop;
	const struct mirror_ops *ops;
	void *owner;
	struct mirror_room *room; /* NULL: there is no mirror */
	unsigned sockets;	  /* open ones */
	struct loop_timer linger; /* without a socket */
	pthread_t cleaner;	  /* frees the last room, see mirror.c */
	bool has_cleaner;
};

/* What there is while there is a mirror: the namespaces and what is in them. */
struct mirror_room {
	struct mirror *mirror;
	struct mirror_net net;
	int rtnl_fd[MIRROR_SIDES];
	struct loop_watch closes; /* inotify: the last close of a socket */
	struct mirror_port *ports;
	char frame[WIRE_FRAME_MAX]; /* the one being forwarded */
};

/* ---- mirror_port.c ---- */

/*
 * An interface of the mirror.
 *
 * fd[NEAR] is a packet socket on it: what is written there is seen as sent by
 * everybody else, and what everybody else sends is read from it. What is
 * written to fd[FAR] is seen as received; the loopback has none.
 */
struct mirror_port {
	struct mirror_room *room;
	struct wire *wire; /* NULL: the loopback */
	struct wire_tap tap;
	bool is_tapped;
	bool is_forwarding; /* a frame that everybody has seen */
	unsigned index;
	int fd[MIRROR_SIDES];
	struct loop_watch sent;	  /* fd[NEAR] */
	bool is_watching;	  /* it is in the loop */
	struct loop_timer resume; /* it will be again */
	struct mirror_port *next;
};

/*
 * Makes the interface and joins the loop. Errors: of the kernel, -ENOMEM;
 * nothing is left.
 */
int mirror_port_new(struct mirror_port **port, struct mirror_room *room,
	const struct netlink_link *link, struct wire *wire);
/* Leaves the loop and the wire. */
void mirror_port_leave(struct mirror_port *port);
/* Threads: any, when it has left. Removes it, too; takes some 10 ms. */
void mirror_port_free(struct mirror_port *port);

/* What is new of its link. Errors: of the kernel. */
int mirror_port_change(const struct mirror_port *port,
	const struct netlink_link *link, const struct netlink_link *old);

/* Frames of its wire are shown, or not. */
void mirror_port_watch(struct mirror_port *port, bool on);

/* ---- mirror_rtnl.c: requests on a NETLINK_ROUTE socket ---- */
/* They return 0 or the kernel's negative errno. */

/*
 * Makes the veth pair: @link in the name space of @fd, down; the other end,
 * with the same index and the largest MTU, in that of @far_net_fd.
 */
int mirror_rtnl_add(int fd, const struct netlink_link *link, int far_net_fd);

/* Makes the interface what @link says; @old: what it was. */
int mirror_rtnl_change(int fd, const struct netlink_link *link,
	const struct netlink_link *old);

int mirror_rtnl_set_up(int fd, unsigned index, bool up);
int mirror_rtnl_del(int fd, unsigned index);

/* Takes away the address that Linux gives the loopback when it comes up. */
int mirror_rtnl_strip_loopback(int fd, unsigned index);

#pragma GCC visibility pop
#endif
