/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "apps.h"
#include "net.h"

#include "lwip.h"
#include "netlink_server.h"
#include "procnet.h"
#include "stack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 32

/* Those that stay. */
enum { LISTENER, UDP, UDP6, RAW, RAW6, PING, PACKET, COOKED, NETLINK, KINDS };

static const struct kind {
	int domain, type, protocol;
} kinds[KINDS] = {
	[LISTENER] = { AF_INET6, SOCK_STREAM, 0 },
	[UDP] = { AF_INET, SOCK_DGRAM, 0 },
	[UDP6] = { AF_INET6, SOCK_DGRAM, 0 },
	[RAW] = { AF_INET, SOCK_RAW, IPPROTO_ICMP },
	[RAW6] = { AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
	[PING] = { AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
	[PACKET] = { AF_PACKET, SOCK_RAW, ETH_P_ALL << 8 },
	[COOKED] = { AF_PACKET, SOCK_DGRAM, ETH_P_ALL << 8 },
	[NETLINK] = { AF_NETLINK, SOCK_RAW, NETLINK_ROUTE },
};

static int fds[KINDS];
static int connections[CONNECTIONS_MAX];
static unsigned connections_len;
static char buffer[1 << 17];

static void must(int result, const char *what)
{
	if (result >= 0 || errno == EINPROGRESS)
		return;
	perror(what);
	abort();
}

/* ---- sockets ---- */

static struct sockaddr_in6 address6(const char *text, uint16_t port)
{
	struct sockaddr_in6 in = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };

	inet_pton(AF_INET6, text, &in.sin6_addr);
	return in;
}

static struct sockaddr_in address4(const char *text, uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = inet_addr(text) };
}

static void join_groups(void)
{
	struct ip_mreqn group4 = { .imr_ifindex = 2 };
	struct ipv6_mreq group6 = { .ipv6mr_interface = 2 };
	unsigned links = RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR |
			 RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE;
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_groups = links };

	group4.imr_multiaddr.s_addr = inet_addr("239.1.2.3");
	inet_pton(AF_INET6, "ff02::4242", &group6.ipv6mr_multiaddr);
	must(ioth_lwip_setsockopt(fds[UDP], IPPROTO_IP, IP_ADD_MEMBERSHIP,
		     &group4, sizeof(group4)),
		"IP_ADD_MEMBERSHIP");
	must(ioth_lwip_setsockopt(fds[UDP6], IPPROTO_IPV6, IPV6_JOIN_GROUP,
		     &group6, sizeof(group6)),
		"IPV6_JOIN_GROUP");
	must(ioth_lwip_bind(fds[NETLINK], (struct sockaddr *)&nl, sizeof(nl)),
		"bind");
}

/* So that its control data is made, too. */
static void ask_for_control(void)
{
	int yes = 1;

	must(ioth_lwip_setsockopt(
		     fds[UDP], IPPROTO_IP, IP_PKTINFO, &yes, sizeof(yes)),
		"IP_PKTINFO");
	must(ioth_lwip_setsockopt(fds[UDP6], IPPROTO_IPV6, IPV6_RECVPKTINFO,
		     &yes, sizeof(yes)),
		"IPV6_RECVPKTINFO");
}

static void bind_all(void)
{
	struct sockaddr_in in = address4("0.0.0.0", APPS_PORT);
	struct sockaddr_in6 in6 = address6("::", APPS_PORT);
	int yes = 1;

	must(ioth_lwip_setsockopt(
		     fds[UDP6], IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)),
		"IPV6_V6ONLY");
	must(ioth_lwip_bind(fds[UDP], (struct sockaddr *)&in, sizeof(in)),
		"bind UDP");
	must(ioth_lwip_bind(fds[UDP6], (struct sockaddr *)&in6, sizeof(in6)),
		"bind UDP6");
	must(ioth_lwip_bind(
		     fds[LISTENER], (struct sockaddr *)&in6, sizeof(in6)),
		"bind TCP");
	must(ioth_lwip_listen(fds[LISTENER], 5), "listen");
}

static void keep(int fd)
{
	if (connections_len < CONNECTIONS_MAX)
		connections[connections_len++] = fd;
	else
		close(fd);
}

static void accept_all(void)
{
	int fd;

	while ((fd = ioth_lwip_accept(fds[LISTENER], NULL, NULL)) >= 0)
		keep(fd);
}

static void connect_one(void)
{
	struct sockaddr_in in = address4("10.0.0.2", 80);
	int fd = ioth_lwip_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	must(fd, "socket");
	if (ioth_lwip_connect(fd, (struct sockaddr *)&in, sizeof(in)) < 0 &&
		errno != EINPROGRESS)
		close(fd); /* garbage may have taken the route */
	else
		keep(fd);
	net_run();
}

/* ---- the handshakes that lead to two connections ---- */

static void segment(const struct flow *flow, uint8_t flags, uint32_t sequence)
{
	uint8_t frame[54] = { [12] = 8,
		[14] = 0x45,
		[22] = 64,
		[23] = 6,
		[46] = 0x50,
		[47] = flags,
		[48] = 0xff };

	memcpy(frame, net_our_mac, 6);
	memcpy(frame + 6, net_peer_mac, 6);
	put32(frame + 38, sequence);
	repair_flow(frame, sizeof(frame), flow);
	repair_lengths(frame, sizeof(frame));
	repair_checksums(frame, sizeof(frame));
	net_input(frame, sizeof(frame));
}

static void make_connections(void)
{
	struct flow flow = { .ip_size = 4,
		.ours = { 10, 0, 0, 1 },
		.theirs = { 10, 0, 0, 2 },
		.our_port = APPS_PORT,
		.their_port = 5000 };

	segment(&flow, 0x02, 1000);    /* SYN */
	segment(net_flow(0), 0x10, 0); /* ACK */
	accept_all();
	connect_one();
	segment(net_flow(1), 0x12, 2000); /* SYN, ACK */
	if (connections_len != 2) {
		fprintf(stderr, "frames: there are no connections\n");
		abort();
	}
}

void apps_open(void)
{
	for (int i = 0; i < KINDS; i++) {
		const struct kind *kind = &kinds[i];

		fds[i] = ioth_lwip_socket(kind->domain,
			kind->type | SOCK_NONBLOCK, kind->protocol);
		must(fds[i], "socket");
	}
	bind_all();
	join_groups();
	ask_for_control();
	net_run();
	make_connections();
}

void apps_close(void)
{
	for (int i = 0; i < KINDS; i++)
		close(fds[i]);
	while (connections_len)
		close(connections[--connections_len]);
	net_run();
}

/* ---- what programs do ---- */

static void read_all(int fd)
{
	while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		net_run();
}

static void app_read(void)
{
	accept_all();
	for (int i = UDP; i < KINDS; i++)
		read_all(fds[i]);
	for (unsigned i = 0; i < connections_len; i++)
		read_all(connections[i]);
}

static void app_close(void)
{
	if (connections_len == 0)
		return;
	close(connections[0]);
	memmove(connections, connections + 1,
		--connections_len * sizeof(connections[0]));
}

static void app_write(const uint8_t *bytes, size_t size)
{
	for (unsigned i = 0; i < connections_len; i++)
		(void)!send(connections[i], bytes, size,
			MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void app_send(const uint8_t *bytes, size_t size)
{
	struct sockaddr_in in = address4("10.0.0.2", 9);
	struct sockaddr_in6 in6 = address6("fd00::2", 9);

	ioth_lwip_sendto(fds[UDP], bytes, size, MSG_DONTWAIT,
		(struct sockaddr *)&in, sizeof(in));
	ioth_lwip_sendto(fds[UDP6], bytes, size, MSG_DONTWAIT,
		(struct sockaddr *)&in6, sizeof(in6));
}

/* Whatever has got into the tables is shown. */
static void app_look(void)
{
	static const uint16_t dumps[] = { RTM_GETLINK, RTM_GETADDR,
		RTM_GETROUTE, RTM_GETNEIGH };
	struct {
		struct nlmsghdr header;
		struct rtgenmsg gen;
	} request = { { sizeof(request), 0, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 },
		{ 0 } };
	const char *name;
	char *text;
	size_t size;

	for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		request.header.nlmsg_type = dumps[i];
		(void)!send(
			fds[NETLINK], &request, sizeof(request), MSG_DONTWAIT);
		net_run();
		read_all(fds[NETLINK]);
	}
	for (unsigned i = 0; (name = procnet_name(i)); i++)
		if (procnet_text(net_stack()->server, name, &text, &size) == 0)
			free(text);
}

void apps_do(enum app what, const uint8_t *bytes, size_t size)
{
	switch (what) {
	case APP_READ:
		app_read();
		break;
	case APP_WRITE:
		app_write(bytes, size);
		break;
	case APP_SHUTDOWN:
		if (connections_len)
			shutdown(connections[0], SHUT_WR);
		break;
	case APP_CLOSE:
		app_close();
		break;
	case APP_CONNECT:
		connect_one();
		break;
	case APP_SEND:
		app_send(bytes, size);
		break;
	case APP_LOOK:
		app_look();
		break;
	case APP_LEN:
		break;
	}
	net_run();
}

static void echo(int fd)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	ssize_t n;

	while ((n = ioth_lwip_recvfrom(fd, buffer, sizeof(buffer), MSG_DONTWAIT,
			(struct sockaddr *)&from, &len)) >= 0) {
		ioth_lwip_sendto(fd, buffer, (size_t)n, MSG_DONTWAIT,
			(struct sockaddr *)&from, len);
		net_run();
	}
}

void apps_echo(void)
{
	echo(fds[UDP]);
	echo(fds[UDP6]);
}
