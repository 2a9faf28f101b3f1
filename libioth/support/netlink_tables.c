/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables as a whole: rows, hooks, operations. */
#include "netlink_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "netlink_server.h"

/* --- rows ----------------------------------------------------------------- */

void *rows_at(const struct rows *rows, size_t i)
{
	return i < rows->len ? rows->bytes + i * rows->row_size : NULL;
}

void *rows_insert(struct rows *rows, size_t i)
{
	size_t room = rows->room ? rows->room * 2 : 4;
	char *row, *bytes;

	if (rows->len == rows->room) {
		bytes = realloc(rows->bytes, room * rows->row_size);
		if (!bytes)
			return NULL;
		rows->bytes = bytes;
		rows->room = room;
	}
	row = rows->bytes + i * rows->row_size;
	memmove(row + rows->row_size, row, (rows->len - i) * rows->row_size);
	memset(row, 0, rows->row_size);
	rows->len++;
	return row;
}

void rows_remove(struct rows *rows, size_t i)
{
	char *row = rows->bytes + i * rows->row_size;

	rows->len--;
	memmove(row, row + rows->row_size, (rows->len - i) * rows->row_size);
}

void rows_free(struct rows *rows)
{
	free(rows->bytes);
	rows->bytes = NULL;
	rows->len = rows->room = 0;
}

/* --- life ----------------------------------------------------------------- */

struct netlink_tables *netlink_tables_new(
	const struct netlink_tables_hooks *hooks, void *ctx)
{
	struct netlink_tables *tables = calloc(1, sizeof(*tables));

	if (!tables)
		return NULL;
	tables->hooks = hooks;
	tables->ctx = ctx;
	tables->links.row_size = sizeof(struct link_row);
	tables->addrs.row_size = sizeof(struct netlink_addr);
	tables->routes.row_size = sizeof(struct netlink_route);
	tables->neighs.row_size = sizeof(struct netlink_neigh);
	return tables;
}

void netlink_tables_free(struct netlink_tables *tables)
{
	const struct link_row *row;

	if (!tables)
		return;
	for (size_t i = 0; (row = rows_at(&tables->links, i)); i++)
		free((char *)row->link.vnl);
	rows_free(&tables->links);
	rows_free(&tables->addrs);
	rows_free(&tables->routes);
	rows_free(&tables->neighs);
	free(tables);
}

/* --- hooks ---------------------------------------------------------------- */

int store_ask(struct netlink_tables *tables, bool ask,
	const struct netlink_event *event, const char **why)
{
	return ask && tables->hooks->apply
		       ? tables->hooks->apply(tables->ctx, event, why)
		       : 0;
}

void store_tell(
	struct netlink_tables *tables, const struct netlink_event *event)
{
	if (tables->hooks->changed)
		tables->hooks->changed(tables->ctx, event);
}

void netlink_tables_notify(
	struct netlink_server *server, const struct netlink_event *event)
{
	switch (event->type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		netlink_notify_link(server, event->type, event->link);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		netlink_notify_addr(server, event->type, event->addr);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		netlink_notify_route(server, event->type, event->route);
		break;
	default:
		netlink_notify_neigh(server, event->type, event->neigh);
		break;
	}
}

/* --- listing -------------------------------------------------------------- */

static int link_each(void *stack, netlink_link_visit *visit, void *ctx)
{
	struct netlink_tables *tables = stack;
	struct link_row *row;
	int end = 0;

	for (size_t i = 0; !end && (row = rows_at(&tables->links, i)); i++) {
		if (tables->hooks->refresh)
			tables->hooks->refresh(tables->ctx, &row->link);
		end = visit(ctx, &row->link);
	}
	return end;
}

#define EACH(kind)                                                             \
	static int kind##_each(                                                \
		void *stack, netlink_##kind##_visit *visit, void *ctx)         \
	{                                                                      \
		const struct netlink_tables *tables = stack;                   \
		const struct netlink_##kind *row;                              \
		int end = 0;                                                   \
                                                                               \
		for (size_t i = 0;                                             \
			!end && (row = rows_at(&tables->kind##s, i)); i++)     \
			end = visit(ctx, row);                                 \
		return end;                                                    \
	}

EACH(addr)
EACH(route)

static int neigh_each(void *stack, netlink_neigh_visit *visit, void *ctx)
{
	const struct netlink_tables *tables = stack;
	const struct netlink_neigh *row;
	int end = 0;

	if (tables->hooks->neigh_each)
		return tables->hooks->neigh_each(tables->ctx, visit, ctx);
	for (size_t i = 0; !end && (row = rows_at(&tables->neighs, i)); i++)
		end = visit(ctx, row);
	return end;
}

static int sock_each(void *stack, netlink_sock_visit *visit, void *ctx)
{
	const struct netlink_tables *tables = stack;

	return tables->hooks->sock_each
		       ? tables->hooks->sock_each(tables->ctx, visit, ctx)
		       : 0;
}

/* --- asking for changes --------------------------------------------------- */

static int link_set(void *stack, unsigned index,
	const struct netlink_link_change *change, const char **why)
{
	return store_link_set(stack, true, index, change, why);
}

#define ADD(kind)                                                              \
	static int kind##_add(void *stack, const struct netlink_##kind *row,   \
		unsigned how, const char **why)                                \
	{                                                                      \
		return store_##kind##_add(stack, true, row, how, why);         \
	}                                                                      \
	int netlink_tables_##kind##_add(struct netlink_tables *tables,         \
		const struct netlink_##kind *row, unsigned how)                \
	{                                                                      \
		const char *why;                                               \
                                                                               \
		return store_##kind##_add(tables, false, row, how, &why);      \
	}

#define DEL(kind)                                                              \
	static int kind##_del(void *stack, const struct netlink_##kind *row,   \
		const char **why)                                              \
	{                                                                      \
		return store_##kind##_del(stack, true, row, why);              \
	}                                                                      \
	int netlink_tables_##kind##_del(struct netlink_tables *tables,         \
		const struct netlink_##kind *row)                              \
	{                                                                      \
		const char *why;                                               \
                                                                               \
		return store_##kind##_del(tables, false, row, &why);           \
	}

ADD(addr)
DEL(addr)
ADD(route)
DEL(route)
ADD(neigh)
DEL(neigh)

static int route_get(void *stack, const struct netlink_route_key *key,
	struct netlink_route *route)
{
	return netlink_tables_route_get(stack, key, route);
}

static int sock_destroy(void *stack, uint64_t cookie)
{
	const struct netlink_tables *tables = stack;

	return tables->hooks->sock_destroy
		       ? tables->hooks->sock_destroy(tables->ctx, cookie)
		       : -EOPNOTSUPP;
}

static int counters(void *stack, struct netlink_counters *values)
{
	const struct netlink_tables *tables = stack;

	return tables->hooks->counters
		       ? tables->hooks->counters(tables->ctx, values)
		       : 0;
}

const struct netlink_stack_ops netlink_tables_ops = {
	.version = NETLINK_OPS_VERSION,
	.link_each = link_each,
	.link_set = link_set,
	.link_add = store_link_add,
	.link_del = store_link_del,
	.addr_each = addr_each,
	.addr_add = addr_add,
	.addr_del = addr_del,
	.route_each = route_each,
	.route_add = route_add,
	.route_del = route_del,
	.route_get = route_get,
	.neigh_each = neigh_each,
	.neigh_add = neigh_add,
	.neigh_del = neigh_del,
	.sock_each = sock_each,
	.sock_destroy = sock_destroy,
	.counters = counters,
};
