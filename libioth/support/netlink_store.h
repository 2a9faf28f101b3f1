/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink_store.h - inside the tables (netlink_tables.h)
 *
 * Rows are structs in arrays, in the order in which Linux lists them. Changes
 * have two forms: asked for (@ask: hooks.apply may refuse) or told.
 */
#ifndef IOTH_NETLINK_STORE_H
#define IOTH_NETLINK_STORE_H

#include "netlink_tables.h"

/* An array that grows. */
struct rows {
	char *bytes;
	size_t row_size;
	size_t len, room; /* in rows */
};

/* Row @i; NULL: there are not so many. */
void *rows_at(const struct rows *rows, size_t i);
/* Makes room for row @i, which is zero. NULL: no memory. */
void *rows_insert(struct rows *rows, size_t i);
void rows_remove(struct rows *rows, size_t i);
void rows_free(struct rows *rows);

struct link_row {
	struct netlink_link link; /* first; vnl is this row's own */
	bool carrier;
};

struct netlink_tables {
	const struct netlink_tables_hooks *hooks;
	void *ctx;
	struct rows links;  /* struct link_row */
	struct rows addrs;  /* struct netlink_addr */
	struct rows routes; /* struct netlink_route */
	struct rows neighs; /* struct netlink_neigh */
};

/* @link, which is in the tables as @row, takes the place of what was there. */
void store_link_replace(struct netlink_tables *tables, struct link_row *row,
	const struct netlink_link *link);

/* Sets what follows from IFF_UP and @carrier. */
void store_link_state(struct netlink_link *link, bool carrier);

/* May @change be made to @link, which need not be in the tables yet? */
int store_link_check(const struct netlink_tables *tables,
	const struct netlink_link *link,
	const struct netlink_link_change *change, const char **why);
void store_link_apply(
	struct netlink_link *link, const struct netlink_link_change *change);

struct link_row *store_link(
	const struct netlink_tables *tables, unsigned index);

/* hooks.apply, if @ask and it is there. */
int store_ask(struct netlink_tables *tables, bool ask,
	const struct netlink_event *event, const char **why);
/* hooks.changed */
void store_tell(
	struct netlink_tables *tables, const struct netlink_event *event);

/* As the operations. */
int store_link_add(
	void *stack, const struct netlink_link_new *link, const char **why);
int store_link_del(void *stack, unsigned index, const char **why);
int store_link_set(struct netlink_tables *tables, bool ask, unsigned index,
	const struct netlink_link_change *change, const char **why);
int store_addr_add(struct netlink_tables *tables, bool ask,
	const struct netlink_addr *addr, unsigned how, const char **why);
int store_addr_del(struct netlink_tables *tables, bool ask,
	const struct netlink_addr *addr, const char **why);
int store_route_add(struct netlink_tables *tables, bool ask,
	const struct netlink_route *route, unsigned how, const char **why);
int store_route_del(struct netlink_tables *tables, bool ask,
	const struct netlink_route *route, const char **why);
int store_neigh_add(struct netlink_tables *tables, bool ask,
	const struct netlink_neigh *neigh, unsigned how, const char **why);
int store_neigh_del(struct netlink_tables *tables, bool ask,
	const struct netlink_neigh *neigh, const char **why);

/* Whom the address's subnet is seen from: the peer, or the address itself. */
const union netlink_ip *store_peer(const struct netlink_addr *addr);

/* The primary IPv4 address of @like's subnet; NULL: there is none. */
const struct netlink_addr *store_primary(
	const struct netlink_tables *tables, const struct netlink_addr *like);

/*
 * The routes that addresses bring. Changes that matter to them happen between
 * begin and end, which adds and removes what has come and gone. A begin that
 * finds no memory makes end do nothing.
 */
struct derived {
	unsigned index; /* of the interface */
	struct rows before;
};
void derived_begin(
	struct netlink_tables *tables, unsigned index, struct derived *derived);
void derived_end(struct netlink_tables *tables, struct derived *derived);

/* The interface has gone down: all its routes of one kind or the other go. */
void store_flush_routes(
	struct netlink_tables *tables, unsigned index, bool keep_local);
void store_flush_addrs(
	struct netlink_tables *tables, unsigned index, bool ipv6_only);
void store_flush_neighs(struct netlink_tables *tables, unsigned index);

/* Are they one and the same to Linux, which would not have both? */
bool store_route_same(
	const struct netlink_route *a, const struct netlink_route *b);

/* The route to @dst with the longest prefix, best metric; NULL: none. */
const struct netlink_route *store_lookup(const struct netlink_tables *tables,
	int family, const union netlink_ip *dst, unsigned oif);

#endif
