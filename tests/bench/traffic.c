/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * traffic - TCP between two stacks
 *
 *	traffic serve STACK VNL IP
 *	traffic client STACK VNL IP PEER SECONDS CONNECTIONS
 *	traffic sockets STACK VNL IP
 *
 * STACK VNL IP: place.h. client prints throughput in Gbit/s over SECONDS, the
 * median of the round trips of 64 bytes in us, and connections per second over
 * CONNECTIONS (connect, one byte there and back, close). sockets prints ns of
 * making and closing one.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>
#include "common.h"
#include "place.h"

#define MESSAGE 64

static void set_nodelay(const struct place *place, int fd)
{
	int one = 1;

	if (place->calls->setsockopt(
		    fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) < 0)
		die("TCP_NODELAY");
}

static bool read_all(int fd, char *buf, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = read(fd, buf + done, size - done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static void write_all(int fd, const char *buf, size_t size)
{
	if (write(fd, buf, size) != (ssize_t)size)
		die("write");
}

/* The first byte says what for: Throughput, Round trips, a Connection. */
static void serve_one(int fd)
{
	static char buf[1 << 18];

	if (!read_all(fd, buf, 1))
		return;
	if (*buf == 'C')
		write_all(fd, buf, 1);
	if (*buf == 'T') {
		while (read(fd, buf, sizeof(buf)) > 0)
			;
		write_all(fd, "!", 1);
	}
	while (read_all(fd, buf, MESSAGE))
		write_all(fd, buf, MESSAGE);
}

static void serve(const struct place *place, char *more[])
{
	int fd, listener = place_serve(place, SOCK_STREAM);

	(void)more;
	while ((fd = place->calls->accept(listener, NULL, NULL)) >= 0) {
		set_nodelay(place, fd);
		serve_one(fd);
		place->calls->close(fd);
	}
}

static int try_connect(const struct place *place, const char *peer)
{
	int fd = place_try_connect(place, peer);

	if (fd >= 0)
		set_nodelay(place, fd);
	return fd;
}

/* The server may not be there yet. */
static int connect_to(const struct place *place, const char *peer)
{
	for (int i = 0; i < 50; i++) {
		int fd = try_connect(place, peer);

		if (fd >= 0)
			return fd;
		usleep(100000);
	}
	die("connect");
	return -1;
}

static double throughput(int fd, double seconds)
{
	static char buf[1 << 17];
	double start = now_ns(), sent = 0;

	write_all(fd, "T", 1);
	while (now_ns() - start < seconds * 1e9) {
		ssize_t n = write(fd, buf, sizeof(buf));

		if (n < 0)
			die("write");
		sent += (double)n;
	}
	shutdown(fd, SHUT_WR);
	read_all(fd, buf, 1);
	return sent * 8 / (now_ns() - start);
}

static double round_trip_us(int fd)
{
	enum { N = 10000 };
	static double times[N];
	char buf[MESSAGE] = { 0 };

	write_all(fd, "R", 1);
	for (int i = 0; i < N; i++) {
		double start = now_ns();

		write_all(fd, buf, sizeof(buf));
		if (!read_all(fd, buf, sizeof(buf)))
			die("read");
		times[i] = now_ns() - start;
	}
	return median(times, N) / 1e3;
}

static double connections_per_second(
	const struct place *place, const char *peer, int len)
{
	double start = now_ns();
	char byte;

	for (int i = 0; i < len; i++) {
		int fd = try_connect(place, peer);

		if (fd < 0)
			die("connect");
		write_all(fd, "C", 1);
		if (!read_all(fd, &byte, 1))
			die("read");
		place->calls->close(fd);
	}
	return len / (now_ns() - start) * 1e9;
}

static void client(const struct place *place, char *more[])
{
	double seconds = strtod(more[1], NULL);
	int connections = (int)strtol(more[2], NULL, 10);
	const char *peer = more[0];
	int fd = connect_to(place, peer);

	printf("%.4f ", throughput(fd, seconds));
	place->calls->close(fd);
	fd = connect_to(place, peer);
	printf("%.2f ", round_trip_us(fd));
	place->calls->close(fd);
	printf("%.1f\n", connections_per_second(place, peer, connections));
}

static void sockets(const struct place *place, char *more[])
{
	enum { BATCHES = 50, N = 100 };
	double times[BATCHES];

	(void)more;
	for (int batch = 0; batch < BATCHES; batch++) {
		double start = now_ns();

		for (int i = 0; i < N; i++)
			place->calls->close(place_socket(place, SOCK_STREAM));
		times[batch] = (now_ns() - start) / N;
	}
	printf("%.1f\n", median(times, BATCHES));
}

int main(int argc, char *argv[])
{
	static const struct place_mode modes[] = { { "serve", 0, serve },
		{ "client", 3, client }, { "sockets", 0, sockets }, { 0 } };

	return place_main(argc, argv, modes);
}
