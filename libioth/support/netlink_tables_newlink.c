/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New interfaces in the tables. */
#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "netlink_store.h"

#define MAC_SIZE 6

static int choose_index(
	const struct netlink_tables *tables, struct netlink_link *link)
{
	const struct link_row *last =
		rows_at(&tables->links, tables->links.len - 1);

	if (link->index)
		return store_link(tables, link->index) ? -EEXIST : 0;
	link->index = last ? last->link.index + 1 : 1;
	return 0;
}

static int choose_name(const struct netlink_tables *tables,
	struct netlink_link *link, const char *prefix)
{
	if (*link->name) {
		if (!netlink_name_valid(link->name))
			return -EINVAL;
		return netlink_tables_link_named(tables, link->name) ? -EEXIST
								     : 0;
	}
	for (unsigned i = 0; i <= tables->links.len; i++) {
		snprintf(link->name, sizeof(link->name), "%.8s%u", prefix, i);
		if (!netlink_tables_link_named(tables, link->name))
			return 0;
	}
	return -EEXIST;
}

/* The row in its place by index. Takes the text of vnl. */
static int insert(
	struct netlink_tables *tables, const struct netlink_link *link)
{
	char *vnl = link->vnl ? strdup(link->vnl) : NULL;
	struct link_row *row;
	size_t i = 0;

	if (link->vnl && !vnl)
		return -ENOMEM;
	while ((row = rows_at(&tables->links, i)) &&
		row->link.index < link->index)
		i++;
	row = rows_insert(&tables->links, i);
	if (!row) {
		free(vnl);
		return -ENOMEM;
	}
	row->link = *link;
	row->link.vnl = vnl;
	row->carrier = true;
	return 0;
}

/* It is added down and then set up, so that it gets what belongs to that. */
static int add(struct netlink_tables *tables, const struct netlink_link *link)
{
	struct netlink_link down = *link, up;
	int err;

	down.flags &= ~(uint32_t)IFF_UP;
	store_link_state(&down, true);
	err = insert(tables, &down);
	if (err)
		return err;
	store_tell(tables,
		&(struct netlink_event){ .type = RTM_NEWLINK, .link = &down });
	if (link->flags & IFF_UP) {
		up = store_link(tables, link->index)->link;
		up.flags |= IFF_UP;
		store_link_state(&up, true);
		store_link_replace(
			tables, store_link(tables, link->index), &up);
	}
	return 0;
}

int netlink_tables_link_add(
	struct netlink_tables *tables, const struct netlink_link *link)
{
	struct netlink_link new = *link;
	int err = choose_index(tables, &new);

	if (!err)
		err = choose_name(tables, &new, "eth");
	if (!err)
		err = add(tables, &new);
	return err ?: (int)new.index;
}

int netlink_tables_loopback_add(struct netlink_tables *tables)
{
	const struct netlink_link lo = {
		.index = 1,
		.name = "lo",
		.type = ARPHRD_LOOPBACK,
		.flags = IFF_LOOPBACK,
		.mtu = 65536,
		.txqlen = 1000,
		.hwaddr_size = MAC_SIZE,
	};

	return netlink_tables_link_add(tables, &lo);
}

/* A virtual Ethernet interface, until prepare says otherwise. */
static void ethernet(struct netlink_link *link)
{
	link->type = ARPHRD_ETHER;
	link->flags = IFF_BROADCAST | IFF_MULTICAST;
	link->mtu = 1500;
	link->min_mtu = 68;
	link->max_mtu = 65535;
	link->txqlen = 1000;
	link->hwaddr_size = MAC_SIZE;
	if (getrandom(link->hwaddr, MAC_SIZE, 0) != MAC_SIZE)
		memset(link->hwaddr, link->index & 0xff, MAC_SIZE);
	link->hwaddr[0] = (uint8_t)((link->hwaddr[0] & 0xfe) | 2);
	memset(link->hwbroadcast, 0xff, MAC_SIZE);
}

int store_link_add(
	void *stack, const struct netlink_link_new *wanted, const char **why)
{
	struct netlink_tables *tables = stack;
	struct netlink_link link = { .index = wanted->index,
		.vnl = wanted->vnl };
	int err;

	if (!tables->hooks->prepare) {
		*why = "Unknown device type";
		return -EOPNOTSUPP;
	}
	memcpy(link.kind, wanted->kind, sizeof(link.kind));
	memcpy(link.name, wanted->set.name, sizeof(link.name));
	err = choose_index(tables, &link)
		      ?: choose_name(tables, &link, wanted->kind);
	if (err)
		return err;
	ethernet(&link);
	err = tables->hooks->prepare(tables->ctx, &link, why)
		      ?: store_link_check(tables, &link, &wanted->set, why);
	if (err)
		return err;
	store_link_apply(&link, &wanted->set);
	err = store_ask(tables, true,
		&(struct netlink_event){ .type = RTM_NEWLINK, .link = &link },
		why);
	return err ?: add(tables, &link);
}
