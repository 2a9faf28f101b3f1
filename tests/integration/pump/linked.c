/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * linked: the plug-in oldstyle in a program that links libioth: nothing is in
 * between, its functions are called as the program calls ioth_*(), with its own
 * descriptors
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ioth.h"

#define CHECK(what)                                                            \
	((what) ? (void)0                                                      \
		: (printf("FAIL: line %d: " #what " (%s)\n", __LINE__,         \
			   strerror(errno)),                                   \
			  exit(1)))

static const struct sockaddr_in local = {
	.sin_family = AF_INET, .sin_port = 0x1234, .sin_addr.s_addr = 0x0100007f
};
static const struct sockaddr *addr = (const struct sockaddr *)&local;

static int listening(struct ioth *stack)
{
	int fd = ioth_msocket(stack, AF_INET, SOCK_STREAM, 0);

	CHECK(fd >= 0);
	CHECK(ioth_bind(fd, addr, sizeof(local)) == 0);
	CHECK(ioth_listen(fd, 5) == 0);
	return fd;
}

static void talk(int from, int to, const char *text)
{
	struct pollfd pfd = { to, POLLIN, 0 };
	char buf[100];

	CHECK(poll(&pfd, 1, 0) == 0);
	CHECK(ioth_write(from, text, 6) == 6);
	CHECK(poll(&pfd, 1, 0) == 1);
	CHECK(ioth_recv(to, buf, sizeof(buf), 0) == 6);
	CHECK(!memcmp(buf, text, 6));
	CHECK(poll(&pfd, 1, 0) == 0);
}

/* There are no data in the descriptor itself. */
static void try_plain(int fd)
{
	char buf[100];

	CHECK(read(fd, buf, sizeof(buf)) < 0);
}

int main(void)
{
	struct ioth *stack = ioth_newstack("oldstyle", NULL);
	int server, client, served;
	char c;

	CHECK(stack);
	CHECK(ioth_plain(stack) == 0);
	client = ioth_msocket(stack, AF_INET, SOCK_STREAM, 0);
	CHECK(ioth_connect(client, addr, sizeof(local)) < 0);
	CHECK(errno == ECONNREFUSED);
	server = listening(stack);
	CHECK(ioth_connect(client, addr, sizeof(local)) == 0);
	served = ioth_accept(server, NULL, NULL);
	CHECK(served >= 0);
	talk(client, served, "there\n");
	talk(served, client, "back!\n");
	try_plain(client);
	CHECK(ioth_delstack(stack) < 0 && errno == EBUSY);
	CHECK(ioth_close(client) == 0);
	CHECK(ioth_read(served, &c, 1) == 0);
	CHECK(ioth_close(served) == 0 && ioth_close(server) == 0);
	CHECK(ioth_delstack(stack) == 0);
	return 0;
}
