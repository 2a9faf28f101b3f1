/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* options.c - options read back as what was set, with Linux's values */
#include "lt.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static int get(int fd, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);

	CHECK(ioth_getsockopt(fd, level, name, &value, &size) == 0);
	CHECK(size == sizeof(value));
	return value;
}

static void set(int fd, int level, int name, int value)
{
	CHECK(ioth_setsockopt(fd, level, name, &value, sizeof(value)) == 0);
}

static const struct {
	int type, level, name, initial, set, then;
} rows[] = {
	{ SOCK_STREAM, SOL_SOCKET, SO_REUSEADDR, 0, 7, 1 },
	{ SOCK_STREAM, SOL_SOCKET, SO_KEEPALIVE, 0, 1, 1 },
	{ SOCK_STREAM, SOL_SOCKET, SO_TYPE, SOCK_STREAM, -1, 0 },
	{ SOCK_STREAM, SOL_SOCKET, SO_DOMAIN, AF_INET, -1, 0 },
	{ SOCK_STREAM, SOL_SOCKET, SO_PROTOCOL, IPPROTO_TCP, -1, 0 },
	{ SOCK_STREAM, SOL_SOCKET, SO_ERROR, 0, -1, 0 },
	{ SOCK_STREAM, SOL_SOCKET, SO_ACCEPTCONN, 0, -1, 0 },
	{ SOCK_STREAM, SOL_SOCKET, SO_SNDBUF, 212992, 10000, 20000 },
	{ SOCK_STREAM, SOL_SOCKET, SO_RCVBUF, 212992, 10000, 20000 },
	{ SOCK_STREAM, IPPROTO_TCP, TCP_NODELAY, 0, 1, 1 },
	{ SOCK_STREAM, IPPROTO_TCP, TCP_CORK, 0, 1, 1 },
	{ SOCK_STREAM, IPPROTO_TCP, TCP_QUICKACK, 1, 0, 0 },
	{ SOCK_STREAM, IPPROTO_TCP, TCP_KEEPIDLE, 7200, 30, 30 },
	{ SOCK_STREAM, IPPROTO_TCP, TCP_KEEPINTVL, 75, 5, 5 },
	{ SOCK_STREAM, IPPROTO_TCP, TCP_KEEPCNT, 9, 3, 3 },
	{ SOCK_STREAM, IPPROTO_IP, IP_TOS, 0, 16, 16 },
	{ SOCK_DGRAM, SOL_SOCKET, SO_BROADCAST, 0, 1, 1 },
	{ SOCK_DGRAM, SOL_SOCKET, SO_TYPE, SOCK_DGRAM, -1, 0 },
	{ SOCK_DGRAM, SOL_SOCKET, SO_PROTOCOL, IPPROTO_UDP, -1, 0 },
	{ SOCK_DGRAM, IPPROTO_IP, IP_TTL, 64, 5, 5 },
	{ SOCK_DGRAM, IPPROTO_IP, IP_MULTICAST_TTL, 1, 3, 3 },
	{ SOCK_DGRAM, IPPROTO_IP, IP_MULTICAST_LOOP, 1, 0, 0 },
	{ SOCK_DGRAM, IPPROTO_IP, IP_PKTINFO, 0, 1, 1 },
};

static void test_rows(struct ioth *stack)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int fd = lt_socket(stack, AF_INET, rows[i].type, 0);

		if (get(fd, rows[i].level, rows[i].name) != rows[i].initial)
			lt_check(false, "initial value", __FILE__, (int)i);
		if (rows[i].set >= 0) {
			set(fd, rows[i].level, rows[i].name, rows[i].set);
			if (get(fd, rows[i].level, rows[i].name) !=
				rows[i].then)
				lt_check(false, "value", __FILE__, (int)i);
		}
		close(fd);
	}
}

static void test_v6only(struct ioth *stack)
{
	union lt_addr any = lt_addr("::", 50), v4 = lt_addr("0.0.0.0", 50);
	int fd = lt_socket(stack, AF_INET6, SOCK_STREAM, 0), fd4;

	CHECK(get(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 0);
	set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	CHECK(ioth_bind(fd, &any.sa, sizeof(any.in6)) == 0);
	CHECK(ioth_listen(fd, 1) == 0);
	fd4 = lt_socket(stack, AF_INET, SOCK_STREAM, 0);
	CHECK(ioth_bind(fd4, &v4.sa, sizeof(v4.in)) == 0);
	CHECK(ioth_listen(fd4, 1) == 0);
	close(fd4);
	close(fd);
}

static void test_timeout(struct ioth *stack)
{
	struct timeval tv = { 0, 50000 };
	int fd = lt_socket(stack, AF_INET, SOCK_DGRAM, 0);
	char c;

	CHECK(ioth_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) ==
		0);
	FAILS(read(fd, &c, 1), EAGAIN);
	FAILS(ioth_recvfrom(fd, &c, 1, 0, NULL, NULL), EAGAIN);
	close(fd);
}

static void test_flags(struct ioth *stack)
{
	int fd = lt_socket(
		stack, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	char c;

	CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	FAILS(read(fd, &c, 1), EAGAIN);
	close(fd);
	fd = lt_socket(stack, AF_INET, SOCK_STREAM, 0);
	CHECK(!(fcntl(fd, F_GETFL) & O_NONBLOCK));
	CHECK(!(fcntl(fd, F_GETFD) & FD_CLOEXEC));
	close(fd);
}

static void test_info(struct ioth *stack)
{
	struct tcp_info info;
	socklen_t size = sizeof(info);
	int fd[2];

	lt_connection(stack, stack, "127.0.0.1", 51, fd);
	CHECK(ioth_getsockopt(fd[0], IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
	CHECK(info.tcpi_state == TCP_ESTABLISHED);
	CHECK(info.tcpi_snd_mss == 1460);
	close(fd[0]);
	close(fd[1]);
}

void options_run(void)
{
	struct ioth *stack = lt_stack("lwip", NULL, 0);

	test_rows(stack);
	test_v6only(stack);
	test_timeout(stack);
	test_flags(stack);
	test_info(stack);
	lt_delete(stack);
}
