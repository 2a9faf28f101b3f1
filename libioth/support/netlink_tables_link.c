/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces in the tables. */
#include <errno.h>
#include <linux/if_addr.h>
#include <stdlib.h>
#include <string.h>

#include "netlink_store.h"

/* --- finding -------------------------------------------------------------- */

struct link_row *store_link(const struct netlink_tables *tables, unsigned index)
{
	struct link_row *row;

	for (size_t i = 0; (row = rows_at(&tables->links, i)); i++)
		if (row->link.index == index)
			return row;
	return NULL;
}

const struct netlink_link *netlink_tables_link(
	const struct netlink_tables *tables, unsigned index)
{
	const struct link_row *row = store_link(tables, index);

	return row ? &row->link : NULL;
}

const struct netlink_link *netlink_tables_link_named(
	const struct netlink_tables *tables, const char *name)
{
	const struct link_row *row;

	for (size_t i = 0; (row = rows_at(&tables->links, i)); i++)
		if (strcmp(row->link.name, name) == 0)
			return &row->link;
	return NULL;
}

/* --- state ---------------------------------------------------------------- */

#define IFF_CARRIER (IFF_RUNNING | NETLINK_IFF_LOWER_UP)

/* What follows from IFF_UP and carrier: dev_get_flags(), rfc2863_policy(). */
void store_link_state(struct netlink_link *link, bool carrier)
{
	bool running = link->flags & IFF_UP && carrier;

	link->flags &= ~(uint32_t)IFF_CARRIER;
	if (running)
		link->flags |= IFF_CARRIER;
	link->operstate = !running		       ? NETLINK_OPER_DOWN
			  : link->flags & IFF_LOOPBACK ? NETLINK_OPER_UNKNOWN
						       : NETLINK_OPER_UP;
}

static void tell_link(struct netlink_tables *tables, uint16_t type,
	const struct netlink_link *link, const struct netlink_link *old)
{
	store_tell(
		tables, &(struct netlink_event){
				.type = type, .link = link, .old_link = old });
}

/* 127.0.0.1 and ::1, as Linux gives them to a loopback that comes up. */
static void add_loopback_addrs(
	struct netlink_tables *tables, const struct netlink_link *link)
{
	struct netlink_addr addr = {
		.family = AF_INET,
		.prefixlen = 8,
		.scope = RT_SCOPE_HOST,
		.flags = IFA_F_PERMANENT,
		.index = link->index,
		.local.bytes = { 127, 0, 0, 1 },
		.preferred_s = UINT32_MAX,
		.valid_s = UINT32_MAX,
	};

	memcpy(addr.label, link->name, sizeof(addr.label));
	netlink_tables_addr_add(tables, &addr, 0);
	addr.family = AF_INET6;
	addr.prefixlen = 128;
	addr.proto = IFAPROT_KERNEL_LO;
	addr.local.v6 = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
	*addr.label = '\0';
	netlink_tables_addr_add(tables, &addr, 0);
}

void store_link_replace(struct netlink_tables *tables, struct link_row *row,
	const struct netlink_link *link)
{
	struct netlink_link old = row->link, new = *link;
	bool went_down = old.flags & ~new.flags &IFF_UP;
	struct derived derived;

	derived_begin(tables, link->index, &derived);
	row->link = *link;
	tell_link(tables, RTM_NEWLINK, &new, &old);
	if (went_down) {
		store_flush_neighs(tables, new.index);
		store_flush_routes(tables, new.index, true);
		store_flush_addrs(tables, new.index, true);
	}
	derived_end(tables, &derived);
	if (new.flags & ~old.flags & IFF_UP &&new.flags &IFF_LOOPBACK)
		add_loopback_addrs(tables, &new);
}

int netlink_tables_set_carrier(
	struct netlink_tables *tables, unsigned index, bool carrier)
{
	struct link_row *row = store_link(tables, index);
	struct netlink_link link;

	if (!row)
		return -ENODEV;
	row->carrier = carrier;
	link = row->link;
	store_link_state(&link, carrier);
	if (link.flags != row->link.flags)
		store_link_replace(tables, row, &link);
	return 0;
}

/* --- changing ------------------------------------------------------------- */

/* Those of dev_change_flags() */
#define IFF_CHANGEABLE                                                         \
	(IFF_UP | IFF_DEBUG | IFF_NOTRAILERS | IFF_NOARP | IFF_DYNAMIC |       \
		IFF_MULTICAST | IFF_PORTSEL | IFF_AUTOMEDIA | IFF_PROMISC |    \
		IFF_ALLMULTI)

static int refuse(const char **why, int err, const char *text)
{
	*why = text;
	return err;
}

static int check_mtu(
	const struct netlink_link *link, uint32_t mtu, const char **why)
{
	if (mtu < link->min_mtu)
		return refuse(why, -EINVAL, "mtu less than device minimum");
	if (link->max_mtu && mtu > link->max_mtu)
		return refuse(why, -EINVAL, "mtu greater than device maximum");
	return 0;
}

static int check_hwaddr(const struct netlink_link *link,
	const struct netlink_link_change *change)
{
	static const uint8_t none[NETLINK_HWADDR_MAX];

	if (link->flags & IFF_LOOPBACK)
		return -EOPNOTSUPP;
	if (change->hwaddr_size != link->hwaddr_size)
		return -EINVAL;
	return change->hwaddr[0] & 1 || memcmp(change->hwaddr, none,
						link->hwaddr_size) == 0
		       ? -EADDRNOTAVAIL
		       : 0;
}

int store_link_check(const struct netlink_tables *tables,
	const struct netlink_link *link,
	const struct netlink_link_change *change, const char **why)
{
	const struct netlink_link *other;
	int err = 0;

	if (change->fields & NETLINK_LINK_NAME) {
		other = netlink_tables_link_named(tables, change->name);
		if (!netlink_name_valid(change->name))
			err = -EINVAL;
		else if (other && other->index != link->index)
			err = -EEXIST;
	}
	if (!err && change->fields & NETLINK_LINK_MTU)
		err = check_mtu(link, change->mtu, why);
	if (!err && change->fields & NETLINK_LINK_HWADDR)
		err = check_hwaddr(link, change);
	return err;
}

void store_link_apply(
	struct netlink_link *link, const struct netlink_link_change *change)
{
	uint32_t mask = change->flags_mask & IFF_CHANGEABLE;

	if (change->fields & NETLINK_LINK_NAME)
		memcpy(link->name, change->name, sizeof(link->name));
	if (change->fields & NETLINK_LINK_MTU)
		link->mtu = change->mtu;
	if (change->fields & NETLINK_LINK_TXQLEN)
		link->txqlen = change->txqlen;
	if (change->fields & NETLINK_LINK_HWADDR)
		memcpy(link->hwaddr, change->hwaddr, sizeof(link->hwaddr));
	if (change->fields & NETLINK_LINK_HWBROADCAST)
		memcpy(link->hwbroadcast, change->hwbroadcast,
			sizeof(link->hwbroadcast));
	if (change->fields & NETLINK_LINK_FLAGS)
		link->flags = (link->flags & ~mask) | (change->flags & mask);
}

int store_link_set(struct netlink_tables *tables, bool ask, unsigned index,
	const struct netlink_link_change *change, const char **why)
{
	struct link_row *row = store_link(tables, index);
	struct netlink_link link;
	int err;

	if (!row)
		return -ENODEV;
	err = store_link_check(tables, &row->link, change, why);
	if (err)
		return err;
	link = row->link;
	store_link_apply(&link, change);
	store_link_state(&link, row->carrier);
	err = store_ask(tables, ask,
		&(struct netlink_event){ .type = RTM_NEWLINK,
			.link = &link,
			.old_link = &row->link },
		why);
	if (!err)
		store_link_replace(tables, row, &link);
	return err;
}

int netlink_tables_link_set(struct netlink_tables *tables, unsigned index,
	const struct netlink_link_change *change)
{
	const char *why;

	return store_link_set(tables, false, index, change, &why);
}

/* --- removing ------------------------------------------------------------- */

static void drop(struct netlink_tables *tables, struct link_row *row)
{
	struct netlink_link link = row->link;

	if (link.flags & IFF_UP) {
		link.flags &= ~(uint32_t)IFF_UP;
		store_link_state(&link, row->carrier);
		store_link_replace(tables, row, &link);
	}
	store_flush_addrs(tables, link.index, false);
	store_flush_routes(tables, link.index, false);
	row = store_link(tables, link.index);
	rows_remove(&tables->links,
		(size_t)(row - (struct link_row *)rows_at(&tables->links, 0)));
	tell_link(tables, RTM_DELLINK, &link, NULL);
	free((char *)link.vnl);
}

int netlink_tables_link_del(struct netlink_tables *tables, unsigned index)
{
	struct link_row *row = store_link(tables, index);

	if (!row)
		return -ENODEV;
	drop(tables, row);
	return 0;
}

int store_link_del(void *stack, unsigned index, const char **why)
{
	struct netlink_tables *tables = stack;
	struct link_row *row = store_link(tables, index);
	int err;

	if (!row)
		return -ENODEV;
	if (!*row->link.kind) /* it is there by nature, like lo */
		return -EOPNOTSUPP;
	err = store_ask(tables, true,
		&(struct netlink_event){
			.type = RTM_DELLINK, .link = &row->link },
		why);
	if (!err)
		drop(tables, row);
	return err;
}
