/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink_reply.h - inside the netlink server: composing messages
 *
 * One message at a time: begin, put, end. Messages of a dump share datagrams.
 * Failures stick: the put functions return nothing, end reports.
 */
#ifndef IOTH_NETLINK_REPLY_H
#define IOTH_NETLINK_REPLY_H

#include <libmnl/libmnl.h>

#include "netlink_server.h"

#define NETLINK_MESSAGE_SIZE 8192

struct netlink_reply {
	netlink_emit *emit;
	void *ctx;
	uint32_t port, seq; /* of the messages that follow */
	uint16_t flags;	    /* NLM_F_* of them all */
	bool overflow;	    /* the message is too long */
	int err;	    /* the first failure; nothing is emitted then */
	size_t limit;	/* of a datagram that messages share; 0: none does */
	size_t used;	/* bytes in it */
	char *datagram; /* owned; NULL: nothing shared yet */
	union {
		struct nlmsghdr header;
		char bytes[NETLINK_MESSAGE_SIZE];
	} message;
};

/* Errors: none. Everything else of a reply may be set afterwards. */
void netlink_reply_init(
	struct netlink_reply *reply, netlink_emit *emit, void *ctx);
/* Drops what has not been emitted. */
void netlink_reply_fini(struct netlink_reply *reply);

/* Begins a message; returns the family's header, @size bytes of 0. */
void *netlink_reply_begin(
	struct netlink_reply *reply, uint16_t type, size_t size);
void netlink_reply_put(struct netlink_reply *reply, uint16_t type,
	const void *data, size_t size);
void netlink_reply_u8(
	struct netlink_reply *reply, uint16_t type, uint8_t value);
void netlink_reply_u32(
	struct netlink_reply *reply, uint16_t type, uint32_t value);
void netlink_reply_text(
	struct netlink_reply *reply, uint16_t type, const char *text);
/* The address if there is one. */
void netlink_reply_ip(struct netlink_reply *reply, uint16_t type, int family,
	const union netlink_ip *ip);
/* A nest, without NLA_F_NESTED as in the older parts of Linux. */
struct nlattr *netlink_reply_nest(struct netlink_reply *reply, uint16_t type);
void netlink_reply_nest_end(struct netlink_reply *reply, struct nlattr *nest);

/*
 * Ends the message: it is emitted, or added to the datagram of the dump.
 * Errors: -EMSGSIZE, -ENOMEM, what emit returned.
 */
int netlink_reply_end(struct netlink_reply *reply);

/* Emits the shared datagram. Errors: as above. */
int netlink_reply_flush(struct netlink_reply *reply);

/* The NLMSG_DONE that ends a dump, with @err and @why (NULL: none). */
int netlink_reply_done(struct netlink_reply *reply, int err, const char *why);

/* --- messages ------------------------------------------------------------- */

/* How much of an interface is shown. */
struct netlink_link_view {
	uint8_t family; /* AF_INET6: what IPv6 says of it */
	bool stats;
	uint32_t change; /* ifi_change */
};

int netlink_reply_link(struct netlink_reply *reply, uint16_t type,
	const struct netlink_link *link, const struct netlink_link_view *view);
int netlink_reply_addr(struct netlink_reply *reply, uint16_t type,
	const struct netlink_addr *addr);
/* How a route that was looked up is shown. */
struct netlink_route_view {
	uint32_t flags;		     /* RTM_F_CLONED, RTCF_* */
	const union netlink_ip *src; /* IPv6: what was asked for; NULL: none */
};
/* @view NULL: as an entry of the table */
int netlink_reply_route(struct netlink_reply *reply, uint16_t type,
	const struct netlink_route *route,
	const struct netlink_route_view *view);
int netlink_reply_neigh(struct netlink_reply *reply, uint16_t type,
	const struct netlink_neigh *neigh);

#endif
