/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crowd.c - 5,000 sockets at once, and the limits of descriptors
 *
 * A stack in user space may need two descriptors for a socket, so a low hard
 * limit makes the crowd smaller; which is not seen in the transcript.
 */
#include "conform.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	CROWD = 5000,
	SPARE = 200, /* descriptors for other things */
	STOCK = 100, /* that a stack may keep for the next sockets */
	ROUNDS = 5,
	GROWTH_KIB = 100, /* what a round leaks is more than this */
	LIMIT_S = 60,
};

static int fds[CROWD];

static void limit_descriptors(rlim_t number)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = number < limit.rlim_max ? number : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* How many sockets there can be; even. */
static int crowd_size(void)
{
	struct rlimit limit;
	rlim_t most;

	limit_descriptors(RLIM_INFINITY);
	getrlimit(RLIMIT_NOFILE, &limit);
	most = (limit.rlim_cur - SPARE) / 2;
	return most < CROWD ? (int)most & ~1 : CROWD;
}

/* Ours, and those of the processes in $CONFORM_WATCH. */
static long sum_of_processes(long (*amount)(const char *pid))
{
	const char *others = getenv("CONFORM_WATCH");
	char *list = strdup(others ? others : ""), *at = list, *pid;
	long sum = amount("self");

	while ((pid = strsep(&at, " ")))
		sum += *pid ? amount(pid) : 0;
	free(list);
	return sum;
}

static long open_of(const char *pid)
{
	char path[64];
	DIR *dir;
	long n = 0;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	if (!dir)
		give_up(path);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static long resident_kib_of(const char *pid)
{
	char path[64];
	FILE *file;
	long pages;

	snprintf(path, sizeof(path), "/proc/%s/statm", pid);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%*d %ld", &pages) != 1)
		give_up(path);
	fclose(file);
	return pages * 4;
}

static long open_descriptors(void)
{
	return sum_of_processes(open_of);
}

static long resident_kib(void)
{
	return sum_of_processes(resident_kib_of);
}

/* A stack learns of the last closes a moment later. */
static long descriptors_left(long before)
{
	int tries = 200;

	while (open_descriptors() > before && tries--)
		nap(10);
	return open_descriptors() - before;
}

/* Each sends to itself. */
static int talk_to_themselves(int size)
{
	union address own;
	int i, right = 0;
	char c;

	for (i = 0; i < size; i++) {
		own = name_of(fds[i]);
		c = (char)i;
		on.sendto(fds[i], &c, 1, 0, &own.sa,
			address_size(own.sa.sa_family));
	}
	for (i = 0; i < size; i++)
		right += await(fds[i], POLLIN) &&
			 on.recv(fds[i], &c, 1, MSG_DONTWAIT) == 1 &&
			 c == (char)i;
	return right;
}

static int datagram_round(int family, int size)
{
	int i, right;

	for (i = 0; i < size; i++)
		fds[i] = bound(family, SOCK_DGRAM);
	right = talk_to_themselves(size);
	for (i = 0; i < size; i++)
		on.close(fds[i]);
	return right;
}

/*
 * Halves are clients and servers; each client speaks to its server. They end by
 * resets, since what waits for late segments (TIME_WAIT) needs memory.
 */
static int stream_round(int family, int size)
{
	struct linger l = { .l_onoff = 1, .l_linger = 0 };
	int lfd = listener(family), i, right = 0;
	union address to = name_of(lfd);
	char c;

	for (i = 0; i < size; i += 2) {
		fds[i] = open_socket(family, SOCK_STREAM);
		if (connect_to(fds[i], &to) < 0)
			give_up("connect");
		fds[i + 1] = on.accept(lfd, NULL, NULL);
		if (fds[i + 1] < 0)
			give_up("accept");
		c = (char)(i / 2);
		on.write(fds[i], &c, 1);
	}
	for (i = 0; i < size; i += 2)
		right += 2 * (on.read(fds[i + 1], &c, 1) == 1 &&
				     c == (char)(i / 2));
	for (i = 0; i < size; i++) {
		on.setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &l, sizeof(l));
		on.close(fds[i]);
	}
	on.close(lfd);
	return right;
}

/*
 * The second round and later ones are smaller: they find all they need in what
 * the first has freed. What is lost makes each of them grow; by itself memory
 * may grow once.
 */
static void rounds(
	const char *what, int (*round)(int family, int size), int family)
{
	int size = crowd_size(), right, i;
	long before = open_descriptors(), left, kib, was;

	alarm(LIMIT_S); /* it takes longer than other cases */
	line("%s", what);
	right = round(family, size);
	left = descriptors_left(before);
	kib = resident_kib();
	for (i = 1, was = 0; i < ROUNDS && kib - was >= GROWTH_KIB; i++) {
		was = kib;
		round(family, size / 5);
		descriptors_left(before);
		kib = resident_kib();
	}
	if (right == size)
		note("all");
	else
		note("%d of %d", right, size);
	note("descriptors %s", left <= STOCK ? "closed" : "left");
	note("memory %s", kib - was < GROWTH_KIB ? "as before" : "grows");
}

static void datagrams_of_all(int family)
{
	rounds("datagram sockets", datagram_round, family);
}

static void streams(int family)
{
	rounds("connections", stream_round, family);
}

/* Takes all descriptors that are left; returns how many. */
static int take_all(void)
{
	int n;

	for (n = 0; n < CROWD; n++) {
		fds[n] = dup(STDIN_FILENO);
		if (fds[n] < 0)
			break;
	}
	return n;
}

static void no_descriptor(int family)
{
	int lfd = listener(family), fd = open_socket(family, SOCK_STREAM), n;
	union address to = name_of(lfd);
	char c;

	if (connect_to(fd, &to) < 0 || on.send(fd, "x", 1, 0) != 1)
		give_up("connect");
	await(lfd, POLLIN);
	limit_descriptors(SPARE);
	n = take_all();
	line("no descriptor is left");
	did("socket", on.socket(family, SOCK_STREAM, 0));
	did("socket", on.socket(family, SOCK_DGRAM, 0));
	did("accept", on.accept(lfd, NULL, NULL));
	line("some are left again");
	while (n--)
		close(fds[n]);
	worked("socket", on.socket(family, SOCK_DGRAM, 0));
	still(lfd);
	nonblocking(lfd);
	fd = on.accept(lfd, NULL, NULL);
	worked("accept", fd);
	did("read", on.read(fd, &c, 1));
}

const struct conform_case crowd_cases[] = {
	{ "datagram", V4, datagrams_of_all },
	{ "stream", V4, streams },
	{ "no_descriptor", V4, no_descriptor },
	{ NULL, 0, NULL },
};
