/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dgram.c - datagram sockets, unconnected and connected
 */
#include "conform.h"

#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

static ssize_t send_to(int fd, const union address *to, const char *text)
{
	return on.sendto(fd, text, strlen(text), 0, &to->sa,
		address_size(to->sa.sa_family));
}

static void fresh(int family)
{
	int fd = open_socket(family, SOCK_DGRAM);
	union address a;
	socklen_t len = sizeof(a);
	char c;

	line("fresh socket");
	still(fd);
	did("getpeername", on.getpeername(fd, &a.sa, &len));
	a = name_of(fd);
	note("port %s", a.in.sin_port ? "set" : "0");
	line("recv");
	did("recv", on.recv(fd, &c, 1, MSG_DONTWAIT));
	line("send without destination");
	did("send", on.send(fd, "x", 1, 0));
	line("write without destination");
	did("write", on.write(fd, "x", 1));
	line("shutdown");
	did("shutdown", on.shutdown(fd, SHUT_WR));
	line("sending binds");
	{
		union address to = name_of(bound(family, SOCK_DGRAM));

		fd = open_socket(family, SOCK_DGRAM);
		did("sendto", send_to(fd, &to, "x"));
		a = name_of(fd);
		note("port %s", a.in.sin_port ? "set" : "0");
	}
}

static void sources(int family)
{
	int fd = bound(family, SOCK_DGRAM), one = bound(family, SOCK_DGRAM),
	    two = bound(family, SOCK_DGRAM), i;
	union address to = name_of(fd), a1 = name_of(one), a2 = name_of(two),
		      from;
	socklen_t len;
	char buf[16];

	line("from two sources");
	/* between different sockets nothing promises an order */
	did("sendto", send_to(one, &to, "first"));
	nap(20);
	did("sendto", send_to(two, &to, "second"));
	nap(20);
	did("sendto", send_to(one, &to, "third"));
	for (i = 0; i < 3; i++) {
		line("received");
		len = sizeof(from);
		memset(&from, 0, sizeof(from));
		polled(fd, POLLIN);
		got("recvfrom",
			on.recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT,
				&from.sa, &len),
			buf);
		note("length %u; from %s", len,
			same_address(&from, &a1)   ? "one"
			: same_address(&from, &a2) ? "two"
						   : "nobody");
	}
	line("none left");
	still(fd);
	line("answer");
	did("sendto", send_to(fd, &a2, "answer"));
	polled(two, POLLIN);
	got("read", on.read(two, buf, sizeof(buf)), buf);
}

static void connected(int family)
{
	struct ends e = datagrams(family);
	union address to = name_of(e.server), peer;
	socklen_t len = sizeof(peer);
	int other = bound(family, SOCK_DGRAM);
	union address third = name_of(other);
	char buf[16];

	line("peer");
	did("getpeername", on.getpeername(e.client, &peer.sa, &len));
	note("%s", same_address(&peer, &to) ? "the server" : "wrong");
	line("send and write");
	did("send", on.send(e.client, "one", 3, 0));
	did("write", on.write(e.client, "two", 3));
	polled(e.server, POLLIN);
	got("recv", on.recv(e.server, buf, sizeof(buf), 0), buf);
	got("read", on.read(e.server, buf, sizeof(buf)), buf);
	line("a stranger's datagram");
	send_to(other, &to, "stranger");
	still(e.server);
	line("to somebody else although connected");
	did("sendto", send_to(e.client, &third, "else"));
	polled(other, POLLIN);
	got("read", on.read(other, buf, sizeof(buf)), buf);
}

static void disconnect(int family)
{
	struct ends e = datagrams(family);
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	union address a, to = name_of(e.server);
	socklen_t len = sizeof(a);
	char buf[16];
	int other = bound(family, SOCK_DGRAM);

	line("disconnect");
	did("connect", on.connect(e.server, &none, sizeof(none)));
	did("getpeername", on.getpeername(e.server, &a.sa, &len));
	did("send", on.send(e.server, "x", 1, 0));
	line("connect elsewhere");
	a = name_of(other);
	did("connect", connect_to(e.client, &a));
	did("send", on.send(e.client, "moved", 5, 0));
	polled(other, POLLIN);
	got("read", on.read(other, buf, sizeof(buf)), buf);
	(void)to;
}

static void refused(int family)
{
	union address to = nobody(family, SOCK_DGRAM);
	int fd = open_socket(family, SOCK_DGRAM);
	char c;

	line("connected to nobody");
	did("connect", connect_to(fd, &to));
	did("send", on.send(fd, "x", 1, 0));
	polled(fd, POLLERR);
	line("its error");
	nonblocking(fd);
	did("recv", on.recv(fd, &c, 1, 0));
	did("recv", on.recv(fd, &c, 1, 0));
	line("told by SO_ERROR");
	on.send(fd, "x", 1, 0);
	nap(30);
	so_error(fd);
	so_error(fd);
}

static void refused_unconnected(int family)
{
	union address to = nobody(family, SOCK_DGRAM);
	int fd = open_socket(family, SOCK_DGRAM);
	char c;

	line("not connected, to nobody");
	did("sendto", send_to(fd, &to, "x"));
	still(fd);
	so_error(fd);
	did("recv", on.recv(fd, &c, 1, MSG_DONTWAIT));
}

static void empty(int family)
{
	struct ends e = datagrams(family);
	char buf[4];

	line("empty datagram");
	did("send", on.send(e.client, "", 0, 0));
	polled(e.server, POLLIN);
	did("recv", on.recv(e.server, buf, sizeof(buf), MSG_DONTWAIT));
	still(e.server);
}

static void empty_unconnected(int family)
{
	int fd = bound(family, SOCK_DGRAM), one = bound(family, SOCK_DGRAM);
	union address to = name_of(fd), from, a1 = name_of(one);
	socklen_t len = sizeof(from);
	char buf[4];

	line("empty datagram with its source");
	did("sendto", send_to(one, &to, ""));
	polled(fd, POLLIN);
	memset(&from, 0, sizeof(from));
	did("recvfrom", on.recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT,
				&from.sa, &len));
	note("%s", same_address(&from, &a1) ? "right" : "wrong");
}

static void sizes(int family)
{
	static char buf[70000];
	struct ends e = datagrams(family);
	int size;

	line("a large datagram");
	did("send", on.send(e.client, buf, 60000, 0));
	await(e.server, POLLIN);
	did("recv", on.recv(e.server, buf, sizeof(buf), MSG_DONTWAIT));
	line("one that is too large");
	did("send", on.send(e.client, buf, 66000, 0));
	line("room for a part");
	on.send(e.client, "abcdefgh", 8, 0);
	await(e.server, POLLIN);
	got("recv", on.recv(e.server, buf, 3, MSG_DONTWAIT), buf);
	did("recv", on.recv(e.server, buf, 3, MSG_DONTWAIT));
	line("FIONREAD");
	on.send(e.client, "abcde", 5, 0);
	on.send(e.client, "abc", 3, 0);
	await(e.server, POLLIN);
	nap(20);
	size = -1;
	did("ioctl", on.ioctl(e.server, FIONREAD, &size));
	note("size %d", size);
}

static void sharing(int family)
{
	int fd = open_socket(family, SOCK_DGRAM),
	    again = open_socket(family, SOCK_DGRAM);
	union address a = address(family, 0);

	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (on.bind(fd, &a.sa, address_size(family)) < 0)
		give_up("bind");
	a = name_of(fd);
	line("a port that is taken");
	did("bind", on.bind(again, &a.sa, address_size(family)));
	line("shared");
	set_int(again, SOL_SOCKET, SO_REUSEADDR, 1);
	did("bind", on.bind(again, &a.sa, address_size(family)));
}

static void shut(int family)
{
	struct ends e = datagrams(family);
	char c;

	line("shutdown of writing");
	did("shutdown", on.shutdown(e.client, SHUT_WR));
	did("send", on.send(e.client, "x", 1, MSG_NOSIGNAL));
	line("of reading");
	did("shutdown", on.shutdown(e.client, SHUT_RD));
	still(e.client);
	did("recv", on.recv(e.client, &c, 1, MSG_DONTWAIT));
}

static void many(int family)
{
	struct ends e = datagrams(family);
	char buf[8], want[8];
	int i, right = 0;

	for (i = 0; i < 50; i++) {
		memset(want, i, sizeof(want));
		if (on.send(e.client, want, sizeof(want), 0) != sizeof(want))
			give_up("send");
		/* few at once: datagrams may be lost */
		if (i % 5 == 4)
			nap(2);
	}
	for (i = 0; i < 50 && await(e.server, POLLIN); i++) {
		memset(want, i, sizeof(want));
		right += on.recv(e.server, buf, sizeof(buf), MSG_DONTWAIT) ==
				 sizeof(buf) &&
			 !memcmp(buf, want, sizeof(buf));
	}
	line("fifty datagrams");
	note("%d in order", right);
}

static void broadcast(int family)
{
	union address to = address(family, 9);
	int fd = open_socket(family, SOCK_DGRAM);

	to.in.sin_addr.s_addr = htonl(0x7fffffff);
	line("broadcast without leave");
	did("sendto", send_to(fd, &to, "x"));
}

static void reader(int fd)
{
	union address to = name_of(fd);

	send_to(bound(to.sa.sa_family, SOCK_DGRAM), &to, "awaited");
}

static void blocking(int family)
{
	int fd = bound(family, SOCK_DGRAM);
	struct later *l = later(50, reader, fd);
	char buf[16];
	union address from;
	socklen_t len = sizeof(from);

	line("recvfrom waits");
	got("recvfrom", on.recvfrom(fd, buf, sizeof(buf), 0, &from.sa, &len),
		buf);
	note("length %u", len);
	later_join(l);
	line("recv waits");
	l = later(50, reader, fd);
	got("recv", on.recv(fd, buf, sizeof(buf), 0), buf);
	later_join(l);
}

const struct conform_case dgram_cases[] = {
	{ "fresh", BOTH, fresh },
	{ "sources", BOTH, sources },
	{ "connected", BOTH, connected },
	{ "disconnect", BOTH, disconnect },
	{ "refused", BOTH, refused },
	{ "refused_unconnected", BOTH, refused_unconnected },
	{ "empty", BOTH, empty },
	{ "empty_unconnected", BOTH, empty_unconnected },
	{ "sizes", BOTH, sizes },
	{ "sharing", BOTH, sharing },
	{ "shut", BOTH, shut },
	{ "many", BOTH, many },
	{ "broadcast", V4, broadcast },
	{ "blocking", BOTH, blocking },
	{ NULL, 0, NULL },
};
