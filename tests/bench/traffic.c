/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * traffic - TCP between two stacks
 *
 *	traffic serve STACK VNL IP
 *	traffic client STACK VNL IP PEER SECONDS CONNECTIONS
 *	traffic sockets STACK VNL IP
 *
 * STACK "-": the network that the program is in, by plain system calls; VNL and
 * IP are ignored. Otherwise a stack of libioth in this process, used by
 * libioth's calls except for data (its descriptors are the kernel's).
 *
 * client prints throughput in Gbit/s over SECONDS, the median of the round
 *trips of 64 bytes in us, and connections per second over CONNECTIONS (connect,
 *one byte there and back, close). sockets prints ns of making and closing one.
 */
#include <arpa/inet.h>
#include <ioth.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>
#include "common.h"

#define PORT	5201
#define MESSAGE 64

/* The calls of a place: the kernel's or libioth's. */
struct calls {
	int (*connect)(int fd, const struct sockaddr *addr, socklen_t len);
	int (*bind)(int fd, const struct sockaddr *addr, socklen_t len);
	int (*listen)(int fd, int backlog);
	int (*accept)(int fd, struct sockaddr *addr, socklen_t *len);
	int (*close)(int fd);
};

static const struct calls kernel = { connect, bind, listen, accept, close };
static const struct calls libioth = { ioth_connect, ioth_bind, ioth_listen,
	ioth_accept, ioth_close };

/* Where the traffic goes from and to. */
struct place {
	struct ioth *stack; /* NULL: where the program is */
	const struct calls *calls;
};

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

static struct place make_place(
	const char *name, const char *vnl, const char *ip)
{
	struct place place = { .calls = &kernel };

	if (!strcmp(name, "-"))
		return place;
	place.calls = &libioth;
	place.stack = ioth_newstack(name, vnl);
	if (!place.stack) {
		fprintf(stderr, "bench: %s %s: %s\n", name, vnl, ioth_errmsg());
		exit(1);
	}
	bring_up(place.stack, "lo", NULL);
	bring_up(place.stack, "vde0", ip);
	return place;
}

static int make_socket(const struct place *place)
{
	int fd = place->stack
			 ? ioth_msocket(place->stack, AF_INET, SOCK_STREAM, 0)
			 : socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static void set_nodelay(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
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

	set_nodelay(fd);
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

/* To whoever waits for it before clients are started. */
static void say_ready(void)
{
	puts("ready");
	fflush(stdout);
}

static void serve(const struct place *place)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons(PORT) };
	int fd, one = 1, listener = make_socket(place);

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (place->calls->bind(
		    listener, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
		place->calls->listen(listener, 128) < 0)
		die("listen");
	say_ready();
	while ((fd = place->calls->accept(listener, NULL, NULL)) >= 0) {
		serve_one(fd);
		place->calls->close(fd);
	}
}

static int try_connect(const struct place *place, const char *peer)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons(PORT) };
	int fd = make_socket(place);

	inet_pton(AF_INET, peer, &addr.sin_addr);
	if (place->calls->connect(fd, (struct sockaddr *)&addr, sizeof(addr)) ==
		0) {
		set_nodelay(fd);
		return fd;
	}
	place->calls->close(fd);
	return -1;
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

static void client(const struct place *place, const char *peer, double seconds,
	int connections)
{
	int fd = connect_to(place, peer);

	printf("%.4f ", throughput(fd, seconds));
	place->calls->close(fd);
	fd = connect_to(place, peer);
	printf("%.2f ", round_trip_us(fd));
	place->calls->close(fd);
	printf("%.1f\n", connections_per_second(place, peer, connections));
}

static void sockets(const struct place *place)
{
	enum { BATCHES = 50, N = 100 };
	double times[BATCHES];

	for (int batch = 0; batch < BATCHES; batch++) {
		double start = now_ns();

		for (int i = 0; i < N; i++)
			place->calls->close(make_socket(place));
		times[batch] = (now_ns() - start) / N;
	}
	printf("%.1f\n", median(times, BATCHES));
}

int main(int argc, char *argv[])
{
	struct place place;

	if (argc < 5)
		return 2;
	place = make_place(argv[2], argv[3], argv[4]);
	if (!strcmp(argv[1], "serve"))
		serve(&place);
	else if (!strcmp(argv[1], "sockets"))
		sockets(&place);
	else if (argc > 7 && !strcmp(argv[1], "client"))
		client(&place, argv[5], strtod(argv[6], NULL),
			(int)strtol(argv[7], NULL, 10));
	fflush(stdout);
	if (place.stack)
		ioth_delstack(place.stack);
	return 0;
}
