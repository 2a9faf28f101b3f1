/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* iface.c - interfaces come, change and go */
#include "iface.h"
#include "packet.h"
#include "stack.h"

#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/ip.h>
#include <lwip/nd6.h>
#include <netif/ethernet.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOOPBACK_MTU 65535 /* netif->mtu is 16 bits wide */

static void on_frames(struct wire *wire, const struct iovec *frames,
	unsigned len, void *owner)
{
	struct iface *iface = owner;

	(void)wire;
	clock_catch_up(&iface->stack->clock);
	iface->stack->in_batch = true;
	for (unsigned i = 0; i < len; i++)
		iface_input(iface, &frames[i]);
	iface->stack->in_batch = false;
	clock_touch(&iface->stack->clock);
}

static void on_carrier(struct wire *wire, bool carrier, void *owner)
{
	struct iface *iface = owner;

	(void)wire;
	netlink_tables_set_carrier(iface->stack->tables, iface->index, carrier);
}

static const struct wire_ops wire_ops = { on_frames, on_carrier };

struct iface *iface_find(const struct stack *stack, unsigned index)
{
	struct iface *iface = stack->ifaces;

	while (iface && iface->index != index)
		iface = iface->next;
	return iface;
}

struct iface *iface_of(const struct netif *netif)
{
	return netif ? netif->state : NULL;
}

static err_t init_ethernet(struct netif *netif)
{
	netif->name[0] = 'e';
	netif->name[1] = 'n';
	netif->flags |= NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
			NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
	netif->hwaddr_len = ETH_HWADDR_LEN;
	iface_output_init(netif);
	return ERR_OK;
}

static err_t init_loopback(struct netif *netif)
{
	netif->name[0] = 'l';
	netif->name[1] = 'o';
	netif->mtu = netif->mtu6 = LOOPBACK_MTU;
	loopback_netif_init(netif);
	return ERR_OK;
}

static void insert(struct stack *stack, struct iface *iface)
{
	struct iface **at = &stack->ifaces;

	while (*at && (*at)->index < iface->index)
		at = &(*at)->next;
	iface->next = *at;
	*at = iface;
}

int iface_open(struct iface **iface, struct stack *stack, const char *locator)
{
	struct iface *new = calloc(1, sizeof(*new));
	int err = 0;

	if (!new)
		return -ENOMEM;
	new->stack = stack;
	if (locator)
		err = wire_open(&new->wire, stack->loop,
			&(struct wire_config){ .locator = locator,
				.description = "ioth lwip",
				.ops = &wire_ops,
				.owner = new });
	if (err) {
		free(new);
		return err;
	}
	if (new->wire)
		wire_set_up(new->wire, false);
	*iface = new;
	return 0;
}

int iface_attach(struct iface *iface, const struct netlink_link *link)
{
	struct netif *netif = &iface->netif;

	if (!netif_add_noaddr(netif, iface,
		    iface->wire ? init_ethernet : init_loopback,
		    iface->wire ? ethernet_input : ip_input))
		return -ENOMEM;
	iface->index = link->index;
	insert(iface->stack, iface);
	mirror_link_add(iface->stack->mirror, link, iface->wire);
	if (!iface->wire)
		return 0;
	memcpy(netif->hwaddr, link->hwaddr, ETH_HWADDR_LEN);
	netif->mtu = netif->mtu6 = (u16_t)link->mtu;
	return wire_start(iface->wire);
}

static void detach(struct iface *iface)
{
	struct iface **at = &iface->stack->ifaces;

	while (*at && *at != iface)
		at = &(*at)->next;
	if (!*at)
		return; /* never attached */
	*at = iface->next;
	mirror_link_del(iface->stack->mirror, iface->index);
	netif_remove(&iface->netif);
}

void iface_free(struct iface *iface)
{
	struct alias *alias;

	while ((alias = iface->aliases)) {
		iface->aliases = alias->next;
		netif_remove(&alias->netif);
		free(alias);
	}
	detach(iface);
	if (iface->wire)
		wire_close(iface->wire);
	free(iface);
}

static void set_mtu(struct iface *iface, unsigned mtu)
{
	u16_t mtu16 = mtu > LOOPBACK_MTU ? LOOPBACK_MTU : (u16_t)mtu;

	iface->netif.mtu = iface->netif.mtu6 = mtu16;
	for (struct alias *alias = iface->aliases; alias; alias = alias->next)
		alias->netif.mtu = mtu16;
	if (iface->wire)
		wire_set_mtu(iface->wire, mtu, true);
}

/* Everybody who knows the old one has to learn the new one. */
static void set_hwaddr(struct iface *iface, const uint8_t *hwaddr)
{
	bool was_up = netif_is_up(&iface->netif);
	struct alias *alias;

	for (alias = iface->aliases; alias; alias = alias->next)
		memcpy(alias->netif.hwaddr, hwaddr, ETH_HWADDR_LEN);
	memcpy(iface->netif.hwaddr, hwaddr, ETH_HWADDR_LEN);
	if (!was_up)
		return;
	etharp_gratuitous(&iface->netif);
	for (alias = iface->aliases; alias; alias = alias->next)
		etharp_gratuitous(&alias->netif);
}

/* lwIP keeps addresses when a netif goes down, Linux drops those of IPv6. */
static void forget_ipv6(struct iface *iface)
{
	for (s8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
		netif_ip6_addr_set_state(&iface->netif, i, IP6_ADDR_INVALID);
	nd6_cleanup_netif(&iface->netif);
}

static void come_up(struct iface *iface)
{
	struct netif *netif = &iface->netif;

	if (iface->wire)
		wire_set_up(iface->wire, true);
	netif_set_link_up(netif);
	netif_set_up(netif);
	for (struct alias *alias = iface->aliases; alias; alias = alias->next) {
		netif_set_link_up(&alias->netif);
		netif_set_up(&alias->netif);
	}
	if (!iface->wire) {
		netif->rs_count = 0;
		return;
	}
	netif_create_ip6_linklocal_address(netif, 1);
	netif_ip6_addr_set_state(netif, 0, IP6_ADDR_TENTATIVE);
	netif_set_ip6_autoconfig_enabled(netif, 1);
	loop_defer(iface->stack->loop, &iface->stack->autoconf);
}

static void go_down(struct iface *iface)
{
	struct alias *alias;

	for (alias = iface->aliases; alias; alias = alias->next)
		netif_set_down(&alias->netif);
	forget_ipv6(iface);
	netif_set_down(&iface->netif);
	if (iface->wire)
		wire_set_up(iface->wire, false);
}

void iface_change(struct iface *iface, const struct netlink_link *link,
	const struct netlink_link *old)
{
	/* before the frames that a change sends */
	mirror_link_change(iface->stack->mirror, link, old);
	if (link->mtu != old->mtu)
		set_mtu(iface, link->mtu);
	if (iface->wire && memcmp(link->hwaddr, old->hwaddr, ETH_HWADDR_LEN))
		set_hwaddr(iface, link->hwaddr);
	if (link->flags & ~old->flags & IFF_UP)
		come_up(iface);
	if (old->flags & ~link->flags & IFF_UP)
		go_down(iface);
	clock_touch(&iface->stack->clock);
}
