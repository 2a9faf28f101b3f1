/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtnl.h - the few requests to rtnetlink that the plug-in makes itself
 *
 * @fd is a NETLINK_ROUTE socket of the namespace in question; one thread at a
 * time. All return 0 or the kernel's negative errno.
 */
#ifndef VDESTACK_RTNL_H
#define VDESTACK_RTNL_H

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Hardware address (6 bytes) of a link. */
int rtnl_set_mac(int fd, int ifindex, const uint8_t *mac);

/* IFF_UP on or off. */
int rtnl_set_up(int fd, int ifindex, bool up);

int rtnl_set_mtu(int fd, int ifindex, uint32_t mtu);

/* To the namespace @net_fd. */
int rtnl_move(int fd, int ifindex, int net_fd);

/* Makes the link a port of the bridge @master. */
int rtnl_set_master(int fd, int ifindex, int master);

/*
 * A port of a bridge forwards frames to the addresses that are meant for the
 * next bridge only (LLDP, LACP, 802.1X), which are not forwarded otherwise.
 */
int rtnl_forward_local_groups(int fd, int ifindex);

/* A bridge without spanning tree that floods all multicast frames. */
int rtnl_add_bridge(int fd, const char *name);

/*
 * 0 or -ENODEV. Waits for a change of the link that is under way (it takes the
 * kernel's lock of the configuration).
 */
int rtnl_exists(int fd, int ifindex);

int rtnl_del(int fd, int ifindex);

/* @fd, for nothing else: becomes readable when the link has gone. */
int rtnl_watch(int fd, int ifindex);

/* Takes away what made @fd readable, if it was. */
void rtnl_watch_clear(int fd);

struct rtnl_veth {
	const char *name; /* may contain %d: the next free */
	int ifindex;	  /* wanted, 0: any */
	const uint8_t *mac;
	int net_fd; /* namespace to make it in */
	const char *peer_name;
	int peer_net_fd; /* namespace of the peer */
	uint32_t peer_mtu;
};

int rtnl_add_veth(int fd, const struct rtnl_veth *veth);

/*
 * Looks for the link @name: *@ifindex its index, *@link the index of its other
 * end in the namespace of that (0: none).
 */
int rtnl_get(int fd, const char *name, int *ifindex, int *link);

#pragma GCC visibility pop
#endif
