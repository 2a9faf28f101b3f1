/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tcp_ends.c - how connections end and fail: FIN, RST, linger, refusals */
#include "lt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static int error_of(int fd)
{
	int err = -1;
	socklen_t size = sizeof(err);

	CHECK(ioth_getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) == 0);
	return err;
}

/* Each direction ends on its own. */
static void test_half_close(struct ioth *stack[2])
{
	int fd[2];
	char buf[8];

	lt_connection(stack[0], stack[1], "10.0.0.1", 20, fd);
	CHECK(write(fd[1], "last", 4) == 4);
	CHECK(ioth_shutdown(fd[1], SHUT_WR) == 0);
	CHECK(read(fd[0], buf, sizeof(buf)) == 4);
	CHECK(read(fd[0], buf, sizeof(buf)) == 0);
	CHECK(lt_poll(fd[0], POLLIN | POLLRDHUP, 0) & POLLRDHUP);
	FAILS(write(fd[1], "x", 1), EPIPE);
	lt_transfer(fd[0], fd[1], 1 << 20);
	close(fd[0]);
	CHECK(read(fd[1], buf, sizeof(buf)) == 0);
	close(fd[1]);
}

/* Data on its way when the sender closes arrives. */
static void test_close_flushes(struct ioth *stack[2])
{
	static char buf[150000];
	int fd[2];
	size_t done = 0;
	ssize_t n;

	lt_connection(stack[0], stack[1], "10.0.0.1", 21, fd);
	CHECK(write(fd[1], buf, sizeof(buf)) == sizeof(buf));
	close(fd[1]);
	while ((n = read(fd[0], buf, sizeof(buf))) > 0)
		done += (size_t)n;
	CHECK(n == 0 && done == sizeof(buf));
	close(fd[0]);
}

/* Closed with unread data: a reset for the other side. */
static void test_unread(struct ioth *stack[2])
{
	int fd[2];
	char c;

	lt_connection(stack[0], stack[1], "10.0.0.1", 22, fd);
	CHECK(write(fd[1], "unread", 6) == 6);
	CHECK(lt_poll(fd[0], POLLIN, 5000) == POLLIN);
	close(fd[0]);
	CHECK(lt_poll(fd[1], POLLIN, 5000) & POLLHUP);
	FAILS(read(fd[1], &c, 1), ECONNRESET);
	close(fd[1]);
}

static void test_linger(struct ioth *stack[2])
{
	struct linger linger = { 1, 0 };
	int fd[2];
	char c;

	lt_connection(stack[0], stack[1], "10.0.0.1", 23, fd);
	CHECK(ioth_setsockopt(fd[0], SOL_SOCKET, SO_LINGER, &linger,
		      sizeof(linger)) == 0);
	close(fd[0]);
	FAILS(read(fd[1], &c, 1), ECONNRESET);
	FAILS(write(fd[1], "x", 1), EPIPE);
	close(fd[1]);
}

/* What had come before a reset is read before it is told. */
static void test_data_before_reset(struct ioth *stack[2])
{
	struct linger linger = { 1, 0 };
	char buf[8];
	int fd[2];

	lt_connection(stack[0], stack[1], "10.0.0.1", 24, fd);
	CHECK(write(fd[0], "data", 4) == 4);
	CHECK(lt_poll(fd[1], POLLIN, 5000) == POLLIN);
	CHECK(ioth_setsockopt(fd[0], SOL_SOCKET, SO_LINGER, &linger,
		      sizeof(linger)) == 0);
	close(fd[0]);
	CHECK(lt_poll(fd[1], 0, 5000) & POLLHUP);
	CHECK(read(fd[1], buf, sizeof(buf)) == 4);
	FAILS(read(fd[1], buf, sizeof(buf)), ECONNRESET);
	close(fd[1]);
}

static void test_refused(struct ioth *stack[2])
{
	short seen;
	union lt_addr addr = lt_addr("10.0.0.1", 25);
	int fd = lt_socket(stack[1], AF_INET, SOCK_STREAM, 0), listener;
	char c = 'x';

	FAILS(ioth_connect(fd, &addr.sa, sizeof(addr.in)), ECONNREFUSED);
	listener = lt_listen(stack[0], "10.0.0.1", 25);
	/* the same socket again */
	CHECK(ioth_connect(fd, &addr.sa, sizeof(addr.in)) == 0);
	CHECK(write(fd, &c, 1) == 1);
	close(listener);
	close(fd);
	usleep(50000); /* the stack learns of it by an event */
	fd = lt_socket(stack[1], AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	FAILS(ioth_connect(fd, &addr.sa, sizeof(addr.in)), EINPROGRESS);
	/* POLLOUT at the latest with the others: it is what programs await */
	seen = lt_poll(fd, POLLOUT, 5000);
	CHECK(seen & POLLOUT);
	while (seen != (POLLOUT | POLLERR | POLLHUP))
		seen = lt_poll(fd, 0, 5000) | POLLOUT;
	CHECK(error_of(fd) == ECONNREFUSED);
	CHECK(error_of(fd) == 0);
	close(fd);
}

static void test_unreachable(struct ioth *stack[2])
{
	union lt_addr addr = lt_addr("192.0.2.1", 26);
	union lt_addr silent = lt_addr("10.0.0.99", 26);
	struct timeval tv = { 0, 200000 };
	int fd = lt_socket(stack[1], AF_INET, SOCK_STREAM, 0);

	FAILS(ioth_connect(fd, &addr.sa, sizeof(addr.in)), ENETUNREACH);
	CHECK(ioth_setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) ==
		0);
	FAILS(ioth_connect(fd, &silent.sa, sizeof(silent.in)), EINPROGRESS);
	FAILS(ioth_connect(fd, &silent.sa, sizeof(silent.in)), EALREADY);
	close(fd);
}

/* Closing a listener resets those that wait in its queue. */
static void test_listener(struct ioth *stack[2])
{
	union lt_addr addr = lt_addr("10.0.0.1", 27);
	int listener = lt_listen(stack[0], "10.0.0.1", 27), other;
	int client = lt_connect(stack[1], "10.0.0.1", 27);
	struct timeval tv = { 0, 100000 };
	char c;

	other = lt_socket(stack[0], AF_INET, SOCK_STREAM, 0);
	FAILS(ioth_bind(other, &addr.sa, sizeof(addr.in)), EADDRINUSE);
	close(other);
	CHECK(lt_poll(listener, POLLIN, 5000) == POLLIN);
	close(listener);
	FAILS(read(client, &c, 1), ECONNRESET);
	close(client);
	listener = lt_listen(stack[0], "10.0.0.1", 27);
	CHECK(ioth_setsockopt(
		      listener, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
	FAILS(ioth_accept(listener, NULL, NULL), EAGAIN);
	CHECK(ioth_shutdown(listener, SHUT_RDWR) == 0);
	FAILS(ioth_accept(listener, NULL, NULL), EINVAL);
	close(listener);
}

static void test_keepalive_dead_peer(struct ioth *stack[2])
{
	int fd[2], one = 1, count = 2;
	char c;

	lt_connection(stack[0], stack[1], "10.0.0.1", 28, fd);
	CHECK(ioth_setsockopt(
		      fd[1], SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)) == 0);
	CHECK(ioth_setsockopt(fd[1], IPPROTO_TCP, 4, &one, sizeof(one)) == 0);
	CHECK(ioth_setsockopt(fd[1], IPPROTO_TCP, 5, &one, sizeof(one)) == 0);
	CHECK(ioth_setsockopt(fd[1], IPPROTO_TCP, 6, &count, sizeof(count)) ==
		0);
	CHECK(ioth_linksetupdown(stack[0], 2, 0) == 0);
	CHECK(lt_poll(fd[1], POLLIN, 15000) & POLLHUP);
	FAILS(ioth_read(fd[1], &c, 1), ETIMEDOUT);
	CHECK(error_of(fd[1]) == 0);
	close(fd[0]);
	close(fd[1]);
	CHECK(ioth_linksetupdown(stack[0], 2, 1) == 0);
}

void ends_run(void)
{
	struct ioth *stack[2];

	lt_pair(stack);
	test_half_close(stack);
	test_close_flushes(stack);
	test_unread(stack);
	test_linger(stack);
	test_data_before_reset(stack);
	test_refused(stack);
	test_unreachable(stack);
	test_listener(stack);
	test_keepalive_dead_peer(stack);
	lt_unpair(stack);
}
