/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SIOCADDRT, SIOCDELRT, and arp(7). */
#include <errno.h>
#include <linux/neighbour.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <string.h>
#include <sys/ioctl.h>

#include "netlink_ioctl.h"

/* An address of a structure; -EAFNOSUPPORT it is of another family. */
static int take_ip(const struct sockaddr *from, union netlink_ip *ip)
{
	struct sockaddr_in name;

	memcpy(&name, from, sizeof(name));
	memset(ip, 0, sizeof(*ip));
	ip->v4 = name.sin_addr;
	return name.sin_family == AF_INET ? 0 : -EAFNOSUPPORT;
}

/* --- routes --------------------------------------------------------------- */

static int take_mask(struct netlink_route *route, const struct rtentry *entry)
{
	union netlink_ip mask, masked = route->dst;
	uint32_t host;

	route->dst_len = 32;
	if (entry->rt_flags & RTF_HOST)
		return 0;
	if (take_ip(&entry->rt_genmask, &mask) && !netlink_ip_none(&mask))
		return -EAFNOSUPPORT;
	host = ~ntohl(mask.v4.s_addr);
	if (host & (host + 1)) /* ones after a zero */
		return -EINVAL;
	route->dst_len = (uint8_t)__builtin_popcount(mask.v4.s_addr);
	netlink_ip_mask(&masked, route->dst_len);
	return netlink_ip_equal(&masked, &route->dst) ? 0 : -EINVAL;
}

static int take_device(struct netlink_server *server,
	struct netlink_route *route, const char *name)
{
	struct netlink_link link;
	int err;

	if (!name)
		return 0;
	err = netlink_find_link(server, 0, name, &link);
	if (!err)
		route->oif = link.index;
	return err;
}

static void take_metrics(
	struct netlink_route *route, const struct rtentry *entry)
{
	if (entry->rt_flags & RTF_MTU && entry->rt_mtu > 40)
		route->metrics[RTAX_ADVMSS] = (uint32_t)entry->rt_mtu - 40;
	if (entry->rt_flags & RTF_WINDOW)
		route->metrics[RTAX_WINDOW] = (uint32_t)entry->rt_window;
	if (entry->rt_flags & RTF_IRTT)
		route->metrics[RTAX_RTT] = entry->rt_irtt;
}

/* rtentry_to_fib_config() */
static int take_route(struct netlink_server *server,
	const struct rtentry *entry, struct netlink_route *route)
{
	*route = (struct netlink_route){ .family = AF_INET,
		.protocol = RTPROT_BOOT,
		.type = entry->rt_flags & RTF_REJECT ? RTN_UNREACHABLE
						     : RTN_UNICAST,
		.table = RT_TABLE_MAIN };
	if (entry->rt_metric > 0)
		route->priority = (uint32_t)entry->rt_metric - 1;
	take_metrics(route, entry);
	if (take_ip(&entry->rt_gateway, &route->gateway))
		memset(&route->gateway, 0, sizeof(route->gateway));
	if (entry->rt_flags & RTF_GATEWAY && netlink_ip_none(&route->gateway))
		return -EINVAL;
	route->scope = !netlink_ip_none(&route->gateway) ? RT_SCOPE_UNIVERSE
		       : entry->rt_flags & RTF_REJECT	 ? RT_SCOPE_HOST
							 : RT_SCOPE_LINK;
	return take_ip(&entry->rt_dst, &route->dst)
		       ?: take_mask(route, entry)
				  ?: take_device(
					     server, route, entry->rt_dev);
}

struct route_search {
	const struct netlink_route *like;
	struct netlink_route *found;
};

static int match_route(void *ctx, const struct netlink_route *route)
{
	const struct route_search *search = ctx;
	const struct netlink_route *like = search->like;

	if (route->family != AF_INET || route->table != like->table ||
		route->dst_len != like->dst_len ||
		!netlink_ip_equal(&route->dst, &like->dst) ||
		(like->oif && route->oif != like->oif) ||
		(like->priority && route->priority != like->priority) ||
		(!netlink_ip_none(&like->gateway) &&
			!netlink_ip_equal(&route->gateway, &like->gateway)))
		return 0;
	*search->found = *route;
	return 1;
}

static int delete_route(
	struct netlink_server *server, const struct netlink_route *like)
{
	struct netlink_route found;
	struct route_search search = { like, &found };
	const char *why;
	int err = netlink_route_each(server, match_route, &search);

	if (err <= 0)
		return err ?: -ESRCH;
	return server->ops->route_del
		       ? server->ops->route_del(server->stack, &found, &why)
		       : -EOPNOTSUPP;
}

int netlink_ioctl_route(
	struct netlink_server *server, unsigned long request, void *arg)
{
	struct netlink_route route;
	const char *why;
	int err = take_route(server, arg, &route);

	if (err)
		return err;
	if (request == SIOCDELRT)
		return delete_route(server, &route);
	return server->ops->route_add ? server->ops->route_add(server->stack,
						&route, NLM_F_CREATE, &why)
				      : -EOPNOTSUPP;
}

/* --- neighbours ----------------------------------------------------------- */

/* The interface that is meant, or the one that leads there. */
static int take_arp_link(struct netlink_server *server,
	const struct arpreq *arp, const union netlink_ip *ip,
	struct netlink_link *link)
{
	struct netlink_route_key key = { .family = AF_INET, .dst = *ip };
	struct netlink_route route;
	int err;

	if (*arp->arp_dev)
		return netlink_ioctl_link(server, arp->arp_dev, link);
	if (!server->ops->route_get)
		return -ENODEV;
	err = server->ops->route_get(server->stack, &key, &route);
	return err ?: netlink_find_link(server, route.oif, NULL, link);
}

struct arp_search {
	const union netlink_ip *ip;
	unsigned index; /* 0: any */
	struct netlink_neigh *found;
};

static int match_neigh(void *ctx, const struct netlink_neigh *neigh)
{
	const struct arp_search *search = ctx;

	if (neigh->family != AF_INET ||
		(search->index && neigh->index != search->index) ||
		!netlink_ip_equal(&neigh->dst, search->ip))
		return 0;
	*search->found = *neigh;
	return 1;
}

static void show(struct netlink_server *server, struct arpreq *arp,
	const struct netlink_neigh *neigh)
{
	struct netlink_link link = { 0 };

	netlink_find_link(server, neigh->index, NULL, &link);
	memset(&arp->arp_ha, 0, sizeof(arp->arp_ha));
	arp->arp_ha.sa_family = link.type;
	memcpy(arp->arp_ha.sa_data, neigh->hwaddr, neigh->hwaddr_size);
	arp->arp_flags = (neigh->state & NUD_PERMANENT ? ATF_PERM : 0) |
			 (neigh->hwaddr_size ? ATF_COM : 0);
	memcpy(arp->arp_dev, link.name, sizeof(arp->arp_dev));
}

static int set_arp(struct netlink_server *server, const struct arpreq *arp,
	const union netlink_ip *ip)
{
	struct netlink_neigh neigh = { .family = AF_INET,
		.type = RTN_UNICAST,
		.state = arp->arp_flags & ATF_PERM ? NUD_PERMANENT : NUD_STALE,
		.dst = *ip };
	struct netlink_link link;
	const char *why;
	int err = take_arp_link(server, arp, ip, &link);

	if (err)
		return err;
	if (arp->arp_ha.sa_family != link.type)
		return -EINVAL;
	neigh.index = link.index;
	neigh.hwaddr_size = link.hwaddr_size;
	memcpy(neigh.hwaddr, arp->arp_ha.sa_data, link.hwaddr_size);
	return server->ops->neigh_add
		       ? server->ops->neigh_add(server->stack, &neigh,
				 NLM_F_CREATE | NLM_F_REPLACE, &why)
		       : -EOPNOTSUPP;
}

int netlink_ioctl_arp(
	struct netlink_server *server, unsigned long request, void *arg)
{
	struct arpreq *arp = arg;
	union netlink_ip ip;
	struct netlink_neigh neigh;
	struct netlink_link link = { 0 };
	struct arp_search search = { .ip = &ip, .found = &neigh };
	const char *why;
	int err;

	arp->arp_dev[sizeof(arp->arp_dev) - 1] = '\0';
	if (take_ip(&arp->arp_pa, &ip))
		return -EPFNOSUPPORT;
	if (request == SIOCSARP)
		return set_arp(server, arp, &ip);
	if (*arp->arp_dev &&
		netlink_ioctl_link(server, arp->arp_dev, &link) != 0)
		return -ENODEV;
	search.index = link.index;
	err = netlink_neigh_each(server, match_neigh, &search);
	if (err <= 0)
		return err ?: -ENXIO;
	if (request == SIOCGARP)
		show(server, arp, &neigh);
	else if (server->ops->neigh_del)
		return server->ops->neigh_del(server->stack, &neigh, &why);
	else
		return -EOPNOTSUPP;
	return 0;
}
