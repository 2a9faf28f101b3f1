/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses in the tables. */
#include <errno.h>
#include <linux/if_addr.h>
#include <stdlib.h>
#include <string.h>

#include "netlink_store.h"

/* --- finding -------------------------------------------------------------- */

const struct netlink_addr *netlink_tables_addr_of(
	const struct netlink_tables *tables, int family,
	const union netlink_ip *ip, unsigned index)
{
	const struct netlink_addr *addr;

	for (size_t i = 0; (addr = rows_at(&tables->addrs, i)); i++)
		if (addr->family == family &&
			(!index || addr->index == index) &&
			netlink_ip_equal(&addr->local, ip))
			return addr;
	return NULL;
}

/* Is it the same as far as adding and removing go? */
static bool same(const struct netlink_addr *a, const struct netlink_addr *b)
{
	if (a->family != b->family || a->index != b->index ||
		!netlink_ip_equal(&a->local, &b->local))
		return false;
	return a->family == AF_INET6 ||
	       (a->prefixlen == b->prefixlen &&
		       netlink_ip_match(
			       store_peer(a), store_peer(b), a->prefixlen));
}

static struct netlink_addr *find(const struct netlink_tables *tables,
	const struct netlink_addr *like, size_t *i)
{
	struct netlink_addr *addr;

	for (*i = 0; (addr = rows_at(&tables->addrs, *i)); ++*i)
		if (same(addr, like))
			return addr;
	return NULL;
}

/* --- adding --------------------------------------------------------------- */

/* Does @new come before @addr, both of one interface? */
static bool comes_before(
	const struct netlink_addr *new, const struct netlink_addr *addr)
{
	if (new->family != addr->family)
		return new->family < addr->family;
	if (new->family == AF_INET6) /* wide scopes first, then the newest */
		return addr->scope >= new->scope;
	return !(new->flags &IFA_F_SECONDARY) &&
	       (addr->flags & IFA_F_SECONDARY || new->scope > addr->scope);
}

/* inet_insert_ifa(), ipv6_link_dev_addr() */
static size_t place_of(
	const struct netlink_tables *tables, const struct netlink_addr *new)
{
	const struct netlink_addr *addr;
	size_t i = 0;

	while ((addr = rows_at(&tables->addrs, i)) &&
		(addr->index < new->index || (addr->index == new->index &&
						     !comes_before(new, addr))))
		i++;
	return i;
}

static void tell_addr(struct netlink_tables *tables, uint16_t type,
	const struct netlink_addr *addr, const struct netlink_addr *old)
{
	store_tell(
		tables, &(struct netlink_event){
				.type = type, .addr = addr, .old_addr = old });
}

static int insert(
	struct netlink_tables *tables, const struct netlink_addr *addr)
{
	struct derived derived;
	struct netlink_addr *row;

	derived_begin(tables, addr->index, &derived);
	row = rows_insert(&tables->addrs, place_of(tables, addr));
	if (!row) {
		rows_free(&derived.before);
		return -ENOMEM;
	}
	*row = *addr;
	tell_addr(tables, RTM_NEWADDR, addr, NULL);
	derived_end(tables, &derived);
	return 0;
}

static void update(struct netlink_tables *tables, struct netlink_addr *row,
	const struct netlink_addr *addr)
{
	const struct netlink_addr old = *row;
	struct derived derived;

	derived_begin(tables, addr->index, &derived);
	*row = *addr;
	tell_addr(tables, RTM_NEWADDR, addr, &old);
	derived_end(tables, &derived);
}

static int check_exists(
	const struct netlink_addr *addr, unsigned how, const char **why)
{
	if (!(how & NLM_F_EXCL) && how & NLM_F_REPLACE)
		return 0;
	*why = addr->family == AF_INET ? "ipv4: Address already assigned"
				       : "ipv6: address already assigned";
	return -EEXIST;
}

int store_addr_add(struct netlink_tables *tables, bool ask,
	const struct netlink_addr *addr, unsigned how, const char **why)
{
	struct netlink_addr new = *addr;
	struct netlink_addr *old;
	int err = 0;
	size_t i;

	if (!store_link(tables, addr->index))
		return -ENODEV;
	old = find(tables, addr, &i);
	if (old)
		err = check_exists(addr, how, why);
	else if (addr->family == AF_INET && store_primary(tables, addr))
		new.flags |= IFA_F_SECONDARY;
	if (old)
		new.flags |= old->flags &IFA_F_SECONDARY;
	if (!err)
		err = store_ask(tables, ask,
			&(struct netlink_event){ .type = RTM_NEWADDR,
				.addr = &new,
				.old_addr = old },
			why);
	if (err)
		return err;
	if (!old)
		return insert(tables, &new);
	update(tables, old, &new);
	return 0;
}

/* --- removing ------------------------------------------------------------- */

/* The next address of the subnet takes the place of the primary one. */
static void promote(
	struct netlink_tables *tables, const struct netlink_addr *gone)
{
	struct netlink_addr *addr;

	if (gone->family != AF_INET || gone->flags & IFA_F_SECONDARY)
		return;
	for (size_t i = 0; (addr = rows_at(&tables->addrs, i)); i++)
		if (addr->family == AF_INET && addr->index == gone->index &&
			addr->prefixlen == gone->prefixlen &&
			netlink_ip_match(store_peer(addr), store_peer(gone),
				gone->prefixlen)) {
			addr->flags &= ~(uint32_t)IFA_F_SECONDARY;
			return;
		}
}

static void drop(struct netlink_tables *tables, size_t i)
{
	struct netlink_addr *row = rows_at(&tables->addrs, i);
	const struct netlink_addr addr = *row;
	struct derived derived;

	derived_begin(tables, addr.index, &derived);
	rows_remove(&tables->addrs, i);
	promote(tables, &addr);
	tell_addr(tables, RTM_DELADDR, &addr, NULL);
	derived_end(tables, &derived);
}

int store_addr_del(struct netlink_tables *tables, bool ask,
	const struct netlink_addr *addr, const char **why)
{
	size_t i;
	const struct netlink_addr *row = find(tables, addr, &i);
	int err;

	if (!row)
		return -EADDRNOTAVAIL;
	err = store_ask(tables, ask,
		&(struct netlink_event){ .type = RTM_DELADDR, .addr = row },
		why);
	if (!err)
		drop(tables, i);
	return err;
}

void store_flush_addrs(
	struct netlink_tables *tables, unsigned index, bool ipv6_only)
{
	const struct netlink_addr *addr;
	size_t i = 0;

	while ((addr = rows_at(&tables->addrs, i)))
		if (addr->index == index &&
			(!ipv6_only || addr->family == AF_INET6))
			drop(tables, i);
		else
			i++;
}
