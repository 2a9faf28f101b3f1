/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storm.c - storm SECONDS restart|interrupt sockets|mounts DIRECTORY: system
 * calls under a signal every millisecond
 *
 * Whatever a call says is true: a descriptor that was not told of does not
 * exist, what failed has not happened.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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
static int failures, interrupted, hidden;
static uint64_t netns;

static void on_signal(int sig)
{
	(void)sig;
	signals++;
}

static void start_storm(bool on)
{
	const struct itimerval every = { { 0, 1000 * on }, { 0, 1000 * on } };

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

static int open_one(int type)
{
	int fd;

	do
		fd = socket(AF_INET, type, 0);
	while (!good("socket", fd) && failures == 0);
	if (fd >= 0 && netns_of(fd) != netns && failures++ < 5)
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

static int listen_one(struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*addr = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (bind(fd, (struct sockaddr *)addr, len) < 0 || listen(fd, 10) < 0 ||
		getsockname(fd, (struct sockaddr *)addr, &len) < 0)
		perror("FAIL: listen");
	return fd;
}

int main(int argc, char *argv[])
{
	time_t end = argc > 4 ? time(NULL) + atoi(argv[1]) : 0;
	struct sigaction sa = { .sa_handler = on_signal };
	struct sockaddr_in addr;
	int listener, before, rounds = 0;
	char name[512];
	bool mounts;

	if (!end)
		return 1;
	interrupt = !strcmp(argv[2], "interrupt");
	mounts = !strcmp(argv[3], "mounts");
	snprintf(name, sizeof(name), "%s/storm", argv[4]);
	sa.sa_flags = interrupt ? 0 : SA_RESTART;
	sigaction(SIGALRM, &sa, NULL);
	netns = netns_now();
	listener = mounts ? -1 : listen_one(&addr);
	before = count_fds();
	start_storm(true);
	for (; time(NULL) < end && failures == 0; rounds++)
		if (mounts)
			mount_round(name);
		else
			socket_round(listener, &addr);
	start_storm(false);
	printf("%s, %s: %d rounds, %d signals, %d EINTR, %d hidden\n", argv[3],
		argv[2], rounds, (int)signals, interrupted, hidden);
	if (count_fds() != before) {
		printf("FAIL: %d descriptors lost\n", count_fds() - before);
		failures++;
	}
	return failures != 0;
}
