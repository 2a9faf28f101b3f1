/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* iface_addr.c - addresses of interfaces, and the netifs that have them */
#include "iface.h"
#include "stack.h"

#include <lwip/ip4.h>
#include <lwip/nd6.h>
#include <netif/ethernet.h>

#include <errno.h>
#include <linux/if_addr.h>
#include <stdlib.h>
#include <string.h>

#define NETIFS_MAX 250 /* netif->num is 8 bits wide */

static unsigned count_netifs(void)
{
	const struct netif *netif;
	unsigned n = 0;

	NETIF_FOREACH(netif)
	n++;
	return n;
}

static int find6(const struct iface *iface, const union netlink_ip *ip)
{
	for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
		if (!ip6_addr_isinvalid(
			    netif_ip6_addr_state(&iface->netif, i)) &&
			!memcmp(netif_ip6_addr(&iface->netif, i)->addr,
				ip->bytes, 16))
			return i;
	return -1;
}

/* Slot 0 belongs to the link-local address that SLAAC starts with. */
static int free6(const struct iface *iface)
{
	for (int i = iface->wire ? 1 : 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
		if (ip6_addr_isinvalid(netif_ip6_addr_state(&iface->netif, i)))
			return i;
	return -1;
}

int iface_addr_check(
	struct iface *iface, const struct netlink_addr *addr, const char **why)
{
	if (addr->family == AF_INET6) {
		if (find6(iface, &addr->local) >= 0 || free6(iface) >= 0)
			return 0;
		*why = "lwip: an interface has 6 IPv6 addresses at most";
		return -ENOSPC;
	}
	if (!iface->has_ipv4 || count_netifs() < NETIFS_MAX)
		return 0;
	*why = "lwip: too many IPv4 addresses";
	return -ENOSPC;
}

/* ---- IPv6 ---- */

static void add6(struct iface *iface, const struct netlink_addr *addr)
{
	struct netif *netif = &iface->netif;
	int i = find6(iface, &addr->local);
	bool known = i >= 0;
	ip6_addr_t ip;

	if (!known)
		i = free6(iface);
	if (known || i < 0) /* lwIP's own address, seen by autoconf.c */
		return;
	memset(&ip, 0, sizeof(ip));
	memcpy(ip.addr, addr->local.bytes, 16);
	ip6_addr_assign_zone(&ip, IP6_UNICAST, netif);
	netif_ip6_addr_set(netif, (s8_t)i, &ip);
	netif_ip6_addr_set_valid_life(netif, i, IP6_ADDR_LIFE_STATIC);
	netif_ip6_addr_set_pref_life(netif, i, IP6_ADDR_LIFE_INFINITE);
	netif_ip6_addr_set_state(netif, (s8_t)i,
		iface->wire && !(addr->flags & IFA_F_NODAD)
			? IP6_ADDR_TENTATIVE
			: IP6_ADDR_PREFERRED);
	loop_defer(iface->stack->loop, &iface->stack->autoconf);
}

static void del6(struct iface *iface, const struct netlink_addr *addr)
{
	int i = find6(iface, &addr->local);

	if (i < 0)
		return;
	netif_ip6_addr_set_state(&iface->netif, (s8_t)i, IP6_ADDR_INVALID);
	nd6_clear_destination_cache();
}

/* ---- IPv4 ---- */

static ip4_addr_t netmask_of(const struct netlink_addr *addr)
{
	ip4_addr_t mask;

	mask.addr = addr->prefixlen
			    ? lwip_htonl(UINT32_MAX << (32 - addr->prefixlen))
			    : 0;
	return mask;
}

static err_t init_alias(struct netif *netif)
{
	struct iface *iface = netif->state;

	netif->name[0] = iface->netif.name[0];
	netif->name[1] = iface->netif.name[1];
	netif->flags |= iface->netif.flags &
			(NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
				NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP);
	netif->hwaddr_len = iface->netif.hwaddr_len;
	memcpy(netif->hwaddr, iface->netif.hwaddr, sizeof(netif->hwaddr));
	netif->mtu = iface->netif.mtu;
	netif->output = iface->netif.output;
	netif->output_ip6 = iface->netif.output_ip6;
	netif->linkoutput = iface->netif.linkoutput;
	return ERR_OK;
}

static void add_alias(
	struct iface *iface, const ip4_addr_t *ip, const ip4_addr_t *mask)
{
	struct alias *alias = calloc(1, sizeof(*alias));
	struct alias **at = &iface->aliases;

	if (!alias)
		return;
	if (!netif_add(&alias->netif, ip, mask, NULL, iface, init_alias,
		    iface->netif.input)) {
		free(alias);
		return;
	}
	while (*at)
		at = &(*at)->next;
	*at = alias;
	if (netif_is_up(&iface->netif)) {
		netif_set_link_up(&alias->netif);
		netif_set_up(&alias->netif);
	}
}

static void add4(struct iface *iface, const struct netlink_addr *addr)
{
	ip4_addr_t ip = { addr->local.v4.s_addr }, mask = netmask_of(addr);
	struct netif *netif = iface_netif_of4(iface->stack, ip.addr);

	if (netif && iface_of(netif) == iface)
		return; /* its lifetime or flags have changed */
	if (iface->has_ipv4) {
		add_alias(iface, &ip, &mask);
		return;
	}
	iface->has_ipv4 = true;
	netif_set_addr(&iface->netif, &ip, &mask, IP4_ADDR_ANY4);
}

static void del_alias(struct iface *iface, uint32_t ip)
{
	struct alias **at = &iface->aliases, *alias;

	while (*at && netif_ip4_addr(&(*at)->netif)->addr != ip)
		at = &(*at)->next;
	alias = *at;
	if (!alias)
		return;
	*at = alias->next;
	netif_remove(&alias->netif);
	free(alias);
}

static void del4(struct iface *iface, const struct netlink_addr *addr)
{
	uint32_t ip = addr->local.v4.s_addr;

	if (!iface->has_ipv4 || netif_ip4_addr(&iface->netif)->addr != ip) {
		del_alias(iface, ip);
		return;
	}
	iface->has_ipv4 = false;
	netif_set_addr(
		&iface->netif, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4);
}

/* ---- both ---- */

void iface_addr_add(struct iface *iface, const struct netlink_addr *addr)
{
	if (addr->family == AF_INET)
		add4(iface, addr);
	else
		add6(iface, addr);
	clock_touch(&iface->stack->clock);
}

void iface_addr_del(struct iface *iface, const struct netlink_addr *addr)
{
	if (addr->family == AF_INET)
		del4(iface, addr);
	else
		del6(iface, addr);
	clock_touch(&iface->stack->clock);
}

struct netif *iface_netif_of4(const struct stack *stack, uint32_t ip)
{
	struct netif *netif;

	(void)stack;
	if (!ip)
		return NULL;
	NETIF_FOREACH(netif)
	if (netif_ip4_addr(netif)->addr == ip)
		return netif;
	return NULL;
}

struct netif *iface_netif_of6(const struct stack *stack, const void *ip)
{
	struct netif *netif;

	(void)stack;
	NETIF_FOREACH(netif)
	for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
		if (ip6_addr_isvalid(netif_ip6_addr_state(netif, i)) &&
			!memcmp(netif_ip6_addr(netif, i)->addr, ip, 16))
			return netif;
	return NULL;
}
