/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream.c - connecting, listening, names, data in both directions
 */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fresh(int family)
{
	char c;
	int fd = open_socket(family, SOCK_STREAM);
	union address a = name_of(fd);
	socklen_t len = sizeof(a);

	line("fresh socket");
	still(fd);
	so_error(fd);
	did("getpeername", on.getpeername(fd, &a.sa, &len));
	line("recv of fresh");
	nonblocking(fd);
	did("recv", on.recv(fd, &c, 1, 0));
	line("send on fresh");
	did("send", on.send(fd, "x", 1, MSG_NOSIGNAL));
	line("shutdown of fresh");
	did("shutdown", on.shutdown(fd, SHUT_WR));
	line("accept on fresh");
	did("accept", on.accept(fd, NULL, NULL));
}

static void names(int family)
{
	int lfd = listener(family);
	union address to = name_of(lfd), client, peer, from;
	socklen_t len = sizeof(peer), fromlen = sizeof(from);
	int fd = open_socket(family, SOCK_STREAM), afd;

	line("blocking connect");
	did("connect", connect_to(fd, &to));
	line("names of the client");
	did("getpeername", on.getpeername(fd, &peer.sa, &len));
	note("length %u; %s", len,
		same_address(&peer, &to) ? "listener's" : "wrong");
	afd = on.accept(lfd, &from.sa, &fromlen);
	client = name_of(fd);
	line("address told by accept");
	note("length %u; %s", fromlen,
		same_address(&from, &client) ? "client's" : "wrong");
	line("names of the accepted");
	peer = name_of(afd);
	note("name %s", same_address(&peer, &to) ? "listener's" : "wrong");
	len = sizeof(peer);
	did("getpeername", on.getpeername(afd, &peer.sa, &len));
	note(same_address(&peer, &client) ? "client's" : "wrong");
	line("short buffer for a name");
	len = 4;
	did("getsockname", on.getsockname(fd, &peer.sa, &len));
	note("length %u", len);
	line("events of the client");
	still(fd);
	line("events of the accepted");
	still(afd);
	line("connect again");
	did("connect", connect_to(fd, &to));
}

static void connect_nonblocking(int family)
{
	int lfd = listener(family);
	union address to = name_of(lfd);
	int fd = open_socket(family, SOCK_STREAM | SOCK_NONBLOCK);

	line("nonblocking connect");
	did("connect", connect_to(fd, &to));
	polled(fd, POLLOUT);
	so_error(fd);
	line("listener");
	polled(lfd, POLLIN);
	worked("accept", on.accept(lfd, NULL, NULL));
	still(lfd);
	line("client sends");
	did("send", on.send(fd, "hello", 5, 0));
}

static void refused(int family)
{
	union address to = nobody(family, SOCK_STREAM);
	int fd = open_socket(family, SOCK_STREAM), lfd = listener(family);

	line("blocking connect to nobody");
	did("connect", connect_to(fd, &to));
	so_error(fd);
	line("events afterwards");
	still(fd);
	line("connect again, to somebody");
	to = name_of(lfd);
	did("connect", connect_to(fd, &to));
	did("send", on.send(fd, "x", 1, MSG_NOSIGNAL));
}

static void refused_nonblocking(int family)
{
	union address to = nobody(family, SOCK_STREAM);
	int fd = open_socket(family, SOCK_STREAM | SOCK_NONBLOCK);
	int lfd = listener(family);

	line("nonblocking connect to nobody");
	did("connect", connect_to(fd, &to));
	polled(fd, POLLHUP | POLLOUT);
	line("its error");
	so_error(fd);
	line("its error once more");
	so_error(fd);
	line("connect again, to somebody");
	to = name_of(lfd);
	did("connect", connect_to(fd, &to));
	polled(fd, POLLOUT);
	so_error(fd);
}

static void refused_read(int family)
{
	char c;
	union address to = nobody(family, SOCK_STREAM);
	int fd = open_socket(family, SOCK_STREAM | SOCK_NONBLOCK);

	connect_to(fd, &to);
	await(fd, POLLHUP);
	line("read after refused nonblocking connect");
	did("read", on.read(fd, &c, 1));
	did("read", on.read(fd, &c, 1));
	line("send after it");
	did("send", on.send(fd, "x", 1, MSG_NOSIGNAL));
}

/* Data from @fd to somebody who listens at @lfd, who then answers. */
static void exchange(int fd, int lfd)
{
	int afd = on.accept(lfd, NULL, NULL);
	char buf[8];

	worked("accept", afd);
	did("send", on.send(fd, "ping", 4, MSG_NOSIGNAL));
	got("recv", on.recv(afd, buf, sizeof(buf), 0), buf);
	did("send", on.send(afd, "pong", 4, MSG_NOSIGNAL));
	await(fd, POLLIN);
	got("recv", on.recv(fd, buf, sizeof(buf), 0), buf);
}

/* It stays what it was: bound, and the same for all who have it. */
static void refused_bound(int family)
{
	union address none = nobody(family, SOCK_STREAM), own, now, to;
	int lfd = listener(family), fd = bound(family, SOCK_STREAM);
	int other = dup(fd);

	own = name_of(fd);
	to = name_of(lfd);
	line("bound, connect to nobody");
	did("connect", connect_to(fd, &none));
	now = name_of(fd);
	note("name %s", same_address(&own, &now) ? "kept" : "lost");
	line("a duplicate connects to somebody");
	did("connect", connect_to(other, &to));
	exchange(fd, lfd);
}

static void refused_untold(int family)
{
	union address none = nobody(family, SOCK_STREAM), to;
	int fd = open_socket(family, SOCK_STREAM | SOCK_NONBLOCK);
	int lfd = listener(family);

	to = name_of(lfd);
	connect_to(fd, &none);
	await(fd, POLLHUP | POLLOUT);
	line("refused, its error not asked for, connect");
	did("connect", connect_to(fd, &to));
	so_error(fd);
	line("connect once more");
	did("connect", connect_to(fd, &to));
	await(fd, POLLOUT);
	so_error(fd);
	exchange(fd, lfd);
	note("O_NONBLOCK %d", !!(on.fcntl(fd, F_GETFL, 0) & O_NONBLOCK));
}

/* The second connect waits although the first did not. */
static void refused_twice(int family)
{
	union address none = nobody(family, SOCK_STREAM), to;
	int fd = open_socket(family, SOCK_STREAM | SOCK_NONBLOCK);
	int lfd = listener(family), i;

	to = name_of(lfd);
	for (i = 0; i < 3; i++) {
		line("refused without waiting, number %d", i);
		did("connect", connect_to(fd, &none));
		await(fd, POLLHUP | POLLOUT);
		did("connect", connect_to(fd, &none));
	}
	line("then connected with waiting");
	on.fcntl(fd, F_SETFL, 0);
	did("connect", connect_to(fd, &to));
	exchange(fd, lfd);
}

static void disconnected(int family)
{
	struct ends e = connection(family);
	union address nowhere = { .sa.sa_family = AF_UNSPEC }, to;
	int lfd = listener(family);
	char c;

	to = name_of(lfd);
	line("connect to no family");
	did("connect",
		on.connect(e.client, &nowhere.sa, sizeof(nowhere.storage)));
	did("getpeername", on.getpeername(e.client, &nowhere.sa,
				   &(socklen_t){ sizeof(nowhere) }));
	line("its peer");
	polled(e.server, POLLHUP);
	did("read", on.read(e.server, &c, 1));
	line("then to somebody");
	did("connect", connect_to(e.client, &to));
	exchange(e.client, lfd);
}

static void listening(int family)
{
	int lfd = listener(family), fd = open_socket(family, SOCK_STREAM), afd;
	union address to = name_of(lfd);
	char c;

	line("idle listener");
	still(lfd);
	line("recv of a listener");
	did("recv", on.recv(lfd, &c, 1, MSG_DONTWAIT));
	line("send on a listener");
	did("send", on.send(lfd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT));
	line("listen again");
	did("listen", on.listen(lfd, 4));
	line("nonblocking accept");
	nonblocking(lfd);
	did("accept", on.accept(lfd, NULL, NULL));
	connect_to(fd, &to);
	polled(lfd, POLLIN);
	afd = on.accept(lfd, NULL, NULL);
	worked("accept", afd);
	line("flags of the accepted");
	note("O_NONBLOCK %d", !!(on.fcntl(afd, F_GETFL, 0) & O_NONBLOCK));
	note("FD_CLOEXEC %d", !!(on.fcntl(afd, F_GETFD, 0) & FD_CLOEXEC));
}

static void three_waiting(int family)
{
	int lfd = listener(family), i, fd[3];
	union address to = name_of(lfd), from, client;
	socklen_t len;
	bool order = true;

	for (i = 0; i < 3; i++) {
		fd[i] = open_socket(family, SOCK_STREAM);
		if (connect_to(fd[i], &to) < 0)
			give_up("connect");
	}
	for (i = 0; i < 3; i++) {
		len = sizeof(from);
		client = name_of(fd[i]);
		if (on.accept(lfd, &from.sa, &len) < 0)
			give_up("accept");
		order &= same_address(&from, &client);
	}
	line("three waiting connections");
	note(order ? "accepted in order" : "not in order");
	still(lfd);
}

static void accept_later(int fd)
{
	union address to = name_of(fd);

	connect_to(open_socket(to.sa.sa_family, SOCK_STREAM), &to);
}

static void accept_blocking(int family)
{
	int lfd = listener(family);
	struct later *l = later(50, accept_later, lfd);

	line("accept waits for a connection");
	worked("accept", on.accept(lfd, NULL, NULL));
	later_join(l);
}

static void data(int family)
{
	struct ends e = connection(family);
	char buf[16];

	line("there and back");
	did("send", on.send(e.client, "ping", 4, 0));
	polled(e.server, POLLIN);
	got("recv", on.recv(e.server, buf, sizeof(buf), 0), buf);
	did("write", on.write(e.server, "pong!", 5));
	got("read", on.read(e.client, buf, sizeof(buf)), buf);
	line("in parts");
	on.send(e.client, "abcdef", 6, 0);
	got("read", on.read(e.server, buf, 2), buf);
	got("read", on.read(e.server, buf, 4), buf);
	line("two writes, one read");
	on.send(e.client, "abc", 3, 0);
	on.send(e.client, "def", 3, 0);
	nap(30);
	got("read", on.read(e.server, buf, 16), buf);
	line("nothing to read");
	did("recv", on.recv(e.server, buf, 16, MSG_DONTWAIT));
	line("address from recvfrom");
	on.send(e.client, "abc", 3, 0);
	{
		union address from;
		socklen_t len = sizeof(from);

		got("recvfrom",
			on.recvfrom(e.server, buf, 16, 0, &from.sa, &len), buf);
		note("length %u", len);
	}
	line("address for sendto");
	{
		union address to = address(family, 9);

		did("sendto", on.sendto(e.client, "abc", 3, 0, &to.sa,
				      address_size(family)));
	}
}

static unsigned char pattern(size_t at)
{
	return (unsigned char)(at * 7 + at / 251);
}

/* How much of the pattern comes out of @fd without waiting longer than 1 s. */
static size_t drain(int fd, size_t want, bool *intact)
{
	static unsigned char buf[65536];
	size_t at = 0;
	ssize_t n, i;

	*intact = true;
	while (at < want && await(fd, POLLIN)) {
		n = on.recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n <= 0)
			break;
		for (i = 0; i < n; i++)
			*intact &= buf[i] == pattern(at + (size_t)i);
		at += (size_t)n;
	}
	return at;
}

static void back_pressure(int family)
{
	struct ends e = connection(family);
	static unsigned char buf[4096];
	size_t sent = 0, i;
	ssize_t n;
	bool intact;
	int rounds;

	nonblocking(e.client);
	for (rounds = 0; rounds < 3; rounds++) { /* until it stays full */
		do {
			for (i = 0; i < sizeof(buf); i++)
				buf[i] = pattern(sent + i);
			n = on.send(e.client, buf, sizeof(buf), 0);
			sent += n > 0 ? (size_t)n : 0;
		} while (n > 0);
		nap(100);
	}
	line("full");
	did("send", n);
	still(e.client);
	line("drained");
	note("%s", drain(e.server, sent, &intact) == sent ? "all" : "not all");
	note(intact ? "intact" : "garbled");
	polled(e.client, POLLOUT);
}

const struct conform_case stream_cases[] = {
	{ "fresh", BOTH, fresh },
	{ "names", BOTH, names },
	{ "connect_nonblocking", BOTH, connect_nonblocking },
	{ "refused", BOTH, refused },
	{ "refused_nonblocking", BOTH, refused_nonblocking },
	{ "refused_read", BOTH, refused_read },
	{ "refused_bound", BOTH, refused_bound },
	{ "refused_untold", BOTH, refused_untold },
	{ "refused_twice", BOTH, refused_twice },
	{ "disconnected", BOTH, disconnected },
	{ "listening", BOTH, listening },
	{ "three_waiting", BOTH, three_waiting },
	{ "accept_blocking", BOTH, accept_blocking },
	{ "data", BOTH, data },
	{ "back_pressure", BOTH, back_pressure },
	{ NULL, 0, NULL },
};
