/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * autoconf.c - what lwIP has configured by itself, told to the tables
 *
 * lwIP makes link-local addresses, detects duplicates, and takes prefixes and
 * routers from advertisements, without telling anybody (the library has no
 * status callbacks). So after anything of that kind may have happened, its
 * tables are compared with ours; the differences become changes that "ip
 * monitor" sees.
 */
#include "config.h"
#include "iface.h"
#include "stack.h"

#include <lwip/nd6.h>
#include <lwip/priv/nd6_priv.h>

#include <linux/if_addr.h>
#include <linux/icmpv6.h>
#include <string.h>

#define ROUTER_METRIC 1024

/* ---- addresses ---- */

static uint32_t flags_of(u8_t state, bool is_static)
{
	uint32_t flags = is_static ? IFA_F_PERMANENT : IFA_F_MANAGETEMPADDR;

	if (ip6_addr_isduplicated(state))
		flags |= IFA_F_DADFAILED | IFA_F_TENTATIVE;
	else if (ip6_addr_istentative(state))
		flags |= IFA_F_TENTATIVE;
	else if (ip6_addr_isdeprecated(state))
		flags |= IFA_F_DEPRECATED;
	return flags;
}

static void describe(
	const struct iface *iface, int i, struct netlink_addr *addr)
{
	const struct netif *netif = &iface->netif;
	uint32_t valid_s = netif_ip6_addr_valid_life(netif, i);

	memset(addr, 0, sizeof(*addr));
	addr->family = AF_INET6;
	addr->prefixlen = 64;
	addr->index = iface->index;
	addr->flags = flags_of(netif_ip6_addr_state(netif, i), !valid_s);
	memcpy(addr->local.bytes, netif_ip6_addr(netif, i)->addr, 16);
	addr->scope = ip6_addr_islinklocal(netif_ip6_addr(netif, i))
			      ? RT_SCOPE_LINK
			      : RT_SCOPE_UNIVERSE;
	addr->proto = valid_s ? IFAPROT_KERNEL_RA : IFAPROT_KERNEL_LL;
	addr->valid_s = valid_s ? valid_s : UINT32_MAX;
	addr->preferred_s =
		valid_s ? netif_ip6_addr_pref_life(netif, i) : UINT32_MAX;
}

#define STATE_FLAGS (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED)

static void tell_addr(struct stack *stack, const struct iface *iface, int i)
{
	const struct netlink_addr *known;
	struct netlink_addr addr;

	describe(iface, i, &addr);
	known = netlink_tables_addr_of(
		stack->tables, AF_INET6, &addr.local, iface->index);
	if (!known) {
		netlink_tables_addr_add(
			stack->tables, &addr, NLM_F_CREATE | NLM_F_EXCL);
	} else if ((known->flags ^ addr.flags) & STATE_FLAGS) {
		uint32_t state = addr.flags & STATE_FLAGS;

		addr = *known;
		addr.flags = (addr.flags & ~(uint32_t)STATE_FLAGS) | state;
		netlink_tables_addr_add(stack->tables, &addr, NLM_F_REPLACE);
	}
}

/* Those whose lifetime has ended. */
static int find_gone(void *ctx, const struct netlink_addr *addr)
{
	struct netlink_addr *gone = ctx;
	struct stack *stack = stack_current();
	struct iface *iface = iface_find(stack, addr->index);

	if (!iface || addr->family != AF_INET6)
		return 0;
	for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
		if (!ip6_addr_isinvalid(
			    netif_ip6_addr_state(&iface->netif, i)) &&
			!memcmp(netif_ip6_addr(&iface->netif, i)->addr,
				addr->local.bytes, 16))
			return 0;
	*gone = *addr;
	return 1;
}

static void tell_addrs(struct stack *stack)
{
	struct netlink_addr gone;

	for (struct iface *iface = stack->ifaces; iface; iface = iface->next)
		for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
			if (!ip6_addr_isinvalid(
				    netif_ip6_addr_state(&iface->netif, i)))
				tell_addr(stack, iface, i);
	while (netlink_tables_ops.addr_each(stack->tables, find_gone, &gone) ==
		1)
		if (netlink_tables_addr_del(stack->tables, &gone) < 0)
			break;
}

/* ---- default routers ---- */

static bool router_at(int i, struct netlink_route *route)
{
	const struct nd6_router_list_entry *router = &default_router_list[i];

	if (!router->neighbor_entry || !router->invalidation_timer)
		return false;
	memset(route, 0, sizeof(*route));
	route->family = AF_INET6;
	route->protocol = RTPROT_RA;
	route->type = RTN_UNICAST;
	route->pref = ICMPV6_ROUTER_PREF_MEDIUM;
	route->table = RT_TABLE_MAIN;
	route->priority = ROUTER_METRIC;
	route->oif = iface_of(router->neighbor_entry->netif)->index;
	memcpy(route->gateway.bytes,
		router->neighbor_entry->next_hop_address.addr, 16);
	return true;
}

static int find_router_gone(void *ctx, const struct netlink_route *route)
{
	struct netlink_route *gone = ctx, router;

	if (route->family != AF_INET6 || route->protocol != RTPROT_RA)
		return 0;
	for (int i = 0; i < LWIP_ND6_NUM_ROUTERS; i++)
		if (router_at(i, &router) && router.oif == route->oif &&
			netlink_ip_equal(&router.gateway, &route->gateway))
			return 0;
	*gone = *route;
	return 1;
}

static void tell_routers(struct stack *stack)
{
	struct netlink_route route;

	for (int i = 0; i < LWIP_ND6_NUM_ROUTERS; i++)
		if (router_at(i, &route))
			netlink_tables_route_add(stack->tables, &route,
				NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND);
	while (netlink_tables_ops.route_each(
		       stack->tables, find_router_gone, &route) == 1)
		if (netlink_tables_route_del(stack->tables, &route) < 0)
			break;
}

static void run(struct loop_task *task)
{
	struct stack *stack = stack_current();

	(void)task;
	tell_addrs(stack);
	tell_routers(stack);
}

void autoconf_init(struct stack *stack)
{
	stack->autoconf.run = run;
}

void autoconf_fini(struct stack *stack)
{
	loop_forget(stack->loop, &stack->autoconf);
}
