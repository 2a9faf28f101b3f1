/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interfaces, addresses and routes of a stack.
 *
 * Each function composes one request and asks; the public ones at the end
 * only turn the result into -1 and errno.
 */
#include "ioth.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "ioth/linkservice.h"
#include "netlink.h"

#define MAC_SIZE 6

static int result(int value)
{
	if (value >= 0)
		return value;
	errno = -value;
	return -1;
}

static int ask(struct ioth *stack, struct request *request)
{
	return netlink_ask(stack, request, NULL, NULL);
}

/* --- links ---------------------------------------------------------------- */

/* @ifindex 0 or -1: the attributes tell which. */
static struct ifinfomsg *link_request(struct request *request, uint16_t type,
	uint16_t flags, unsigned ifindex)
{
	struct ifinfomsg *link =
		request_init(request, type, flags, sizeof(*link));

	link->ifi_family = AF_UNSPEC;
	link->ifi_index = (int)ifindex > 0 ? (int)ifindex : 0;
	return link;
}

static int put_ifname(struct request *request, const char *ifname)
{
	if (!ifname)
		return 0;
	if (strlen(ifname) >= IFNAMSIZ)
		return -EINVAL;
	return request_put_string(request, IFLA_IFNAME, ifname);
}

static int take_index(const struct nlmsghdr *header, void *data)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(header);

	if (mnl_nlmsg_get_payload_len(header) >= sizeof(*link))
		*(int *)data = link->ifi_index;
	return MNL_CB_STOP;
}

static int nametoindex(struct ioth *stack, const char *ifname)
{
	struct request request;
	int ifindex = -ENODEV;
	int err;

	if (!ifname)
		return -EINVAL;
	link_request(&request, RTM_GETLINK, 0, 0);
	err = put_ifname(&request, ifname);
	if (!err)
		err = netlink_ask(stack, &request, take_index, &ifindex);
	return err ? err : ifindex;
}

static int setupdown(struct ioth *stack, unsigned ifindex, int updown)
{
	struct request request;
	struct ifinfomsg *link =
		link_request(&request, RTM_NEWLINK, NLM_F_ACK, ifindex);

	link->ifi_flags = updown ? IFF_UP : 0;
	link->ifi_change = IFF_UP;
	return ask(stack, &request);
}

/* Changes one attribute of a link. */
static int set_attribute(struct ioth *stack, unsigned ifindex, uint16_t type,
	const void *data, size_t size)
{
	struct request request;
	int err;

	link_request(&request, RTM_NEWLINK, NLM_F_ACK, ifindex);
	err = request_put(&request, type, data, size);
	return err ? err : ask(stack, &request);
}

static int take_mac(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, header, sizeof(struct ifinfomsg))
	{
		if (mnl_attr_get_type(attr) != IFLA_ADDRESS ||
			mnl_attr_get_payload_len(attr) != MAC_SIZE)
			continue;
		memcpy(data, mnl_attr_get_payload(attr), MAC_SIZE);
		return MNL_CB_STOP;
	}
	errno = ENODATA;
	return MNL_CB_ERROR;
}

static int getmac(struct ioth *stack, unsigned ifindex, void *mac)
{
	struct request request;

	link_request(&request, RTM_GETLINK, 0, ifindex);
	return netlink_ask(stack, &request, take_mac, mac);
}

static int put_linkinfo(
	struct request *request, const char *type, const char *data)
{
	struct nlmsghdr *header = &request->header;
	struct nlattr *info = mnl_attr_nest_start(header, IFLA_LINKINFO);
	struct nlattr *nest;
	int err = request_put_string(request, IFLA_INFO_KIND, type);

	if (!err && data) {
		nest = mnl_attr_nest_start_check(
			header, sizeof(request->bytes), IFLA_INFO_DATA);
		if (!nest)
			return -EMSGSIZE;
		err = request_put_string(request, IOTH_LINKDATA_VNL, data);
		mnl_attr_nest_end(header, nest);
	}
	mnl_attr_nest_end(header, info);
	return err;
}

static int addlink(struct ioth *stack, const char *ifname, unsigned ifindex,
	const char *type, const char *data)
{
	struct request request;
	int err;

	if (!type)
		return -EINVAL;
	link_request(&request, RTM_NEWLINK,
		NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ifindex);
	err = put_ifname(&request, ifname);
	if (!err)
		err = put_linkinfo(&request, type, data);
	if (!err)
		err = ask(stack, &request);
	return err == -EOPNOTSUPP ? netlink_ask_linkservice(stack, &request)
				  : err;
}

static int dellink(struct ioth *stack, const char *ifname, unsigned ifindex)
{
	struct request request;
	int err;

	link_request(&request, RTM_DELLINK, NLM_F_ACK, ifname ? 0 : ifindex);
	err = put_ifname(&request, ifname);
	return err ? err : ask(stack, &request);
}

/* --- addresses and routes ------------------------------------------------- */

/* The size of an address in bytes. 0: no such family. */
static size_t address_size(int family)
{
	switch (family) {
	case AF_INET:
		return sizeof(struct in_addr);
	case AF_INET6:
		return sizeof(struct in6_addr);
	default:
		return 0;
	}
}

static int check_prefix(int family, int prefixlen)
{
	size_t size = address_size(family);

	return size == 0		     ? -EAFNOSUPPORT
	       : prefixlen < 0		     ? -EINVAL
	       : prefixlen > (int)(size * 8) ? -EINVAL
					     : 0;
}

static int put_broadcast(
	struct request *request, const void *addr, int prefixlen)
{
	in_addr_t broadcast;

	if (prefixlen > 30) /* RFC 3021: a link of two has none */
		return 0;
	memcpy(&broadcast, addr, sizeof(broadcast));
	broadcast |= htonl(UINT32_MAX >> prefixlen);
	return request_put(
		request, IFA_BROADCAST, &broadcast, sizeof(broadcast));
}

/* What adding and deleting have in common. */
static int ipaddr(struct ioth *stack, struct request *request, int family,
	const void *addr, int prefixlen, int ifindex)
{
	struct ifaddrmsg *msg = mnl_nlmsg_get_payload(&request->header);
	size_t size = address_size(family);
	int err = addr ? check_prefix(family, prefixlen) : -EINVAL;

	if (err)
		return err;
	msg->ifa_family = (unsigned char)family;
	msg->ifa_prefixlen = (unsigned char)prefixlen;
	msg->ifa_index = (unsigned)ifindex;
	err = request_put(request, IFA_LOCAL, addr, size);
	if (!err)
		err = request_put(request, IFA_ADDRESS, addr, size);
	if (!err && family == AF_INET)
		err = put_broadcast(request, addr, prefixlen);
	return err ? err : ask(stack, request);
}

struct route {
	int family;
	const void *dst; /* NULL: any */
	int dst_prefixlen;
	const void *gw; /* NULL: none */
	int ifindex;	/* 0: not given */
};

static int route(
	struct ioth *stack, struct request *request, const struct route *route)
{
	struct rtmsg *msg = mnl_nlmsg_get_payload(&request->header);
	size_t size = address_size(route->family);
	int err = check_prefix(route->family, route->dst_prefixlen);

	if (err)
		return err;
	msg->rtm_family = (unsigned char)route->family;
	msg->rtm_dst_len = route->dst ? (unsigned char)route->dst_prefixlen : 0;
	msg->rtm_table = RT_TABLE_MAIN;
	if (route->dst)
		err = request_put(request, RTA_DST, route->dst, size);
	if (!err && route->gw)
		err = request_put(request, RTA_GATEWAY, route->gw, size);
	if (!err && route->ifindex > 0)
		err = request_put(request, RTA_OIF, &route->ifindex,
			sizeof(route->ifindex));
	return err ? err : ask(stack, request);
}

static int addroute(struct ioth *stack, const struct route *new)
{
	struct request request;
	struct rtmsg *msg = request_init(&request, RTM_NEWROUTE,
		NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(*msg));

	msg->rtm_protocol = RTPROT_BOOT;
	msg->rtm_type = RTN_UNICAST;
	msg->rtm_scope = new->gw ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	return route(stack, &request, new);
}

static int delroute(struct ioth *stack, const struct route *old)
{
	struct request request;
	struct rtmsg *msg =
		request_init(&request, RTM_DELROUTE, NLM_F_ACK, sizeof(*msg));

	msg->rtm_scope = RT_SCOPE_NOWHERE; /* whichever */
	return route(stack, &request, old);
}

/* --- public --------------------------------------------------------------- */

int ioth_if_nametoindex(struct ioth *stack, const char *ifname)
{
	return result(nametoindex(stack, ifname));
}

int ioth_linksetupdown(struct ioth *stack, unsigned ifindex, int updown)
{
	return result(setupdown(stack, ifindex, updown));
}

int ioth_ipaddr_add(
	struct ioth *stack, int family, void *addr, int prefixlen, int ifindex)
{
	struct request request;

	request_init(&request, RTM_NEWADDR,
		NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
		sizeof(struct ifaddrmsg));
	return result(
		ipaddr(stack, &request, family, addr, prefixlen, ifindex));
}

int ioth_ipaddr_del(
	struct ioth *stack, int family, void *addr, int prefixlen, int ifindex)
{
	struct request request;

	request_init(
		&request, RTM_DELADDR, NLM_F_ACK, sizeof(struct ifaddrmsg));
	return result(
		ipaddr(stack, &request, family, addr, prefixlen, ifindex));
}

int ioth_iproute_add(struct ioth *stack, int family, void *dst,
	int dst_prefixlen, void *gw, int ifindex)
{
	const struct route new = { family, dst, dst_prefixlen, gw, ifindex };

	return result(addroute(stack, &new));
}

int ioth_iproute_del(struct ioth *stack, int family, void *dst,
	int dst_prefixlen, void *gw, int ifindex)
{
	const struct route old = { family, dst, dst_prefixlen, gw, ifindex };

	return result(delroute(stack, &old));
}

int ioth_iplink_add(struct ioth *stack, const char *ifname, unsigned ifindex,
	const char *type, const char *data)
{
	return result(addlink(stack, ifname, ifindex, type, data));
}

int ioth_iplink_del(struct ioth *stack, const char *ifname, unsigned ifindex)
{
	return result(dellink(stack, ifname, ifindex));
}

int ioth_linksetaddr(struct ioth *stack, unsigned ifindex, void *mac)
{
	return result(
		set_attribute(stack, ifindex, IFLA_ADDRESS, mac, MAC_SIZE));
}

int ioth_linkgetaddr(struct ioth *stack, unsigned ifindex, void *mac)
{
	return result(getmac(stack, ifindex, mac));
}

int ioth_linksetmtu(struct ioth *stack, unsigned ifindex, unsigned mtu)
{
	return result(
		set_attribute(stack, ifindex, IFLA_MTU, &mtu, sizeof(mtu)));
}
