/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * port.h - the kernel's end of an interface
 *
 * A TAP device (tap.c), or, where /dev/net/tun cannot be opened, a veth pair
 * with a packet socket on its far end (veth.c). Or a port of a bridge of the
 * kernel (bridge.h). Threads: made by any, then used by the relay only.
 *
 * The place for segmentation offload (vnet_hdr) is here: a port that delivers
 * frames longer than the MTU with a header, and wires that segment them.
 */
#ifndef VDESTACK_PORT_H
#define VDESTACK_PORT_H

#include "frames.h"

#include <net/if.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct bridge;
struct netns;
struct port;

/* What a kind of port can do; see the functions of the same names below. */
struct port_ops {
	int (*read)(struct port *port, struct frames *frames);
	void (*write)(struct port *port, struct frames *frames);
	int (*check)(struct port *port);
	void (*set_carrier)(struct port *port, bool on);
	void (*del)(struct port *port);
};

struct port {
	const struct port_ops *ops;
	struct netns *ns;
	unsigned most; /* frames to ask for, by frames_expect() */
	int fd;	       /* readable: frames; owned; -1: there are none for us */
	int watch_fd;  /* readable: port_check; owned; -1: fd tells all */
	int ifindex; /* of the end that the program sees (tap) or the far one */
	uint8_t mac[6];
	struct bridge *bridge; /* owned, by one that has other ports */
	int rtnl;	       /* owned, by a port of another stack's bridge */
};

/* Before there is anything of it but its address. */
void port_init(struct port *port, const uint8_t *mac);

/* The name in NETNS_OUTER of a device that belongs to the interface with the
 * address @mac; 'p': the far end of it. No other interface has it. */
const char *port_device(char name[IFNAMSIZ], char kind, const uint8_t *mac);

struct port_config {
	const char *ifname; /* "": the next free of vde0, vde1, ... */
	int ifindex;	    /* wanted, 0: any */
	uint8_t mac[6];
};

/*
 * Makes an interface in @ns, down, with carrier, for the wire @locator.
 * Errors, with errtext: -EEXIST the name or index is taken, -EPERM, -ENOMEM,
 * others of the kernel.
 */
int port_open(struct port *port, struct netns *ns, const char *locator,
	const struct port_config *config);

/* Removes the interface unless somebody has, closes. */
void port_close(struct port *port);

/*
 * Fills @frames, which is empty, with what is there. Never blocks. 0, or
 * -ENODEV: the interface was removed.
 */
int port_read(struct port *port, struct frames *frames);

/* 0, or -ENODEV: the interface was removed. For ports with a watch_fd. */
int port_check(struct port *port);

/*
 * Delivers all of @frames. Never blocks: what the kernel does not take (the
 * interface is down, no memory) is lost.
 */
void port_write(struct port *port, struct frames *frames);

/* Carrier of the interface follows the wire. */
void port_set_carrier(struct port *port, bool on);

/* The TAP's, also for an uplink of a bridge. */
int tap_read(struct port *port, struct frames *frames);
void tap_write(struct port *port, struct frames *frames);

/* The two kinds, used by port_open. tap: -ENXIO no /dev/net/tun for us. */
int tap_open(
	struct port *port, struct netns *ns, const struct port_config *config);
int veth_open(
	struct port *port, struct netns *ns, const struct port_config *config);

#pragma GCC visibility pop
#endif
