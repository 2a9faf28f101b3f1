/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changing routes: RTM_NEWROUTE, RTM_DELROUTE. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "netlink_request.h"

static const struct netlink_attr_rule rules[] = {
	[RTA_DST] = NETLINK_ATTR_U32,
	[RTA_OIF] = NETLINK_ATTR_U32,
	[RTA_GATEWAY] = NETLINK_ATTR_U32,
	[RTA_PRIORITY] = NETLINK_ATTR_U32,
	[RTA_PREFSRC] = NETLINK_ATTR_U32,
	[RTA_METRICS] = { NETLINK_ATTR_NEST, 0 },
	[RTA_TABLE] = NETLINK_ATTR_U32,
	[RTA_PREF] = NETLINK_ATTR_U8,
	[RTA_EXPIRES] = NETLINK_ATTR_U32,
	[RTA_SRC] = { NETLINK_ATTR_REFUSED, 0 },
	[RTA_MULTIPATH] = { NETLINK_ATTR_REFUSED, 0 },
	[RTA_VIA] = { NETLINK_ATTR_REFUSED, 0 },
	[RTA_ENCAP] = { NETLINK_ATTR_REFUSED, 0 },
	[RTA_NH_ID] = { NETLINK_ATTR_REFUSED, 0 },
};

static const struct netlink_attr_rule metric_rules[RTAX_MAX + 1] = {
	[RTAX_LOCK... RTAX_CC_ALGO - 1] = NETLINK_ATTR_U32,
	[RTAX_CC_ALGO + 1 ... RTAX_MAX] = NETLINK_ATTR_U32,
	[RTAX_CC_ALGO] = { NETLINK_ATTR_REFUSED, 0 },
};

static const struct netlink_policy policy = NETLINK_POLICY(rules, NULL);
static const struct netlink_policy metric_policy =
	NETLINK_POLICY(metric_rules, NULL);

static int take_metrics(struct netlink_request *request,
	const struct nlattr *nest, struct netlink_route *route)
{
	struct netlink_attrs attrs;
	int err;

	if (!nest)
		return 0;
	err = netlink_parse_nest(request, nest, &metric_policy, &attrs);
	for (unsigned i = 1; !err && i <= RTAX_MAX; i++)
		route->metrics[i] = netlink_attr_u32(attrs.by_type[i]);
	return err;
}

static int take_ips(
	const struct netlink_attrs *attrs, struct netlink_route *route)
{
	return netlink_attr_ip(
		       attrs->by_type[RTA_DST], route->family, &route->dst)
		       ?: netlink_attr_ip(attrs->by_type[RTA_GATEWAY],
				  route->family, &route->gateway)
				  ?: netlink_attr_ip(
					     attrs->by_type[RTA_PREFSRC],
					     route->family, &route->prefsrc);
}

static void take_header(struct netlink_route *route, const struct rtmsg *msg,
	const struct netlink_attrs *attrs)
{
	const struct nlattr *table = attrs->by_type[RTA_TABLE];

	memset(route, 0, sizeof(*route));
	route->family = msg->rtm_family;
	route->dst_len = msg->rtm_dst_len;
	route->tos = msg->rtm_tos;
	route->protocol = msg->rtm_protocol;
	route->scope = msg->rtm_scope;
	route->type = msg->rtm_type;
	route->flags = msg->rtm_flags & RTNH_F_ONLINK;
	route->table = table ? netlink_attr_u32(table) : msg->rtm_table;
	route->table = route->table ?: RT_TABLE_MAIN;
	route->oif = netlink_attr_u32(attrs->by_type[RTA_OIF]);
	route->priority = netlink_attr_u32(attrs->by_type[RTA_PRIORITY]);
	route->expires_s = netlink_attr_u32(attrs->by_type[RTA_EXPIRES]);
	route->pref = netlink_attr_u8(attrs->by_type[RTA_PREF]);
}

static int check_prefix(
	struct netlink_request *request, struct netlink_route *route)
{
	union netlink_ip masked = route->dst;

	if (route->dst_len > netlink_ip_size(route->family) * 8)
		return netlink_refuse(
			request, -EINVAL, "Invalid prefix length");
	netlink_ip_mask(&masked, route->dst_len);
	if (route->family == AF_INET && !netlink_ip_equal(&masked, &route->dst))
		return netlink_refuse(request, -EINVAL,
			"Invalid prefix for given prefix length");
	route->dst = masked;
	return 0;
}

static int take_route(struct netlink_request *request,
	struct netlink_attrs *attrs, struct netlink_route *route)
{
	struct rtmsg msg;
	int err = netlink_parse_request(
		request, &msg, sizeof(msg), &policy, false, attrs);

	if (err)
		return err;
	if (mnl_nlmsg_get_payload_len(request->header) < sizeof(msg))
		return netlink_refuse(
			request, -EINVAL, "Invalid header length");
	if (netlink_ip_size(msg.rtm_family) == 0)
		return -EOPNOTSUPP;
	take_header(route, &msg, attrs);
	if (msg.rtm_type > RTN_MAX)
		return netlink_refuse(request, -EINVAL, "Invalid route type");
	if (msg.rtm_src_len)
		return netlink_refuse(
			request, -EINVAL, "Invalid source prefix");
	return take_ips(attrs, route)
		       ?: take_metrics(request, attrs->by_type[RTA_METRICS],
				  route)
				  ?: check_prefix(request, route);
}

/* --- RTM_NEWROUTE --------------------------------------------------------- */

#define HOW (NLM_F_CREATE | NLM_F_EXCL | NLM_F_REPLACE | NLM_F_APPEND)

/* What Linux fills in. */
static void complete(struct netlink_route *route)
{
	if (route->type == RTN_UNSPEC)
		route->type = RTN_UNICAST;
	if (route->protocol == RTPROT_UNSPEC)
		route->protocol = RTPROT_BOOT;
	if (route->family == AF_INET)
		return;
	route->scope = RT_SCOPE_UNIVERSE; /* IPv6 has no others */
	if (!route->priority)
		route->priority = 1024;
}

int netlink_newroute(struct netlink_request *request)
{
	const struct netlink_server *server = request->server;
	struct netlink_attrs attrs;
	struct netlink_route route = { 0 };
	struct netlink_link link;
	int err = take_route(request, &attrs, &route);

	if (err)
		return err;
	if (route.oif)
		err = netlink_find_link(
			request->server, route.oif, NULL, &link);
	if (err == -ENODEV)
		return netlink_refuse(request, err, "Invalid output device");
	if (err || !server->ops->route_add)
		return err ?: -EOPNOTSUPP;
	complete(&route);
	return server->ops->route_add(server->stack, &route,
		request->header->nlmsg_flags & HOW, &request->why);
}

/* --- RTM_DELROUTE --------------------------------------------------------- */

struct route_search {
	const struct netlink_route *like;
	const struct netlink_attrs *given; /* these must be alike */
	struct netlink_route *found;
};

static bool same_destination(
	const struct netlink_route *a, const struct netlink_route *b)
{
	return a->family == b->family && a->table == b->table &&
	       a->dst_len == b->dst_len && netlink_ip_equal(&a->dst, &b->dst);
}

/* What is 0 in a request matches everything. */
static bool same_kind(
	const struct netlink_route *route, const struct netlink_route *like)
{
	if (like->family == AF_INET && route->tos != like->tos)
		return false;
	if (like->family == AF_INET && like->scope != RT_SCOPE_NOWHERE &&
		route->scope != like->scope)
		return false;
	return (!like->type || like->family == AF_INET6 ||
		       route->type == like->type) &&
	       (!like->protocol || route->protocol == like->protocol) &&
	       (!like->priority || route->priority == like->priority) &&
	       (!like->oif || route->oif == like->oif);
}

/* fib_table_delete(), ip6_route_del() */
static int match(void *ctx, const struct netlink_route *route)
{
	const struct route_search *search = ctx;
	const struct nlattr *const *given = search->given->by_type;
	const struct netlink_route *like = search->like;

	if (!same_destination(route, like) || !same_kind(route, like))
		return 0;
	if (given[RTA_GATEWAY] &&
		!netlink_ip_equal(&route->gateway, &like->gateway))
		return 0;
	if (given[RTA_PREFSRC] &&
		!netlink_ip_equal(&route->prefsrc, &like->prefsrc))
		return 0;
	*search->found = *route;
	return 1;
}

int netlink_delroute(struct netlink_request *request)
{
	const struct netlink_server *server = request->server;
	struct netlink_route like, route;
	struct netlink_attrs attrs;
	const struct route_search search = { &like, &attrs, &route };
	int found, err = take_route(request, &attrs, &like);

	if (err)
		return err;
	found = netlink_route_each(request->server, match, (void *)&search);
	if (found < 0)
		return found;
	if (found == 0)
		return -ESRCH;
	if (!server->ops->route_del)
		return -EOPNOTSUPP;
	return server->ops->route_del(server->stack, &route, &request->why);
}
