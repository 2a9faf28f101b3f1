/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Neighbours: messages, RTM_GETNEIGH, RTM_NEWNEIGH, RTM_DELNEIGH. */
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "netlink_request.h"

/* --- messages ------------------------------------------------------------- */

int netlink_reply_neigh(struct netlink_reply *reply, uint16_t type,
	const struct netlink_neigh *neigh)
{
	struct ndmsg *msg = netlink_reply_begin(reply, type, sizeof(*msg));
	const struct nda_cacheinfo info = {
		.ndm_confirmed = neigh->confirmed_cs,
		.ndm_used = neigh->used_cs,
		.ndm_updated = neigh->updated_cs,
	};

	msg->ndm_family = neigh->family;
	msg->ndm_ifindex = (int)neigh->index;
	msg->ndm_state = neigh->state;
	msg->ndm_flags = neigh->flags;
	msg->ndm_type = neigh->type;
	netlink_reply_put(reply, NDA_DST, neigh->dst.bytes,
		netlink_ip_size(neigh->family));
	if (neigh->hwaddr_size > 0)
		netlink_reply_put(
			reply, NDA_LLADDR, neigh->hwaddr, neigh->hwaddr_size);
	netlink_reply_u32(reply, NDA_PROBES, neigh->probes);
	netlink_reply_put(reply, NDA_CACHEINFO, &info, sizeof(info));
	return netlink_reply_end(reply);
}

/* --- dumps ---------------------------------------------------------------- */

static const struct netlink_attr_rule dump_rules[] = {
	[NDA_IFINDEX] = NETLINK_ATTR_U32,
	[NDA_MASTER] = NETLINK_ATTR_U32,
};
static const struct netlink_policy dump_policy = NETLINK_POLICY(
	dump_rules, "Unsupported attribute in neighbor dump request");

struct neigh_listing {
	struct netlink_reply *reply;
	/* 0: any */
	uint8_t family;
	unsigned index;
};

static int show(void *ctx, const struct netlink_neigh *neigh)
{
	const struct neigh_listing *listing = ctx;

	if ((listing->family && neigh->family != listing->family) ||
		(listing->index && neigh->index != listing->index))
		return 0;
	return netlink_reply_neigh(listing->reply, RTM_NEWNEIGH, neigh);
}

int netlink_dumpneigh(struct netlink_request *request)
{
	struct neigh_listing listing = { .reply = request->reply };
	bool strict = request->from->strict;
	struct netlink_attrs attrs;
	struct ndmsg msg;
	int err = netlink_parse_request(
		request, &msg, sizeof(msg), &dump_policy, strict, &attrs);

	if (err)
		return err;
	if (strict && (msg.ndm_ifindex || msg.ndm_state || msg.ndm_type ||
			      msg.ndm_flags & ~NTF_PROXY))
		return netlink_refuse(request, -EINVAL,
			"Invalid values in header for neighbor dump request");
	/* nobody is a proxy, and nothing has a master */
	if (msg.ndm_flags == NTF_PROXY ||
		netlink_attr_u32(attrs.by_type[NDA_MASTER]))
		return 0;
	listing.family = msg.ndm_family;
	listing.index = netlink_attr_u32(attrs.by_type[NDA_IFINDEX]);
	if (listing.index)
		request->reply->flags |= NLM_F_DUMP_FILTERED;
	return netlink_neigh_each(request->server, show, &listing);
}

/* --- one of them ---------------------------------------------------------- */

static const struct netlink_attr_rule rules[] = {
	[NDA_DST] = NETLINK_ATTR_U32,
	[NDA_LLADDR] = { NETLINK_ATTR_MAX, 32 },
	[NDA_FLAGS_EXT] = { NETLINK_ATTR_REFUSED, 0 },
};
static const struct netlink_policy policy =
	NETLINK_POLICY(rules, "Unsupported attribute in neighbor get request");

static int take_ips(struct netlink_request *request,
	const struct netlink_attrs *attrs, struct netlink_neigh *neigh)
{
	const struct nlattr *dst = attrs->by_type[NDA_DST];

	if (!dst)
		return netlink_refuse(
			request, -EINVAL, "Network address not specified");
	if (netlink_attr_ip(dst, neigh->family, &neigh->dst))
		return netlink_refuse(
			request, -EINVAL, "Invalid network address");
	return 0;
}

static int take_hwaddr(struct netlink_request *request,
	const struct nlattr *attr, struct netlink_neigh *neigh)
{
	size_t size = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (size > sizeof(neigh->hwaddr))
		return netlink_refuse(request, -EINVAL, "Invalid link address");
	if (size > 0)
		memcpy(neigh->hwaddr, mnl_attr_get_payload(attr), size);
	neigh->hwaddr_size = (uint8_t)size;
	return 0;
}

static int take_neigh(struct netlink_request *request, bool strict,
	struct netlink_neigh *neigh, struct netlink_link *link)
{
	struct netlink_attrs attrs;
	struct ndmsg msg;
	int err = netlink_parse_request(
		request, &msg, sizeof(msg), &policy, strict, &attrs);

	memset(neigh, 0, sizeof(*neigh));
	if (err)
		return err;
	if (mnl_nlmsg_get_payload_len(request->header) < sizeof(msg))
		return netlink_refuse(
			request, -EINVAL, "Invalid header length");
	if (netlink_ip_size(msg.ndm_family) == 0 || msg.ndm_flags & NTF_PROXY)
		return -EOPNOTSUPP;
	neigh->family = msg.ndm_family;
	neigh->index = (unsigned)msg.ndm_ifindex;
	neigh->state = msg.ndm_state;
	neigh->flags = msg.ndm_flags;
	neigh->type = RTN_UNICAST;
	err = take_ips(request, &attrs, neigh)
		      ?: take_hwaddr(request, attrs.by_type[NDA_LLADDR], neigh);
	if (!err &&
		netlink_find_link(request->server, neigh->index, NULL, link))
		return netlink_refuse(
			request, -ENODEV, "Unknown device ifindex");
	return err;
}

struct neigh_search {
	const struct netlink_neigh *like;
	struct netlink_neigh *found;
};

static int match(void *ctx, const struct netlink_neigh *neigh)
{
	const struct neigh_search *search = ctx;

	if (neigh->family != search->like->family ||
		neigh->index != search->like->index ||
		!netlink_ip_equal(&neigh->dst, &search->like->dst))
		return 0;
	*search->found = *neigh;
	return 1;
}

static int find(struct netlink_request *request,
	const struct netlink_neigh *like, struct netlink_neigh *found)
{
	struct neigh_search search = { like, found };
	int err = netlink_neigh_each(request->server, match, &search);

	return err > 0 ? 0 : err < 0 ? err : -ENOENT;
}

int netlink_getneigh(struct netlink_request *request)
{
	struct netlink_neigh like, found;
	struct netlink_link link;
	int err = take_neigh(request, request->from->strict, &like, &link)
			  ?: find(request, &like, &found);

	if (err == -ENOENT)
		return netlink_refuse(
			request, err, "Neighbour entry not found");
	return err ?: netlink_reply_neigh(request->reply, RTM_NEWNEIGH, &found);
}

#define HOW (NLM_F_CREATE | NLM_F_EXCL | NLM_F_REPLACE | NLM_F_APPEND)

int netlink_newneigh(struct netlink_request *request)
{
	const struct netlink_server *server = request->server;
	struct netlink_neigh neigh;
	struct netlink_link link;
	int err = take_neigh(request, false, &neigh, &link);

	if (err)
		return err;
	if (neigh.hwaddr_size && neigh.hwaddr_size < link.hwaddr_size)
		return netlink_refuse(request, -EINVAL, "Invalid link address");
	if (!server->ops->neigh_add)
		return -EOPNOTSUPP;
	return server->ops->neigh_add(server->stack, &neigh,
		request->header->nlmsg_flags & HOW, &request->why);
}

int netlink_delneigh(struct netlink_request *request)
{
	const struct netlink_server *server = request->server;
	struct netlink_neigh like, found;
	struct netlink_link link;
	int err = take_neigh(request, false, &like, &link)
			  ?: find(request, &like, &found);

	if (err || !server->ops->neigh_del)
		return err ?: -EOPNOTSUPP;
	return server->ops->neigh_del(server->stack, &found, &request->why);
}
