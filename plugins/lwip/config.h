/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * config.h - what netlink's tables say, done to lwIP
 *
 * Threads: inside the loop.
 */
#ifndef LWIP_CONFIG_H
#define LWIP_CONFIG_H

#include "netlink_tables.h"

#pragma GCC visibility push(hidden)

struct stack;

/* Of the tables; their ctx is the stack. */
extern const struct netlink_tables_hooks config_hooks;

/*
 * Adds an interface for @locator (NULL: lo). Errors: those of iface_open and
 * of netlink_tables_link_add.
 */
int config_add(struct stack *stack, const char *locator);

/* ---- autoconf.c ---- */

void autoconf_init(struct stack *stack);
void autoconf_fini(struct stack *stack);

/* ---- neigh.c ---- */

int neigh_each(void *ctx, netlink_neigh_visit *visit, void *visit_ctx);
int neigh_add(void *ctx, const struct netlink_neigh *neigh, unsigned how,
	const char **why);
int neigh_del(void *ctx, const struct netlink_neigh *neigh, const char **why);

#pragma GCC visibility pop
#endif
