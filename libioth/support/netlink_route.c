/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Showing routes: messages, RTM_GETROUTE. */
#include <errno.h>
#include <linux/in_route.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "netlink_request.h"

/* --- messages ------------------------------------------------------------- */

static void put_metrics(
	struct netlink_reply *reply, const struct netlink_route *route)
{
	struct nlattr *nest = NULL;

	for (unsigned i = 1; i <= RTAX_MAX; i++) {
		if (!route->metrics[i])
			continue;
		nest = nest ?: netlink_reply_nest(reply, RTA_METRICS);
		netlink_reply_u32(reply, (uint16_t)i, route->metrics[i]);
	}
	netlink_reply_nest_end(reply, nest);
}

static void put_cacheinfo(struct netlink_reply *reply,
	const struct netlink_route *route, bool lookup)
{
	const struct rta_cacheinfo info = {
		.rta_expires = (int)(route->expires_s * 100),
	};

	if (route->family == AF_INET6 || lookup)
		netlink_reply_put(reply, RTA_CACHEINFO, &info, sizeof(info));
}

/* fib_dump_info(), rt_fill_info(), rt6_fill_node() */
static void put_route(struct netlink_reply *reply,
	const struct netlink_route *route, bool lookup)
{
	netlink_reply_u32(reply, RTA_TABLE, route->table);
	if (route->dst_len > 0)
		netlink_reply_put(reply, RTA_DST, route->dst.bytes,
			netlink_ip_size(route->family));
	if (route->priority || route->family == AF_INET6)
		netlink_reply_u32(reply, RTA_PRIORITY, route->priority);
	put_metrics(reply, route);
	netlink_reply_ip(reply, RTA_PREFSRC, route->family, &route->prefsrc);
	netlink_reply_ip(reply, RTA_GATEWAY, route->family, &route->gateway);
	if (route->oif)
		netlink_reply_u32(reply, RTA_OIF, route->oif);
	put_cacheinfo(reply, route, lookup);
	if (route->family == AF_INET6)
		netlink_reply_u8(reply, RTA_PREF, route->pref);
}

int netlink_reply_route(struct netlink_reply *reply, uint16_t type,
	const struct netlink_route *route,
	const struct netlink_route_view *view)
{
	static const struct netlink_route_view entry;
	struct rtmsg *msg = netlink_reply_begin(reply, type, sizeof(*msg));

	view = view ?: &entry;
	msg->rtm_family = route->family;
	msg->rtm_dst_len = route->dst_len;
	msg->rtm_src_len = view->src ? 128 : 0;
	msg->rtm_tos = route->tos;
	msg->rtm_table =
		route->table < 256 ? (uint8_t)route->table : RT_TABLE_COMPAT;
	msg->rtm_protocol = route->protocol;
	msg->rtm_scope = route->scope;
	msg->rtm_type = route->type;
	msg->rtm_flags = route->flags | view->flags;
	put_route(reply, route, view->flags & RTM_F_CLONED);
	if (view->src)
		netlink_reply_put(
			reply, RTA_SRC, view->src, sizeof(*view->src));
	return netlink_reply_end(reply);
}

/* --- dumps ---------------------------------------------------------------- */

static const struct netlink_attr_rule dump_rules[] = {
	[RTA_OIF] = NETLINK_ATTR_U32,
	[RTA_TABLE] = NETLINK_ATTR_U32,
};
static const struct netlink_policy dump_policy =
	NETLINK_POLICY(dump_rules, "Unsupported attribute in dump request");

struct route_listing {
	struct netlink_reply *reply;
	uint8_t family;
	/* 0: any */
	uint8_t protocol, type;
	uint32_t table;
	unsigned oif;
};

static bool wanted(
	const struct route_listing *listing, const struct netlink_route *route)
{
	return route->family == listing->family &&
	       (!listing->protocol || route->protocol == listing->protocol) &&
	       (!listing->type || route->type == listing->type) &&
	       (!listing->table || route->table == listing->table) &&
	       (!listing->oif || route->oif == listing->oif);
}

static int show(void *ctx, const struct netlink_route *route)
{
	const struct route_listing *listing = ctx;

	return wanted(listing, route) ? netlink_reply_route(listing->reply,
						RTM_NEWROUTE, route, NULL)
				      : 0;
}

/* ip_valid_fib_dump_req() */
static int check_dump(struct netlink_request *request, const struct rtmsg *msg)
{
	if (msg->rtm_dst_len || msg->rtm_src_len || msg->rtm_tos ||
		msg->rtm_scope)
		return netlink_refuse(request, -EINVAL,
			"Invalid values in header for FIB dump request");
	if (msg->rtm_flags & ~(uint32_t)(RTM_F_CLONED | RTM_F_PREFIX))
		return netlink_refuse(
			request, -EINVAL, "Invalid flags for FIB dump request");
	return 0;
}

static void take_filter(struct route_listing *listing, const struct rtmsg *msg,
	const struct netlink_attrs *attrs)
{
	listing->protocol = msg->rtm_protocol;
	listing->type = msg->rtm_type;
	listing->table = attrs->by_type[RTA_TABLE]
				 ? netlink_attr_u32(attrs->by_type[RTA_TABLE])
				 : msg->rtm_table;
	listing->oif = netlink_attr_u32(attrs->by_type[RTA_OIF]);
	if (listing->protocol || listing->type || listing->table ||
		listing->oif)
		listing->reply->flags |= NLM_F_DUMP_FILTERED;
}

static int check_oif(struct netlink_request *request, unsigned oif)
{
	struct netlink_link link;

	return oif ? netlink_find_link(request->server, oif, NULL, &link) : 0;
}

int netlink_dumproute(struct netlink_request *request)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct route_listing listing = { .reply = request->reply };
	bool strict = request->from->strict;
	struct netlink_attrs attrs;
	struct rtmsg msg;
	uint16_t filtered;
	int err = netlink_parse_request(
		request, &msg, sizeof(msg), &dump_policy, strict, &attrs);

	if (!err && strict) {
		err = check_dump(request, &msg);
		take_filter(&listing, &msg, &attrs);
		err = err ?: check_oif(request, listing.oif);
	}
	if (err || msg.rtm_flags & RTM_F_CLONED) /* there is no cache */
		return err;
	filtered = request->reply->flags;
	if (strict) /* exceptions (PMTU) are never shown, so it is not all */
		request->reply->flags |= NLM_F_DUMP_FILTERED;
	for (size_t i = 0; !err && i < sizeof(families); i++) {
		listing.family = families[i];
		if (msg.rtm_family == AF_UNSPEC ||
			msg.rtm_family == listing.family)
			err = netlink_route_each(
				request->server, show, &listing);
	}
	request->reply->flags = filtered;
	return err;
}

/* --- lookups -------------------------------------------------------------- */

static const struct netlink_attr_rule get_rules[] = {
	[RTA_DST] = NETLINK_ATTR_U32,
	[RTA_SRC] = NETLINK_ATTR_U32,
	[RTA_IIF] = NETLINK_ATTR_U32,
	[RTA_OIF] = NETLINK_ATTR_U32,
	[RTA_MARK] = NETLINK_ATTR_U32,
	[RTA_UID] = NETLINK_ATTR_U32,
	[RTA_IP_PROTO] = NETLINK_ATTR_U8,
	[RTA_SPORT] = { NETLINK_ATTR_MIN, 2 },
	[RTA_DPORT] = { NETLINK_ATTR_MIN, 2 },
};
static const struct netlink_policy get_policy =
	NETLINK_POLICY(get_rules, "Unsupported attribute in route get request");

static int take_key(struct netlink_request *request, struct rtmsg *msg,
	struct netlink_route_key *key)
{
	struct netlink_attrs attrs;
	int err = netlink_parse_request(request, msg, sizeof(*msg), &get_policy,
		request->from->strict, &attrs);

	memset(key, 0, sizeof(*key));
	if (err)
		return err;
	if (mnl_nlmsg_get_payload_len(request->header) < sizeof(*msg))
		return netlink_refuse(request, -EINVAL,
			"Invalid header for route get request");
	if (netlink_ip_size(msg->rtm_family) == 0)
		return -EOPNOTSUPP;
	key->family = msg->rtm_family;
	key->tos = msg->rtm_tos;
	key->oif = netlink_attr_u32(attrs.by_type[RTA_OIF]);
	key->iif = netlink_attr_u32(attrs.by_type[RTA_IIF]);
	return netlink_attr_ip(attrs.by_type[RTA_DST], key->family, &key->dst)
		       ?: netlink_attr_ip(attrs.by_type[RTA_SRC], key->family,
				  &key->src);
}

/* The route to one host, as the lookup's result is shown. */
static void narrow(
	struct netlink_route *route, const struct netlink_route_key *key)
{
	route->dst = key->dst;
	route->dst_len = (uint8_t)(netlink_ip_size(key->family) * 8);
	route->tos = key->tos;
	if (!netlink_ip_none(&key->src))
		route->prefsrc = key->src;
	if (key->family == AF_INET6)
		return;
	route->protocol = RTPROT_UNSPEC;
	route->scope = RT_SCOPE_UNIVERSE;
	route->priority = 0;
	/* Linux's table local is in the trie of main until there are rules */
	route->table = RT_TABLE_MAIN;
}

/* What the lookup has been, in the upper half of rtm_flags: RTCF_*. */
static uint32_t lookup_flags(const struct netlink_route *route)
{
	if (route->family == AF_INET6)
		return 0;
	switch (route->type) {
	case RTN_LOCAL:
		return RTM_F_CLONED | RTCF_LOCAL;
	case RTN_BROADCAST:
		return RTM_F_CLONED | RTCF_LOCAL | RTCF_BROADCAST;
	case RTN_MULTICAST:
		return RTM_F_CLONED | RTCF_MULTICAST;
	default:
		return RTM_F_CLONED;
	}
}

static int match_entry(void *ctx, const struct netlink_route *route)
{
	struct netlink_route *like = ctx;

	if (route->family != like->family || route->table != like->table ||
		route->dst_len != like->dst_len ||
		route->priority != like->priority ||
		!netlink_ip_equal(&route->dst, &like->dst) ||
		!netlink_ip_equal(&route->gateway, &like->gateway))
		return 0;
	*like = *route;
	return 1;
}

/* RTM_F_FIB_MATCH: the entry itself, with no source that was chosen. */
static int reply_entry(
	struct netlink_request *request, struct netlink_route *route)
{
	int found = netlink_route_each(request->server, match_entry, route);

	return found < 0 ? found
			 : netlink_reply_route(
				   request->reply, RTM_NEWROUTE, route, NULL);
}

int netlink_getroute(struct netlink_request *request)
{
	const struct netlink_server *server = request->server;
	struct netlink_route_view view;
	struct netlink_route_key key;
	struct netlink_route route;
	struct rtmsg msg;
	int err = take_key(request, &msg, &key);

	if (err)
		return err;
	if (!server->ops->route_get)
		return -EOPNOTSUPP;
	err = check_oif(request, key.oif) ?: check_oif(request, key.iif);
	if (!err)
		err = server->ops->route_get(server->stack, &key, &route);
	if (err)
		return err;
	if (msg.rtm_flags & RTM_F_FIB_MATCH)
		return reply_entry(request, &route);
	narrow(&route, &key);
	view.flags = lookup_flags(&route);
	view.src = key.family == AF_INET6 ? &key.src : NULL;
	return netlink_reply_route(request->reply, RTM_NEWROUTE, &route, &view);
}
