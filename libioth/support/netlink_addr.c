/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses: messages, RTM_GETADDR, RTM_NEWADDR, RTM_DELADDR. */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "netlink_request.h"

/* --- messages ------------------------------------------------------------- */

static void put_cacheinfo(
	struct netlink_reply *reply, const struct netlink_addr *addr)
{
	bool forever = addr->flags & IFA_F_PERMANENT;
	const struct ifa_cacheinfo info = {
		.ifa_prefered = forever ? UINT32_MAX : addr->preferred_s,
		.ifa_valid = forever ? UINT32_MAX : addr->valid_s,
		.cstamp = addr->created_cs,
		.tstamp = addr->updated_cs,
	};

	netlink_reply_put(reply, IFA_CACHEINFO, &info, sizeof(info));
}

/* IPv4 says an address twice, IPv6 only when there is a peer. */
static void put_addresses(
	struct netlink_reply *reply, const struct netlink_addr *addr)
{
	bool peer = !netlink_ip_none(&addr->peer);

	netlink_reply_ip(reply, IFA_ADDRESS, addr->family,
		peer ? &addr->peer : &addr->local);
	if (peer || addr->family == AF_INET)
		netlink_reply_ip(reply, IFA_LOCAL, addr->family, &addr->local);
}

int netlink_reply_addr(struct netlink_reply *reply, uint16_t type,
	const struct netlink_addr *addr)
{
	struct ifaddrmsg *msg = netlink_reply_begin(reply, type, sizeof(*msg));

	msg->ifa_family = addr->family;
	msg->ifa_prefixlen = addr->prefixlen;
	msg->ifa_flags = (uint8_t)addr->flags;
	msg->ifa_scope = addr->scope;
	msg->ifa_index = addr->index;
	put_addresses(reply, addr);
	if (addr->family == AF_INET) {
		netlink_reply_ip(
			reply, IFA_BROADCAST, AF_INET, &addr->broadcast);
		if (*addr->label)
			netlink_reply_text(reply, IFA_LABEL, addr->label);
	}
	if (addr->proto)
		netlink_reply_u8(reply, IFA_PROTO, addr->proto);
	if (addr->priority)
		netlink_reply_u32(reply, IFA_RT_PRIORITY, addr->priority);
	netlink_reply_u32(reply, IFA_FLAGS, addr->flags);
	put_cacheinfo(reply, addr);
	return netlink_reply_end(reply);
}

/* --- RTM_GETADDR ---------------------------------------------------------- */

static const struct netlink_attr_rule no_rules[] = {
	[0] = { NETLINK_ATTR_OTHER, 0 },
};
static const struct netlink_policy dump_policy =
	NETLINK_POLICY(no_rules, "Unsupported attribute in dump request");

struct addr_listing {
	struct netlink_reply *reply;
	uint8_t family;
	unsigned index; /* 0: all */
};

static int show(void *ctx, const struct netlink_addr *addr)
{
	const struct addr_listing *listing = ctx;

	if (addr->family != listing->family ||
		(listing->index && addr->index != listing->index))
		return 0;
	return netlink_reply_addr(listing->reply, RTM_NEWADDR, addr);
}

/* inet_valid_dump_ifaddr_req() and its twin of IPv6 */
static int check_dump(
	struct netlink_request *request, const struct ifaddrmsg *msg)
{
	struct netlink_link link;

	if (msg->ifa_prefixlen || msg->ifa_flags || msg->ifa_scope)
		return netlink_refuse(request, -EINVAL,
			"Invalid values in header for address dump request");
	if (msg->ifa_index == 0)
		return 0;
	request->reply->flags |= NLM_F_DUMP_FILTERED;
	return netlink_find_link(request->server, msg->ifa_index, NULL, &link);
}

int netlink_dumpaddr(struct netlink_request *request)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct addr_listing listing = { .reply = request->reply };
	struct netlink_attrs attrs;
	struct ifaddrmsg msg = { 0 };
	int err = netlink_parse_request(request, &msg, sizeof(msg),
		&dump_policy, request->from->strict, &attrs);

	if (!err && request->from->strict) {
		err = check_dump(request, &msg);
		listing.index = msg.ifa_index;
	}
	for (size_t i = 0; !err && i < sizeof(families); i++) {
		listing.family = families[i];
		if (msg.ifa_family == AF_UNSPEC ||
			msg.ifa_family == listing.family)
			err = netlink_addr_each(
				request->server, show, &listing);
	}
	return err;
}

/* --- what a request says -------------------------------------------------- */

static const struct netlink_attr_rule rules[] = {
	[IFA_ADDRESS] = NETLINK_ATTR_U32,
	[IFA_LOCAL] = NETLINK_ATTR_U32,
	[IFA_BROADCAST] = NETLINK_ATTR_U32,
	[IFA_LABEL] = { NETLINK_ATTR_TEXT, IFNAMSIZ },
	[IFA_CACHEINFO] = { NETLINK_ATTR_MIN, sizeof(struct ifa_cacheinfo) },
	[IFA_FLAGS] = NETLINK_ATTR_U32,
	[IFA_RT_PRIORITY] = NETLINK_ATTR_U32,
	[IFA_PROTO] = NETLINK_ATTR_U8,
};

static const struct netlink_policy policy = NETLINK_POLICY(rules, NULL);

/* IFA_LOCAL and IFA_ADDRESS as local and, if they differ, peer. */
static int take_ips(
	const struct netlink_attrs *attrs, struct netlink_addr *addr)
{
	const struct nlattr *address = attrs->by_type[IFA_ADDRESS];
	const struct nlattr *local = attrs->by_type[IFA_LOCAL] ?: address;
	int err = netlink_attr_ip(local, addr->family, &addr->local)
			  ?: netlink_attr_ip(address ?: local, addr->family,
				     &addr->peer)
				     ?: netlink_attr_ip(
						attrs->by_type[IFA_BROADCAST],
						addr->family, &addr->broadcast);

	if (netlink_ip_equal(&addr->peer, &addr->local))
		memset(&addr->peer, 0, sizeof(addr->peer));
	return err;
}

static int take_lifetime(const struct nlattr *attr, struct netlink_addr *addr)
{
	struct ifa_cacheinfo info = { UINT32_MAX, UINT32_MAX, 0, 0 };

	if (attr)
		memcpy(&info, mnl_attr_get_payload(attr), sizeof(info));
	if (info.ifa_valid == 0 || info.ifa_prefered > info.ifa_valid)
		return -EINVAL;
	addr->preferred_s = info.ifa_prefered;
	addr->valid_s = info.ifa_valid;
	if (info.ifa_valid == UINT32_MAX)
		addr->flags |= IFA_F_PERMANENT;
	if (info.ifa_prefered == 0)
		addr->flags |= IFA_F_DEPRECATED;
	return 0;
}

/* Linux takes no more of the flags than these from outside. */
#define TAKEN_FLAGS                                                            \
	(IFA_F_NODAD | IFA_F_OPTIMISTIC | IFA_F_HOMEADDRESS |                  \
		IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

static int take_addr(struct netlink_request *request,
	struct netlink_attrs *attrs, struct netlink_addr *addr)
{
	struct ifaddrmsg msg = { 0 };
	int err = netlink_parse_request(
		request, &msg, sizeof(msg), &policy, false, attrs);

	if (err)
		return err;
	if (mnl_nlmsg_get_payload_len(request->header) < sizeof(msg))
		return netlink_refuse(
			request, -EINVAL, "Invalid header length");
	if (netlink_ip_size(msg.ifa_family) == 0)
		return -EOPNOTSUPP;
	memset(addr, 0, sizeof(*addr));
	addr->family = msg.ifa_family;
	addr->prefixlen = msg.ifa_prefixlen;
	addr->scope = msg.ifa_scope;
	addr->index = msg.ifa_index;
	addr->flags = attrs->by_type[IFA_FLAGS]
			      ? netlink_attr_u32(attrs->by_type[IFA_FLAGS])
			      : msg.ifa_flags;
	addr->flags &= TAKEN_FLAGS;
	addr->priority = netlink_attr_u32(attrs->by_type[IFA_RT_PRIORITY]);
	addr->proto = netlink_attr_u8(attrs->by_type[IFA_PROTO]);
	netlink_attr_text(
		attrs->by_type[IFA_LABEL], addr->label, sizeof(addr->label));
	return take_ips(attrs, addr);
}

/* --- RTM_GETADDR of one (IPv6 has it), RTM_DELADDR ------------------------ */

struct addr_search {
	const struct netlink_addr *like;
	const struct netlink_attrs *given; /* these must be alike */
	struct netlink_addr *found;
};

static const union netlink_ip *peer_of(const struct netlink_addr *addr)
{
	return netlink_ip_none(&addr->peer) ? &addr->local : &addr->peer;
}

/* inet_rtm_deladdr(), inet6_addr_del() */
static int match(void *ctx, const struct netlink_addr *addr)
{
	const struct addr_search *search = ctx;
	const struct nlattr *const *given = search->given->by_type;
	const struct netlink_addr *like = search->like;

	if (addr->family != like->family ||
		(like->index && addr->index != like->index))
		return 0;
	if ((given[IFA_LOCAL] || like->family == AF_INET6) &&
		!netlink_ip_equal(&addr->local, &like->local))
		return 0;
	if (given[IFA_LABEL] && strcmp(addr->label, like->label) != 0)
		return 0;
	if (given[IFA_ADDRESS] && addr->prefixlen != like->prefixlen)
		return 0;
	if (given[IFA_ADDRESS] && like->family == AF_INET &&
		!netlink_ip_match(
			peer_of(addr), peer_of(like), addr->prefixlen))
		return 0;
	*search->found = *addr;
	return 1;
}

static int find(
	struct netlink_request *request, const struct addr_search *search)
{
	int found = netlink_addr_each(request->server, match, (void *)search);

	return found > 0 ? 0 : found < 0 ? found : -EADDRNOTAVAIL;
}

int netlink_getaddr(struct netlink_request *request)
{
	struct netlink_addr like = { 0 }, found;
	struct netlink_attrs attrs;
	const struct addr_search search = { &like, &attrs, &found };
	int err = take_addr(request, &attrs, &like);

	if (err)
		return err;
	if (like.family != AF_INET6)
		return -EOPNOTSUPP;
	if (netlink_ip_none(&like.local))
		return -EINVAL;
	attrs.by_type[IFA_ADDRESS] = NULL; /* any prefix length */
	return find(request, &search)
		       ?: netlink_reply_addr(
				  request->reply, RTM_NEWADDR, &found);
}

int netlink_deladdr(struct netlink_request *request)
{
	const struct netlink_server *server = request->server;
	struct netlink_addr like = { 0 }, found;
	struct netlink_attrs attrs;
	struct netlink_link link;
	const struct addr_search search = { &like, &attrs, &found };
	int err = take_addr(request, &attrs, &like);

	if (err)
		return err;
	if (like.family == AF_INET6 && netlink_ip_none(&like.local))
		return -EINVAL;
	if (netlink_find_link(request->server, like.index, NULL, &link))
		return netlink_refuse(request, -ENODEV,
			like.family == AF_INET
				? "ipv4: Device not found"
				: "ipv6: Unable to find the interface");
	err = find(request, &search);
	if (err == -EADDRNOTAVAIL)
		return netlink_refuse(request, err,
			like.family == AF_INET ? "ipv4: Address not found"
					       : "ipv6: address not found");
	if (err || !server->ops->addr_del)
		return err ?: -EOPNOTSUPP;
	return server->ops->addr_del(server->stack, &found, &request->why);
}

/* --- RTM_NEWADDR ---------------------------------------------------------- */

static int check_new(struct netlink_request *request,
	const struct netlink_attrs *attrs, const struct netlink_addr *addr)
{
	bool ipv4 = addr->family == AF_INET;

	if (addr->prefixlen > netlink_ip_size(addr->family) * 8)
		return netlink_refuse(request, -EINVAL,
			ipv4 ? "ipv4: Invalid prefix length"
			     : "ipv6: Invalid prefix length");
	if (ipv4 && !attrs->by_type[IFA_LOCAL])
		return netlink_refuse(request, -EINVAL,
			"ipv4: Local address is not supplied");
	if (!ipv4 && netlink_ip_none(&addr->local))
		return -EINVAL;
	return 0;
}

/* What Linux fills in. */
static void complete(struct netlink_addr *addr, const struct netlink_link *link)
{
	if (addr->family == AF_INET && !*addr->label)
		memcpy(addr->label, link->name, sizeof(addr->label));
	if (addr->family == AF_INET6) {
		addr->scope =
			IN6_IS_ADDR_LINKLOCAL(&addr->local.v6)	? RT_SCOPE_LINK
			: IN6_IS_ADDR_LOOPBACK(&addr->local.v6) ? RT_SCOPE_HOST
			: IN6_IS_ADDR_SITELOCAL(&addr->local.v6)
				? RT_SCOPE_SITE
				: RT_SCOPE_UNIVERSE;
		memset(&addr->broadcast, 0, sizeof(addr->broadcast));
		*addr->label = '\0';
	}
}

#define HOW (NLM_F_CREATE | NLM_F_EXCL | NLM_F_REPLACE | NLM_F_APPEND)

int netlink_newaddr(struct netlink_request *request)
{
	const struct netlink_server *server = request->server;
	struct netlink_attrs attrs;
	struct netlink_link link;
	struct netlink_addr addr = { 0 };
	int err = take_addr(request, &attrs, &addr)
			  ?: check_new(request, &attrs, &addr);

	if (err)
		return err;
	if (netlink_find_link(request->server, addr.index, NULL, &link))
		return netlink_refuse(request, -ENODEV,
			addr.family == AF_INET
				? "ipv4: Device not found"
				: "ipv6: Unable to find the interface");
	err = take_lifetime(attrs.by_type[IFA_CACHEINFO], &addr);
	if (err)
		return err;
	if (!server->ops->addr_add)
		return -EOPNOTSUPP;
	complete(&addr, &link);
	return server->ops->addr_add(server->stack, &addr,
		request->header->nlmsg_flags & HOW, &request->why);
}
