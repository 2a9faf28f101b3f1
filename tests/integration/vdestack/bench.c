/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench - TCP through a wire: throughput and 64-byte round trips
 *
 *	bench serve STACK VNL IP
 *	bench send|rr|sockets STACK VNL IP PEER
 *
 * STACK "kernel": the network that the program is in (for vdens), VNL and IP
 * are ignored. sockets: time of making and closing one. See bench.sh.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ioth.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT	5201
#define SECONDS 3
#define MESSAGE 64

static void die(const char *what)
{
	fprintf(stderr, "bench: %s: %s %s\n", what, strerror(errno),
		ioth_errmsg());
	exit(1);
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

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

static struct ioth *make_stack(
	const char *name, const char *vnl, const char *ip)
{
	struct ioth *stack;

	if (!strcmp(name, "kernel"))
		return NULL;
	stack = ioth_newstack(name, vnl);
	if (!stack)
		die("newstack");
	bring_up(stack, "lo", NULL);
	bring_up(stack, "vde0", ip);
	return stack;
}

static int make_socket(struct ioth *stack)
{
	int fd = ioth_msocket(stack, AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		die("socket");
	return fd;
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

static void serve_one(int fd)
{
	static char buf[1 << 18];
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (!read_all(fd, buf, 1))
		return;
	if (*buf == 'T') {
		while (read(fd, buf, sizeof(buf)) > 0)
			;
		if (write(fd, "!", 1) != 1)
			die("write");
	}
	while (read_all(fd, buf, MESSAGE))
		if (write(fd, buf, MESSAGE) != MESSAGE)
			break;
}

static void serve(struct ioth *stack)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons(PORT) };
	int fd, one = 1, listener = make_socket(stack);

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
		listen(listener, 4) < 0)
		die("listen");
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		serve_one(fd);
		close(fd);
	}
}

static int connect_to(struct ioth *stack, const char *peer)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons(PORT) };
	int fd, one = 1;

	inet_pton(AF_INET, peer, &addr.sin_addr);
	for (int i = 0; i < 50; i++) {
		fd = make_socket(stack);
		if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0) {
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
				sizeof(one));
			return fd;
		}
		close(fd);
		usleep(100000);
	}
	die("connect");
	return -1;
}

static void send_for_a_while(int fd)
{
	static char buf[1 << 17];
	double start = now_us(), sent = 0, used;

	if (write(fd, "T", 1) != 1)
		die("write");
	while (now_us() - start < SECONDS * 1e6) {
		ssize_t n = write(fd, buf, sizeof(buf));

		if (n < 0)
			die("write");
		sent += (double)n;
	}
	shutdown(fd, SHUT_WR);
	read_all(fd, buf, 1);
	used = now_us() - start;
	printf("%.3f Gbit/s\n", sent * 8 / used / 1e3);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void round_trips(int fd)
{
	enum { N = 10000 };
	static double times[N];
	char buf[MESSAGE] = { 0 };

	if (write(fd, "R", 1) != 1)
		die("write");
	for (int i = 0; i < N; i++) {
		double start = now_us();

		if (write(fd, buf, sizeof(buf)) < 0 ||
			!read_all(fd, buf, sizeof(buf)))
			die("rr");
		times[i] = now_us() - start;
	}
	qsort(times, N, sizeof(*times), by_value);
	printf("rr median %.1f us, 99 %% %.1f us\n", times[N / 2],
		times[N * 99 / 100]);
}

static void sockets(struct ioth *stack)
{
	enum { BATCHES = 50, N = 400 };
	double times[BATCHES];

	for (int batch = 0; batch < BATCHES; batch++) {
		double start = now_us();

		for (int i = 0; i < N; i++)
			close(make_socket(stack));
		times[batch] = (now_us() - start) / N;
	}
	qsort(times, BATCHES, sizeof(*times), by_value);
	printf("socket+close median %.2f us, best %.2f us\n",
		times[BATCHES / 2], times[0]);
}

int main(int argc, char *argv[])
{
	struct ioth *stack;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 5)
		return 2;
	stack = make_stack(argv[2], argv[3], argv[4]);
	if (!strcmp(argv[1], "serve"))
		serve(stack);
	else if (!strcmp(argv[1], "sockets"))
		sockets(stack);
	else if (argc > 5 && !strcmp(argv[1], "send"))
		send_for_a_while(connect_to(stack, argv[5]));
	else if (argc > 5 && !strcmp(argv[1], "rr"))
		round_trips(connect_to(stack, argv[5]));
	if (stack)
		ioth_delstack(stack);
	return 0;
}
