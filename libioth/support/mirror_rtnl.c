/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mirror_rtnl.c - the few requests to rtnetlink that a mirror makes */
#include "mirror_impl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

union request {
	struct nlmsghdr nlh; /* aligns */
	char bytes[4096];
};

static void *start(
	union request *request, uint16_t type, uint16_t flags, size_t size)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request->bytes);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	return mnl_nlmsg_put_extra_header(nlh, size);
}

static struct ifinfomsg *start_link(
	union request *request, uint16_t type, uint16_t flags, unsigned index)
{
	struct ifinfomsg *ifi = start(request, type, flags, sizeof(*ifi));

	ifi->ifi_index = (int)index;
	return ifi;
}

/* Sends it and reads the answer over it. */
static int talk(int fd, union request *request)
{
	ssize_t n = send(fd, request->bytes, request->nlh.nlmsg_len, 0);

	if (n < 0)
		return -errno;
	do
		n = recv(fd, request->bytes, sizeof(request->bytes), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (!mnl_nlmsg_ok(&request->nlh, (int)n) ||
		request->nlh.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return ((struct nlmsgerr *)mnl_nlmsg_get_payload(&request->nlh))->error;
}

/* A link message of its own, inside the data of the pair. */
static void put_far_end(
	struct nlmsghdr *nlh, const struct netlink_link *link, int far_net_fd)
{
	struct nlattr *peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "far%u", link->index);
	ifi->ifi_index = (int)link->index;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)far_net_fd);
	mnl_attr_put_u32(nlh, IFLA_MTU, WIRE_FRAME_MAX);
	mnl_attr_nest_end(nlh, peer);
}

int mirror_rtnl_add(int fd, const struct netlink_link *link, int far_net_fd)
{
	union request request;
	struct nlattr *info, *data;

	start_link(
		&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, link->index);
	mnl_attr_put_strz(&request.nlh, IFLA_IFNAME, link->name);
	mnl_attr_put(
		&request.nlh, IFLA_ADDRESS, link->hwaddr_size, link->hwaddr);
	mnl_attr_put_u32(&request.nlh, IFLA_MTU, link->mtu);
	info = mnl_attr_nest_start(&request.nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(&request.nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(&request.nlh, IFLA_INFO_DATA);
	put_far_end(&request.nlh, link, far_net_fd);
	mnl_attr_nest_end(&request.nlh, data);
	mnl_attr_nest_end(&request.nlh, info);
	return talk(fd, &request);
}

/* A name that stays is left out: interfaces that are up would refuse it. */
int mirror_rtnl_change(
	int fd, const struct netlink_link *link, const struct netlink_link *old)
{
	union request request;
	struct ifinfomsg *ifi =
		start_link(&request, RTM_NEWLINK, 0, link->index);

	ifi->ifi_change = IFF_UP;
	ifi->ifi_flags = link->flags & IFF_UP;
	if (strcmp(link->name, old->name) != 0)
		mnl_attr_put_strz(&request.nlh, IFLA_IFNAME, link->name);
	if (memcmp(link->hwaddr, old->hwaddr, sizeof(link->hwaddr)) != 0)
		mnl_attr_put(&request.nlh, IFLA_ADDRESS, link->hwaddr_size,
			link->hwaddr);
	if (link->mtu != old->mtu)
		mnl_attr_put_u32(&request.nlh, IFLA_MTU, link->mtu);
	return talk(fd, &request);
}

int mirror_rtnl_set_up(int fd, unsigned index, bool up)
{
	union request request;
	struct ifinfomsg *ifi = start_link(&request, RTM_NEWLINK, 0, index);

	ifi->ifi_change = IFF_UP;
	ifi->ifi_flags = up ? IFF_UP : 0;
	return talk(fd, &request);
}

int mirror_rtnl_del(int fd, unsigned index)
{
	union request request;

	start_link(&request, RTM_DELLINK, 0, index);
	return talk(fd, &request);
}

int mirror_rtnl_strip_loopback(int fd, unsigned index)
{
	union request request;
	struct ifaddrmsg *ifa = start(&request, RTM_DELADDR, 0, sizeof(*ifa));

	ifa->ifa_family = AF_INET;
	ifa->ifa_prefixlen = 8;
	ifa->ifa_index = index;
	mnl_attr_put_u32(&request.nlh, IFA_LOCAL, htonl(INADDR_LOOPBACK));
	return talk(fd, &request);
}
