/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * things.c - sockets and connections to work on
 */
#include "conform.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void nap(int ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&time, NULL);
}

socklen_t address_size(int family)
{
	return family == AF_INET6 ? sizeof(struct sockaddr_in6)
				  : sizeof(struct sockaddr_in);
}

union address address(int family, unsigned port)
{
	union address a;

	memset(&a, 0, sizeof(a));
	a.sa.sa_family = (sa_family_t)family;
	if (family == AF_INET6) {
		a.in6.sin6_addr = in6addr_loopback;
		a.in6.sin6_port = htons((uint16_t)port);
	} else {
		a.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		a.in.sin_port = htons((uint16_t)port);
	}
	return a;
}

bool same_address(const union address *a, const union address *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET6)
		return a->in6.sin6_port == b->in6.sin6_port &&
		       !memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, 16);
	return a->in.sin_port == b->in.sin_port &&
	       a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
}

union address name_of(int fd)
{
	union address a;
	socklen_t len = sizeof(a);

	memset(&a, 0, sizeof(a));
	if (on.getsockname(fd, &a.sa, &len) < 0)
		give_up("getsockname");
	return a;
}

int open_socket(int family, int type)
{
	int fd = on.socket(family, type, 0);

	if (fd < 0)
		give_up("socket");
	return fd;
}

int bound(int family, int type)
{
	union address a = address(family, 0);
	int fd = open_socket(family, type);

	if (on.bind(fd, &a.sa, address_size(family)) < 0)
		give_up("bind");
	return fd;
}

int listener(int family)
{
	int fd = bound(family, SOCK_STREAM);

	if (on.listen(fd, 16) < 0)
		give_up("listen");
	return fd;
}

int connect_to(int fd, const union address *to)
{
	return on.connect(fd, &to->sa, address_size(to->sa.sa_family));
}

union address nobody(int family, int type)
{
	int fd = bound(family, type);
	union address a = name_of(fd);

	on.close(fd);
	nap(20);
	return a;
}

struct ends connection(int family)
{
	int fd = listener(family);
	union address to = name_of(fd);
	struct ends e = { .client = open_socket(family, SOCK_STREAM) };

	if (connect_to(e.client, &to) < 0)
		give_up("connect");
	e.server = on.accept(fd, NULL, NULL);
	if (e.server < 0)
		give_up("accept");
	on.close(fd);
	return e;
}

struct ends datagrams(int family)
{
	struct ends e = { bound(family, SOCK_DGRAM),
		bound(family, SOCK_DGRAM) };
	union address server = name_of(e.server), client = name_of(e.client);

	if (connect_to(e.client, &server) < 0 ||
		connect_to(e.server, &client) < 0)
		give_up("connect of datagram sockets");
	return e;
}

void set_int(int fd, int level, int name, int value)
{
	if (on.setsockopt(fd, level, name, &value, sizeof(value)) < 0)
		give_up("setsockopt");
}

void nonblocking(int fd)
{
	if (on.fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		give_up("fcntl");
}

uint16_t checksum(const void *data, size_t size)
{
	const unsigned char *p = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < size; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	sum = (sum >> 16) + (sum & 0xffff);
	return htons((uint16_t) ~(sum + (sum >> 16)));
}

struct later {
	pthread_t thread;
	int ms, fd;
	void (*what)(int fd);
};

static void *do_later(void *arg)
{
	struct later *l = arg;

	nap(l->ms);
	l->what(l->fd);
	return NULL;
}

/* Signals are for the thread that waits. */
struct later *later(int ms, void (*what)(int fd), int fd)
{
	struct later *l = malloc(sizeof(*l));
	sigset_t all, old;

	if (!l)
		give_up("malloc");
	*l = (struct later){ .ms = ms, .fd = fd, .what = what };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (pthread_create(&l->thread, NULL, do_later, l))
		give_up("pthread_create");
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return l;
}

void later_join(struct later *l)
{
	pthread_join(l->thread, NULL);
	free(l);
}

void close_it(int fd)
{
	on.close(fd);
}

void shut_it(int fd)
{
	on.shutdown(fd, SHUT_RDWR);
}

volatile sig_atomic_t caught;

static void handle(int sig)
{
	(void)sig;
	caught++;
}

void handle_with(int sig, int flags)
{
	struct sigaction action = { .sa_handler = handle, .sa_flags = flags };

	sigaction(sig, &action, NULL);
}

static pthread_t waiting;

static void interrupt(int fd)
{
	(void)fd;
	pthread_kill(waiting, SIGUSR1);
}

struct later *interrupt_later(int flags)
{
	waiting = pthread_self();
	handle_with(SIGUSR1, flags);
	return later(50, interrupt, -1);
}
