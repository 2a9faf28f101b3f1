/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * visit.c - the visitor: each protocol, over IPv4 and IPv6
 *
 * Wires may lose datagrams, so they are sent again until there is an answer;
 * never is there a wrong one.
 */
#include "meet.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { ATTEMPTS = 50, PATIENCE_MS = 200 };

/* Until the server is there. */
static int connection_to_server(const struct place *p, int family)
{
	union address to = host_address(family, SERVER, PORT);
	int fd, tries = ATTEMPTS;

	for (;;) {
		fd = place_socket(p, family, SOCK_STREAM, 0);
		if (connect_to(fd, &to) == 0)
			return fd;
		if (--tries == 0)
			fails(p, "connect");
		on.close(fd);
		nap(PATIENCE_MS);
	}
}

static void stream(const struct place *p, int family)
{
	int fd = connection_to_server(p, family);
	uint64_t sent = send_stream(p, fd), told, sum = 0, received;
	unsigned char buf[10000];
	size_t at, size;

	if (on.recv(fd, &told, sizeof(told), MSG_WAITALL) != sizeof(told))
		fails(p, "recv");
	if (told != sent)
		fails(p, "the server's checksum is wrong");
	for (at = 0; at < STREAM_SIZE; at += size) {
		size = STREAM_SIZE - at;
		size = size < sizeof(buf) ? size : sizeof(buf);
		fill(buf, size, at, SERVER);
		sum = sum_of(sum, buf, size);
	}
	received = receive_stream(p, fd, &size);
	if (size != STREAM_SIZE || received != sum)
		fails(p, "what the server sent is wrong");
	on.close(fd);
}

/* Waits for an answer in @buf. */
static ssize_t answer(const struct place *p, int fd, void *buf, size_t size)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&pfd, 1, PATIENCE_MS) <= 0)
		return -1;
	n = on.recv(fd, buf, size, MSG_DONTWAIT);
	/* the server may have been late */
	if (n < 0 && errno != EAGAIN && errno != ECONNREFUSED)
		fails(p, "recv");
	return n;
}

static void one_datagram(
	const struct place *p, int fd, const union address *to, size_t size)
{
	static unsigned char out[65536], in[65536];
	int tries;
	ssize_t n;

	fill(out, size, size, VISITOR);
	for (tries = 0; tries < ATTEMPTS; tries++) {
		if (on.sendto(fd, out, size, 0, &to->sa,
			    address_size(to->sa.sa_family)) != (ssize_t)size)
			fails(p, "sendto");
		while ((n = answer(p, fd, in, sizeof(in))) >= 0)
			if (n == (ssize_t)size && !memcmp(in, out, size))
				return;
			else if (n > (ssize_t)size)
				fails(p, "wrong datagram");
		/* else: the second answer to an earlier one */
	}
	fails(p, "no datagram comes back");
}

/* The last two travel in fragments. */
static void datagrams_of_sizes(const struct place *p, int family)
{
	static const size_t sizes[] = { 1, 100, 1400, 1473, 4000 };
	union address to = host_address(family, SERVER, PORT);
	int fd = place_bound(p, family, SOCK_DGRAM, PORT);
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		one_datagram(p, fd, &to, sizes[i]);
	on.close(fd);
}

/* A stack makes the checksum of ICMPv6 itself. */
static void echo(const struct place *p, int family)
{
	bool v4 = family == AF_INET;
	union address to = host_address(family, SERVER, 0);
	struct {
		struct icmphdr header;
		char text[8];
	} request = { { .type = v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST },
		"meeting" };
	size_t ip_header = v4 ? 20 : 0;
	unsigned char buf[256];
	int fd = place_socket(
		    p, family, SOCK_RAW, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6),
	    tries;
	ssize_t n;

	request.header.un.echo.id = htons(77);
	if (v4)
		request.header.checksum = checksum(&request, sizeof(request));
	for (tries = 0; tries < ATTEMPTS; tries++) {
		if (on.sendto(fd, &request, sizeof(request), 0, &to.sa,
			    address_size(family)) < 0)
			fails(p, "sendto");
		while ((n = answer(p, fd, buf, sizeof(buf))) >= 0)
			if ((size_t)n == ip_header + sizeof(request) &&
				buf[ip_header] == (v4 ? ICMP_ECHOREPLY
						      : ICMP6_ECHO_REPLY) &&
				!memcmp(buf + ip_header +
						sizeof(request.header),
					request.text, sizeof(request.text))) {
				on.close(fd);
				return;
			}
	}
	fails(p, "no echo");
}

static const struct {
	const char *name;
	void (*with)(const struct place *p, int family);
} talks[] = {
	{ "ICMP echo", echo },
	{ "TCP", stream },
	{ "UDP", datagrams_of_sizes },
};

void visit(const struct place *p)
{
	size_t i;

	for (i = 0; i < sizeof(talks) / sizeof(*talks); i++) {
		talks[i].with(p, AF_INET);
		printf("%s over IPv4\n", talks[i].name);
		talks[i].with(p, AF_INET6);
		printf("%s over IPv6\n", talks[i].name);
	}
	on.close(connection_to_server(p, AF_INET));
}
