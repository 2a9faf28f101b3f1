/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* neigh.c - lwIP's tables of neighbours, as netlink shows them */
#include "config.h"
#include "iface.h"
#include "stack.h"

#include <lwip/etharp.h>
#include <lwip/nd6.h>
#include <lwip/priv/nd6_priv.h>

#include <errno.h>
#include <linux/neighbour.h>
#include <string.h>

/* lwIP shows only those that have answered. */
static bool arp_at(size_t i, struct netlink_neigh *neigh)
{
	struct eth_addr *hwaddr;
	struct netif *netif;
	ip4_addr_t *ip;

	if (!etharp_get_entry(i, &ip, &netif, &hwaddr))
		return false;
	*neigh = (struct netlink_neigh){ .family = AF_INET,
		.type = RTN_UNICAST,
		.state = NUD_REACHABLE,
		.hwaddr_size = 6,
		.index = iface_of(netif)->index };
	neigh->dst.v4.s_addr = ip->addr;
	memcpy(neigh->hwaddr, hwaddr, 6);
	return true;
}

static const uint16_t nud_of[] = {
	[ND6_INCOMPLETE] = NUD_INCOMPLETE,
	[ND6_REACHABLE] = NUD_REACHABLE,
	[ND6_STALE] = NUD_STALE,
	[ND6_DELAY] = NUD_DELAY,
	[ND6_PROBE] = NUD_PROBE,
};

static bool nd6_at(int i, struct netlink_neigh *neigh)
{
	const struct nd6_neighbor_cache_entry *entry = &neighbor_cache[i];

	if (entry->state == ND6_NO_ENTRY || entry->state > ND6_PROBE)
		return false;
	*neigh = (struct netlink_neigh){ .family = AF_INET6,
		.type = RTN_UNICAST,
		.flags = entry->isrouter ? NTF_ROUTER : 0,
		.state = nud_of[entry->state],
		.hwaddr_size = entry->state == ND6_INCOMPLETE ? 0 : 6,
		.index = iface_of(entry->netif)->index };
	memcpy(neigh->dst.bytes, entry->next_hop_address.addr, 16);
	memcpy(neigh->hwaddr, entry->lladdr, 6);
	return true;
}

int neigh_each(void *ctx, netlink_neigh_visit *visit, void *visit_ctx)
{
	struct stack *stack = ctx;
	struct netlink_neigh neigh;
	int err = 0;

	clock_catch_up(&stack->clock);
	for (size_t i = 0; !err && i < ARP_TABLE_SIZE; i++)
		if (arp_at(i, &neigh))
			err = visit(visit_ctx, &neigh);
	for (int i = 0; !err && i < LWIP_ND6_NUM_NEIGHBORS; i++)
		if (nd6_at(i, &neigh))
			err = visit(visit_ctx, &neigh);
	return err;
}

int neigh_add(void *ctx, const struct netlink_neigh *neigh, unsigned how,
	const char **why)
{
	(void)ctx;
	(void)neigh;
	(void)how;
	*why = "lwip: neighbours are found by ARP and ND only";
	return -EOPNOTSUPP;
}

/* All of the interface; the others are found again. */
static int forget_arp(struct iface *iface)
{
	etharp_cleanup_netif(&iface->netif);
	for (struct alias *alias = iface->aliases; alias; alias = alias->next)
		etharp_cleanup_netif(&alias->netif);
	return 0;
}

static struct nd6_neighbor_cache_entry *find_nd6(
	const struct netlink_neigh *neigh, const struct netif *netif)
{
	for (int i = 0; i < LWIP_ND6_NUM_NEIGHBORS; i++)
		if (neighbor_cache[i].state != ND6_NO_ENTRY &&
			neighbor_cache[i].netif == netif &&
			!memcmp(neighbor_cache[i].next_hop_address.addr,
				neigh->dst.bytes, 16))
			return &neighbor_cache[i];
	return NULL;
}

/* nd6_free_neighbor_cache_entry(), which lwIP keeps to itself. */
static int forget_nd6(struct nd6_neighbor_cache_entry *entry, const char **why)
{
	struct nd6_q_entry *queued;

	if (!entry)
		return -ENOENT;
	if (entry->isrouter) {
		*why = "lwip: routers are forgotten when their time is over";
		return -EBUSY;
	}
	while ((queued = entry->q)) {
		entry->q = queued->next;
		pbuf_free(queued->p);
		memp_free(MEMP_ND6_QUEUE, queued);
	}
	memset(entry, 0, sizeof(*entry)); /* ND6_NO_ENTRY */
	nd6_clear_destination_cache();
	return 0;
}

int neigh_del(void *ctx, const struct netlink_neigh *neigh, const char **why)
{
	struct iface *iface = iface_find(ctx, neigh->index);

	if (!iface)
		return -ENODEV;
	return neigh->family == AF_INET
		       ? forget_arp(iface)
		       : forget_nd6(find_nd6(neigh, &iface->netif), why);
}
