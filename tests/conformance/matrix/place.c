/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place.c - where the server and the visitor are */
#include "meet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ioth.h>
#include <msocket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fails(const struct place *p, const char *what)
{
	const char *name = strerrorname_np(errno);

	printf("%s: %s: %s\n", p->role, what, name ? name : "?");
	fflush(stdout);
	_exit(1);
}

union address host_address(int family, unsigned host, unsigned port)
{
	union address a = address(family, port);

	if (family == AF_INET6) {
		memset(&a.in6.sin6_addr, 0, sizeof(a.in6.sin6_addr));
		a.in6.sin6_addr.s6_addr[0] = 0xfd;
		a.in6.sin6_addr.s6_addr[15] = (uint8_t)host;
	} else {
		a.in.sin_addr.s_addr = htonl(0x0a000000 | host);
	}
	return a;
}

static void set_up(const struct place *p)
{
	union address v4 = host_address(AF_INET, p->host, 0),
		      v6 = host_address(AF_INET6, p->host, 0);
	int index = ioth_if_nametoindex(p->stack, "vde0");

	if (index < 0 || ioth_linksetupdown(p->stack, (unsigned)index, 1) < 0 ||
		ioth_ipaddr_add(p->stack, AF_INET, &v4.in.sin_addr, 24, index) <
			0 ||
		ioth_ipaddr_add(
			p->stack, AF_INET6, &v6.in6.sin6_addr, 64, index) < 0)
		fails(p, "interface");
}

static void new_stack(struct place *p, const char *text)
{
	char *plugin = strdup(text), *vnl = strchr(plugin, ',');

	if (vnl)
		*vnl++ = '\0';
	p->stack = ioth_newstack(plugin, vnl);
	if (!p->stack)
		fails(p, ioth_errmsg());
	if (vnl)
		set_up(p);
	free(plugin);
}

void place_open(struct place *p, const char *text)
{
	if (text[0] == '/')
		p->name = text;
	if (text[0] == '/' || !strcmp(text, "plain")) {
		way_plain();
		return;
	}
	way_libioth();
	new_stack(p, text);
}

void place_close(struct place *p)
{
	int tries = 100;

	/* Sockets that were closed a moment ago may keep it for a while. */
	while (p->stack && ioth_delstack(p->stack) < 0) {
		if (errno != EBUSY || --tries == 0)
			fails(p, "the stack does not end");
		nap(10);
	}
}

int place_socket(const struct place *p, int family, int type, int protocol)
{
	int fd = p->stack  ? ioth_msocket(p->stack, family, type, protocol)
		 : p->name ? msocket(p->name, family, type, protocol)
			   : socket(family, type, protocol);

	if (fd < 0)
		fails(p, "socket");
	return fd;
}

int place_bound(const struct place *p, int family, int type, unsigned port)
{
	union address own = host_address(family, p->host, port);
	int fd = place_socket(p, family, type, 0), yes = 1;

	if (on.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0)
		fails(p, "SO_REUSEADDR");
	if (on.bind(fd, &own.sa, address_size(family)) < 0)
		fails(p, "bind");
	return fd;
}

/* IPv6 looks for duplicates before it lets an address be used. */
void place_ready(const struct place *p)
{
	union address own = host_address(AF_INET6, p->host, 0);
	int fd = place_socket(p, AF_INET6, SOCK_DGRAM, 0), tries = 200;

	while (on.bind(fd, &own.sa, sizeof(own.in6)) < 0) {
		if (errno != EADDRNOTAVAIL || --tries == 0)
			fails(p, "own address");
		nap(50);
	}
	on.close(fd);
}
