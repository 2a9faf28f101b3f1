/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * states.c - each state of a socket, seen by each call that waits for events
 *
 * A state is made once, then all look at it; none of them changes it.
 */
#include "conform.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

/* --- the calls ------------------------------------------------------------- */

static const short all = POLLIN | POLLPRI | POLLOUT | POLLRDHUP;

static void by_poll(int fd)
{
	struct pollfd p = { .fd = fd, .events = all };

	poll(&p, 1, 0);
	note("poll %s", event_names((unsigned)p.revents));
}

static void by_ppoll(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct timespec none = { 0, 0 };

	ppoll(&p, 1, &none, NULL);
	note("ppoll for input %s", event_names((unsigned)p.revents));
}

/* What epoll tells, and what it tells when asked again. */
static void by_epoll(int fd, const char *name, unsigned manner)
{
	struct epoll_event event = { .events = (unsigned)all | manner };
	int epfd = epoll_create1(EPOLL_CLOEXEC), n;

	if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) < 0)
		did("epoll_ctl", -1);
	n = epoll_wait(epfd, &event, 1, 0);
	note("%s %s", name, n > 0 ? event_names(event.events) : "nothing");
	n = epoll_wait(epfd, &event, 1, 0);
	note("%s", n > 0 ? event_names(event.events) : "nothing");
	close(epfd);
}

static void look(const char *state, int fd)
{
	line("%s", state);
	by_poll(fd);
	by_ppoll(fd);
	selected(fd);
	by_epoll(fd, "level", 0);
	by_epoll(fd, "edge", EPOLLET);
	by_epoll(fd, "oneshot", EPOLLONESHOT);
	by_epoll(fd, "edge and oneshot", EPOLLET | EPOLLONESHOT);
}

/* --- the states ------------------------------------------------------------ */

static int fresh_stream(int family)
{
	return open_socket(family, SOCK_STREAM);
}

static int bound_stream(int family)
{
	return bound(family, SOCK_STREAM);
}

static int connected(int family)
{
	return connection(family).server;
}

static int with_data(int family)
{
	struct ends e = connection(family);

	on.send(e.client, "x", 1, 0);
	await(e.server, POLLIN);
	return e.server;
}

static int full(int family)
{
	static const char buf[65536];
	struct ends e = connection(family);
	int rounds;

	nonblocking(e.client);
	for (rounds = 0; rounds < 3; rounds++) {
		while (on.send(e.client, buf, sizeof(buf), 0) > 0)
			;
		nap(100);
	}
	return e.client;
}

static int idle_listener(int family)
{
	return listener(family);
}

static int busy_listener(int family)
{
	int lfd = listener(family);
	union address to = name_of(lfd);

	connect_to(open_socket(family, SOCK_STREAM), &to);
	await(lfd, POLLIN);
	return lfd;
}

static int half_closed_by_peer(int family)
{
	struct ends e = connection(family);

	on.shutdown(e.client, SHUT_WR);
	await(e.server, POLLRDHUP);
	return e.server;
}

static int half_closed(int family)
{
	struct ends e = connection(family);

	on.shutdown(e.client, SHUT_WR);
	await(e.server, POLLRDHUP);
	return e.client;
}

static int closed_by_both(int family)
{
	struct ends e = connection(family);

	on.shutdown(e.client, SHUT_WR);
	on.shutdown(e.server, SHUT_WR);
	await(e.client, POLLHUP);
	return e.client;
}

static int reset(int family)
{
	struct ends e = connection(family);
	struct linger l = { .l_onoff = 1, .l_linger = 0 };

	on.setsockopt(e.client, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	on.close(e.client);
	await(e.server, POLLHUP);
	return e.server;
}

static int refused(int family)
{
	union address to = nobody(family, SOCK_STREAM);
	int fd = open_socket(family, SOCK_STREAM | SOCK_NONBLOCK);

	connect_to(fd, &to);
	await(fd, POLLHUP);
	return fd;
}

static int fresh_datagram(int family)
{
	return open_socket(family, SOCK_DGRAM);
}

static int datagram_with_source(int family)
{
	int fd = bound(family, SOCK_DGRAM);
	union address to = name_of(fd);

	on.sendto(open_socket(family, SOCK_DGRAM), "x", 1, 0, &to.sa,
		address_size(family));
	await(fd, POLLIN);
	return fd;
}

static int connected_datagram(int family)
{
	struct ends e = datagrams(family);

	on.send(e.client, "", 0, 0); /* an empty one */
	await(e.server, POLLIN);
	return e.server;
}

static int refused_datagram(int family)
{
	union address to = nobody(family, SOCK_DGRAM);
	int fd = open_socket(family, SOCK_DGRAM);

	connect_to(fd, &to);
	on.send(fd, "x", 1, 0);
	nap(50);
	return fd;
}

static const struct state {
	const char *name;
	int (*make)(int family);
} states[] = {
	{ "fresh", fresh_stream },
	{ "bound", bound_stream },
	{ "connected", connected },
	{ "data", with_data },
	{ "full", full },
	{ "listener", idle_listener },
	{ "listener with a connection", busy_listener },
	{ "half closed by the peer", half_closed_by_peer },
	{ "half closed", half_closed },
	{ "closed by both", closed_by_both },
	{ "reset", reset },
	{ "refused", refused },
	{ "fresh, of datagrams", fresh_datagram },
	{ "a datagram", datagram_with_source },
	{ "an empty datagram", connected_datagram },
	{ "nobody at the other end", refused_datagram },
};

static void of_inet(int family)
{
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(*states); i++)
		look(states[i].name, states[i].make(family));
}

static void of_others(int family)
{
	(void)family;
	look("raw", on.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	look("raw, IPv6", on.socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
	look("netlink", on.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
	look("packet", on.socket(AF_PACKET, SOCK_RAW, 0));
}

const struct conform_case states_cases[] = {
	{ "inet", BOTH, of_inet },
	{ "others", V4, of_others },
	{ NULL, 0, NULL },
};
