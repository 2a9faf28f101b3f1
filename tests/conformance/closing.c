/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * closing.c - close while another thread waits in a call
 *
 * The call keeps the socket: it goes on until what it waits for comes, and only
 * then the socket ends.
 */
#include "conform.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/time.h>

/* What the helpers below are about. */
static int peer;
static union address to;

static void close_then_send(int fd)
{
	on.close(fd);
	nap(50);
	on.send(peer, "late", 4, 0);
}

static void close_then_send_to(int fd)
{
	on.close(fd);
	nap(50);
	on.sendto(peer, "late", 4, 0, &to.sa, address_size(to.sa.sa_family));
}

static void close_then_connect(int fd)
{
	on.close(fd);
	nap(50);
	connect_to(peer, &to);
}

static void read_goes_on(int family)
{
	struct ends e = connection(family);
	struct later *l;
	char buf[8];

	peer = e.client;
	line("read while another thread closes");
	l = later(50, close_then_send, e.server);
	got("read", on.read(e.server, buf, sizeof(buf)), buf);
	later_join(l);
	line("peer");
	polled(peer, POLLRDHUP);
	line("read of what is closed");
	did("read", on.read(e.server, buf, sizeof(buf)));
}

static void recv_goes_on(int family)
{
	struct ends e = connection(family);
	struct later *l;
	char buf[8];

	peer = e.client;
	line("recv while another thread closes");
	l = later(50, close_then_send, e.server);
	got("recv", on.recv(e.server, buf, sizeof(buf), 0), buf);
	later_join(l);
}

static void recvfrom_goes_on(int family)
{
	int fd = bound(family, SOCK_DGRAM);
	union address from;
	socklen_t len = sizeof(from);
	struct later *l;
	char buf[8];

	peer = open_socket(family, SOCK_DGRAM);
	to = name_of(fd);
	line("recvfrom while another thread closes");
	l = later(50, close_then_send_to, fd);
	got("recvfrom", on.recvfrom(fd, buf, sizeof(buf), 0, &from.sa, &len),
		buf);
	later_join(l);
}

static void accept_goes_on(int family)
{
	int fd = listener(family);
	struct later *l;

	peer = open_socket(family, SOCK_STREAM);
	to = name_of(fd);
	line("accept while another thread closes");
	l = later(50, close_then_connect, fd);
	worked("accept", on.accept(fd, NULL, NULL));
	later_join(l);
	line("connect afterwards");
	did("connect", connect_to(open_socket(family, SOCK_STREAM), &to));
}

static void poll_goes_on(int family)
{
	struct ends e = connection(family);
	struct pollfd p = { .fd = e.server, .events = POLLIN };
	struct later *l;

	peer = e.client;
	line("poll while another thread closes");
	l = later(50, close_then_send, e.server);
	did("poll", poll(&p, 1, 1000));
	note("%s", event_names((unsigned)p.revents));
	later_join(l);
}

static void send_goes_on(int family)
{
	static char buf[65536];
	struct ends e = connection(family);
	struct timeval time = { 0, 200000 };
	struct later *l;

	on.setsockopt(e.client, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
	line("send while another thread closes");
	while (on.send(e.client, buf, sizeof(buf), 0) > 0)
		;
	did("send", -1);
	l = later(50, close_it, e.client);
	did("send", on.send(e.client, buf, sizeof(buf), 0));
	later_join(l);
	did("send", on.send(e.client, buf, sizeof(buf), 0));
}

const struct conform_case closing_cases[] = {
	{ "read", BOTH, read_goes_on },
	{ "recv", V4, recv_goes_on },
	{ "recvfrom", BOTH, recvfrom_goes_on },
	{ "accept", BOTH, accept_goes_on },
	{ "poll", V4, poll_goes_on },
	{ "send", V4, send_goes_on },
	{ NULL, 0, NULL },
};
