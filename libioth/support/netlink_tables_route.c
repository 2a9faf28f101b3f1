/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Routes in the tables, and the choice among them. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "netlink_store.h"

/* --- order ---------------------------------------------------------------- */

/*
 * IPv4: by address, of one address the longest prefix first (fib_trie). IPv6:
 * what lies inside a prefix comes before it (fib6's walk).
 */
static int compare_dst(
	const struct netlink_route *a, const struct netlink_route *b)
{
	unsigned common = a->dst_len < b->dst_len ? a->dst_len : b->dst_len;
	int order = memcmp(a->dst.bytes, b->dst.bytes, sizeof(a->dst.bytes));

	if (a->family == AF_INET6 && netlink_ip_match(&a->dst, &b->dst, common))
		order = 0;
	return order ? order : b->dst_len - a->dst_len;
}

/* Do they lead to the same, so that only one of them can win? */
static int compare(const struct netlink_route *a, const struct netlink_route *b)
{
	if (a->family != b->family)
		return a->family - b->family;
	if (a->table != b->table)
		return a->table < b->table ? -1 : 1;
	if (compare_dst(a, b) != 0)
		return compare_dst(a, b);
	if (a->tos != b->tos)
		return b->tos - a->tos;
	return (a->priority > b->priority) - (a->priority < b->priority);
}

static bool same_way(
	const struct netlink_route *a, const struct netlink_route *b)
{
	return a->type == b->type && a->scope == b->scope && a->oif == b->oif &&
	       netlink_ip_equal(&a->gateway, &b->gateway) &&
	       (a->family == AF_INET6 ||
		       netlink_ip_equal(&a->prefsrc, &b->prefsrc));
}

bool store_route_same(
	const struct netlink_route *a, const struct netlink_route *b)
{
	return compare(a, b) == 0 && same_way(a, b);
}

/* --- lookup --------------------------------------------------------------- */

static bool better(
	const struct netlink_route *route, const struct netlink_route *best)
{
	return !best || route->dst_len > best->dst_len ||
	       (route->dst_len == best->dst_len &&
		       route->priority < best->priority);
}

static const struct netlink_route *lookup_in(
	const struct netlink_tables *tables, uint32_t table, int family,
	const union netlink_ip *dst, unsigned oif)
{
	const struct netlink_route *route, *best = NULL;

	for (size_t i = 0; (route = rows_at(&tables->routes, i)); i++)
		if (route->family == family && route->table == table &&
			route->tos == 0 && (!oif || route->oif == oif) &&
			netlink_ip_match(&route->dst, dst, route->dst_len) &&
			better(route, best))
			best = route;
	return best && best->type != RTN_THROW ? best : NULL;
}

const struct netlink_route *store_lookup(const struct netlink_tables *tables,
	int family, const union netlink_ip *dst, unsigned oif)
{
	return lookup_in(tables, RT_TABLE_LOCAL, family, dst, oif)
		       ?: lookup_in(tables, RT_TABLE_MAIN, family, dst, oif)
				  ?: lookup_in(tables, RT_TABLE_DEFAULT, family,
					     dst, oif);
}

/* How well @addr serves as the source of what goes to @dst by @next. */
static int fitness(const struct netlink_addr *addr, const union netlink_ip *dst,
	const union netlink_ip *next)
{
	int common = 0;

	if (addr->family == AF_INET) /* inet_select_addr(): the nearest */
		return netlink_ip_match(store_peer(addr), next, addr->prefixlen)
			       ? 2
		       : addr->scope < RT_SCOPE_LINK ? 1
						     : 0;
	if (addr->scope >= RT_SCOPE_LINK && !IN6_IS_ADDR_LINKLOCAL(&dst->v6))
		return 0;
	while (common < addr->prefixlen && /* RFC 6724, rule 8 */
		netlink_ip_match(&addr->local, dst, (unsigned)common + 1))
		common++;
	return common + 1;
}

/* The first of the best addresses of the route's interface. */
static void choose_source(const struct netlink_tables *tables,
	const struct netlink_route_key *key, struct netlink_route *route)
{
	const union netlink_ip *next =
		netlink_ip_none(&route->gateway) ? &key->dst : &route->gateway;
	const struct netlink_addr *addr;
	int best = 0, fit;

	for (size_t i = 0; (addr = rows_at(&tables->addrs, i)); i++) {
		if (addr->family != route->family || addr->index != route->oif)
			continue;
		fit = fitness(addr, &key->dst, next);
		if (fit > best) {
			best = fit;
			route->prefsrc = addr->local;
		}
	}
}

static int type_error(uint8_t type)
{
	switch (type) {
	case RTN_UNREACHABLE:
		return -EHOSTUNREACH;
	case RTN_BLACKHOLE:
		return -EINVAL;
	case RTN_PROHIBIT:
		return -EACCES;
	default:
		return 0;
	}
}

/* What a packet to an address of ours takes. */
static void to_itself(const struct netlink_tables *tables,
	const struct netlink_route_key *key, struct netlink_route *route)
{
	const struct link_row *row;

	route->prefsrc = key->dst;
	for (size_t i = 0; (row = rows_at(&tables->links, i)); i++)
		if (row->link.flags & IFF_LOOPBACK)
			route->oif = row->link.index;
}

static bool is_multicast(int family, const union netlink_ip *ip)
{
	return family == AF_INET ? IN_MULTICAST(ntohl(ip->v4.s_addr))
				 : IN6_IS_ADDR_MULTICAST(&ip->v6);
}

int netlink_tables_route_get(struct netlink_tables *tables,
	const struct netlink_route_key *key, struct netlink_route *route)
{
	const struct netlink_route *found =
		store_lookup(tables, key->family, &key->dst, key->oif);
	int err = found ? type_error(found->type) : -ENETUNREACH;

	/* an address of ours is ours whatever the interface */
	if (!found && key->oif)
		found = lookup_in(
			tables, RT_TABLE_LOCAL, key->family, &key->dst, 0);
	if (found && found->type == RTN_LOCAL)
		err = 0;
	if (err)
		return err;
	*route = *found;
	if (found->type == RTN_LOCAL)
		to_itself(tables, key, route);
	else if (is_multicast(key->family, &key->dst))
		route->type = RTN_MULTICAST;
	if (netlink_ip_none(&route->prefsrc))
		choose_source(tables, key, route);
	return 0;
}

/* --- adding --------------------------------------------------------------- */

static int refuse(const char **why, int err, const char *text)
{
	*why = text;
	return err;
}

/* fib_check_nh_v4_gw(), ip6_validate_gw() */
static int check_gateway(const struct netlink_tables *tables,
	struct netlink_route *route, const char **why)
{
	bool local6 = route->family == AF_INET6 &&
		      IN6_IS_ADDR_LINKLOCAL(&route->gateway.v6);
	const struct netlink_route *way;
	bool direct;

	if (netlink_tables_addr_of(
		    tables, route->family, &route->gateway, route->oif))
		return refuse(why, -EINVAL,
			route->family == AF_INET
				? "Nexthop has invalid gateway"
				: "Gateway can not be a local address");
	if (local6 || route->flags & RTNH_F_ONLINK)
		return route->oif ? 0
				  : refuse(why, -EINVAL,
					    "Dev required for nexthop");
	way = store_lookup(tables, route->family, &route->gateway, route->oif);
	direct = way && netlink_ip_none(&way->gateway);
	if (route->family == AF_INET6 && (!direct || way->type != RTN_UNICAST))
		return -EHOSTUNREACH;
	if (!direct || way->type != RTN_UNICAST)
		return refuse(why, direct ? -EINVAL : -ENETUNREACH,
			"Nexthop has invalid gateway");
	route->oif = way->oif;
	return 0;
}

static int check_device(const struct netlink_tables *tables,
	const struct netlink_route *route, const char **why)
{
	const struct link_row *row = store_link(tables, route->oif);

	if (!row)
		return -ENODEV;
	if (row->link.flags & IFF_UP || route->type == RTN_LOCAL)
		return 0;
	return refuse(why, -ENETDOWN,
		netlink_ip_none(&route->gateway)
			? "Device for nexthop is not up"
			: "Nexthop device is not up");
}

/* Completes oif. */
static int check_way(const struct netlink_tables *tables,
	struct netlink_route *route, const char **why)
{
	int err = 0;

	if (type_error(route->type) || route->type == RTN_THROW) {
		if (route->family == AF_INET &&
			(route->oif || !netlink_ip_none(&route->gateway)))
			return refuse(why, -EINVAL,
				"Gateway, device and multipath can not be "
				"specified for this route type");
		return 0;
	}
	if (!netlink_ip_none(&route->gateway))
		err = check_gateway(tables, route, why);
	if (!err)
		err = check_device(tables, route, why);
	if (!err && !netlink_ip_none(&route->prefsrc) &&
		!netlink_tables_addr_of(
			tables, route->family, &route->prefsrc, 0))
		err = refuse(why, -EINVAL, "Invalid prefsrc address");
	return err;
}

/* What @how makes of the routes to the same place: the place of a new one. */
struct place {
	size_t i;
	struct netlink_route *replaced; /* NULL: none */
};

/* fib_table_insert() */
static int find_place(const struct netlink_tables *tables,
	const struct netlink_route *route, unsigned how, struct place *place)
{
	struct netlink_route *row;
	size_t first = 0, i;

	while ((row = rows_at(&tables->routes, first)) &&
		compare(row, route) < 0)
		first++;
	place->replaced = NULL;
	for (i = first;
		(row = rows_at(&tables->routes, i)) && compare(row, route) == 0;
		i++) {
		if (how & NLM_F_EXCL)
			return -EEXIST;
		if (how & NLM_F_REPLACE) {
			place->replaced = row;
			return 0;
		}
		if (same_way(row, route))
			return -EEXIST;
	}
	place->i = how & NLM_F_APPEND ? i : first;
	return how & NLM_F_CREATE ? 0 : -ENOENT;
}

static void tell_route(struct netlink_tables *tables, uint16_t type,
	const struct netlink_route *route, const struct netlink_route *old)
{
	store_tell(tables,
		&(struct netlink_event){
			.type = type, .route = route, .old_route = old });
}

static int put(struct netlink_tables *tables, const struct netlink_route *route,
	const struct place *place)
{
	struct netlink_route *row = place->replaced, old;

	if (row)
		old = *row;
	else
		row = rows_insert(&tables->routes, place->i);
	if (!row)
		return -ENOMEM;
	*row = *route;
	tell_route(tables, RTM_NEWROUTE, route, place->replaced ? &old : NULL);
	return 0;
}

int store_route_add(struct netlink_tables *tables, bool ask,
	const struct netlink_route *route, unsigned how, const char **why)
{
	struct netlink_route new = *route;
	struct place place;
	int err;

	netlink_ip_mask(&new.dst, new.dst_len);
	err = check_way(tables, &new, why)
		      ?: find_place(tables, &new, how, &place);
	if (err)
		return err;
	return store_ask(tables, ask,
		       &(struct netlink_event){ .type = RTM_NEWROUTE,
			       .route = &new,
			       .old_route = place.replaced },
		       why)
		       ?: put(tables, &new, &place);
}

/* --- removing ------------------------------------------------------------- */

static void drop(struct netlink_tables *tables, size_t i)
{
	struct netlink_route *row = rows_at(&tables->routes, i);
	const struct netlink_route route = *row;

	rows_remove(&tables->routes, i);
	tell_route(tables, RTM_DELROUTE, &route, NULL);
}

int store_route_del(struct netlink_tables *tables, bool ask,
	const struct netlink_route *route, const char **why)
{
	const struct netlink_route *row;
	size_t i = 0;
	int err;

	while ((row = rows_at(&tables->routes, i)) &&
		!store_route_same(row, route))
		i++;
	if (!row)
		return -ESRCH;
	err = store_ask(tables, ask,
		&(struct netlink_event){ .type = RTM_DELROUTE, .route = row },
		why);
	if (!err)
		drop(tables, i);
	return err;
}

void store_flush_routes(
	struct netlink_tables *tables, unsigned index, bool keep_local)
{
	const struct netlink_route *route;
	size_t i = 0;

	while ((route = rows_at(&tables->routes, i)))
		if (route->oif == index &&
			!(keep_local && route->family == AF_INET &&
				route->scope == RT_SCOPE_HOST))
			drop(tables, i);
		else
			i++;
}
