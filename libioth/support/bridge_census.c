/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge_census.c - which app ends are still open, in any process
 *
 * By their inodes, as /proc/net/unix has them. A socket of our own that has to be
 * there shows that it is that list, and whole. (Asking SOCK_DIAG for each bridge
 * was refused: the kernel looks through all sockets for each.)
 */
#include "bridge_census.h"

#include <errno.h>
#include <ioth/pass.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct bridge_census {
	size_t len, room;
	uint64_t *inodes; /* sorted */
};

static int add(struct bridge_census *census, uint64_t inode)
{
	if (census->len == census->room) {
		size_t room = census->room ? 2 * census->room : 256;
		uint64_t *more = reallocarray(
			census->inodes, room, sizeof(*census->inodes));

		if (!more)
			return -ENOMEM;
		census->inodes = more;
		census->room = room;
	}
	census->inodes[census->len++] = inode;
	return 0;
}

/* Num RefCount Protocol Flags Type St Inode Path */
static int read_list(struct bridge_census *census, FILE *list)
{
	unsigned long long inode;
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	while (!err && getline(&line, &size, list) > 0)
		if (sscanf(line, "%*x: %*x %*x %*x %*x %*x %llu", &inode) == 1)
			err = add(census, inode);
	free(line);
	return err;
}

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static bool has_inode(const struct bridge_census *census, uint64_t inode)
{
	return bsearch(&inode, census->inodes, census->len,
		sizeof(*census->inodes), compare);
}

/* 0: it cannot be told. */
static uint64_t inode_of(int fd)
{
	struct stat st;

	return fd < 0 || fstat(fd, &st) < 0 ? 0 : st.st_ino;
}

static int fill(struct bridge_census *census)
{
	FILE *list = fopen("/proc/thread-self/net/unix", "re");
	int err = list ? read_list(census, list) : -errno;

	if (list)
		fclose(list);
	if (!err && census->len)
		qsort(census->inodes, census->len, sizeof(*census->inodes),
			compare);
	return err;
}

/* With a socket that must be in the list. */
static int count(struct bridge_census *census)
{
	int fd = (int)ioth_pass(
		SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, 0, 0);
	uint64_t inode = inode_of(fd);
	int err = fd < 0 ? -errno : fill(census);

	if (fd >= 0)
		close(fd);
	if (!err && (!inode || !has_inode(census, inode)))
		err = -ENOENT;
	return err;
}

int bridge_census_new(struct bridge_census **census)
{
	struct bridge_census *new = calloc(1, sizeof(*new));
	int err = new ? count(new) : -ENOMEM;

	if (err) {
		bridge_census_free(new);
		return err;
	}
	*census = new;
	return 0;
}

void bridge_census_free(struct bridge_census *census)
{
	if (census)
		free(census->inodes);
	free(census);
}

bool bridge_census_has(
	const struct bridge_census *census, const struct bridge *bridge)
{
	uint64_t inode = bridge_inode(bridge);

	return !inode || has_inode(census, inode);
}
