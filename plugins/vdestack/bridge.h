/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge.h - ports that are joined inside the kernel
 *
 * The stack that serves an in-process switch (switch://), or came first to a
 * ptp:// wire, has a bridge of the kernel beside it; other stacks of its group
 * (group.h) that connect to the wire get a port of the bridge instead. bridge.c
 * is the owner's side, bridge_port.c that of the others.
 */
#ifndef VDESTACK_BRIDGE_H
#define VDESTACK_BRIDGE_H

#include <stddef.h>
#include <stdint.h>
#include <net/if.h>

#pragma GCC visibility push(hidden)

struct bridge;
struct netns;
struct port;
struct port_config;
struct relay;

/*
 * Makes, in @ns, the interface of the wire's first stack, a bridge and its
 * uplink: what the relay reads from @port and writes to it, it exchanges between
 * the bridge and the wire at @locator, which is open.
 * Errors: -ENOENT no group, -EINVAL not such a wire, -ENXIO no /dev/net/tun for
 * us, -EOPNOTSUPP the kernel has no bridge, -EEXIST the name or index is taken,
 * others of the kernel. Nothing is left then.
 */
int bridge_open(struct port *port, struct netns *ns, const char *locator,
	const struct port_config *config);

/* Offers ports from now on; in the thread of @relay. */
int bridge_start(struct bridge *bridge, struct relay *relay);

/*
 * Makes an interface in @ns that is a port of the bridge of another stack, which
 * was the first at the wire @locator. *@conn: a connection to it, whose EOF tells
 * that it has gone; the caller's.
 * Errors: -ENOENT no group, -EINVAL not such a wire, -ECONNREFUSED there is no
 * bridge, others: it refuses.
 */
int bridge_join(struct port *port, struct netns *ns, const char *locator,
	const struct port_config *config, int *conn);

/*
 * The owner has gone, but the wire has not: makes an own bridge for the
 * interface of @from, which bridge_join() made, and @port of it. On success
 * @from is used up.
 * Errors: those of bridge_open(); also -ENODEV, the interface has gone with it.
 */
int bridge_take_over(struct port *port, struct netns *ns, const char *locator,
	struct port *from);

/* What the two sides say: who asks sends his network namespace with it, and
 * gets two descriptors with an answer whose err is 0: a NETLINK_ROUTE socket
 * of where the port's far end is, and what port.watch_fd is to be. */
struct bridge_request {
	char ifname[IFNAMSIZ];
	int32_t ifindex;
	uint8_t mac[6];
	uint8_t unused[2];
};

struct bridge_answer {
	int32_t err;	 /* 0 or a negative errno */
	int32_t ifindex; /* of the port's far end */
};

#define BRIDGE_KEY_SIZE 80

/*
 * The name within the group of the bridge at @locator.
 * Errors: -EINVAL not such a wire, -ENAMETOOLONG, those of stat(2).
 */
int bridge_key(char key[BRIDGE_KEY_SIZE], const char *locator);

#pragma GCC visibility pop
#endif
