/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * echo SWITCH - two stacks in one program, a TCP connection between them
 *
 * SWITCH is a path at which the first stack makes a virtual switch.
 *
 *	cc echo.c $(pkg-config --cflags --libs ioth) -o echo
 */
#include <arpa/inet.h>
#include <err.h>
#include <ioth.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ioth *new_stack(const char *vnl, const char *addr)
{
	struct ioth *stack = ioth_newstack("vdestack", vnl);
	struct in_addr in;
	int index;

	if (!stack)
		err(1, "vdestack on %s", vnl);
	index = ioth_if_nametoindex(stack, "vde0");
	inet_pton(AF_INET, addr, &in);
	if (index <= 0 || ioth_linksetupdown(stack, (unsigned)index, 1) < 0 ||
		ioth_ipaddr_add(stack, AF_INET, &in, 24, index) < 0)
		err(1, "%s on %s", addr, vnl);
	return stack;
}

static struct sockaddr_in address(const char *addr)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(7) };

	inet_pton(AF_INET, addr, &in.sin_addr);
	return in;
}

int main(int argc, char *argv[])
{
	char vnl[2][200], buf[100];
	struct sockaddr_in in = address("10.0.0.1");
	struct ioth *server, *client;
	int listener, there, here;
	ssize_t n;

	if (argc != 2)
		errx(2, "usage: echo SWITCH");
	snprintf(vnl[0], sizeof(vnl[0]), "switch://%s", argv[1]);
	snprintf(vnl[1], sizeof(vnl[1]), "vde://%s", argv[1]);
	server = new_stack(vnl[0], "10.0.0.1");
	client = new_stack(vnl[1], "10.0.0.2");

	listener = ioth_msocket(server, AF_INET, SOCK_STREAM, 0);
	if (ioth_bind(listener, (struct sockaddr *)&in, sizeof(in)) < 0 ||
		ioth_listen(listener, 1) < 0)
		err(1, "listen");
	here = ioth_msocket(client, AF_INET, SOCK_STREAM, 0);
	if (ioth_connect(here, (struct sockaddr *)&in, sizeof(in)) < 0)
		err(1, "connect");
	there = ioth_accept(listener, NULL, NULL);
	if (there < 0)
		err(1, "accept");

	ioth_write(here, "hello", 5);
	n = ioth_read(there, buf, sizeof(buf));
	ioth_write(there, buf, (size_t)n);
	n = ioth_read(here, buf, sizeof(buf));
	printf("echoed: %.*s\n", (int)n, buf);

	ioth_close(here);
	ioth_close(there);
	ioth_close(listener);
	if (ioth_delstack(client) < 0 || ioth_delstack(server) < 0)
		err(1, "delstack");
	return 0;
}
