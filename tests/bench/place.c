/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "place.h"
#include <arpa/inet.h>
#include <ioth.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>
#include "common.h"

#define BACKLOG 1024

static const struct calls kernel = { connect, bind, listen, accept, close,
	setsockopt, sendto, recvfrom };
static const struct calls libioth = { ioth_connect, ioth_bind, ioth_listen,
	ioth_accept, ioth_close, ioth_setsockopt, ioth_sendto, ioth_recvfrom };

static void bring_up(struct ioth *stack, const char *ifname, const char *ip)
{
	int ifindex = ioth_if_nametoindex(stack, ifname);
	struct in_addr addr;

	if (ifindex < 0 || ioth_linksetupdown(stack, (unsigned)ifindex, 1) < 0)
		die(ifname);
	if (ip && inet_pton(AF_INET, ip, &addr) == 1 &&
		ioth_ipaddr_add(stack, AF_INET, &addr, 24, ifindex) < 0)
		die(ip);
}

static struct place open_place(char *argv[])
{
	struct place place = { .calls = &kernel };

	if (!strcmp(argv[0], "-"))
		return place;
	place.calls = &libioth;
	place.stack = ioth_newstack(argv[0], argv[1]);
	if (!place.stack) {
		fprintf(stderr, "bench: %s %s: %s\n", argv[0], argv[1],
			ioth_errmsg());
		exit(1);
	}
	bring_up(place.stack, "lo", NULL);
	bring_up(place.stack, "vde0", argv[2]);
	return place;
}

static void close_place(struct place *place)
{
	fflush(stdout);
	if (place->stack)
		ioth_delstack(place->stack);
}

int place_socket(const struct place *place, int type)
{
	int fd = place->stack ? ioth_msocket(place->stack, AF_INET, type, 0)
			      : socket(AF_INET, type, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

int place_serve(const struct place *place, int type)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons(PORT) };
	int one = 1, fd = place_socket(place, type);

	place->calls->setsockopt(
		fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (place->calls->bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		die("bind");
	if (type == SOCK_STREAM && place->calls->listen(fd, BACKLOG) < 0)
		die("listen");
	say_ready();
	return fd;
}

int place_try_connect(const struct place *place, const char *peer)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons(PORT) };
	int fd = place_socket(place, SOCK_STREAM);

	inet_pton(AF_INET, peer, &addr.sin_addr);
	if (place->calls->connect(fd, (struct sockaddr *)&addr, sizeof(addr)) ==
		0)
		return fd;
	place->calls->close(fd);
	return -1;
}

int place_main(int argc, char *argv[], const struct place_mode *modes)
{
	struct place place;

	while (modes->name && (argc < 2 || strcmp(modes->name, argv[1]) != 0))
		modes++;
	if (!modes->name || argc < 5 + modes->more_len) {
		fputs("bench: MODE STACK VNL IP ..., see the source\n", stderr);
		return 2;
	}
	place = open_place(argv + 2);
	modes->run(&place, argv + 5);
	close_place(&place);
	return 0;
}
