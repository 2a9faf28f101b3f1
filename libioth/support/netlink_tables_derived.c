/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The routes that come and go with addresses. */
#include <linux/if_addr.h>
#include <string.h>

#include "netlink_store.h"

const union netlink_ip *store_peer(const struct netlink_addr *addr)
{
	return netlink_ip_none(&addr->peer) ? &addr->local : &addr->peer;
}

const struct netlink_addr *store_primary(
	const struct netlink_tables *tables, const struct netlink_addr *like)
{
	const struct netlink_addr *addr;

	for (size_t i = 0; (addr = rows_at(&tables->addrs, i)); i++)
		if (addr->family == AF_INET && addr->index == like->index &&
			!(addr->flags & IFA_F_SECONDARY) &&
			addr->prefixlen == like->prefixlen &&
			netlink_ip_match(store_peer(addr), store_peer(like),
				addr->prefixlen))
			return addr;
	return NULL;
}

static void derive(struct rows *rows, const struct netlink_route *route)
{
	struct netlink_route *row = rows_insert(rows, rows->len);

	if (row)
		*row = *route;
}

/* fib_magic() */
static void derive4(struct rows *rows, const struct netlink_addr *addr,
	const union netlink_ip *src, uint8_t type, const union netlink_ip *dst,
	uint8_t dst_len)
{
	struct netlink_route route = {
		.family = AF_INET,
		.dst_len = dst_len,
		.protocol = RTPROT_KERNEL,
		.scope = type == RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK,
		.type = type,
		.table = type == RTN_UNICAST ? RT_TABLE_MAIN : RT_TABLE_LOCAL,
		.priority = dst_len < 32 ? addr->priority : 0,
		.oif = addr->index,
		.dst = *dst,
		.prefsrc = *src,
	};

	netlink_ip_mask(&route.dst, dst_len);
	derive(rows, &route);
}

static bool has_prefix_route(const struct netlink_addr *addr)
{
	union netlink_ip prefix = *store_peer(addr);

	netlink_ip_mask(&prefix, addr->prefixlen);
	return prefix.bytes[0] != 0 && !(addr->flags & IFA_F_SECONDARY) &&
	       (addr->prefixlen < 32 ||
		       !netlink_ip_equal(&prefix, &addr->local));
}

/* fib_add_ifaddr() */
static void derive_addr4(const struct netlink_tables *tables, struct rows *rows,
	const struct netlink_addr *addr, const struct netlink_link *link)
{
	const struct netlink_addr *primary = store_primary(tables, addr);
	const union netlink_ip *src = primary ? &primary->local : &addr->local;
	union netlink_ip last = *store_peer(addr);

	derive4(rows, addr, src, RTN_LOCAL, &addr->local, 32);
	if (!(link->flags & IFF_UP))
		return;
	if (!netlink_ip_none(&addr->broadcast) &&
		addr->broadcast.v4.s_addr != INADDR_BROADCAST)
		derive4(rows, addr, src, RTN_BROADCAST, &addr->broadcast, 32);
	if (!has_prefix_route(addr))
		return;
	if (!(addr->flags & IFA_F_NOPREFIXROUTE))
		derive4(rows, addr, src,
			link->flags & IFF_LOOPBACK ? RTN_LOCAL : RTN_UNICAST,
			&last, addr->prefixlen);
	last.v4.s_addr |=
		htonl(addr->prefixlen < 31 ? UINT32_MAX >> addr->prefixlen : 0);
	if (addr->prefixlen < 31 && !netlink_ip_equal(&last, &addr->broadcast))
		derive4(rows, addr, src, RTN_BROADCAST, &last, 32);
}

static void derive6(struct rows *rows, const struct netlink_addr *addr,
	uint8_t type, const union netlink_ip *dst, uint8_t dst_len)
{
	struct netlink_route route = {
		.family = AF_INET6,
		.dst_len = dst_len,
		.protocol = RTPROT_KERNEL,
		.type = type,
		.table = type == RTN_UNICAST ? RT_TABLE_MAIN : RT_TABLE_LOCAL,
		.priority = type == RTN_LOCAL ? 0 : addr->priority ?: 256,
		.oif = addr->index,
		.dst = *dst,
	};

	netlink_ip_mask(&route.dst, dst_len);
	derive(rows, &route);
}

/* Is @route among @rows? */
static bool has_route(
	const struct rows *rows, const struct netlink_route *route)
{
	const struct netlink_route *row;

	for (size_t i = 0; (row = rows_at(rows, i)); i++)
		if (store_route_same(row, route))
			return true;
	return false;
}

/* __ipv6_ifa_notify(), addrconf_prefix_route() */
static void derive_addr6(struct rows *rows, const struct netlink_addr *addr,
	const struct netlink_link *link)
{
	if (!(link->flags & IFF_UP))
		return;
	derive6(rows, addr, RTN_LOCAL, &addr->local, 128);
	if (!(addr->flags & IFA_F_NOPREFIXROUTE) &&
		!IN6_IS_ADDR_LOOPBACK(&addr->local.v6))
		derive6(rows, addr, RTN_UNICAST, store_peer(addr),
			addr->prefixlen);
}

/* addrconf_add_mroute(): it comes with the interface, not with an address. */
static void derive_link(struct rows *rows, const struct netlink_link *link)
{
	static const union netlink_ip multicast = { { 0xff } };
	const struct netlink_addr none = { .index = link->index };

	if (link->flags & IFF_UP && link->flags & IFF_MULTICAST)
		derive6(rows, &none, RTN_MULTICAST, &multicast, 8);
}

/* All routes that interface @index brings with its addresses, some twice. */
static void derive_all(
	const struct netlink_tables *tables, unsigned index, struct rows *rows)
{
	const struct netlink_link *link = netlink_tables_link(tables, index);
	const struct netlink_addr *addr;

	if (!link)
		return;
	derive_link(rows, link);
	for (size_t i = 0; (addr = rows_at(&tables->addrs, i)); i++) {
		if (addr->index != index)
			continue;
		if (addr->family == AF_INET)
			derive_addr4(tables, rows, addr, link);
		else
			derive_addr6(rows, addr, link);
	}
}

void derived_begin(
	struct netlink_tables *tables, unsigned index, struct derived *derived)
{
	*derived = (struct derived){ .index = index,
		.before.row_size = sizeof(struct netlink_route) };
	derive_all(tables, index, &derived->before);
}

void derived_end(struct netlink_tables *tables, struct derived *derived)
{
	struct rows after = { .row_size = sizeof(struct netlink_route) };
	const struct netlink_route *route;

	derive_all(tables, derived->index, &after);
	for (size_t i = 0; (route = rows_at(&derived->before, i)); i++)
		if (!has_route(&after, route))
			netlink_tables_route_del(tables, route);
	for (size_t i = 0; (route = rows_at(&after, i)); i++)
		if (!has_route(&derived->before, route))
			netlink_tables_route_add(
				tables, route, NLM_F_CREATE | NLM_F_APPEND);
	rows_free(&derived->before);
	rows_free(&after);
}
