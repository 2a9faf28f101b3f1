/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench.c - figures: lwip_bench [SERVER CLIENT [VNL-A VNL-B]]
 *
 * Plug-ins (default: lwip lwip) joined by a wire (default: a switch:// of the
 * first). Prints throughput, round trips and connections per second.
 */
#include "lt.h"

#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 2
#define IP	"10.0.0.1"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *send_for_a_while(void *arg)
{
	static char buf[65536];
	int fd = *(int *)arg;
	double end = now() + SECONDS;

	while (now() < end)
		CHECK(write(fd, buf, sizeof(buf)) > 0);
	ioth_shutdown(fd, SHUT_WR);
	return NULL;
}

static void throughput(struct ioth *stack[2])
{
	static char buf[262144];
	int fd[2];
	pthread_t thread;
	double bytes = 0, start;
	ssize_t n;

	lt_connection(stack[0], stack[1], IP, 80, fd);
	start = now();
	CHECK(pthread_create(&thread, NULL, send_for_a_while, &fd[1]) == 0);
	while ((n = read(fd[0], buf, sizeof(buf))) > 0)
		bytes += (double)n;
	pthread_join(thread, NULL);
	printf("TCP throughput   %.2f Gbit/s\n",
		bytes * 8 / (now() - start) / 1e9);
	close(fd[0]);
	close(fd[1]);
}

static void *answer(void *arg)
{
	char buf[64];
	ssize_t n;

	while ((n = read(*(int *)arg, buf, sizeof(buf))) > 0)
		CHECK(write(*(int *)arg, buf, (size_t)n) == n);
	return NULL;
}

static void round_trips(struct ioth *stack[2])
{
	char buf[64] = "";
	int fd[2], one = 1;
	unsigned count = 0;
	pthread_t thread;
	double start;

	lt_connection(stack[0], stack[1], IP, 81, fd);
	for (int i = 0; i < 2; i++)
		ioth_setsockopt(
			fd[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	CHECK(pthread_create(&thread, NULL, answer, &fd[0]) == 0);
	start = now();
	while (now() - start < SECONDS) {
		CHECK(write(fd[1], buf, sizeof(buf)) == sizeof(buf));
		CHECK(read(fd[1], buf, sizeof(buf)) == sizeof(buf));
		count++;
	}
	printf("TCP round trip   %.1f us\n", (now() - start) / count * 1e6);
	ioth_shutdown(fd[1], SHUT_WR);
	pthread_join(thread, NULL);
	close(fd[0]);
	close(fd[1]);
}

static void *answer_udp(void *arg)
{
	union lt_addr from;
	char buf[64];

	for (;;) {
		socklen_t size = sizeof(from);
		ssize_t n = ioth_recvfrom(
			*(int *)arg, buf, sizeof(buf), 0, &from.sa, &size);

		if (n <= 0)
			return NULL;
		ioth_sendto(*(int *)arg, buf, (size_t)n, 0, &from.sa, size);
	}
}

static void udp_round_trips(struct ioth *stack[2])
{
	union lt_addr to = lt_addr(IP, 82), from;
	int server = lt_socket(stack[0], AF_INET, SOCK_DGRAM, 0);
	int client = lt_socket(stack[1], AF_INET, SOCK_DGRAM, 0);
	socklen_t size;
	unsigned count = 0;
	pthread_t thread;
	char buf[64] = "";
	double start;

	CHECK(ioth_bind(server, &to.sa, sizeof(to.in)) == 0);
	CHECK(pthread_create(&thread, NULL, answer_udp, &server) == 0);
	start = now();
	while (now() - start < SECONDS) {
		ioth_sendto(client, buf, sizeof(buf), 0, &to.sa, sizeof(to.in));
		size = sizeof(from);
		CHECK(ioth_recvfrom(client, buf, sizeof(buf), 0, &from.sa,
			      &size) == sizeof(buf));
		count++;
	}
	printf("UDP with address %.1f us\n", (now() - start) / count * 1e6);
	ioth_sendto(client, buf, 0, 0, &to.sa, sizeof(to.in));
	pthread_join(thread, NULL);
	close(server);
	close(client);
}

static void *accept_all(void *arg)
{
	char c;
	int fd;

	while ((fd = ioth_accept(*(int *)arg, NULL, NULL)) >= 0) {
		bool more = read(fd, &c, 1) == 1 && write(fd, &c, 1) == 1 &&
			    c != 'q';

		if (read(fd, &c, 1) == 0)
			close(fd);
		if (!more)
			break;
	}
	return NULL;
}

static void one_connection(struct ioth *stack, char what)
{
	int fd = lt_connect(stack, IP, 83);

	CHECK(write(fd, &what, 1) == 1 && read(fd, &what, 1) == 1);
	close(fd);
}

static void connections(struct ioth *stack[2])
{
	int listener = lt_listen(stack[0], IP, 83);
	unsigned count = 0;
	pthread_t thread;
	double start;

	CHECK(pthread_create(&thread, NULL, accept_all, &listener) == 0);
	start = now();
	while (now() - start < SECONDS && count < 12000) {
		one_connection(stack[1], 'x');
		count++;
	}
	printf("connections      %.0f /s\n", count / (now() - start));
	one_connection(stack[1], 'q');
	pthread_join(thread, NULL);
	close(listener);
}

int main(int argc, char *argv[])
{
	struct ioth *stack[2];

	stack[0] = lt_stack(
		argc > 2 ? argv[1] : "lwip", argc > 4 ? argv[3] : lt_switch, 1);
	stack[1] = lt_stack(
		argc > 2 ? argv[2] : "lwip", argc > 4 ? argv[4] : lt_plug, 2);
	CHECK(lt_ping(stack[1], IP, SOCK_RAW, 3000));
	throughput(stack);
	round_trips(stack);
	udp_round_trips(stack);
	connections(stack);
	lt_unpair(stack);
	return 0;
}
