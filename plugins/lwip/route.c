/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * route.c - the routing table, for lwIP
 *
 * lwIP asks ip4_route and ip6_route for the netif of a packet. These here take
 * the place of the library's, since it calls them through the PLT, and look
 * into the tables that netlink fills. The next hop is asked for again when the
 * packet is sent (iface_output.c).
 *
 * Packets to an address of ours leave by the netif that has it: lwIP loops them
 * there.
 */
#include "route.h"
#include "iface.h"
#include "stack.h"

#include <lwip/ip4.h>
#include <lwip/ip6.h>

#include <errno.h>
#include <string.h>

static int get4(const struct stack *stack, uint32_t dst, unsigned index,
	struct netlink_route *route)
{
	struct netlink_route_key key = { .family = AF_INET, .oif = index };

	key.dst.v4.s_addr = dst;
	return netlink_tables_route_get(stack->tables, &key, route);
}

static int get6(const struct stack *stack, const void *dst, unsigned index,
	struct netlink_route *route)
{
	struct netlink_route_key key = { .family = AF_INET6, .oif = index };

	memcpy(key.dst.bytes, dst, 16);
	return netlink_tables_route_get(stack->tables, &key, route);
}

/* The netif of @iface whose subnet @next is in, or the first. */
static struct netif *netif_towards(struct iface *iface, const ip4_addr_t *next)
{
	for (struct alias *alias = iface->aliases; alias; alias = alias->next)
		if (ip4_addr_netcmp(next, netif_ip4_addr(&alias->netif),
			    netif_ip4_netmask(&alias->netif)) &&
			!ip4_addr_netcmp(next, netif_ip4_addr(&iface->netif),
				netif_ip4_netmask(&iface->netif)))
			return &alias->netif;
	return &iface->netif;
}

static struct netif *find4(const struct stack *stack, const ip4_addr_t *dst)
{
	struct netif *netif = iface_netif_of4(stack, dst->addr);
	struct netlink_route route;
	struct iface *iface;
	ip4_addr_t next;

	if (netif)
		return netif_is_up(netif) ? netif : NULL;
	if (get4(stack, dst->addr, 0, &route) < 0)
		return NULL;
	iface = iface_find(stack, route.oif);
	if (!iface || !netif_is_up(&iface->netif))
		return NULL;
	next.addr = route.gateway.v4.s_addr ?: dst->addr;
	return netif_towards(iface, &next);
}

static struct netif *netif_of_zone(const ip6_addr_t *ip)
{
	struct netif *netif;

	NETIF_FOREACH(netif)
	if (ip6_addr_test_zone(ip, netif))
		return netif;
	return NULL;
}

static struct netif *find6(
	const struct stack *stack, const ip6_addr_t *src, const ip6_addr_t *dst)
{
	struct netif *netif = iface_netif_of6(stack, dst->addr);
	struct netlink_route route;
	struct iface *iface;

	if (netif)
		return netif;
	if (ip6_addr_has_zone(dst))
		return netif_of_zone(dst);
	if (ip6_addr_has_scope(dst, IP6_UNKNOWN) && src &&
		ip6_addr_has_zone(src))
		return netif_of_zone(src);
	if (get6(stack, dst->addr, 0, &route) < 0)
		return NULL;
	iface = iface_find(stack, route.oif);
	return iface ? &iface->netif : NULL;
}

#pragma GCC visibility push(default)
struct netif *ip4_route(const ip4_addr_t *dst)
{
	const struct stack *stack = stack_current();

	return stack ? find4(stack, dst) : NULL;
}

struct netif *ip6_route(const ip6_addr_t *src, const ip6_addr_t *dst)
{
	const struct stack *stack = stack_current();
	struct netif *netif = stack ? find6(stack, src, dst) : NULL;

	return netif && netif_is_up(netif) ? netif : NULL;
}
#pragma GCC visibility pop

bool route_next_hop4(const struct stack *stack, unsigned index,
	const ip4_addr_t *dst, ip4_addr_t *next)
{
	struct netlink_route route;

	/* bound to the interface: then it counts as directly connected */
	if (get4(stack, dst->addr, index, &route) < 0)
		next->addr = dst->addr;
	else
		next->addr = route.gateway.v4.s_addr ?: dst->addr;
	return true;
}

bool route_next_hop6(const struct stack *stack, const struct netif *netif,
	const ip6_addr_t *dst, ip6_addr_t *next)
{
	struct netlink_route route;

	ip6_addr_set(next, dst);
	if (ip6_addr_islinklocal(dst))
		return true;
	if (get6(stack, dst->addr, iface_of(netif)->index, &route) < 0)
		return false;
	if (netlink_ip_none(&route.gateway))
		return true;
	memcpy(next->addr, route.gateway.bytes, 16);
	ip6_addr_assign_zone(next, IP6_UNICAST, netif);
	return true;
}

int route_check(const struct stack *stack, const ip_addr_t *dst, unsigned index)
{
	struct netlink_route route;

	if (IP_IS_V4(dst)) {
		if (index && ip_addr_ismulticast(dst))
			return 0;
		return get4(stack, ip_2_ip4(dst)->addr, index, &route);
	}
	if (ip6_addr_has_zone(ip_2_ip6(dst)))
		return 0;
	return get6(stack, ip_2_ip6(dst)->addr, index, &route);
}
