/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Showing interfaces: messages and RTM_GETLINK. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "ioth/linkservice.h"
#include "netlink_request.h"

/* --- messages ------------------------------------------------------------- */

static void put_stats(
	struct netlink_reply *reply, const struct rtnl_link_stats64 *stats)
{
	struct rtnl_link_stats narrow;
	const uint64_t *from = (const uint64_t *)stats;
	uint32_t *to = (uint32_t *)&narrow;

	/* the same counters in the same order, with half the width */
	for (size_t i = 0; i < sizeof(narrow) / sizeof(*to); i++)
		to[i] = (uint32_t)from[i];
	netlink_reply_put(reply, IFLA_STATS64, stats, sizeof(*stats));
	netlink_reply_put(reply, IFLA_STATS, &narrow, sizeof(narrow));
}

static void put_linkinfo(
	struct netlink_reply *reply, const struct netlink_link *link)
{
	struct nlattr *info, *data;

	if (!*link->kind)
		return;
	info = netlink_reply_nest(reply, IFLA_LINKINFO);
	netlink_reply_text(reply, IFLA_INFO_KIND, link->kind);
	if (link->vnl) {
		data = netlink_reply_nest(reply, IFLA_INFO_DATA);
		netlink_reply_text(reply, IOTH_LINKDATA_VNL, link->vnl);
		netlink_reply_nest_end(reply, data);
	}
	netlink_reply_nest_end(reply, info);
}

static void put_hwaddr(
	struct netlink_reply *reply, const struct netlink_link *link)
{
	if (link->hwaddr_size == 0)
		return;
	netlink_reply_put(reply, IFLA_ADDRESS, link->hwaddr, link->hwaddr_size);
	netlink_reply_put(
		reply, IFLA_BROADCAST, link->hwbroadcast, link->hwaddr_size);
}

/* What every interface has one of. */
static void put_queues(
	struct netlink_reply *reply, const struct netlink_link *link)
{
	netlink_reply_u32(reply, IFLA_MIN_MTU, link->min_mtu);
	netlink_reply_u32(reply, IFLA_MAX_MTU, link->max_mtu);
	netlink_reply_u32(reply, IFLA_GROUP, 0);
	netlink_reply_u32(
		reply, IFLA_PROMISCUITY, (link->flags & IFF_PROMISC) != 0);
	netlink_reply_u32(reply, IFLA_NUM_TX_QUEUES, 1);
	netlink_reply_u32(reply, IFLA_NUM_RX_QUEUES, 1);
	netlink_reply_u8(reply, IFLA_CARRIER,
		(link->flags & (NETLINK_IFF_LOWER_UP | IFF_LOOPBACK)) != 0);
	netlink_reply_text(
		reply, IFLA_QDISC, link->flags & IFF_UP ? "noqueue" : "noop");
	netlink_reply_u32(reply, IFLA_CARRIER_CHANGES, 0);
	netlink_reply_u8(reply, IFLA_PROTO_DOWN, 0);
}

/* rtnl_fill_ifinfo() */
static void put_link(struct netlink_reply *reply,
	const struct netlink_link *link, const struct netlink_link_view *view)
{
	netlink_reply_u32(reply, IFLA_TXQLEN, link->txqlen);
	netlink_reply_u8(reply, IFLA_OPERSTATE, link->operstate);
	netlink_reply_u8(reply, IFLA_LINKMODE, 0);
	netlink_reply_u32(reply, IFLA_MTU, link->mtu);
	put_queues(reply, link);
	put_hwaddr(reply, link);
	if (view->stats)
		put_stats(reply, &link->stats);
	put_linkinfo(reply, link);
}

/* inet6_fill_ifinfo() */
static void put_link6(
	struct netlink_reply *reply, const struct netlink_link *link)
{
	if (link->hwaddr_size > 0)
		netlink_reply_put(
			reply, IFLA_ADDRESS, link->hwaddr, link->hwaddr_size);
	netlink_reply_u32(reply, IFLA_MTU, link->mtu);
	netlink_reply_u8(reply, IFLA_OPERSTATE, link->operstate);
}

int netlink_reply_link(struct netlink_reply *reply, uint16_t type,
	const struct netlink_link *link, const struct netlink_link_view *view)
{
	struct ifinfomsg *info =
		netlink_reply_begin(reply, type, sizeof(*info));

	info->ifi_family = view->family;
	info->ifi_type = link->type;
	info->ifi_index = (int)link->index;
	info->ifi_flags = link->flags;
	info->ifi_change = view->change;
	netlink_reply_text(reply, IFLA_IFNAME, link->name);
	if (view->family == AF_INET6)
		put_link6(reply, link);
	else
		put_link(reply, link, view);
	return netlink_reply_end(reply);
}

/* --- RTM_GETLINK ---------------------------------------------------------- */

static const struct netlink_attr_rule get_rules[] = {
	[IFLA_IFNAME] = { NETLINK_ATTR_TEXT, IFNAMSIZ },
	[IFLA_ALT_IFNAME] = { NETLINK_ATTR_TEXT, 128 },
	[IFLA_EXT_MASK] = NETLINK_ATTR_U32,
};

static const struct netlink_attr_rule dump_rules[] = {
	[IFLA_MASTER] = NETLINK_ATTR_U32,
	[IFLA_LINKINFO] = { NETLINK_ATTR_NEST, 0 },
	[IFLA_EXT_MASK] = NETLINK_ATTR_U32,
};

static const struct netlink_attr_rule kind_rules[] = {
	[IFLA_INFO_KIND] = { NETLINK_ATTR_TEXT, NETLINK_KIND_SIZE },
};

static const struct netlink_policy get_policy =
	NETLINK_POLICY(get_rules, "Unsupported attribute in get link request");
static const struct netlink_policy dump_policy = NETLINK_POLICY(
	dump_rules, "Unsupported attribute in link dump request");
static const struct netlink_policy kind_policy =
	NETLINK_POLICY(kind_rules, NULL);

struct link_listing {
	struct netlink_reply *reply;
	struct netlink_link_view view;
	unsigned index;		      /* only this one; 0: see name */
	char name[128];		      /* only this one, "": all */
	char kind[NETLINK_KIND_SIZE]; /* only of this one, "": any */
	unsigned found;
};

static bool wanted(
	const struct link_listing *listing, const struct netlink_link *link)
{
	if (listing->index)
		return link->index == listing->index;
	if (*listing->name)
		return strcmp(link->name, listing->name) == 0;
	return !*listing->kind || strcmp(link->kind, listing->kind) == 0;
}

static int show(void *ctx, const struct netlink_link *link)
{
	struct link_listing *listing = ctx;

	if (!wanted(listing, link))
		return 0;
	listing->found++;
	return netlink_reply_link(
		listing->reply, RTM_NEWLINK, link, &listing->view);
}

static bool has_more_values(const struct ifinfomsg *info)
{
	return info->ifi_type || info->ifi_flags || info->ifi_change;
}

int netlink_getlink(struct netlink_request *request)
{
	struct link_listing listing = { .reply = request->reply };
	bool strict = request->from->strict;
	struct netlink_attrs attrs;
	struct ifinfomsg info;
	const struct nlattr *name;
	int err = netlink_parse_request(
		request, &info, sizeof(info), &get_policy, strict, &attrs);

	if (err)
		return err;
	if (strict && has_more_values(&info))
		return netlink_refuse(request, -EINVAL,
			"Invalid values in header for get link request");
	name = attrs.by_type[IFLA_IFNAME] ?: attrs.by_type[IFLA_ALT_IFNAME];
	if (info.ifi_index <= 0 && !name)
		return -EINVAL;
	netlink_attr_text(name, listing.name, sizeof(listing.name));
	listing.index = info.ifi_index > 0 ? (unsigned)info.ifi_index : 0;
	if (!listing.index && !*listing.name)
		return -ENODEV;
	listing.view.stats = !(netlink_attr_u32(attrs.by_type[IFLA_EXT_MASK]) &
			       RTEXT_FILTER_SKIP_STATS);
	err = netlink_link_each(request->server, show, &listing);
	return err || listing.found > 0 ? err : -ENODEV;
}

static int check_dump(
	struct netlink_request *request, const struct ifinfomsg *info)
{
	if (has_more_values(info))
		return netlink_refuse(request, -EINVAL,
			"Invalid values in header for link dump request");
	if (info->ifi_index)
		return netlink_refuse(request, -EINVAL,
			"Filter by device index not supported for link dumps");
	return 0;
}

static int take_kind(struct netlink_request *request,
	const struct nlattr *linkinfo, struct link_listing *listing)
{
	struct netlink_attrs attrs;
	int err;

	if (!linkinfo)
		return 0;
	err = netlink_parse_nest(request, linkinfo, &kind_policy, &attrs);
	netlink_attr_text(attrs.by_type[IFLA_INFO_KIND], listing->kind,
		sizeof(listing->kind));
	return err;
}

int netlink_dumplink(struct netlink_request *request)
{
	struct link_listing listing = { .reply = request->reply };
	bool strict = request->from->strict;
	struct netlink_attrs attrs;
	struct ifinfomsg info;
	int err = netlink_parse_request(
		request, &info, sizeof(info), &dump_policy, strict, &attrs);

	if (!err && strict)
		err = check_dump(request, &info);
	if (!err)
		err = take_kind(
			request, attrs.by_type[IFLA_LINKINFO], &listing);
	if (err)
		return err;
	/* nothing has a master, and no bridge has ports */
	if (info.ifi_family == AF_BRIDGE ||
		netlink_attr_u32(attrs.by_type[IFLA_MASTER]))
		return 0;
	if (*listing.kind || attrs.by_type[IFLA_MASTER])
		request->reply->flags |= NLM_F_DUMP_FILTERED;
	listing.view.family = info.ifi_family == AF_INET6 ? AF_INET6 : 0;
	listing.view.stats = !(netlink_attr_u32(attrs.by_type[IFLA_EXT_MASK]) &
			       RTEXT_FILTER_SKIP_STATS);
	return netlink_link_each(request->server, show, &listing);
}
