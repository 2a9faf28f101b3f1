/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * epoll3 [-s] STACK1 ADDR1 STACK2 ADDR2 STACK3 ADDR3 - sockets of three stacks,
 * a pipe and a timer in one epoll set
 *
 * Each stack sends a datagram to the next one, and connects to it; with -s to
 * itself, for stacks that have no wire in common.
 */
#include <arpa/inet.h>
#include <msocket.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "check.h"

enum { N = 3 };
enum { UDP = 0, LISTENER = N, CLIENT = 2 * N, PIPE = 3 * N, TIMER, N_FDS };

static int fds[N_FDS], epoll_fd, step = 1;
static unsigned int seen;
static const char *stacks[N];
static struct sockaddr_in udp_addr[N], tcp_addr[N];

static void add(int which, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events | EPOLLET,
		.data.u32 = (uint32_t)which };

	fds[which] = fd;
	CHECK(fd >= 0);
	CHECK(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0);
}

static void bind_to(int fd, const char *text, struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);

	*addr = (struct sockaddr_in){ .sin_family = AF_INET };
	CHECK(inet_pton(AF_INET, text, &addr->sin_addr) == 1);
	CHECK(bind(fd, (void *)addr, len) == 0);
	CHECK(getsockname(fd, (void *)addr, &len) == 0);
}

static void open_servers(int i, const char *addr)
{
	int udp = msocket(stacks[i], AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int tcp = msocket(stacks[i], AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	bind_to(udp, addr, &udp_addr[i]);
	bind_to(tcp, addr, &tcp_addr[i]);
	CHECK(listen(tcp, 1) == 0);
	add(UDP + i, udp, EPOLLIN);
	add(LISTENER + i, tcp, EPOLLIN);
}

/* A connection within a machine may be made at once. */
static void reach(int i, int other)
{
	int tcp = msocket(stacks[i], AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ssize_t len = (ssize_t)strlen(stacks[i]);

	CHECK(sendto(fds[UDP + i], stacks[i], len, 0, (void *)&udp_addr[other],
		      sizeof(udp_addr[other])) == len);
	CHECK(connect(tcp, (void *)&tcp_addr[other], sizeof(tcp_addr[other])) ==
			0 ||
		errno == EINPROGRESS);
	add(CLIENT + i, tcp, EPOLLOUT);
}

static void wait_for_all(void)
{
	struct epoll_event events[N_FDS];
	int i, n;

	while (seen != (1u << N_FDS) - 1) {
		n = epoll_wait(epoll_fd, events, N_FDS, 10000);
		CHECK(n > 0);
		if (n <= 0)
			return;
		for (i = 0; i < n; i++) {
			CHECK(!(events[i].events & (EPOLLERR | EPOLLHUP)));
			seen |= 1u << events[i].data.u32;
		}
	}
}

int main(int argc, char *argv[])
{
	struct itimerspec soon = { .it_value.tv_nsec = 1000000 };
	char buf[4096];
	int i, p[2], timer;

	if (argc == 2 + 2 * N && !strcmp(argv[1], "-s")) {
		step = 0;
		argv++;
	} else if (argc != 1 + 2 * N) {
		return 2;
	}
	epoll_fd = epoll_create1(0);
	for (i = 0; i < N; i++) {
		stacks[i] = argv[1 + 2 * i];
		open_servers(i, argv[2 + 2 * i]);
	}
	for (i = 0; i < N; i++)
		reach(i, (i + step) % N);
	CHECK(pipe(p) == 0);
	add(PIPE, p[0], EPOLLIN);
	CHECK(write(p[1], "x", 1) == 1);
	timer = timerfd_create(CLOCK_MONOTONIC, 0);
	CHECK(timerfd_settime(timer, 0, &soon, NULL) == 0);
	add(TIMER, timer, EPOLLIN);
	wait_for_all();
	for (i = 0; i < N; i++) {
		const char *from = stacks[(i + N - step) % N];
		ssize_t n = recv(fds[UDP + i], buf, sizeof(buf), 0);

		CHECK(n == (ssize_t)strlen(from) && !memcmp(buf, from, n));
		CHECK(accept(fds[LISTENER + i], NULL, NULL) >= 0);
	}
	return checked();
}
