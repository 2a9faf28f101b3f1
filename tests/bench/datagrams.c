/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * datagrams - UDP between two stacks, by sendto and recvfrom
 *
 *	datagrams serve STACK VNL IP
 *	datagrams client STACK VNL IP PEER
 *
 * STACK VNL IP: place.h. No socket is connected: each datagram of 64 bytes is
 * sent to an address, and its source is asked for. client prints the median of
 * the round trips in us.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/time.h>
#include "common.h"
#include "place.h"

#define MESSAGE 64

static void serve(const struct place *place, char *more[])
{
	int fd = place_serve(place, SOCK_DGRAM);
	struct sockaddr_in from;
	char buf[MESSAGE];

	(void)more;
	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t n = place->calls->recvfrom(fd, buf, sizeof(buf), 0,
			(struct sockaddr *)&from, &len);

		if (n < 0)
			die("recvfrom");
		place->calls->sendto(
			fd, buf, (size_t)n, 0, (struct sockaddr *)&from, len);
	}
}

/* False: lost on the way. */
static bool round_trip(
	const struct place *place, int fd, const struct sockaddr_in *peer)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char buf[MESSAGE] = { 0 };

	if (place->calls->sendto(fd, buf, sizeof(buf), 0,
		    (const struct sockaddr *)peer, sizeof(*peer)) < 0)
		die("sendto");
	return place->calls->recvfrom(fd, buf, sizeof(buf), 0,
		       (struct sockaddr *)&from, &len) == sizeof(buf);
}

static void client(const struct place *place, char *more[])
{
	enum { N = 5000, LOST_MAX = 50 };
	static double times[N];
	struct sockaddr_in peer = { .sin_family = AF_INET,
		.sin_port = htons(PORT) };
	struct timeval patience = { .tv_usec = 200000 };
	int fd = place_socket(place, SOCK_DGRAM);
	int lost = 0;

	inet_pton(AF_INET, more[0], &peer.sin_addr);
	if (place->calls->setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		    sizeof(patience)) < 0)
		die("SO_RCVTIMEO");
	for (int i = 0; i < N && lost < LOST_MAX;) {
		double start = now_ns();

		if (!round_trip(place, fd, &peer)) {
			lost++;
			continue;
		}
		times[i++] = now_ns() - start;
	}
	if (lost == LOST_MAX)
		die("recvfrom");
	printf("%.2f\n", median(times, N) / 1e3);
}

int main(int argc, char *argv[])
{
	static const struct place_mode modes[] = { { "serve", 0, serve },
		{ "client", 1, client }, { 0 } };

	return place_main(argc, argv, modes);
}
