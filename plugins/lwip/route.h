/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * route.h - the routing table, for lwIP
 *
 * lwIP's own functions (ip4_route, ip6_route) are replaced in route.c.
 */
#ifndef LWIP_ROUTE_H
#define LWIP_ROUTE_H

#include <lwip/ip_addr.h>

#include <stdbool.h>

#pragma GCC visibility push(hidden)

struct netif;
struct stack;

/*
 * Whom a packet to @dst has to be given to on the interface. False: nobody
 * there.
 */
bool route_next_hop4(const struct stack *stack, unsigned index,
	const ip4_addr_t *dst, ip4_addr_t *next);
bool route_next_hop6(const struct stack *stack, const struct netif *netif,
	const ip6_addr_t *dst, ip6_addr_t *next);

/*
 * Can @dst be reached, by interface @index (0: any)? 0, or the errno that
 * connect(2) would give: -ENETUNREACH, -EHOSTUNREACH, -EACCES, -EINVAL.
 */
int route_check(
	const struct stack *stack, const ip_addr_t *dst, unsigned index);

#pragma GCC visibility pop
#endif
