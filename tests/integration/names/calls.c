/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * calls.c - every system call with a path, on one path
 *
 * usage: calls DIRECTORY NAME
 *
 * Prints a line for each call and what it returned, first with the path, then
 * with a descriptor of the directory and the name. The script compares it with
 * what is right for a name, or with what it prints outside of a view.
 * Makes DIRECTORY/calls.* meanwhile, and removes what is there at last.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#define NOFOLLOW AT_SYMLINK_NOFOLLOW

static char buf[4096];
static char path[4096], other[4200], target[4200];
static const char *name;
static int dir;

/* What a call returns, or leaves open. */
static void show(const char *what, long result)
{
	int err = errno;

	if (result < 0)
		printf("%s: %s\n", what, strerrorname_np(err));
	else if (strstr(what, "open") || !strncmp(what, "creat", 5))
		printf("%s: open %d\n", what, close((int)result));
	else
		printf("%s: %ld\n", what, result);
}

#define DO(call, ...)	       show(#call, syscall(__NR_##call, __VA_ARGS__))
#define DO_AS(what, call, ...) show(what, syscall(__NR_##call, __VA_ARGS__))

static void look(void)
{
	DO(stat, path, buf);
	DO(lstat, path, buf);
	DO(newfstatat, dir, name, buf, 0);
	DO_AS("newfstatat nofollow", newfstatat, dir, name, buf, NOFOLLOW);
	DO_AS("newfstatat bad flag", newfstatat, dir, name, buf, 0x40000);
	DO_AS("newfstatat bad address", newfstatat, dir, name, 16, 0);
	DO(statx, dir, name, 0, STATX_BASIC_STATS, buf);
	DO_AS("statx bad mask", statx, dir, name, 0, 1u << 31, buf);
	DO(access, path, F_OK);
	DO_AS("access rw", access, path, R_OK | W_OK);
	DO_AS("access bad", access, path, 64);
	DO(faccessat, dir, name, R_OK);
	DO(faccessat2, dir, name, W_OK, AT_EACCESS);
	DO_AS("faccessat2 bad flag", faccessat2, dir, name, W_OK, 0x40000);
	DO(readlink, path, buf, sizeof(buf));
	DO(readlinkat, dir, name, buf, sizeof(buf));
	DO(getxattr, path, "user.x", buf, 10);
	DO(lgetxattr, path, "security.x", buf, 10);
	DO(listxattr, path, buf, 0);
	DO(llistxattr, path, buf, 0);
	DO(statfs, path, buf);
	DO(name_to_handle_at, dir, name, (int[40]){ 128 }, buf, 0);
}

static void open_it(void)
{
	const struct open_how how = { .flags = O_RDONLY | O_NONBLOCK };

	DO(open, path, O_RDONLY | O_NONBLOCK);
	DO_AS("open write", open, path, O_WRONLY | O_NONBLOCK);
	DO_AS("open excl", open, path, O_CREAT | O_EXCL | O_RDWR, 0600);
	DO_AS("open directory", open, path, O_RDONLY | O_DIRECTORY);
	DO_AS("open nofollow", open, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
	DO_AS("open path", open, path, O_PATH);
	DO(openat, dir, name, O_RDONLY | O_NONBLOCK);
	DO(openat2, dir, name, &how, sizeof(how));
	DO_AS("creat", openat, dir, name, O_WRONLY | O_CREAT | O_NONBLOCK,
		0600);
	DO(truncate, path, 0);
	DO(chdir, path);
	syscall(__NR_fchdir, dir);
	show("execve", syscall(__NR_execve, path, (char *[]){ path, NULL },
			       (char *[]){ NULL }));
	show("execveat",
		syscall(__NR_execveat, dir, name, (char *[]){ path, NULL },
			(char *[]){ NULL }, 0));
}

static void change(void)
{
	const long times[4] = { 1000, 5, 2000, 6 };
	const long bad[4] = { 1000, 5, 2000, 2000000000 };

	DO(chmod, path, 0604);
	DO(fchmodat, dir, name, 0640);
	DO(fchmodat2, dir, name, 0600, 0);
	DO(chown, path, -1, -1);
	DO(lchown, path, geteuid(), -1);
	DO(fchownat, dir, name, -1, getegid(), 0);
	DO_AS("fchownat bad flag", fchownat, dir, name, -1, -1, 0x40000);
	DO(utime, path, times);
	DO_AS("utime now", utime, path, NULL);
	DO(utimes, path, times);
	DO_AS("utimes bad", utimes, path, bad);
	DO_AS("utimes bad address", utimes, path, 16);
	DO(futimesat, dir, name, times);
	DO(utimensat, dir, name, times, 0);
	DO_AS("utimensat now", utimensat, dir, name, NULL, 0);
	DO_AS("utimensat bad", utimensat, dir, name, bad, 0);
	DO(setxattr, path, "user.x", "1", 1, 0);
	DO(removexattr, path, "user.x");
}

/* What it makes it removes, if it can. */
static void make(void)
{
	DO(mkdir, path, 0700);
	DO(mkdirat, dir, name, 0700);
	DO(mknod, path, S_IFIFO | 0600, 0);
	DO(mknodat, dir, name, S_IFIFO | 0600, 0);
	DO(symlink, "/nowhere", path);
	DO(symlinkat, "/nowhere", dir, name);
	DO(link, path, other);
	DO_AS("link onto", link, target, path);
	unlink(other);
	DO(linkat, dir, name, dir, "calls.other", 0);
	unlink(other);
	DO(rename, path, other);
	rename(other, path);
	DO(renameat, dir, name, dir, "calls.other");
	rename(other, path);
	DO_AS("renameat2 noreplace", renameat2, dir, "calls.target", dir, name,
		1);
	DO_AS("renameat2 bad flag", renameat2, dir, "calls.target", dir, name,
		64);
}

static void destroy(void)
{
	DO(rmdir, path);
	DO(unlinkat, dir, name, 0);
	DO_AS("unlinkat removedir", unlinkat, dir, name, AT_REMOVEDIR);
	DO(unlink, path);
	DO_AS("rename onto", rename, target, path);
	unlink(target);
}

int main(int argc, char *argv[])
{
	if (argc != 3)
		return 2;
	name = argv[2];
	snprintf(path, sizeof(path), "%s/%s", argv[1], name);
	snprintf(other, sizeof(other), "%s/calls.other", argv[1]);
	snprintf(target, sizeof(target), "%s/calls.target", argv[1]);
	dir = open(argv[1], O_RDONLY | O_DIRECTORY);
	close(open(target, O_CREAT | O_WRONLY, 0600));
	look();
	open_it();
	change();
	make();
	destroy();
	return 0;
}
