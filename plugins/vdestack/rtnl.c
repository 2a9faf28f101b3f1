/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "rtnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#define MAC_LEN 6

/* A bit for each of 01:80:c2:00:00:00 to 0f; the kernel refuses that of 01. */
#define ALL_GROUPS_BUT_PAUSE 0xfffd

union rtnl_buf {
	struct nlmsghdr nlh; /* aligns */
	char bytes[8192];
};

static struct ifinfomsg *start(union rtnl_buf *buf, int type, int flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf->bytes);

	nlh->nlmsg_type = (uint16_t)type;
	nlh->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	return mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
}

/* Sends the message in @buf and reads the answer over it. */
static int talk(int fd, union rtnl_buf *buf)
{
	ssize_t len = send(fd, buf->bytes, buf->nlh.nlmsg_len, 0);

	if (len < 0)
		return -errno;
	do
		len = recv(fd, buf->bytes, sizeof(buf->bytes), 0);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return -errno;
	if (!mnl_nlmsg_ok(&buf->nlh, (int)len))
		return -EPROTO;
	if (buf->nlh.nlmsg_type != NLMSG_ERROR)
		return 0;
	return ((struct nlmsgerr *)mnl_nlmsg_get_payload(&buf->nlh))->error;
}

int rtnl_set_mac(int fd, int ifindex, const uint8_t *mac)
{
	union rtnl_buf buf;
	struct ifinfomsg *ifi = start(&buf, RTM_NEWLINK, NLM_F_ACK);

	ifi->ifi_index = ifindex;
	mnl_attr_put(&buf.nlh, IFLA_ADDRESS, MAC_LEN, mac);
	return talk(fd, &buf);
}

int rtnl_set_up(int fd, int ifindex, bool up)
{
	union rtnl_buf buf;
	struct ifinfomsg *ifi = start(&buf, RTM_NEWLINK, NLM_F_ACK);

	ifi->ifi_index = ifindex;
	ifi->ifi_change = IFF_UP;
	ifi->ifi_flags = up ? IFF_UP : 0;
	return talk(fd, &buf);
}

static int set_number(int fd, int ifindex, uint16_t attribute, uint32_t value)
{
	union rtnl_buf buf;
	struct ifinfomsg *ifi = start(&buf, RTM_NEWLINK, NLM_F_ACK);

	ifi->ifi_index = ifindex;
	mnl_attr_put_u32(&buf.nlh, attribute, value);
	return talk(fd, &buf);
}

int rtnl_set_mtu(int fd, int ifindex, uint32_t mtu)
{
	return set_number(fd, ifindex, IFLA_MTU, mtu);
}

int rtnl_move(int fd, int ifindex, int net_fd)
{
	return set_number(fd, ifindex, IFLA_NET_NS_FD, (uint32_t)net_fd);
}

int rtnl_set_master(int fd, int ifindex, int master)
{
	return set_number(fd, ifindex, IFLA_MASTER, (uint32_t)master);
}

int rtnl_forward_local_groups(int fd, int ifindex)
{
	union rtnl_buf buf;
	struct ifinfomsg *ifi = start(&buf, RTM_NEWLINK, NLM_F_ACK);
	struct nlattr *info, *data;

	ifi->ifi_index = ifindex;
	info = mnl_attr_nest_start(&buf.nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(&buf.nlh, IFLA_INFO_SLAVE_KIND, "bridge");
	data = mnl_attr_nest_start(&buf.nlh, IFLA_INFO_SLAVE_DATA);
	mnl_attr_put_u16(
		&buf.nlh, IFLA_BRPORT_GROUP_FWD_MASK, ALL_GROUPS_BUT_PAUSE);
	mnl_attr_nest_end(&buf.nlh, data);
	mnl_attr_nest_end(&buf.nlh, info);
	return talk(fd, &buf);
}

int rtnl_exists(int fd, int ifindex)
{
	union rtnl_buf buf;
	struct ifinfomsg *ifi = start(&buf, RTM_NEWLINK, NLM_F_ACK);

	ifi->ifi_index = ifindex; /* changes nothing */
	return talk(fd, &buf);
}

int rtnl_del(int fd, int ifindex)
{
	union rtnl_buf buf;
	struct ifinfomsg *ifi = start(&buf, RTM_DELLINK, NLM_F_ACK);

	ifi->ifi_index = ifindex;
	return talk(fd, &buf);
}

/* Offsets of what the filter looks at, which loads it in network byte order. */
#define TYPE_AT	 offsetof(struct nlmsghdr, nlmsg_type)
#define INDEX_AT (NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_index))

int rtnl_watch(int fd, int ifindex)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, TYPE_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELLINK), 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, INDEX_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl((uint32_t)ifindex), 0,
			1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog filter = { .len = sizeof(code) / sizeof(*code),
		.filter = code };
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
		    sizeof(filter)) < 0 ||
		bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -errno;
	return 0;
}

void rtnl_watch_clear(int fd)
{
	char junk;

	while (recv(fd, &junk, 1, MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
		;
}

/* The peer is described by a link message of its own, inside the data. */
static void put_peer(struct nlmsghdr *nlh, const struct rtnl_veth *veth)
{
	struct nlattr *peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);

	/* IFF_UP here would be refused: the pair is not joined yet */
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, veth->peer_name);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)veth->peer_net_fd);
	mnl_attr_put_u32(nlh, IFLA_MTU, veth->peer_mtu);
	mnl_attr_nest_end(nlh, peer);
}

int rtnl_add_veth(int fd, const struct rtnl_veth *veth)
{
	union rtnl_buf buf;
	struct ifinfomsg *ifi =
		start(&buf, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info, *data;

	ifi->ifi_index = veth->ifindex;
	mnl_attr_put_strz(&buf.nlh, IFLA_IFNAME, veth->name);
	mnl_attr_put(&buf.nlh, IFLA_ADDRESS, MAC_LEN, veth->mac);
	mnl_attr_put_u32(&buf.nlh, IFLA_NET_NS_FD, (uint32_t)veth->net_fd);
	info = mnl_attr_nest_start(&buf.nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(&buf.nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(&buf.nlh, IFLA_INFO_DATA);
	put_peer(&buf.nlh, veth);
	mnl_attr_nest_end(&buf.nlh, data);
	mnl_attr_nest_end(&buf.nlh, info);
	return talk(fd, &buf);
}

int rtnl_add_bridge(int fd, const char *name)
{
	union rtnl_buf buf;
	struct nlattr *info, *data;

	start(&buf, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_strz(&buf.nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(&buf.nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(&buf.nlh, IFLA_INFO_KIND, "bridge");
	data = mnl_attr_nest_start(&buf.nlh, IFLA_INFO_DATA);
	mnl_attr_put_u8(&buf.nlh, IFLA_BR_MCAST_SNOOPING, 0);
	mnl_attr_nest_end(&buf.nlh, data);
	mnl_attr_nest_end(&buf.nlh, info);
	return talk(fd, &buf);
}

int rtnl_get(int fd, const char *name, int *ifindex, int *link)
{
	union rtnl_buf buf;
	const struct nlattr *attr;
	int err;

	start(&buf, RTM_GETLINK, 0);
	mnl_attr_put_strz(&buf.nlh, IFLA_IFNAME, name);
	err = talk(fd, &buf);
	if (err < 0)
		return err;
	*ifindex = ((struct ifinfomsg *)mnl_nlmsg_get_payload(&buf.nlh))
			   ->ifi_index;
	*link = 0;
	mnl_attr_for_each(attr, &buf.nlh, sizeof(struct ifinfomsg))
	{
		if (mnl_attr_get_type(attr) == IFLA_LINK)
			*link = (int)mnl_attr_get_u32(attr);
	}
	return 0;
}
