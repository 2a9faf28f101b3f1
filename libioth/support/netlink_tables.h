/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink_tables.h - links, addresses, routes and neighbours kept in memory
 *
 * A store that a stack may put behind the netlink server, with the behaviour of
 * Linux: an address brings its connected, local and broadcast routes; links
 * that go down lose their routes (and their IPv6 addresses); longest prefix,
 * then lowest metric. The stack applies changes in hooks.
 *
 *	tables = netlink_tables_new(&hooks, stack);
 *	server = netlink_server_new(&netlink_tables_ops, tables, publish, ctx);
 *
 * Whatever changes, also by the functions below, is told to hooks.changed,
 * which usually calls netlink_tables_notify().
 *
 * Threads: one at a time. No function of it may be called from hooks.apply;
 * from hooks.changed only those that read.
 */
#ifndef IOTH_NETLINK_TABLES_H
#define IOTH_NETLINK_TABLES_H

#include "netlink_ops.h"

struct netlink_server;
struct netlink_tables;

/* Something that will change or has changed. */
struct netlink_event {
	uint16_t type; /* RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, ... */
	union {	       /* what is new, or the old one of a deletion */
		const struct netlink_link *link;
		const struct netlink_addr *addr;
		const struct netlink_route *route;
		const struct netlink_neigh *neigh;
	};
	union { /* RTM_NEW*: what it replaces; NULL: it is added */
		const struct netlink_link *old_link;
		const struct netlink_addr *old_addr;
		const struct netlink_route *old_route;
		const struct netlink_neigh *old_neigh;
	};
};

/* Any may be NULL. @ctx is that of netlink_tables_new(). */
struct netlink_tables_hooks {
	/*
	 * A link of @link's kind will be made: sets what the stack knows better
	 * (MTU and limits, type, hardware address, flags) or refuses. Without
	 * it no links can be added by requests. If apply refuses later, or the
	 * name is taken, nothing more is heard of it.
	 */
	int (*prepare)(void *ctx, struct netlink_link *link, const char **why);
	/*
	 * Asked before each change that somebody wants (not before those that
	 * follow from it, such as connected routes): the stack does its part,
	 * or refuses with a negative errno and perhaps *@why. -ERESTART: it
	 * takes time (see netlink_server_receive()); of new links only.
	 */
	int (*apply)(
		void *ctx, const struct netlink_event *event, const char **why);
	/* Told after each change, in order. */
	void (*changed)(void *ctx, const struct netlink_event *event);
	/* Brings @link's statistics up to date before it is shown. */
	void (*refresh)(void *ctx, struct netlink_link *link);
	/* As in struct netlink_stack_ops, with @ctx for @stack. */
	int (*sock_each)(void *ctx, netlink_sock_visit *visit, void *visit_ctx);
	int (*sock_destroy)(void *ctx, uint64_t cookie);
	int (*counters)(void *ctx, struct netlink_counters *counters);
	/* If present: neighbours are the stack's, not kept here. */
	int (*neigh_each)(
		void *ctx, netlink_neigh_visit *visit, void *visit_ctx);
	int (*neigh_add)(void *ctx, const struct netlink_neigh *neigh,
		unsigned how, const char **why);
	int (*neigh_del)(
		void *ctx, const struct netlink_neigh *neigh, const char **why);
};

/* Empty tables; @hooks must outlive them. NULL: no memory. */
struct netlink_tables *netlink_tables_new(
	const struct netlink_tables_hooks *hooks, void *ctx);
void netlink_tables_free(struct netlink_tables *tables);

/* Their operations; the server's stack is a struct netlink_tables. */
extern const struct netlink_stack_ops netlink_tables_ops;

/* The notification that belongs to @event. */
void netlink_tables_notify(
	struct netlink_server *server, const struct netlink_event *event);

/*
 * Adds @link (copied, with the text of vnl) without asking hooks.apply. Its
 * index 0: the next one, name "": "eth%d". IFF_UP is taken from it.
 * Returns the index. Errors: -EEXIST, -EINVAL name, -ENOMEM.
 */
int netlink_tables_link_add(
	struct netlink_tables *tables, const struct netlink_link *link);

/* The usual loopback: index 1, "lo", down. Errors: as above. */
int netlink_tables_loopback_add(struct netlink_tables *tables);

/* What follows changes without asking hooks.apply. Errors as those of ops. */
int netlink_tables_link_set(struct netlink_tables *tables, unsigned index,
	const struct netlink_link_change *change);
int netlink_tables_link_del(struct netlink_tables *tables, unsigned index);
int netlink_tables_addr_add(struct netlink_tables *tables,
	const struct netlink_addr *addr, unsigned how);
int netlink_tables_addr_del(
	struct netlink_tables *tables, const struct netlink_addr *addr);
int netlink_tables_route_add(struct netlink_tables *tables,
	const struct netlink_route *route, unsigned how);
int netlink_tables_route_del(
	struct netlink_tables *tables, const struct netlink_route *route);
int netlink_tables_neigh_add(struct netlink_tables *tables,
	const struct netlink_neigh *neigh, unsigned how);
int netlink_tables_neigh_del(
	struct netlink_tables *tables, const struct netlink_neigh *neigh);

/* Is there a wire? Sets IFF_RUNNING, the like, operstate. -ENODEV. */
int netlink_tables_set_carrier(
	struct netlink_tables *tables, unsigned index, bool carrier);

/* NULL: none. Valid until the next change. */
const struct netlink_link *netlink_tables_link(
	const struct netlink_tables *tables, unsigned index);
const struct netlink_link *netlink_tables_link_named(
	const struct netlink_tables *tables, const char *name);

/* Is @ip an address of the stack, on interface @index (0: any)? */
const struct netlink_addr *netlink_tables_addr_of(
	const struct netlink_tables *tables, int family,
	const union netlink_ip *ip, unsigned index);

/* As ops.route_get. */
int netlink_tables_route_get(struct netlink_tables *tables,
	const struct netlink_route_key *key, struct netlink_route *route);

#endif
