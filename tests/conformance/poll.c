/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * poll.c - select, ppoll, and epoll in its three manners, on each kind of socket
 */
#include "conform.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

/* Notes what epoll tells within @ms. EPOLL bits are those of poll. */
static void told(int epfd, int ms)
{
	struct epoll_event event;
	int n = epoll_wait(epfd, &event, 1, ms);

	if (n < 0)
		did("epoll", n);
	else
		note("epoll %s", n ? event_names(event.events) : "nothing");
}

static int watch(int fd, unsigned events)
{
	struct epoll_event event = { .events = events };
	int epfd = epoll_create1(EPOLL_CLOEXEC);

	if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) < 0)
		give_up("epoll_ctl");
	return epfd;
}

static void select_states(int family)
{
	struct ends e = connection(family);
	int lfd = listener(family);
	union address to = name_of(lfd), none = nobody(family, SOCK_STREAM);
	int fd = open_socket(family, SOCK_STREAM | SOCK_NONBLOCK);

	line("select, connected");
	selected(e.server);
	line("select, data");
	on.send(e.client, "x", 1, 0);
	await(e.server, POLLIN);
	selected(e.server);
	line("select, listener");
	selected(lfd);
	line("select, listener with a connection");
	connect_to(open_socket(family, SOCK_STREAM), &to);
	await(lfd, POLLIN);
	selected(lfd);
	line("select, refused");
	connect_to(fd, &none);
	await(fd, POLLHUP);
	selected(fd);
	line("select, datagram socket");
	selected(bound(family, SOCK_DGRAM));
}

static void ppoll_states(int family)
{
	struct ends e = connection(family);
	struct pollfd p = { .fd = e.server, .events = POLLIN };
	struct timespec none = { 0, 0 }, second = { 1, 0 };

	line("ppoll without data");
	did("ppoll", ppoll(&p, 1, &none, NULL));
	on.send(e.client, "x", 1, 0);
	line("ppoll with data");
	did("ppoll", ppoll(&p, 1, &second, NULL));
	note("%s", event_names((unsigned)p.revents));
}

static void level(int family)
{
	struct ends e = connection(family);
	int epfd = watch(e.server, EPOLLIN | EPOLLRDHUP);
	char buf[4];

	line("level, nothing");
	told(epfd, 20);
	on.send(e.client, "abcd", 4, 0);
	line("level, data");
	told(epfd, 1000);
	told(epfd, 0);
	on.read(e.server, buf, 2);
	line("level, half read");
	told(epfd, 0);
	on.read(e.server, buf, 2);
	line("level, all read");
	told(epfd, 20);
	on.close(e.client);
	line("level, closed");
	await(e.server, POLLRDHUP);
	told(epfd, 1000);
}

static void edge(int family)
{
	struct ends e = connection(family);
	int epfd = watch(e.server, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
	char buf[8];

	line("edge, at first");
	told(epfd, 100);
	told(epfd, 20);
	on.send(e.client, "abcd", 4, 0);
	line("edge, data");
	told(epfd, 1000);
	told(epfd, 20);
	on.read(e.server, buf, 2);
	line("edge, half read");
	told(epfd, 20);
	on.send(e.client, "ef", 2, 0);
	line("edge, more data");
	told(epfd, 1000);
	told(epfd, 20);
	on.read(e.server, buf, 8);
	line("edge, all read");
	told(epfd, 20);
	on.shutdown(e.client, SHUT_WR);
	line("edge, half closed");
	told(epfd, 1000);
	told(epfd, 20);
}

static void oneshot(int family)
{
	struct ends e = connection(family);
	int epfd = watch(e.server, EPOLLIN | EPOLLONESHOT);
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT };

	on.send(e.client, "abcd", 4, 0);
	line("oneshot, data");
	told(epfd, 1000);
	told(epfd, 20);
	on.send(e.client, "ef", 2, 0);
	line("oneshot, more data");
	told(epfd, 20);
	line("oneshot, armed again");
	did("epoll_ctl", epoll_ctl(epfd, EPOLL_CTL_MOD, e.server, &event));
	told(epfd, 1000);
	told(epfd, 20);
}

static void connecting(int family)
{
	int lfd = listener(family);
	union address to = name_of(lfd);
	int fd = open_socket(family, SOCK_STREAM | SOCK_NONBLOCK), epfd;

	epfd = watch(fd, EPOLLIN | EPOLLOUT | EPOLLET);
	line("edge, fresh socket");
	told(epfd, 20);
	line("edge, connected");
	did("connect", connect_to(fd, &to));
	await(fd,
		POLLOUT); /* how many edges make one event is nobody's business */
	nap(20);
	told(epfd, 1000);
	told(epfd, 20);
}

static void connect_fails(int family)
{
	union address to = nobody(family, SOCK_STREAM);
	int fd = open_socket(family, SOCK_STREAM | SOCK_NONBLOCK), epfd;

	connect_to(fd, &to);
	await(fd, POLLHUP);
	epfd = watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
	line("level, refused");
	told(epfd, 1000);
}

static void listeners(int family)
{
	int lfd = listener(family);
	union address to = name_of(lfd);
	int epfd = watch(lfd, EPOLLIN), etfd = watch(lfd, EPOLLIN | EPOLLET);

	line("listener, nothing");
	told(epfd, 20);
	line("listener, first");
	connect_to(open_socket(family, SOCK_STREAM), &to);
	told(epfd, 1000);
	line("listener, first, edge");
	told(etfd, 1000);
	told(etfd, 20);
	line("listener, second, edge");
	connect_to(open_socket(family, SOCK_STREAM), &to);
	told(etfd, 1000);
	on.close(on.accept(lfd, NULL, NULL));
	line("listener, one left");
	told(epfd, 100);
	on.close(on.accept(lfd, NULL, NULL));
	line("listener, none left");
	told(epfd, 20);
}

static void datagram_edges(int family)
{
	int fd = bound(family, SOCK_DGRAM), from = bound(family, SOCK_DGRAM);
	int epfd = watch(fd, EPOLLIN | EPOLLET), i;
	union address to = name_of(fd);
	char buf[4];

	line("datagram, edge, nothing");
	told(epfd, 20);
	for (i = 0; i < 2; i++) {
		line(i ? "datagram, edge, second" : "datagram, edge, first");
		on.sendto(
			from, "x", 1, 0, &to.sa, address_size(to.sa.sa_family));
		told(epfd, 1000);
		told(epfd, 20);
	}
	line("datagrams read until there are none");
	for (i = 0; i < 2; i++) {
		await(fd, POLLIN);
		did("recv", on.recv(fd, buf, 4, MSG_DONTWAIT));
	}
	did("recv", on.recv(fd, buf, 4, MSG_DONTWAIT));
}

static void full(int family)
{
	struct ends e = connection(family);
	static char buf[65536];
	int epfd, rounds;

	nonblocking(e.client);
	for (rounds = 0; rounds < 3; rounds++) {
		while (on.send(e.client, buf, sizeof(buf), 0) > 0)
			;
		nap(100);
	}
	epfd = watch(e.client, EPOLLOUT | EPOLLET);
	line("edge, full");
	told(epfd, 20);
	while (!has(e.client, POLLOUT) && await(e.server, POLLIN))
		if (on.read(e.server, buf, sizeof(buf)) <= 0)
			break;
	line("edge, drained");
	told(epfd, 1000);
}

static void ask_for_lo(int fd)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
	} request = { .header = { .nlmsg_len = sizeof(request),
			      .nlmsg_type = RTM_GETLINK,
			      .nlmsg_flags = NLM_F_REQUEST },
		.info = { .ifi_index = 1 } };

	if (on.send(fd, &request, sizeof(request), 0) != sizeof(request))
		give_up("send");
}

static void netlink_edges(int family)
{
	int fd = on.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), epfd, etfd, i;
	char buf[8192];

	(void)family;
	epfd = watch(fd, EPOLLIN);
	etfd = watch(fd, EPOLLIN | EPOLLET);
	line("netlink, nothing");
	told(epfd, 20);
	selected(fd);
	for (i = 0; i < 2; i++) {
		line(i ? "netlink, second answer" : "netlink, first answer");
		ask_for_lo(fd);
		told(etfd, 1000);
		told(etfd, 20);
		told(epfd, 0);
		selected(fd);
	}
	line("netlink, both read");
	for (i = 0; i < 2; i++)
		on.recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	told(epfd, 20);
}

static void raw_edges(int family)
{
	int fd = on.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), epfd, etfd;
	struct icmphdr request = { .type = ICMP_ECHO };
	union address to = address(family, 0);
	char buf[256];

	request.checksum = checksum(&request, sizeof(request));
	epfd = watch(fd, EPOLLIN);
	etfd = watch(fd, EPOLLIN | EPOLLONESHOT);
	line("raw, nothing");
	told(epfd, 20);
	selected(fd);
	line("raw, echo");
	on.sendto(fd, &request, sizeof(request), 0, &to.sa, sizeof(to.in));
	told(epfd, 1000);
	told(etfd, 1000);
	told(etfd, 20);
	selected(fd);
	line("raw, all read");
	nap(20);
	while (on.recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	told(epfd, 20);
}

const struct conform_case poll_cases[] = {
	{ "select", BOTH, select_states },
	{ "ppoll", V4, ppoll_states },
	{ "level", BOTH, level },
	{ "edge", BOTH, edge },
	{ "oneshot", V4, oneshot },
	{ "connecting", BOTH, connecting },
	{ "connect_fails", BOTH, connect_fails },
	{ "listeners", BOTH, listeners },
	{ "datagram_edges", BOTH, datagram_edges },
	{ "full", V4, full },
	{ "netlink", V4, netlink_edges },
	{ "raw", V4, raw_edges },
	{ NULL, 0, NULL },
};
