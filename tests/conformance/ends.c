/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ends.c - the ways in which a connection ends
 */
#include "conform.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

static void half_close(int family)
{
	struct ends e = connection(family);
	char buf[16];

	line("client shuts down its sending side");
	did("shutdown", on.shutdown(e.client, SHUT_WR));
	line("server");
	polled(e.server, POLLIN | POLLRDHUP);
	got("read", on.read(e.server, buf, sizeof(buf)), buf);
	got("read", on.read(e.server, buf, sizeof(buf)), buf);
	line("client afterwards");
	still(e.client);
	did("send", on.send(e.client, "x", 1, MSG_NOSIGNAL));
	line("server still sends");
	did("send", on.send(e.server, "late", 4, 0));
	got("read", on.read(e.client, buf, sizeof(buf)), buf);
	line("shutdown once more");
	did("shutdown", on.shutdown(e.client, SHUT_WR));
	line("both have shut down");
	did("shutdown", on.shutdown(e.server, SHUT_WR));
	polled(e.client, POLLHUP);
	line("server then");
	polled(e.server, POLLHUP);
	got("read", on.read(e.client, buf, sizeof(buf)), buf);
}

static void data_before_fin(int family)
{
	struct ends e = connection(family);
	char buf[16];

	on.send(e.client, "bye", 3, 0);
	on.close(e.client);
	line("data, then close");
	polled(e.server, POLLIN | POLLRDHUP);
	got("read", on.read(e.server, buf, sizeof(buf)), buf);
	got("read", on.read(e.server, buf, sizeof(buf)), buf);
	still(e.server);
	so_error(e.server);
}

static void write_to_closed(int family)
{
	struct ends e = connection(family);

	on.close(e.client);
	await(e.server, POLLRDHUP);
	line("send to the closed");
	did("send", on.send(e.server, "x", 1, MSG_NOSIGNAL));
	polled(e.server, POLLHUP);
	line("once more");
	did("send", on.send(e.server, "x", 1, MSG_NOSIGNAL));
}

static void reset(int family)
{
	struct ends e = connection(family);
	struct linger l = { .l_onoff = 1, .l_linger = 0 };
	char buf[16];

	line("lingering for no time");
	did("setsockopt",
		on.setsockopt(e.client, SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	did("close", on.close(e.client));
	line("peer");
	polled(e.server, POLLHUP);
	line("reads of the peer");
	did("read", on.read(e.server, buf, sizeof(buf)));
	did("read", on.read(e.server, buf, sizeof(buf)));
	so_error(e.server);
	line("send of the peer");
	did("send", on.send(e.server, "x", 1, MSG_NOSIGNAL));
	still(e.server);
}

static void reset_error(int family)
{
	struct ends e = connection(family);
	struct linger l = { .l_onoff = 1, .l_linger = 0 };
	char c;

	on.setsockopt(e.client, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	on.close(e.client);
	await(e.server, POLLHUP);
	line("SO_ERROR of a reset connection");
	so_error(e.server);
	so_error(e.server);
	did("read", on.read(e.server, &c, 1));
}

static void reset_loses_data(int family)
{
	struct ends e = connection(family);
	struct linger l = { .l_onoff = 1, .l_linger = 0 };
	char buf[16];

	on.send(e.client, "lost", 4, 0);
	await(e.server, POLLIN);
	on.setsockopt(e.client, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	on.close(e.client);
	await(e.server, POLLHUP);
	line("unread data before a reset");
	did("read", on.read(e.server, buf, sizeof(buf)));
}

static void close_with_unread(int family)
{
	struct ends e = connection(family);
	char c;

	on.send(e.server, "unread", 6, 0);
	await(e.client, POLLIN);
	line("close with unread data");
	did("close", on.close(e.client));
	polled(e.server, POLLHUP);
	did("read", on.read(e.server, &c, 1));
}

static void gone_in_the_queue(int family)
{
	int lfd = listener(family), fd = open_socket(family, SOCK_STREAM), afd;
	union address to = name_of(lfd);
	char buf[16];

	if (connect_to(fd, &to) < 0)
		give_up("connect");
	on.send(fd, "hi", 2, 0);
	on.close(fd);
	line("client has closed before accept");
	polled(lfd, POLLIN);
	afd = on.accept(lfd, NULL, NULL);
	worked("accept", afd);
	got("read", on.read(afd, buf, sizeof(buf)), buf);
	got("read", on.read(afd, buf, sizeof(buf)), buf);
}

static void listener_closes(int family)
{
	int lfd = listener(family), fd = open_socket(family, SOCK_STREAM);
	union address to = name_of(lfd);
	char c;

	if (connect_to(fd, &to) < 0)
		give_up("connect");
	await(lfd, POLLIN);
	on.close(lfd);
	line("listener closes, a connection waits");
	polled(fd, POLLHUP);
	did("read", on.read(fd, &c, 1));
	line("connect to what was closed");
	did("connect", connect_to(open_socket(family, SOCK_STREAM), &to));
}

static void shut_reading(int family)
{
	struct ends e = connection(family);
	char c;

	line("shutdown of reading");
	did("shutdown", on.shutdown(e.server, SHUT_RD));
	still(e.server);
	did("read", on.read(e.server, &c, 1));
	line("of both");
	did("shutdown", on.shutdown(e.server, SHUT_RDWR));
	still(e.server);
	line("peer");
	polled(e.client, POLLRDHUP);
}

static void shut_listener(int family)
{
	int lfd = listener(family);
	union address to = name_of(lfd);

	line("shutdown of a listener");
	did("shutdown", on.shutdown(lfd, SHUT_RDWR));
	nonblocking(lfd);
	did("accept", on.accept(lfd, NULL, NULL));
	line("connect to it");
	did("connect", connect_to(open_socket(family, SOCK_STREAM), &to));
}

static void read_wakes(int family)
{
	struct ends e = connection(family);
	struct later *l = later(50, close_it, e.client);
	char c;

	line("a read that waits while the peer closes");
	did("read", on.read(e.server, &c, 1));
	later_join(l);
}

static void own_shutdown_wakes(int family)
{
	struct ends e = connection(family);
	struct later *l = later(50, shut_it, e.server);
	char c;

	line("a read that waits while another thread shuts down");
	did("read", on.read(e.server, &c, 1));
	later_join(l);
}

const struct conform_case ends_cases[] = {
	{ "half_close", BOTH, half_close },
	{ "data_before_fin", BOTH, data_before_fin },
	{ "write_to_closed", BOTH, write_to_closed },
	{ "reset", BOTH, reset },
	{ "reset_error", BOTH, reset_error },
	{ "reset_loses_data", BOTH, reset_loses_data },
	{ "close_with_unread", BOTH, close_with_unread },
	{ "gone_in_the_queue", BOTH, gone_in_the_queue },
	{ "listener_closes", BOTH, listener_closes },
	{ "shut_reading", BOTH, shut_reading },
	{ "shut_listener", BOTH, shut_listener },
	{ "read_wakes", BOTH, read_wakes },
	{ "own_shutdown_wakes", BOTH, own_shutdown_wakes },
	{ NULL, 0, NULL },
};
