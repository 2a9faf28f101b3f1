/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storm.c - storm SECONDS restart|interrupt sockets|datagrams|mounts DIRECTORY:
 * system calls under a signal every millisecond (mounts: every ten)
 *
 * Whatever a call says is true: a descriptor that was not told of does not
 * exist, what failed has not happened. Datagrams may come twice, for a sendto
 * that was interrupted may have sent one; none is lost, or few, see
 * datagram_round.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ioth/pass.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include "netns.h"

static volatile sig_atomic_t signals;
static bool interrupt;
static sig_atomic_t last_progress;
static int failures, interrupted, hidden, twice, lost;
static uint64_t netns;

#define PATIENCE 20000 /* signals */
/* A mount that is restarted begins anew, and takes more than one ms. */
#define MOUNT_US 10000

static void on_signal(int sig)
{
	static const char text[] = "FAIL: something is lost: nothing comes\n";

	(void)sig;
	if (++signals - last_progress < PATIENCE)
		return;
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(2);
	_exit(1);
}

/* Every @us microseconds, 0: no more. */
static void start_storm(int us)
{
	const struct itimerval every = { { 0, us }, { 0, us } };

	setitimer(ITIMER_REAL, &every, NULL);
}

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* True when it worked; only EINTR may come between, and only when asked for. */
static bool good(const char *what, int result)
{
	if (result >= 0)
		return true;
	if (errno == EINTR && interrupt) {
		interrupted++;
		return false;
	}
	if (failures++ < 5)
		printf("FAIL: %s: %s\n", what, strerrorname_np(errno));
	return false;
}

/* A stack in user space has no name space, but no sockets of the kernel's. */
static bool is_ours(int fd)
{
	int domain = 0;
	socklen_t len = sizeof(domain);

	if (netns)
		return netns_of(fd) == netns;
	return ioth_pass_getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) ==
		       0 &&
	       domain == AF_UNIX;
}

static int open_one(int type)
{
	int fd;

	do
		fd = socket(AF_INET, type, 0);
	while (!good("socket", fd) && failures == 0);
	if (fd >= 0 && !is_ours(fd) && failures++ < 5)
		printf("FAIL: a socket of another network\n");
	return fd;
}

/* connect(2) goes on by itself when it was interrupted. */
static void connect_one(int fd, const struct sockaddr_in *addr)
{
	int result = connect(fd, (const struct sockaddr *)addr, sizeof(*addr));

	while (result < 0 && (errno == EINTR || errno == EALREADY))
		result = connect(
			fd, (const struct sockaddr *)addr, sizeof(*addr));
	if (result < 0 && errno != EISCONN)
		good("connect", result);
}

static void socket_round(int listener, const struct sockaddr_in *addr)
{
	int client = open_one(SOCK_STREAM), server, extra;
	struct linger reset = { 1, 0 };
	char byte = 0;

	setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	connect_one(client, addr);
	do
		server = accept(listener, NULL, NULL);
	while (!good("accept", server) && failures == 0);
	extra = open_one(SOCK_DGRAM | SOCK_CLOEXEC);
	while (!good("write", (int)write(client, &byte, 1)) && failures == 0)
		;
	while (!good("read", (int)read(server, &byte, 1)) && failures == 0)
		;
	close(client);
	close(server);
	close(extra);
}

/* A signal at the moment when an answer comes may hide it: then the mount is
 * there although it was said to be interrupted, or comes again and finds itself.
 * What was not done goes away soon. */
static bool is_hidden(const char *name, int err)
{
	struct stat st;
	int tries;

	if (err != EINTR && err != EBUSY)
		return false;
	for (tries = 0; tries < 1000; tries++) {
		if (stat(name, &st) < 0 && errno != EINTR)
			return false;
		usleep(1000);
	}
	hidden++;
	return true;
}

static ssize_t send_number(int fd, const struct sockaddr_in *to, int number)
{
	char data[100] = { 0 };

	memcpy(data, &number, sizeof(number));
	return sendto(fd, data, sizeof(data), 0, (const struct sockaddr *)to,
		sizeof(*to));
}

/* The number, or -1 with errno. */
static int receive_number(int fd, const struct sockaddr_in *from)
{
	struct sockaddr_in sender = { 0 };
	socklen_t len = sizeof(sender);
	char data[200];
	ssize_t n = recvfrom(fd, data, sizeof(data), netns ? 0 : MSG_DONTWAIT,
		(struct sockaddr *)&sender, &len);
	int number;

	if (n < 0)
		return -1;
	memcpy(&number, data, sizeof(number));
	if ((n != 100 || sender.sin_port != from->sin_port) && failures++ < 5)
		printf("FAIL: %zd bytes from port %d\n", n,
			ntohs(sender.sin_port));
	return number;
}

static void send_surely(int fd, const struct sockaddr_in *to, int number)
{
	while (!good("sendto", (int)send_number(fd, to, number)) &&
		failures == 0)
		;
}

/* False: it has not come for so long that it will not. */
static bool receive_soon(int fd, const struct sockaddr_in *from, int number)
{
	int got = -1, tries = netns ? 1 : 20000;

	while (tries > 0 && got < number && failures == 0) {
		got = receive_number(fd, from);
		twice += got >= 0 && got < number;
		if (got < 0 && !netns && errno == EAGAIN)
			tries--, usleep(10);
		else
			good("recvfrom", got);
	}
	return tries > 0;
}

/*
 * There and back, between two sockets that know each other's address.
 *
 * A stack in user space: the kernel may tell the hypervisor that the guest has
 * got its answer, and interrupt the guest all the same. That loses the datagram,
 * as UDP may; seldom, and this says how often.
 */
static void datagram_round(
	const int fds[2], const struct sockaddr_in addr[2], int number)
{
	for (int i = 0; i < 2 && failures == 0; i++) {
		send_surely(fds[i], &addr[!i], number);
		while (!receive_soon(fds[!i], &addr[i], number) &&
			failures == 0) {
			lost++;
			send_surely(fds[i], &addr[!i], number);
		}
	}
}

static void mount_round(const char *name)
{
	struct stat st;
	int result = mount("null", name, "vunetioth", 0, NULL), err = errno;

	if (result < 0 && !is_hidden(name, err)) {
		errno = err;
		good("mount", result);
		return;
	}
	while (stat(name, &st) < 0)
		if (errno != EINTR && failures++ < 5)
			printf("FAIL: no name after mount\n");
	do
		result = umount(name);
	while (result < 0 && errno == EINTR);
	/* An umount that was interrupted may have been done. */
	if (result < 0 && (errno == EINVAL || errno == ENOENT) &&
		stat(name, &st) < 0)
		result = 0;
	good("umount", result);
}

static int bind_one(int type, struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int fd = socket(AF_INET, type, 0);

	*addr = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (bind(fd, (struct sockaddr *)addr, len) < 0 ||
		(type == SOCK_STREAM && listen(fd, 10) < 0) ||
		getsockname(fd, (struct sockaddr *)addr, &len) < 0)
		perror("FAIL: bind");
	return fd;
}

enum { SOCKETS, DATAGRAMS, MOUNTS };
static const char *const names[] = { "sockets", "datagrams", "mounts" };

static int find_name(const char *name)
{
	int i = 0;

	while (i < MOUNTS && strcmp(names[i], name))
		i++;
	return i;
}

int main(int argc, char *argv[])
{
	time_t end = argc > 4 ? time(NULL) + atoi(argv[1]) : 0;
	struct sigaction sa = { .sa_handler = on_signal };
	struct sockaddr_in addr, two[2];
	int listener, pair[2], before, what, rounds = 0;
	char name[512];

	if (!end)
		return 1;
	interrupt = !strcmp(argv[2], "interrupt");
	what = find_name(argv[3]);
	snprintf(name, sizeof(name), "%s/storm", argv[4]);
	sa.sa_flags = interrupt ? 0 : SA_RESTART;
	sigaction(SIGALRM, &sa, NULL);
	netns = netns_now();
	listener = bind_one(SOCK_STREAM, &addr);
	pair[0] = bind_one(SOCK_DGRAM, &two[0]);
	pair[1] = bind_one(SOCK_DGRAM, &two[1]);
	before = count_fds();
	start_storm(what == MOUNTS ? MOUNT_US : 1000);
	for (; time(NULL) < end && failures == 0; rounds++) {
		last_progress = signals;
		if (what == MOUNTS)
			mount_round(name);
		else if (what == DATAGRAMS)
			datagram_round(pair, two, rounds);
		else
			socket_round(listener, &addr);
	}
	start_storm(0);
	printf("%s, %s: %d rounds, %d signals, %d EINTR, %d hidden, %d twice, "
	       "%d lost\n",
		argv[3], argv[2], rounds, (int)signals, interrupted, hidden,
		twice, lost);
	if (lost > signals / 20) {
		printf("FAIL: too much is lost\n");
		failures++;
	}
	if (count_fds() != before) {
		printf("FAIL: %d descriptors lost\n", count_fds() - before);
		failures++;
	}
	return failures != 0;
}
