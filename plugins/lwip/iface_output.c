/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * iface_output.c - packets from lwIP to the wire, to the next hop of our table
 *
 * lwIP's etharp_output and ethip6_output take the next hop from the netif's
 * gateway and the cache of routers. Here it comes from the routing table: for
 * IPv4 by asking ARP for it directly, for IPv6 by writing it into lwIP's cache
 * of destinations, where the next hop is looked for first.
 */
#include "iface.h"
#include "route.h"
#include "stack.h"

#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/nd6.h>
#include <lwip/priv/nd6_priv.h>
#include <netif/ethernet.h>

#include <errno.h>

#define IOV_MAX_PBUFS 64

static err_t link_output(struct netif *netif, struct pbuf *p)
{
	struct iface *iface = iface_of(netif);
	struct iovec iov[IOV_MAX_PBUFS];
	unsigned len = 0;

	for (const struct pbuf *q = p; q && len < IOV_MAX_PBUFS; q = q->next) {
		iov[len].iov_base = q->payload;
		iov[len++].iov_len = q->len;
	}
	clock_touch(&iface->stack->clock);
	if (wire_send(iface->wire, iov, len) == -EMSGSIZE)
		return ERR_BUF;
	return ERR_OK; /* frames may be lost on any wire */
}

/* It queues what waits for an answer, which etharp_tmr asks for again. */
static err_t output4(struct netif *netif, struct pbuf *p, const ip4_addr_t *dst)
{
	struct iface *iface = iface_of(netif);
	ip4_addr_t next;

	if (ip4_addr_ismulticast(dst) || ip4_addr_isbroadcast(dst, netif))
		return etharp_output(netif, p, dst);
	if (!route_next_hop4(iface->stack, iface->index, dst, &next))
		return ERR_RTE;
	clock_note_arp(&iface->stack->clock);
	return etharp_query(netif, &next, p);
}

static struct nd6_destination_cache_entry *destination_of(const ip6_addr_t *dst)
{
	struct nd6_destination_cache_entry *oldest = &destination_cache[0];

	for (int i = 0; i < LWIP_ND6_NUM_DESTINATIONS; i++) {
		struct nd6_destination_cache_entry *entry =
			&destination_cache[i];

		if (ip6_addr_cmp(&entry->destination_addr, dst))
			return entry;
		if (ip6_addr_isany(&entry->destination_addr) ||
			entry->age > oldest->age)
			oldest = entry;
	}
	ip6_addr_set(&oldest->destination_addr, dst);
	oldest->pmtu = 0;
	oldest->age = 0;
	return oldest;
}

static err_t output6(struct netif *netif, struct pbuf *p, const ip6_addr_t *dst)
{
	struct iface *iface = iface_of(netif);
	struct nd6_destination_cache_entry *entry;
	ip6_addr_t next;

	if (!ip6_addr_ismulticast(dst)) {
		if (!route_next_hop6(iface->stack, netif, dst, &next))
			return ERR_RTE;
		entry = destination_of(dst);
		if (!entry->pmtu)
			entry->pmtu = netif->mtu6;
		ip6_addr_set(&entry->next_hop_addr, &next);
	}
	return ethip6_output(netif, p, dst);
}

void iface_output_init(struct netif *netif)
{
	netif->output = output4;
	netif->output_ip6 = output6;
	netif->linkoutput = link_output;
}
