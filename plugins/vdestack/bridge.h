/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge.h - ports that are joined inside the kernel
 *
 * The owner of an in-process switch (switch://) has a bridge of the kernel
 * beside it; other stacks of its group (group.h) that connect to the switch get
 * a port of the bridge instead. bridge.c is the owner's side, bridge_port.c that
 * of the others.
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
 * Makes, in @ns, the interface of the switch's owner, a bridge and its uplink:
 * what the relay reads from @port and writes to it, it exchanges between the
 * bridge and the switch in @dir.
 * Errors: -ENOENT no group, -ENXIO no /dev/net/tun for us, -EOPNOTSUPP the
 * kernel has no bridge, -EEXIST the name or index is taken, others of the
 * kernel. Nothing is left then.
 */
int bridge_open(struct port *port, struct netns *ns, const char *dir,
	const struct port_config *config);

/* Offers ports from now on; in the thread of @relay. */
int bridge_start(struct bridge *bridge, struct relay *relay);

/*
 * Makes an interface in @ns that is a port of the bridge of another stack, the
 * owner of the switch in @dir. *@conn: a connection to it, whose EOF tells that
 * the switch has gone; the caller's.
 * Errors: -ENOENT, -ECONNREFUSED there is no such bridge, others: it refuses.
 */
int bridge_join(struct port *port, struct netns *ns, const char *dir,
	const struct port_config *config, int *conn);

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

#define BRIDGE_KEY_SIZE 64

/* The name within the group of the bridge of the switch in @dir. */
int bridge_key(char key[BRIDGE_KEY_SIZE], const char *dir);

/* Has the interface gone whose far end is @ifindex? For port_ops.check; reads
 * @watch_fd empty. */
int bridge_check(int rtnl, int ifindex, int watch_fd);

#pragma GCC visibility pop
#endif
