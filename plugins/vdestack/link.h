/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * link.h - one interface: a port of the kernel and a wire, frames in between
 *
 * Flow control. Towards the wire: frames that a full wire does not take stay in
 * the link, and the port is not read until the wire has room; the kernel's own
 * queue behind the port (500 to 1000 frames) then loses the newest. Towards the
 * port nothing is kept: the kernel takes or loses a frame at once.
 *
 * Threads: link_new and link_free (before relay_add) in any, all else in the
 * relay.
 */
#ifndef VDESTACK_LINK_H
#define VDESTACK_LINK_H

#include "frames.h"
#include "port.h"
#include "relay.h"
#include "wire.h"

#pragma GCC visibility push(hidden)

/*
 * LINK_FLOWING   both directions run
 * LINK_FULL      outgoing frames wait for room on the wire; port not read
 * LINK_CUT       the wire's other side has gone: no carrier, port not read
 * LINK_DEAD      interface removed; the relay frees it after the round
 */
enum link_state { LINK_FLOWING, LINK_FULL, LINK_CUT, LINK_DEAD };

struct link {
	enum link_state state;
	struct relay *relay;
	struct port port;
	struct wire wire;
	struct frames out; /* port to wire */
	struct relay_source port_source, watch_source, wire_source, ctl_source;
	char *locator; /* owned */
	struct netns *ns;
	struct link *next; /* the relay's list */
};

struct link_config {
	const char *ifname; /* "": the service chooses */
	int ifindex;	    /* 0: any */
	const char *locator;
};

/*
 * Opens the wire in the calling thread's network and makes the interface.
 * Errors, with errtext: those of wire_open and port_open, -EINVAL and
 * -ENAMETOOLONG for the name.
 */
int link_new(
	struct link **link, struct netns *ns, const struct link_config *config);

/* Removes the interface, disconnects. */
void link_free(struct link *link);

/* Joins the epoll set of @relay; from now on only its thread touches it. */
int link_start(struct link *link, struct relay *relay);

#pragma GCC visibility pop
#endif
