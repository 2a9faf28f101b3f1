/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signal.c - calls that wait and are interrupted, time limits, SIGPIPE
 */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void eintr(int family)
{
	int lfd = listener(family), dfd = bound(family, SOCK_DGRAM);
	struct ends e = connection(family);
	union address from;
	socklen_t len = sizeof(from);
	struct pollfd p = { .fd = e.server, .events = POLLIN };
	char c;
	struct later *l = interrupt_later(0);

	line("accept is interrupted");
	did("accept", on.accept(lfd, NULL, NULL));
	later_join(l);
	l = interrupt_later(0);
	line("recvfrom is interrupted");
	did("recvfrom", on.recvfrom(dfd, &c, 1, 0, &from.sa, &len));
	later_join(l);
	l = interrupt_later(0);
	line("read is interrupted");
	did("read", on.read(e.server, &c, 1));
	later_join(l);
	l = interrupt_later(0);
	line("recv is interrupted");
	did("recv", on.recv(e.server, &c, 1, 0));
	later_join(l);
	l = interrupt_later(SA_RESTART);
	line("poll is interrupted in any case");
	did("poll", poll(&p, 1, -1));
	later_join(l);
	line("all were caught");
	note("%d", caught);
}

static void eintr_sending(int family)
{
	static char buf[65536];
	struct ends e = connection(family);
	struct later *l;

	nonblocking(e.client);
	while (on.send(e.client, buf, sizeof(buf), 0) > 0 ||
		(nap(50), on.send(e.client, buf, sizeof(buf), 0)) > 0)
		;
	on.fcntl(e.client, F_SETFL, 0);
	l = interrupt_later(0);
	line("send is interrupted");
	did("send", on.send(e.client, buf, sizeof(buf), 0));
	later_join(l);
	l = interrupt_later(0);
	line("write is interrupted");
	did("write", on.write(e.client, buf, sizeof(buf)));
	later_join(l);
	note("caught %d", caught);
}

static void make_connection(int fd)
{
	union address to = name_of(fd);

	connect_to(open_socket(to.sa.sa_family, SOCK_STREAM), &to);
}

static void make_datagram(int fd)
{
	union address to = name_of(fd);

	on.sendto(open_socket(to.sa.sa_family, SOCK_DGRAM), "x", 1, 0, &to.sa,
		address_size(to.sa.sa_family));
}

static void make_data(int fd)
{
	on.send(fd, "x", 1, 0);
}

static void restart(int family)
{
	int lfd = listener(family), dfd = bound(family, SOCK_DGRAM);
	struct ends e = connection(family);
	union address from;
	socklen_t len = sizeof(from);
	char c;
	struct later *s = interrupt_later(SA_RESTART),
		     *l = later(120, make_connection, lfd);

	line("accept is restarted");
	worked("accept", on.accept(lfd, NULL, NULL));
	later_join(s);
	later_join(l);
	s = interrupt_later(SA_RESTART);
	l = later(120, make_datagram, dfd);
	line("recvfrom is restarted");
	did("recvfrom", on.recvfrom(dfd, &c, 1, 0, &from.sa, &len));
	later_join(s);
	later_join(l);
	s = interrupt_later(SA_RESTART);
	l = later(120, make_data, e.client);
	line("read is restarted");
	did("read", on.read(e.server, &c, 1));
	later_join(s);
	later_join(l);
	line("all were caught");
	note("%d", caught);
}

static void limit(int fd, int name, int ms)
{
	struct timeval time = { 0, ms * 1000L };

	did("setsockopt",
		on.setsockopt(fd, SOL_SOCKET, name, &time, sizeof(time)));
}

static void time_limits(int family)
{
	struct ends e = connection(family);
	int dfd = bound(family, SOCK_DGRAM), lfd = listener(family);
	static char buf[65536];
	struct timeval time = { 9, 9 };
	union address from;
	socklen_t len = sizeof(time), fromlen = sizeof(from);

	line("SO_RCVTIMEO of a stream");
	limit(e.server, SO_RCVTIMEO, 60);
	did("recv", on.recv(e.server, buf, 1, 0));
	did("read", on.read(e.server, buf, 1));
	line("read back");
	did("getsockopt",
		on.getsockopt(e.server, SOL_SOCKET, SO_RCVTIMEO, &time, &len));
	note("%ld s %ld us", (long)time.tv_sec,
		(long)time.tv_usec / 10000 * 10000);
	line("SO_RCVTIMEO of a datagram socket");
	limit(dfd, SO_RCVTIMEO, 60);
	did("recv", on.recv(dfd, buf, 1, 0));
	did("recvfrom", on.recvfrom(dfd, buf, 1, 0, &from.sa, &fromlen));
	line("SO_RCVTIMEO of a listener");
	limit(lfd, SO_RCVTIMEO, 60);
	did("accept", on.accept(lfd, NULL, NULL));
	line("SO_SNDTIMEO");
	limit(e.client, SO_SNDTIMEO, 60);
	while (on.send(e.client, buf, sizeof(buf), 0) > 0)
		;
	did("send", -1);
}

static void sigpipe(int family)
{
	struct ends e = connection(family);

	handle_with(SIGPIPE, 0);
	on.shutdown(e.client, SHUT_WR);
	line("SIGPIPE of write");
	did("write", on.write(e.client, "x", 1));
	note("caught %d", caught);
	line("SIGPIPE of send");
	did("send", on.send(e.client, "x", 1, 0));
	note("caught %d", caught);
	line("MSG_NOSIGNAL");
	did("send", on.send(e.client, "x", 1, MSG_NOSIGNAL));
	note("caught %d", caught);
	line("none for a reset");
	on.close(e.client);
	await(e.server, POLLRDHUP);
	on.send(e.server, "x", 1, 0);
	await(e.server, POLLHUP);
	note("caught %d", caught);
}

const struct conform_case signal_cases[] = {
	{ "eintr", BOTH, eintr },
	{ "eintr_sending", V4, eintr_sending },
	{ "restart", BOTH, restart },
	{ "time_limits", BOTH, time_limits },
	{ "sigpipe", BOTH, sigpipe },
	{ NULL, 0, NULL },
};
