/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serve.c - the server: for each stream the checksum of what came, and a stream
 * of its own; for each datagram the same datagram. An empty stream ends it.
 */
#include "meet.h"

#include <errno.h>
#include <poll.h>

enum { V4_STREAMS, V6_STREAMS, V4_DATAGRAMS, V6_DATAGRAMS, SOCKETS };

static int listening(const struct place *p, int family)
{
	int fd = place_bound(p, family, SOCK_STREAM, PORT);

	if (on.listen(fd, 8) < 0)
		fails(p, "listen");
	return fd;
}

/* False: it was empty. */
static bool stream(const struct place *p, int lfd)
{
	int fd = on.accept(lfd, NULL, NULL);
	uint64_t sum;
	size_t size;

	if (fd < 0)
		fails(p, "accept");
	sum = receive_stream(p, fd, &size);
	if (size && on.write(fd, &sum, sizeof(sum)) != sizeof(sum))
		fails(p, "write");
	if (size)
		send_stream(p, fd);
	on.close(fd);
	return size != 0;
}

static void datagram(const struct place *p, int fd)
{
	static char buf[65536];
	union address from;
	socklen_t len = sizeof(from);
	ssize_t n =
		on.recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT, &from.sa, &len);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n < 0)
		fails(p, "recvfrom");
	if (on.sendto(fd, buf, (size_t)n, 0, &from.sa, len) != n)
		fails(p, "sendto");
}

void serve(const struct place *p)
{
	struct pollfd fds[SOCKETS] = {
		[V4_STREAMS] = { .fd = listening(p, AF_INET) },
		[V6_STREAMS] = { .fd = listening(p, AF_INET6) },
		[V4_DATAGRAMS] = { .fd = place_bound(
					   p, AF_INET, SOCK_DGRAM, PORT) },
		[V6_DATAGRAMS] = { .fd = place_bound(
					   p, AF_INET6, SOCK_DGRAM, PORT) },
	};
	bool more = true;
	int i;

	for (i = 0; i < SOCKETS; i++)
		fds[i].events = POLLIN;
	while (more) {
		if (poll(fds, SOCKETS, -1) < 0)
			fails(p, "poll");
		for (i = V4_DATAGRAMS; i <= V6_DATAGRAMS; i++)
			if (fds[i].revents)
				datagram(p, fds[i].fd);
		for (i = V4_STREAMS; i <= V6_STREAMS && more; i++)
			if (fds[i].revents)
				more = stream(p, fds[i].fd);
	}
	for (i = 0; i < SOCKETS; i++)
		on.close(fds[i].fd);
}
