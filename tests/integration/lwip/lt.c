/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lt.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void lt_check(bool ok, const char *what, const char *file, int line)
{
	int err = errno;

	if (ok)
		return;
	fprintf(stderr, "%s:%d: failed: %s (errno: %s; ioth: %s)\n", file, line,
		what, strerror(err), ioth_errmsg());
	exit(1);
}

void lt_fails(
	long result, int error, const char *what, const char *file, int line)
{
	if (result == -1 && errno == error)
		return;
	fprintf(stderr, "%s:%d: %s returned %ld, %s; expected %s\n", file, line,
		what, result, result < 0 ? strerror(errno) : "success",
		strerror(error));
	exit(1);
}

void lt_skip(const char *why)
{
	printf("skipped: %s\n", why);
	exit(77);
}

/* ---- addresses ---- */

union lt_addr lt_addr(const char *ip, unsigned port)
{
	union lt_addr addr;

	memset(&addr, 0, sizeof(addr));
	if (inet_pton(AF_INET, ip, &addr.in.sin_addr) == 1) {
		addr.in.sin_family = AF_INET;
		addr.in.sin_port = htons((uint16_t)port);
		return addr;
	}
	CHECK(inet_pton(AF_INET6, ip, &addr.in6.sin6_addr) == 1);
	addr.in6.sin6_family = AF_INET6;
	addr.in6.sin6_port = htons((uint16_t)port);
	return addr;
}

socklen_t lt_size(const union lt_addr *addr)
{
	return addr->sa.sa_family == AF_INET ? sizeof(addr->in)
					     : sizeof(addr->in6);
}

unsigned lt_port(const union lt_addr *addr)
{
	return ntohs(addr->in.sin_port); /* at the same place in both */
}

/* ---- stacks ---- */

static char switch_vnl[64], plug_vnl[64];
const char *const lt_switch = switch_vnl, *const lt_plug = plug_vnl;

__attribute__((constructor)) static void make_names(void)
{
	snprintf(switch_vnl, sizeof(switch_vnl), "switch:///tmp/lwip-test.%d",
		getpid());
	snprintf(plug_vnl, sizeof(plug_vnl), "vde:///tmp/lwip-test.%d",
		getpid());
}

static void up(struct ioth *stack, unsigned index, unsigned host)
{
	char text[64];
	union lt_addr addr;

	CHECK(ioth_linksetupdown(stack, index, 1) == 0);
	if (!host)
		return;
	snprintf(text, sizeof(text), "10.0.0.%u", host);
	addr = lt_addr(text, 0);
	CHECK(ioth_ipaddr_add(
		      stack, AF_INET, &addr.in.sin_addr, 24, (int)index) == 0);
	snprintf(text, sizeof(text), "fd00::%u", host);
	addr = lt_addr(text, 0);
	CHECK(ioth_ipaddr_add(stack, AF_INET6, &addr.in6.sin6_addr, 64,
		      (int)index) == 0);
}

struct ioth *lt_stack(const char *plugin, const char *vnl, unsigned host)
{
	struct ioth *stack = ioth_newstack(plugin, vnl);

	/* EBUSY: sanitized programs have one copy of lwIP */
	if (!stack && (errno == EPERM || errno == ENOSPC || errno == EBUSY))
		lt_skip(ioth_errmsg());
	CHECK(stack != NULL);
	up(stack, 1, 0);
	if (vnl)
		up(stack, 2, host);
	return stack;
}

void lt_wait6(struct ioth *stack, unsigned host)
{
	char text[64];
	union lt_addr addr;
	int fd = lt_socket(stack, AF_INET6, SOCK_DGRAM, 0), tries = 40;

	snprintf(text, sizeof(text), "fd00::%u", host == 1 ? 2u : 1u);
	addr = lt_addr(text, 9);
	while (tries--) {
		struct ifaddrs *all;
		union lt_addr own;
		bool usable = false;

		snprintf(text, sizeof(text), "fd00::%u", host);
		own = lt_addr(text, 0);
		CHECK(ioth_getifaddrs(stack, &all) == 0);
		for (struct ifaddrs *ifa = all; ifa; ifa = ifa->ifa_next)
			if (ifa->ifa_addr &&
				ifa->ifa_addr->sa_family == AF_INET6 &&
				!memcmp(&((struct sockaddr_in6 *)ifa->ifa_addr)
						 ->sin6_addr,
					&own.in6.sin6_addr, 16))
				usable = true;
		ioth_freeifaddrs(all);
		if (usable && ioth_sendto(fd, "", 0, 0, &addr.sa,
				      sizeof(addr.in6)) == 0)
			break;
		usleep(100000);
	}
	CHECK(tries >= 0);
	close(fd);
}

void lt_pair(struct ioth *stack[2])
{
	stack[0] = lt_stack("lwip", lt_switch, 1);
	stack[1] = lt_stack("lwip", lt_plug, 2);
}

void lt_delete(struct ioth *stack)
{
	int tries = 100;

	while (ioth_delstack(stack) < 0 && errno == EBUSY && tries--)
		usleep(10000);
	CHECK(tries > 0);
}

void lt_unpair(struct ioth *stack[2])
{
	lt_delete(stack[1]);
	lt_delete(stack[0]);
}

/* ---- sockets ---- */

int lt_socket(struct ioth *stack, int domain, int type, int protocol)
{
	int fd = ioth_msocket(stack, domain, type, protocol);

	CHECK(fd >= 0);
	return fd;
}

int lt_listen(struct ioth *stack, const char *ip, unsigned port)
{
	union lt_addr addr = lt_addr(ip ? ip : "::", port);
	int fd = lt_socket(stack, addr.sa.sa_family, SOCK_STREAM, 0), one = 1;

	CHECK(ioth_setsockopt(
		      fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0);
	CHECK(ioth_bind(fd, &addr.sa, lt_size(&addr)) == 0);
	CHECK(ioth_listen(fd, 128) == 0);
	return fd;
}

int lt_connect(struct ioth *stack, const char *ip, unsigned port)
{
	union lt_addr addr = lt_addr(ip, port);
	int fd = lt_socket(stack, addr.sa.sa_family, SOCK_STREAM, 0);

	CHECK(ioth_connect(fd, &addr.sa, lt_size(&addr)) == 0);
	return fd;
}

void lt_connection(struct ioth *server, struct ioth *client, const char *ip,
	unsigned port, int fd[2])
{
	int listener = lt_listen(server, ip, port);

	fd[1] = lt_connect(client, ip, port);
	fd[0] = ioth_accept(listener, NULL, NULL);
	CHECK(fd[0] >= 0);
	close(listener);
}

short lt_poll(int fd, short events, int timeout_ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	CHECK(poll(&pfd, 1, timeout_ms) >= 0);
	return pfd.revents;
}

/* ---- data ---- */

struct flow {
	int fd;
	size_t size;
};

static unsigned char byte_at(size_t offset)
{
	return (unsigned char)(offset * 2654435761U >> 13);
}

static void *send_all(void *arg)
{
	const struct flow *flow = arg;
	static _Thread_local unsigned char buf[65536];

	for (size_t done = 0; done < flow->size;) {
		size_t len = flow->size - done;

		len = len < sizeof(buf) ? len : sizeof(buf);
		for (size_t i = 0; i < len; i++)
			buf[i] = byte_at(done + i);
		for (size_t sent = 0; sent < len;) {
			ssize_t n = write(flow->fd, buf + sent, len - sent);

			CHECK(n > 0);
			sent += (size_t)n;
		}
		done += len;
	}
	return NULL;
}

void lt_transfer(int from, int to, size_t size)
{
	static unsigned char buf[65536];
	struct flow flow = { from, size };
	pthread_t thread;
	size_t done = 0;

	CHECK(pthread_create(&thread, NULL, send_all, &flow) == 0);
	while (done < size) {
		ssize_t n = read(to, buf, sizeof(buf));

		CHECK(n > 0);
		for (ssize_t i = 0; i < n; i++)
			if (buf[i] != byte_at(done + (size_t)i))
				CHECK(!"data differ");
		done += (size_t)n;
	}
	pthread_join(thread, NULL);
}

static uint16_t checksum(const void *data, size_t size)
{
	const uint16_t *words = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < size / 2; i++)
		sum += words[i];
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t) ~(sum + (sum >> 16));
}

bool lt_ping(struct ioth *stack, const char *ip, int type, int timeout_ms)
{
	union lt_addr to = lt_addr(ip, 0);
	bool v4 = to.sa.sa_family == AF_INET, ok = false;
	struct icmphdr echo = { .type = v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST,
		.un.echo.id = htons(77) };
	int fd = lt_socket(stack, to.sa.sa_family, type,
		v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	size_t skip = v4 && type == SOCK_RAW ? 20 : 0;
	unsigned char answer[128];

	if (v4)
		echo.checksum = checksum(&echo, sizeof(echo));
	for (; timeout_ms > 0 && !ok; timeout_ms -= 100) {
		ioth_sendto(fd, &echo, sizeof(echo), 0, &to.sa, lt_size(&to));
		while (!ok && lt_poll(fd, POLLIN, 100) > 0 &&
			recv(fd, answer, sizeof(answer), 0) >=
				(ssize_t)(skip + sizeof(echo)))
			ok = answer[skip] ==
			     (v4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY);
	}
	close(fd);
	return ok;
}

/* ---- the process ---- */

static int count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	CHECK(dir != NULL);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

int lt_count_fds(void)
{
	return count_entries("/proc/self/fd");
}

int lt_count_threads(void)
{
	return count_entries("/proc/self/task") - 2;
}

long lt_cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
