/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dirents.c - reads a directory with odd buffers, and with seeks
 *
 * usage: dirents DIRECTORY get SIZE	getdents64 with a buffer of SIZE bytes
 *	  dirents DIRECTORY old SIZE	getdents
 *	  dirents DIRECTORY seek	telldir and seekdir at each entry
 *	  dirents DIRECTORY dup		two descriptors of one open file
 *
 * Prints the names in the order in which they came; "seek" what is wrong.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct entry {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	char rest[];
};

static long print_some(int nr, int fd, char *buf, size_t size)
{
	long at, n = syscall(nr, fd, buf, size);

	if (n < 0)
		printf("%s\n", strerrorname_np(errno));
	for (at = 0; at < n;) {
		const struct entry *e = (const struct entry *)(buf + at);

		puts(e->rest + (nr == __NR_getdents64));
		at += e->reclen;
	}
	return n;
}

static void print_all(int nr, int fd, size_t size)
{
	char *buf = malloc(size);

	while (print_some(nr, fd, buf, size) > 0)
		;
	/* The end stays the end. */
	if (print_some(nr, fd, buf, size) != 0)
		puts("more after the end");
	free(buf);
}

/* Goes back to each place once more; what follows must be the same. */
static int check_seeks(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	char next[300][256];
	long place[300];
	int i, len = 0, bad = 0;

	if (!dir)
		return 1;
	for (;;) {
		place[len] = telldir(dir);
		e = readdir(dir);
		strcpy(next[len++], e ? e->d_name : "");
		if (!e)
			break;
	}
	for (i = len - 1; i >= 0; i--) {
		seekdir(dir, place[i]);
		e = readdir(dir);
		if (strcmp(next[i], e ? e->d_name : "")) {
			printf("at %d: %s, not %s\n", i, e ? e->d_name : "end",
				next[i]);
			bad = 1;
		}
	}
	rewinddir(dir);
	for (i = 0; (e = readdir(dir)); i++)
		if (strcmp(next[i], e->d_name))
			bad = printf("after rewind: %s\n", e->d_name);
	closedir(dir);
	return bad || i != len - 1;
}

int main(int argc, char *argv[])
{
	const char *what = argc > 2 ? argv[2] : "";
	int fd = argc > 1 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	char buf[32768];

	if (fd < 0)
		return 2;
	if (!strcmp(what, "seek"))
		return check_seeks(argv[1]);
	if (!strcmp(what, "dup")) {
		print_some(__NR_getdents64, fd, buf, sizeof(buf));
		print_all(__NR_getdents64, dup(fd), sizeof(buf));
		return 0;
	}
	if (argc != 4)
		return 2;
	print_all(!strcmp(what, "old") ? __NR_getdents : __NR_getdents64, fd,
		(size_t)atoi(argv[3]));
	return 0;
}
