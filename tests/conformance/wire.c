/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire.c - connecting over a wire from which no answer comes
 */
#include "conform.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <unistd.h>

/* An address on the wire. A stack that is used again has its own already. */
static union address neighbour(int family)
{
	union address own = address(family, 0), to = address(family, 9);
	int index = on.ifindex("vde0"), fd = open_socket(family, SOCK_DGRAM),
	    tries = 200;
	void *ip = &own.in.sin_addr;

	own.in.sin_addr.s_addr = htonl(0x0a090001);
	to.in.sin_addr.s_addr = htonl(0x0a090002);
	if (family == AF_INET6) {
		own.in6.sin6_addr = to.in6.sin6_addr =
			(struct in6_addr){ .s6_addr = { 0xfd, 9, [15] = 1 } };
		to.in6.sin6_addr.s6_addr[15] = 2;
		ip = &own.in6.sin6_addr;
	}
	if (index < 0 || on.updown((unsigned)index, 1) < 0)
		give_up("vde0");
	if (on.addr_add(family, ip, family == AF_INET6 ? 64 : 24, index) < 0 &&
		errno != EEXIST)
		give_up("address");
	/* until it is known to be nobody else's */
	while (on.bind(fd, &own.sa, address_size(family)) < 0 && tries--)
		nap(20);
	on.close(fd);
	return to;
}

static int pending(int family)
{
	union address to = neighbour(family);
	int fd = open_socket(family, SOCK_STREAM | SOCK_NONBLOCK);

	did("connect", connect_to(fd, &to));
	return fd;
}

static void connecting(int family)
{
	union address to = neighbour(family), a;
	socklen_t len = sizeof(a);
	char c;
	int fd;

	line("connect that goes on");
	fd = pending(family);
	still(fd);
	so_error(fd);
	line("once more");
	did("connect", connect_to(fd, &to));
	line("names");
	note("port %s", name_of(fd).in.sin_port ? "set" : "0");
	did("getpeername", on.getpeername(fd, &a.sa, &len));
	line("data");
	did("recv", on.recv(fd, &c, 1, 0));
	did("send", on.send(fd, "x", 1, MSG_NOSIGNAL));
	line("other uses");
	did("listen", on.listen(fd, 1));
	did("accept", on.accept(fd, NULL, NULL));
	line("close");
	did("close", on.close(fd));
}

static void connecting_epoll(int family)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP |
					       EPOLLET };
	int epfd = epoll_create1(EPOLL_CLOEXEC), fd;

	line("epoll while it goes on");
	fd = pending(family);
	epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event);
	note("epoll %s", epoll_wait(epfd, &event, 1, 50) > 0
				 ? event_names(event.events)
				 : "nothing");
	line("epoll after shutdown");
	did("shutdown", on.shutdown(fd, SHUT_RDWR));
	nap(30);
	note("epoll %s", epoll_wait(epfd, &event, 1, 0) > 0
				 ? event_names(event.events)
				 : "nothing");
}

static void connecting_shut(int family)
{
	char c;
	int fd;

	line("shutdown while it goes on");
	fd = pending(family);
	did("shutdown", on.shutdown(fd, SHUT_WR));
	still(fd);
	so_error(fd);
	line("recv then");
	did("recv", on.recv(fd, &c, 1, 0));
}

static void limit_sending(int fd, int ms)
{
	struct timeval time = { 0, ms * 1000L };

	if (on.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)) < 0)
		give_up("SO_SNDTIMEO");
}

static void connect_limit(int family)
{
	union address to = neighbour(family);
	int fd = open_socket(family, SOCK_STREAM);

	limit_sending(fd, 100);
	line("SO_SNDTIMEO of connect");
	did("connect", connect_to(fd, &to));
	did("connect", connect_to(fd, &to));
}

static void connect_interrupted(int family)
{
	union address to = neighbour(family);
	int fd = open_socket(family, SOCK_STREAM);
	struct later *l = interrupt_later(0);

	line("connect is interrupted");
	did("connect", connect_to(fd, &to));
	note("caught %d", caught);
	later_join(l);
	line("and goes on");
	nonblocking(fd);
	still(fd);
	did("connect", connect_to(fd, &to));
}

static void connect_shut(int family)
{
	union address to = neighbour(family);
	int fd = open_socket(family, SOCK_STREAM);
	struct later *s = interrupt_later(SA_RESTART), *l;

	line("connect is restarted until another thread shuts down");
	l = later(150, shut_it, fd);
	did("connect", connect_to(fd, &to));
	note("caught %d", caught);
	later_join(s);
	later_join(l);
}

static void connect_closed(int family)
{
	union address to = neighbour(family);
	int fd = open_socket(family, SOCK_STREAM);
	struct later *l;

	limit_sending(fd, 150);
	line("connect while another thread closes");
	l = later(50, close_it, fd);
	did("connect", connect_to(fd, &to));
	later_join(l);
}

static void datagram_unanswered(int family)
{
	union address to = neighbour(family);
	int fd = open_socket(family, SOCK_DGRAM);

	line("a datagram to whom nobody knows");
	did("connect", connect_to(fd, &to));
	did("send", on.send(fd, "x", 1, 0));
	still(fd);
	so_error(fd);
}

static void no_route(int family)
{
	union address to = neighbour(family);
	int fd = open_socket(family, SOCK_STREAM);

	if (family == AF_INET6)
		to.in6.sin6_addr.s6_addr[0] = 0x20;
	else
		to.in.sin_addr.s_addr = htonl(0x0b000001);
	line("no route, stream");
	did("connect", connect_to(fd, &to));
	line("no route, datagram");
	fd = open_socket(family, SOCK_DGRAM);
	did("connect", connect_to(fd, &to));
	did("sendto", on.sendto(fd, "x", 1, 0, &to.sa, address_size(family)));
}

const struct conform_case wire_cases[] = {
	{ "connecting", BOTH, connecting },
	{ "connecting_epoll", V4, connecting_epoll },
	{ "connecting_shut", V4, connecting_shut },
	{ "connect_limit", V4, connect_limit },
	{ "connect_interrupted", V4, connect_interrupted },
	{ "connect_shut", V4, connect_shut },
	{ "connect_closed", V4, connect_closed },
	{ "datagram_unanswered", V4, datagram_unanswered },
	{ "no_route", BOTH, no_route },
	{ NULL, 0, NULL },
};
