/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changing interfaces: RTM_NEWLINK, RTM_SETLINK, RTM_DELLINK. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "ioth/linkservice.h"
#include "netlink_request.h"

/* The largest locator; it comes back in a message with the rest of the link. */
#define VNL_SIZE 4096

static const struct netlink_attr_rule rules[] = {
	[IFLA_IFNAME] = { NETLINK_ATTR_TEXT, IFNAMSIZ },
	[IFLA_ADDRESS] = { NETLINK_ATTR_MAX, 32 },
	[IFLA_BROADCAST] = { NETLINK_ATTR_MAX, 32 },
	[IFLA_MTU] = NETLINK_ATTR_U32,
	[IFLA_TXQLEN] = NETLINK_ATTR_U32,
	[IFLA_LINKINFO] = { NETLINK_ATTR_NEST, 0 },
	/* better refused than not done */
	[IFLA_LINK] = { NETLINK_ATTR_REFUSED, 0 },
	[IFLA_MASTER] = { NETLINK_ATTR_REFUSED, 0 },
	[IFLA_MAP] = { NETLINK_ATTR_REFUSED, 0 },
	[IFLA_IFALIAS] = { NETLINK_ATTR_REFUSED, 0 },
	[IFLA_NET_NS_PID] = { NETLINK_ATTR_REFUSED, 0 },
	[IFLA_NET_NS_FD] = { NETLINK_ATTR_REFUSED, 0 },
	[IFLA_VF_PORTS] = { NETLINK_ATTR_REFUSED, 0 },
	[IFLA_VFINFO_LIST] = { NETLINK_ATTR_REFUSED, 0 },
	[IFLA_AF_SPEC] = { NETLINK_ATTR_REFUSED, 0 },
	[IFLA_CARRIER] = { NETLINK_ATTR_REFUSED, 0 },
	[IFLA_XDP] = { NETLINK_ATTR_REFUSED, 0 },
	[IFLA_PROTO_DOWN] = { NETLINK_ATTR_REFUSED, 0 },
};

static const struct netlink_attr_rule linkinfo_rules[] = {
	[IFLA_INFO_KIND] = { NETLINK_ATTR_TEXT, NETLINK_KIND_SIZE },
	[IFLA_INFO_DATA] = { NETLINK_ATTR_NEST, 0 },
	[IFLA_INFO_SLAVE_KIND] = { NETLINK_ATTR_REFUSED, 0 },
};

static const struct netlink_attr_rule data_rules[] = {
	[IOTH_LINKDATA_VNL] = { NETLINK_ATTR_TEXT, VNL_SIZE },
};

static const struct netlink_policy policy = NETLINK_POLICY(rules, NULL);
static const struct netlink_policy linkinfo_policy =
	NETLINK_POLICY(linkinfo_rules, NULL);
static const struct netlink_policy data_policy =
	NETLINK_POLICY(data_rules, NULL);

/* What a request wants, in full. */
struct wish {
	struct ifinfomsg info;
	struct netlink_attrs attrs;
	char name[IFNAMSIZ];
	char vnl[VNL_SIZE];
	struct netlink_link_new link;
};

/* --- what is wanted ------------------------------------------------------- */

static int take_data(struct netlink_request *request, struct wish *wish,
	const struct nlattr *data)
{
	struct netlink_attrs attrs;
	int err;

	if (!data)
		return 0;
	err = netlink_parse_nest(request, data, &data_policy, &attrs);
	if (err || !attrs.by_type[IOTH_LINKDATA_VNL])
		return err;
	netlink_attr_text(
		attrs.by_type[IOTH_LINKDATA_VNL], wish->vnl, sizeof(wish->vnl));
	wish->link.vnl = wish->vnl;
	return 0;
}

static int take_linkinfo(struct netlink_request *request, struct wish *wish)
{
	const struct nlattr *linkinfo = wish->attrs.by_type[IFLA_LINKINFO];
	struct netlink_attrs attrs;
	int err;

	if (!linkinfo)
		return 0;
	err = netlink_parse_nest(request, linkinfo, &linkinfo_policy, &attrs);
	if (err)
		return err;
	netlink_attr_text(attrs.by_type[IFLA_INFO_KIND], wish->link.kind,
		sizeof(wish->link.kind));
	return take_data(request, wish, attrs.by_type[IFLA_INFO_DATA]);
}

static int take_hwaddr(const struct nlattr *attr, uint8_t *hwaddr,
	struct netlink_link_change *set, unsigned field)
{
	size_t size;

	if (!attr)
		return 0;
	size = mnl_attr_get_payload_len(attr);
	if (size == 0 || size > NETLINK_HWADDR_MAX)
		return -EINVAL;
	memcpy(hwaddr, mnl_attr_get_payload(attr), size);
	set->hwaddr_size = (uint8_t)size;
	set->fields |= field;
	return 0;
}

static int take_hwaddrs(struct wish *wish)
{
	struct netlink_link_change *set = &wish->link.set;
	const struct nlattr *own = wish->attrs.by_type[IFLA_ADDRESS];
	const struct nlattr *broadcast = wish->attrs.by_type[IFLA_BROADCAST];

	if (own && broadcast && own->nla_len != broadcast->nla_len)
		return -EINVAL;
	return take_hwaddr(own, set->hwaddr, set, NETLINK_LINK_HWADDR)
		       ?: take_hwaddr(broadcast, set->hwbroadcast, set,
				  NETLINK_LINK_HWBROADCAST);
}

static void take_number(struct netlink_link_change *set, unsigned field,
	const struct nlattr *attr, uint32_t *number)
{
	if (!attr)
		return;
	*number = netlink_attr_u32(attr);
	set->fields |= field;
}

static void take_flags(
	struct netlink_link_change *set, const struct ifinfomsg *info)
{
	if (!info->ifi_flags && !info->ifi_change)
		return;
	set->flags = info->ifi_flags;
	set->flags_mask = info->ifi_change ?: UINT32_MAX;
	set->fields |= NETLINK_LINK_FLAGS;
}

static int take_name(struct wish *wish)
{
	const struct nlattr *name = wish->attrs.by_type[IFLA_IFNAME];

	netlink_attr_text(name, wish->name, sizeof(wish->name));
	if (!*wish->name)
		return 0;
	if (!netlink_name_valid(wish->name))
		return -EINVAL;
	memcpy(wish->link.set.name, wish->name, sizeof(wish->name));
	wish->link.set.fields |= NETLINK_LINK_NAME;
	return 0;
}

static int take_wish(struct netlink_request *request, struct wish *wish)
{
	struct netlink_link_change *set = &wish->link.set;
	const struct nlattr *const *attrs = wish->attrs.by_type;
	int err;

	memset(wish, 0, sizeof(*wish));
	err = netlink_parse_request(request, &wish->info, sizeof(wish->info),
		&policy, false, &wish->attrs);
	if (err)
		return err;
	if (mnl_nlmsg_get_payload_len(request->header) < sizeof(wish->info))
		return netlink_refuse(
			request, -EINVAL, "Invalid header length");
	if (wish->info.ifi_index < 0)
		return netlink_refuse(
			request, -EINVAL, "ifindex can't be negative");
	take_number(set, NETLINK_LINK_MTU, attrs[IFLA_MTU], &set->mtu);
	take_number(set, NETLINK_LINK_TXQLEN, attrs[IFLA_TXQLEN], &set->txqlen);
	take_flags(set, &wish->info);
	wish->link.index = (unsigned)wish->info.ifi_index;
	return take_name(wish)
		       ?: take_hwaddrs(wish) ?: take_linkinfo(request, wish);
}

/* --- doing it ------------------------------------------------------------- */

static int set_link(struct netlink_request *request, const struct wish *wish,
	const struct netlink_link *link)
{
	const struct netlink_server *server = request->server;
	struct netlink_link_change set = wish->link.set;

	/* a name without an index has only said which one */
	if (wish->link.index == 0 || strcmp(set.name, link->name) == 0)
		set.fields &= ~NETLINK_LINK_NAME;
	if (set.fields & (NETLINK_LINK_HWADDR | NETLINK_LINK_HWBROADCAST) &&
		set.hwaddr_size != link->hwaddr_size)
		return -EINVAL;
	if (set.fields == 0)
		return 0;
	if (!server->ops->link_set)
		return -EOPNOTSUPP;
	return server->ops->link_set(
		server->stack, link->index, &set, &request->why);
}

static int change_link(struct netlink_request *request, const struct wish *wish,
	const struct netlink_link *link)
{
	if (request->header->nlmsg_flags & NLM_F_EXCL)
		return -EEXIST;
	if (request->header->nlmsg_flags & NLM_F_REPLACE)
		return -EOPNOTSUPP;
	if (wish->link.vnl ||
		(*wish->link.kind && strcmp(wish->link.kind, link->kind) != 0))
		return -EOPNOTSUPP;
	return set_link(request, wish, link);
}

static int make_link(struct netlink_request *request, const struct wish *wish)
{
	const struct netlink_server *server = request->server;

	if (!(request->header->nlmsg_flags & NLM_F_CREATE))
		return -ENODEV;
	if (!*wish->link.kind || !server->ops->link_add)
		return netlink_refuse(
			request, -EOPNOTSUPP, "Unknown device type");
	return server->ops->link_add(server->stack, &wish->link, &request->why);
}

int netlink_newlink(struct netlink_request *request)
{
	struct netlink_link link;
	struct wish wish;
	int err = take_wish(request, &wish);

	if (err)
		return err;
	err = netlink_find_link(
		request->server, wish.link.index, wish.name, &link);
	if (err == -ENODEV)
		return make_link(request, &wish);
	return err ?: change_link(request, &wish, &link);
}

int netlink_setlink(struct netlink_request *request)
{
	struct netlink_link link;
	struct wish wish;
	int err = take_wish(request, &wish);

	if (err)
		return err;
	if (wish.link.index == 0 && !*wish.name)
		return -EINVAL;
	return netlink_find_link(
		       request->server, wish.link.index, wish.name, &link)
		       ?: set_link(request, &wish, &link);
}

int netlink_dellink(struct netlink_request *request)
{
	const struct netlink_server *server = request->server;
	struct netlink_link link;
	struct wish wish;
	int err = take_wish(request, &wish);

	if (err)
		return err;
	if (wish.link.index == 0 && !wish.attrs.by_type[IFLA_IFNAME])
		return -EINVAL;
	err = netlink_find_link(
		request->server, wish.link.index, wish.name, &link);
	if (err)
		return err;
	if (!server->ops->link_del)
		return -EOPNOTSUPP;
	return server->ops->link_del(server->stack, link.index, &request->why);
}
