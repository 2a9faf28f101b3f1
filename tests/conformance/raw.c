/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * raw.c - raw and packet sockets
 */
#include "conform.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

static void echo(int family)
{
	int fd = on.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), i;
	union address to = address(family, 0), from;
	socklen_t len = sizeof(from);
	struct icmphdr request = { .type = ICMP_ECHO, .un.echo.id = 7 };
	unsigned char buf[256] = "";

	if (fd < 0)
		give_up("socket");
	line("raw, fresh");
	still(fd);
	line("echo");
	request.checksum = checksum(&request, sizeof(request));
	did("sendto", on.sendto(fd, &request, sizeof(request), 0, &to.sa,
			      sizeof(to.in)));
	for (i = 0; i < 2 && buf[20] != 0x99; i++) {
		polled(fd, POLLIN);
		memset(&from, 0, sizeof(from));
		len = sizeof(from);
		did("recvfrom", on.recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT,
					&from.sa, &len));
		note("version %d; type %d", buf[0] >> 4, buf[20]);
		note("from %s",
			same_address(&from, &to) ? "there" : "elsewhere");
	}
}

static void echo6(int family)
{
	int fd = on.socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	union address to = address(family, 0);
	struct icmp6_filter filter;
	struct icmp6_hdr request = { .icmp6_type = ICMP6_ECHO_REQUEST };
	unsigned char buf[256] = "";

	if (fd < 0)
		give_up("socket");
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
	line("filter");
	did("setsockopt", on.setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER,
				  &filter, sizeof(filter)));
	line("echo, its checksum made by the stack");
	did("sendto", on.sendto(fd, &request, sizeof(request), 0, &to.sa,
			      sizeof(to.in6)));
	polled(fd, POLLIN);
	did("recv", on.recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	note("type %d", buf[0]);
}

static void packet(int family)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = on.ifindex("lo") };
	socklen_t len = sizeof(a);
	int fd = on.socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), udp;
	union address to;
	unsigned char buf[256] = "";

	if (fd < 0)
		give_up("socket");
	line("packet, bind to an interface");
	did("bind", on.bind(fd, (void *)&a, sizeof(a)));
	did("getsockname", on.getsockname(fd, (void *)&a, &len));
	note("length %u; index %d; type %d", len, a.sll_ifindex, a.sll_hatype);
	line("packet, no such interface");
	a.sll_ifindex = 4321;
	did("bind", on.bind(fd, (void *)&a, sizeof(a)));
	line("packet, of a datagram over the loopback");
	udp = bound(family, SOCK_DGRAM);
	to = name_of(udp);
	on.sendto(udp, "hello", 5, 0, &to.sa, sizeof(to.in));
	polled(fd, POLLIN);
	did("recv", on.recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	note("ethertype %02x%02x", buf[12], buf[13]);
}

const struct conform_case raw_cases[] = {
	{ "echo", V4, echo },
	{ "echo6", V6, echo6 },
	{ "packet", V4, packet },
	{ NULL, 0, NULL },
};
