/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink.c - netlink sockets, and the calls that configure a stack
 */
#include "conform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

static int route_socket(void)
{
	int fd = on.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	if (fd < 0)
		give_up("socket");
	return fd;
}

static void names(int family)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(a);
	int fd = route_socket();

	(void)family;
	line("fresh");
	still(fd);
	did("getsockname", on.getsockname(fd, (void *)&a, &len));
	note("length %u; family %d; pid %s", len, a.nl_family,
		a.nl_pid ? "set" : "0");
	line("bind");
	memset(&a, 0, sizeof(a));
	a.nl_family = AF_NETLINK;
	did("bind", on.bind(fd, (void *)&a, sizeof(a)));
	len = sizeof(a);
	did("getsockname", on.getsockname(fd, (void *)&a, &len));
	note("pid %s", a.nl_pid ? "set" : "0");
	line("nothing to receive");
	did("recv", on.recv(fd, &a, 1, MSG_DONTWAIT));
}

struct request {
	struct nlmsghdr header;
	struct ifinfomsg info;
};

static void ask(int fd, unsigned short type, unsigned short flags, int index)
{
	struct request r = { .header = { .nlmsg_len = sizeof(r),
				     .nlmsg_type = type,
				     .nlmsg_flags = NLM_F_REQUEST | flags,
				     .nlmsg_seq = 77 },
		.info = { .ifi_family = AF_UNSPEC, .ifi_index = index } };

	did("send", on.send(fd, &r, sizeof(r), 0));
}

static void tell(const struct nlmsghdr *h, int len)
{
	const struct nlmsgerr *error;

	for (; NLMSG_OK(h, (unsigned)len); h = NLMSG_NEXT(h, len)) {
		error = NLMSG_DATA(h);
		if (h->nlmsg_type == NLMSG_ERROR)
			note("error %s",
				error->error ? strerrorname_np(-error->error)
					     : "0");
		else if (h->nlmsg_type == NLMSG_DONE)
			note("done");
		else
			note("type %d", h->nlmsg_type);
		note("seq %u", h->nlmsg_seq);
	}
}

static void answer(int fd)
{
	static _Alignas(8) char buf[16384];
	ssize_t n;

	polled(fd, POLLIN);
	n = on.recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	if (n < 0)
		did("recv", n);
	else
		tell((void *)buf, (int)n);
}

static void requests(int family)
{
	int fd = route_socket();

	(void)family;
	line("get the link with index 1");
	ask(fd, RTM_GETLINK, 0, 1);
	answer(fd);
	line("get a link that is not there");
	ask(fd, RTM_GETLINK, 0, 4321);
	answer(fd);
	line("unknown request");
	ask(fd, 999, NLM_F_ACK, 0);
	answer(fd);
	line("delete what is not there, acknowledged");
	ask(fd, RTM_DELLINK, NLM_F_ACK, 4321);
	answer(fd);
}

static void dump(int family)
{
	static _Alignas(8) char buf[32768];
	struct sockaddr_nl from;
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1 };
	int fd = route_socket(), done = 0, lo = 0, len;
	struct nlmsghdr *h;
	ssize_t n;

	(void)family;
	line("dump of links");
	ask(fd, RTM_GETLINK, NLM_F_DUMP, 0);
	while (!done && await(fd, POLLIN)) {
		n = on.recvmsg(fd, &msg, MSG_DONTWAIT);
		if (n < 0)
			break;
		len = (int)n;
		for (h = (void *)buf; NLMSG_OK(h, (unsigned)len);
			h = NLMSG_NEXT(h, len)) {
			struct ifinfomsg *i = NLMSG_DATA(h);

			done |= h->nlmsg_type == NLMSG_DONE;
			lo += h->nlmsg_type == RTM_NEWLINK &&
			      (i->ifi_flags & IFF_LOOPBACK);
		}
	}
	note("done %d; %d loopback; from %u; name %u", done, lo, from.nl_pid,
		msg.msg_namelen);
	still(fd);
}

static void truncated(int family)
{
	char buf[32];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fd = route_socket();

	(void)family;
	line("room for a part of an answer");
	ask(fd, RTM_GETLINK, 0, 1);
	await(fd, POLLIN);
	note("peek %s", on.recv(fd, buf, sizeof(buf),
				MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT) > 100
				? "tells the length"
				: "does not");
	did("recvmsg", on.recvmsg(fd, &msg, MSG_DONTWAIT));
	note("MSG_TRUNC %d", !!(msg.msg_flags & MSG_TRUNC));
}

static void events(int family)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_IPV4_IFADDR };
	int fd = route_socket();
	struct in_addr ip = { htonl(0x0a010203) };

	(void)family;
	line("joining a group");
	did("bind", on.bind(fd, (void *)&a, sizeof(a)));
	still(fd);
	line("an address comes");
	did("add", on.addr_add(AF_INET, &ip, 24, on.ifindex("lo")));
	polled(fd, POLLIN);
	did("del", on.addr_del(AF_INET, &ip, 24, on.ifindex("lo")));
}

static void configuring(int family)
{
	struct in_addr ip = { htonl(0x0a010203) }, net = { htonl(0x0a050000) },
		       gw = { htonl(0x0a010209) };
	int lo = on.ifindex("lo"), fd = open_socket(AF_INET, SOCK_DGRAM);
	union address to = address(family, 0);
	unsigned char mac[6] = { 9, 9, 9, 9, 9, 9 };

	line("index");
	note("%d", lo);
	did("ifindex", on.ifindex("nope"));
	did("ifindex", on.ifindex("a-name-that-is-too-long"));
	line("address");
	to.in.sin_addr = ip;
	did("bind", on.bind(fd, &to.sa, sizeof(to.in)));
	did("add", on.addr_add(AF_INET, &ip, 24, lo));
	did("add", on.addr_add(AF_INET, &ip, 24, lo));
	did("bind", on.bind(fd, &to.sa, sizeof(to.in)));
	line("bad address");
	did("add", on.addr_add(AF_INET, &ip, 24, 4321));
	did("add", on.addr_add(AF_INET, &ip, 77, lo));
	did("add", on.addr_add(99, &ip, 24, lo));
	line("route");
	did("add", on.route_add(AF_INET, &net, 16, NULL, lo));
	did("add", on.route_add(AF_INET, &net, 16, NULL, lo));
	did("del", on.route_del(AF_INET, &net, 16, NULL, lo));
	did("del", on.route_del(AF_INET, &net, 16, NULL, lo));
	line("gateway that is not reachable");
	gw.s_addr = htonl(0x0b010203);
	did("add", on.route_add(AF_INET, &net, 16, &gw, 0));
	line("no address any more");
	did("del", on.addr_del(AF_INET, &ip, 24, lo));
	did("del", on.addr_del(AF_INET, &ip, 24, lo));
	line("hardware address of the loopback");
	did("get", on.getmac((unsigned)lo, mac));
	note("%02x%02x", mac[0], mac[5]);
	line("interface that is not there");
	did("updown", on.updown(4321, 1));
	did("mtu", on.setmtu(4321, 1500));
	did("mac", on.getmac(4321, mac));
	did("del", on.link_del("nope", 0));
	line("MTU");
	did("mtu", on.setmtu((unsigned)lo, 9000));
}

static void down(int family)
{
	unsigned lo = (unsigned)on.ifindex("lo");
	union address to = nobody(family, SOCK_STREAM);

	line("the interface goes down");
	did("updown", on.updown(lo, 0));
	line("and comes up");
	did("updown", on.updown(lo, 1));
	did("connect", connect_to(open_socket(family, SOCK_STREAM), &to));
}

const struct conform_case netlink_cases[] = {
	{ "names", V4, names },
	{ "requests", V4, requests },
	{ "dump", V4, dump },
	{ "truncated", V4, truncated },
	{ "events", V4, events },
	{ "configuring", V4, configuring },
	{ "down", V4, down },
	{ NULL, 0, NULL },
};
