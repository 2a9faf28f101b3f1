/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * config.c - what netlink's tables say, done to lwIP
 *
 * Requests are checked in apply, where they can be refused; things are done in
 * changed, which also hears of what follows from a change. Routes are not
 * copied: lwIP asks for them (route.c).
 */
#include "config.h"
#include "diag.h"
#include "iface.h"
#include "opening.h"
#include "stack.h"

#include <lwip/nd6.h>

#include <errno.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/random.h>

#define KIND	"vde"
#define MTU_MIN 576

static int refuse(const char **why, int err, const char *text)
{
	*why = text;
	return err;
}

/* ---- links ---- */

static void describe(struct netlink_link *link, const struct iface *iface)
{
	memcpy(link->kind, KIND, sizeof(KIND));
	link->type = ARPHRD_ETHER;
	link->flags = IFF_BROADCAST | IFF_MULTICAST;
	link->mtu = wire_mtu(iface->wire);
	link->min_mtu = MTU_MIN;
	link->max_mtu = wire_mtu_max(iface->wire);
	link->txqlen = 1000;
	link->hwaddr_size = 6;
	memset(link->hwbroadcast, 0xff, 6);
	if (getrandom(link->hwaddr, 6, 0) != 6)
		memset(link->hwaddr, 0x5a, 6);
	link->hwaddr[0] = (uint8_t)((link->hwaddr[0] & 0xfe) | 2);
}

/* "vde0", or the name in the locator. */
static void choose_name(const struct stack *stack, struct netlink_link *link,
	const struct iface *iface)
{
	memcpy(link->name, wire_name(iface->wire), sizeof(link->name));
	for (unsigned i = 0; !*link->name; i++) {
		char name[32];

		snprintf(name, sizeof(name), KIND "%u", i);
		if (!netlink_tables_link_named(stack->tables, name))
			memcpy(link->name, name, sizeof(link->name));
	}
}

static int add_link(
	struct stack *stack, const struct iface *iface, const char *locator)
{
	struct netlink_link link = { .index = 0 };
	char name[WIRE_NAME_SIZE];

	describe(&link, iface);
	choose_name(stack, &link, iface);
	link.vnl = wire_locator_split(locator, name);
	return netlink_tables_link_add(stack->tables, &link);
}

int config_add(struct stack *stack, const char *locator)
{
	struct iface *iface;
	int err = iface_open(&iface, stack, locator), index;

	if (err)
		return err;
	index = locator ? add_link(stack, iface, locator)
			: netlink_tables_loopback_add(stack->tables);
	err = index < 0 ? index
			: iface_attach(iface, netlink_tables_link(stack->tables,
						      (unsigned)index));
	if (err)
		iface_free(iface);
	return err;
}

static int prepare(void *ctx, struct netlink_link *link, const char **why)
{
	(void)ctx;
	if (strcmp(link->kind, KIND) != 0)
		return refuse(why, -EOPNOTSUPP, "Unknown device type");
	if (!link->vnl)
		return refuse(why, -EINVAL, "lwip: a locator is needed");
	link->min_mtu = MTU_MIN;
	link->max_mtu = wire_locator_mtu(link->vnl);
	if (link->mtu > link->max_mtu)
		link->mtu = link->max_mtu;
	return 0;
}

static int apply_new_link(
	struct stack *stack, const struct netlink_link *link, const char **why)
{
	struct iface *iface;
	int err = opening_take(stack, link->vnl, &iface);

	if (err == -ERESTART)
		return err;
	if (err)
		return refuse(why, err, "lwip: cannot connect to the network");
	err = iface_attach(iface, link);
	if (err)
		iface_free(iface);
	return err;
}

static int apply_link(struct stack *stack, const struct netlink_event *event,
	const char **why)
{
	const struct netlink_link *old = event->old_link, *link = event->link;

	if (!old)
		return apply_new_link(stack, link, why);
	if (link->mtu > UINT16_MAX && link->mtu != old->mtu)
		return refuse(why, -EINVAL, "mtu greater than device maximum");
	return 0;
}

/* ---- hooks ---- */

static int apply(void *ctx, const struct netlink_event *event, const char **why)
{
	struct stack *stack = ctx;
	struct iface *iface;

	switch (event->type) {
	case RTM_NEWLINK:
		return apply_link(stack, event, why);
	case RTM_NEWADDR:
		iface = iface_find(stack, event->addr->index);
		return iface && !event->old_addr
			       ? iface_addr_check(iface, event->addr, why)
			       : 0;
	default:
		return 0;
	}
}

static void do_change(struct stack *stack, const struct netlink_event *event)
{
	bool is_link = event->type == RTM_NEWLINK || event->type == RTM_DELLINK;
	bool is_addr = event->type == RTM_NEWADDR || event->type == RTM_DELADDR;
	struct iface *iface = is_link	? iface_find(stack, event->link->index)
			      : is_addr ? iface_find(stack, event->addr->index)
					: NULL;

	if (event->type == RTM_NEWROUTE || event->type == RTM_DELROUTE)
		nd6_clear_destination_cache();
	if (!iface)
		return;
	if (event->type == RTM_NEWLINK && event->old_link)
		iface_change(iface, event->link, event->old_link);
	else if (event->type == RTM_DELLINK)
		iface_free(iface);
	else if (event->type == RTM_NEWADDR)
		iface_addr_add(iface, event->addr);
	else if (event->type == RTM_DELADDR)
		iface_addr_del(iface, event->addr);
}

static void changed(void *ctx, const struct netlink_event *event)
{
	struct stack *stack = ctx;

	do_change(stack, event);
	netlink_tables_notify(stack->server, event);
}

static void refresh(void *ctx, struct netlink_link *link)
{
	const struct iface *iface = iface_find(ctx, link->index);
	struct wire_stats stats;

	if (!iface || !iface->wire)
		return;
	wire_stats(iface->wire, &stats);
	link->stats.rx_packets = stats.rx_frames;
	link->stats.rx_bytes = stats.rx_bytes;
	link->stats.rx_dropped = stats.rx_dropped;
	link->stats.rx_errors = stats.rx_errors;
	link->stats.multicast = stats.rx_multicast;
	link->stats.tx_packets = stats.tx_frames;
	link->stats.tx_bytes = stats.tx_bytes;
	link->stats.tx_dropped = stats.tx_dropped;
	link->stats.tx_errors = stats.tx_errors;
}

const struct netlink_tables_hooks config_hooks = {
	.prepare = prepare,
	.apply = apply,
	.changed = changed,
	.refresh = refresh,
	.sock_each = diag_each,
	.sock_destroy = diag_destroy,
	.neigh_each = neigh_each,
	.neigh_add = neigh_add,
	.neigh_del = neigh_del,
};
