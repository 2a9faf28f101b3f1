/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tcp.c - TCP between two stacks: echo, names, bulk, many connections */
#include "lt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void echo(int server, int client)
{
	char buf[16] = "";

	CHECK(write(client, "hello", 5) == 5);
	CHECK(read(server, buf, sizeof(buf)) == 5 && !memcmp(buf, "hello", 5));
	CHECK(ioth_send(server, "world!", 6, 0) == 6);
	CHECK(ioth_recv(client, buf, sizeof(buf), 0) == 6);
	CHECK(!memcmp(buf, "world!", 6));
}

static void check_names(int server, int client)
{
	union lt_addr a, b;
	socklen_t size = sizeof(a);

	CHECK(ioth_getsockname(client, &a.sa, &size) == 0);
	size = sizeof(b);
	CHECK(ioth_getpeername(server, &b.sa, &size) == 0);
	CHECK(lt_port(&a) == lt_port(&b) && lt_port(&a) != 0);
	if (a.sa.sa_family == b.sa.sa_family && a.sa.sa_family == AF_INET)
		CHECK(a.in.sin_addr.s_addr == b.in.sin_addr.s_addr);
}

static void test_echo(struct ioth *server, struct ioth *client, const char *ip)
{
	int fd[2];

	lt_connection(server, client, ip, 7, fd);
	echo(fd[0], fd[1]);
	check_names(fd[0], fd[1]);
	close(fd[0]);
	close(fd[1]);
}

/* A dual-stack listener sees IPv4 clients as mapped addresses. */
static void test_mapped(struct ioth *stack[2])
{
	int listener = lt_listen(stack[0], NULL, 8), client, server;
	union lt_addr addr;
	socklen_t size = sizeof(addr);

	client = lt_connect(stack[1], "10.0.0.1", 8);
	server = ioth_accept(listener, &addr.sa, &size);
	CHECK(server >= 0 && size == sizeof(addr.in6));
	CHECK(IN6_IS_ADDR_V4MAPPED(&addr.in6.sin6_addr));
	echo(server, client);
	close(client);
	close(server);
	client = lt_connect(stack[1], "fd00::1", 8);
	server = ioth_accept(listener, NULL, NULL);
	CHECK(server >= 0);
	echo(server, client);
	close(client);
	close(server);
	/* and connects to them */
	client = lt_connect(stack[1], "::ffff:10.0.0.1", 8);
	close(client);
	close(listener);
}

static void test_nonblocking(struct ioth *stack[2])
{
	int listener = lt_listen(stack[0], "10.0.0.1", 9), client, server, err;
	union lt_addr addr = lt_addr("10.0.0.1", 9);
	socklen_t size = sizeof(err);
	char c;

	client = lt_socket(stack[1], AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK(!(lt_poll(client, POLLIN, 0) & POLLIN));
	FAILS(ioth_connect(client, &addr.sa, sizeof(addr.in)), EINPROGRESS);
	CHECK(lt_poll(client, POLLOUT, 5000) == POLLOUT);
	CHECK(ioth_getsockopt(client, SOL_SOCKET, SO_ERROR, &err, &size) == 0);
	CHECK(err == 0);
	CHECK(ioth_connect(client, &addr.sa, sizeof(addr.in)) == 0);
	FAILS(ioth_connect(client, &addr.sa, sizeof(addr.in)), EISCONN);
	FAILS(read(client, &c, 1), EAGAIN);
	CHECK(lt_poll(listener, POLLIN, 5000) == POLLIN);
	server = ioth_accept(listener, NULL, NULL);
	CHECK(server >= 0);
	CHECK(ioth_fcntl(listener, F_SETFL, O_NONBLOCK) == 0);
	FAILS(ioth_accept(listener, NULL, NULL), EAGAIN);
	CHECK(write(server, "abc", 3) == 3);
	CHECK(lt_poll(client, POLLIN, 5000) == POLLIN);
	CHECK(ioth_ioctl(client, FIONREAD, &err) == 0 && err == 3);
	close(client);
	close(server);
	close(listener);
}

static void test_bulk(struct ioth *stack[2], const char *ip, size_t size)
{
	int fd[2];

	lt_connection(stack[0], stack[1], ip, 10, fd);
	lt_transfer(fd[1], fd[0], size);
	lt_transfer(fd[0], fd[1], size / 4);
	close(fd[0]);
	close(fd[1]);
}

/* A receiver that does not read stops the sender, and nothing is lost. */
static void test_back_pressure(struct ioth *stack[2])
{
	static char buf[65536];
	size_t sent = 0, received = 0;
	int fd[2], idle = 0;
	ssize_t n;

	lt_connection(stack[0], stack[1], "10.0.0.1", 11, fd);
	CHECK(fcntl(fd[1], F_SETFL, O_NONBLOCK) == 0);
	while (idle < 20) {
		n = write(fd[1], buf, sizeof(buf));
		idle = n > 0 ? 0 : idle + 1;
		sent += n > 0 ? (size_t)n : 0;
		CHECK(sent < 8 << 20);
		if (n < 0)
			usleep(10000);
	}
	CHECK(!(lt_poll(fd[1], POLLOUT, 0) & POLLOUT));
	while (received < sent) {
		n = read(fd[0], buf, sizeof(buf));
		CHECK(n > 0);
		received += (size_t)n;
	}
	CHECK(lt_poll(fd[1], POLLOUT, 5000) == POLLOUT);
	close(fd[0]);
	close(fd[1]);
}

/* To oneself: by lo, and by the own address. */
static void test_loopback(struct ioth *stack)
{
	test_echo(stack, stack, "127.0.0.1");
	test_echo(stack, stack, "::1");
	test_echo(stack, stack, "10.0.0.1");
}

void tcp_run(void)
{
	struct ioth *stack[2];

	lt_pair(stack);
	lt_wait6(stack[0], 1);
	lt_wait6(stack[1], 2);
	test_echo(stack[0], stack[1], "10.0.0.1");
	test_echo(stack[0], stack[1], "fd00::1");
	test_mapped(stack);
	test_nonblocking(stack);
	test_loopback(stack[0]);
	test_back_pressure(stack);
	test_bulk(stack, "10.0.0.1", 100 << 20);
	test_bulk(stack, "fd00::1", 10 << 20);
	lt_unpair(stack);
}

/* ---- many ---- */

#define MANY 1000

void many_run(void)
{
	static int servers[MANY], clients[MANY];
	struct ioth *stack[2];
	int listener;

	lt_pair(stack);
	listener = lt_listen(stack[0], "10.0.0.1", 12);
	for (int i = 0; i < MANY; i++) {
		clients[i] = lt_connect(stack[1], "10.0.0.1", 12);
		servers[i] = ioth_accept(listener, NULL, NULL);
		CHECK(servers[i] >= 0);
	}
	for (int i = 0; i < MANY; i++)
		echo(servers[i], clients[i]);
	for (int i = 0; i < MANY; i++) {
		close(i % 2 ? servers[i] : clients[i]);
		close(i % 2 ? clients[i] : servers[i]);
	}
	close(listener);
	lt_unpair(stack);
}
