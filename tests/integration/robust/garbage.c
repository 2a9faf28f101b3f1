/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * garbage.c - bad addresses, numbers and long paths for every call of umvu's
 * table
 *
 * Prints one line per call and result, to be compared with what the kernel
 * alone answers. With a NAME, the mount point of a stack, it checks that too,
 * and the view's own calls; then it says what is wrong, and fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "systable.h"
#include "umvu/syscalls.h"

#define PAGE	  4096
#define LONG_PATH 5000
#define NO_ARG	  (-1)

static long garbage[16];
static const char *garbage_name[16];
static int garbage_len;
static char *good_path = "/nonexistent-robust/x", *long_path;
static char buffer[PAGE], *endless;

/* Where each call takes its path and gives its result. */
static const struct shape {
	const char *name;
	int path, result;
} shapes[] = {
	{ "stat", 0, 1 },
	{ "lstat", 0, 1 },
	{ "access", 0, NO_ARG },
	{ "newfstatat", 1, 2 },
	{ "statx", 1, 4 },
	{ "faccessat", 1, NO_ARG },
	{ "faccessat2", 1, NO_ARG },
	{ "getxattr", 0, NO_ARG },
	{ "lgetxattr", 0, NO_ARG },
	{ "listxattr", 0, NO_ARG },
	{ "llistxattr", 0, NO_ARG },
	{ "mount", 1, NO_ARG },
	{ "umount2", 0, NO_ARG },
	{ "execve", 0, NO_ARG },
	{ "execveat", 1, NO_ARG },
};

static void add(const char *name, const void *value)
{
	garbage_name[garbage_len] = name;
	garbage[garbage_len++] = (long)value;
}

static void make_garbage(void)
{
	/* Always at the same address: as flags, it has the same bits. */
	char *two = mmap((void *)0x123450000000, 2 * PAGE,
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *sealed = mmap((void *)0x123460000000, PAGE, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	endless = memset(two, 'x', PAGE);
	mprotect(two + PAGE, PAGE, PROT_NONE);
	add("NULL", NULL);
	add("1", (void *)1);
	add("minus-one", (void *)-1);
	add("kernel", (void *)0xffff888000000000);
	add("non-canonical", (void *)0x8000000000000000);
	add("top-of-user", (void *)0x7ffffffff000);
	add("sealed", sealed);
	add("endless", two + PAGE - 10);
	long_path = malloc(LONG_PATH + 1);
	memset(long_path, 'y', LONG_PATH);
	long_path[0] = '/';
	long_path[LONG_PATH] = '\0';
}

static void show(const char *call, const char *what, long result)
{
	int err = errno;

	if (result >= 0 && !strcmp(call, "socket"))
		close((int)result);
	printf("%s %s: %s\n", call, what,
		result < 0 ? strerrorname_np(err) : "works");
}

static const struct shape *shape_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (!strcmp(shapes[i].name, name))
			return &shapes[i];
	return NULL;
}

static long call6(int nr, const long a[6])
{
	return syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* All arguments with something that goes through, but @arg. */
static void one_bad(
	const struct sysrow *row, const struct shape *s, int arg, int g)
{
	long a[6] = { 0 };
	char what[64];

	/* The mask: which bits an address has is chance. */
	if (row->nr == __NR_statx && arg == 3)
		return;
	a[s->path] = (long)good_path;
	if (s->path == 1)
		a[0] = row->nr == __NR_mount ? 0 : AT_FDCWD;
	if (s->result >= 0)
		a[s->result] = (long)buffer;
	a[arg] = garbage[g];
	snprintf(what, sizeof(what), "argument %d %s", arg, garbage_name[g]);
	show(row->name, what, call6(row->nr, a));
}

static void long_one(const struct sysrow *row, const struct shape *s)
{
	long a[6] = { 0 };

	a[s->path] = (long)long_path;
	if (s->path == 1)
		a[0] = row->nr == __NR_mount ? 0 : AT_FDCWD;
	if (s->result >= 0)
		a[s->result] = (long)buffer;
	show(row->name, "long path", call6(row->nr, a));
}

static void all_bad(const struct sysrow *row)
{
	int g, i;

	for (g = 0; g < garbage_len; g++) {
		long a[6];

		for (i = 0; i < 6; i++)
			a[i] = garbage[g];
		if (row->nr == __NR_ioctl)
			a[1] = row->value;
		show(row->name, garbage_name[g], call6(row->nr, a));
	}
}

static void requests(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), g;
	unsigned int rq;
	char what[64];

	if (fd < 0)
		return;
	/* Those that a stack's process carries, too. */
	for (rq = 0x8912; rq < 0x8920; rq++)
		for (g = 0; g < garbage_len; g++) {
			/* SIOCGIFCONF begins with a length, 0x78787878. */
			if (!strcmp(garbage_name[g], "endless"))
				continue;
			snprintf(what, sizeof(what), "%#x %s", rq,
				garbage_name[g]);
			show("ioctl", what,
				syscall(__NR_ioctl, fd, rq, garbage[g]));
		}
	show("ioctl", "of no descriptor", syscall(__NR_ioctl, -1, 0x8912, 0));
	show("ioctl", "of a file",
		syscall(__NR_ioctl, open("/", O_RDONLY), 0x8912, buffer));
	close(fd);
}

static void table(void)
{
	size_t r;
	int g, i;

	for (r = 0; r < systable_len; r++) {
		const struct sysrow *row = &systable[r];
		const struct shape *s = shape_of(row->name);

		if (row->nr < 0 || !row->handle || row->nr == __NR_exit_group)
			continue;
		all_bad(row);
		if (!s)
			continue;
		long_one(row, s);
		for (g = 0; g < garbage_len; g++)
			for (i = 0; i < 6; i++)
				one_bad(row, s, i, g);
	}
}

static int failures;

static void expect(const char *what, long result, int err)
{
	int got = result < 0 ? errno : 0;

	if (got == err)
		return;
	failures++;
	printf("FAIL: %s: %s, not %s\n", what,
		got ? strerrorname_np(got) : "success",
		err ? strerrorname_np(err) : "success");
}

static void of_name(char *name)
{
	char *constant =
		mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char what[64];
	int g;

	for (g = 0; g < garbage_len; g++) {
		long bad = garbage[g];
		snprintf(what, sizeof(what), "name, %s", garbage_name[g]);
		expect(what, syscall(__NR_stat, name, bad), EFAULT);
		expect(what, syscall(__NR_lstat, name, bad), EFAULT);
		expect(what, syscall(__NR_newfstatat, AT_FDCWD, name, bad, 0),
			EFAULT);
		expect(what, syscall(__NR_statx, AT_FDCWD, name, 0, 0, bad),
			EFAULT);
		/* Some results were written to its end. */
		memset(endless, 'x', PAGE);
		/* NULL is "no path" */
		expect(what, syscall(VU_SYS_MSOCKET, bad, AF_INET, SOCK_STREAM),
			bad ? EFAULT : 0);
		expect(what, syscall(VU_SYS_INSMOD, bad, 0), EFAULT);
		expect(what, syscall(VU_SYS_RMMOD, bad), EFAULT);
		expect(what, syscall(VU_SYS_VUCTL, VUCTL_SETNAME, bad), EFAULT);
		expect(what, syscall(VU_SYS_VUCTL, VUCTL_GETINFO, bad),
			bad ? EFAULT : 0);
		if (bad && strcmp(garbage_name[g], "endless") != 0)
			expect(what, syscall(VU_SYS_LSMOD, bad, 100), EFAULT);
		memset(endless, 'x', PAGE);
		expect(what,
			mount(bad ? (char *)bad : (char *)1, "/x", "vunetioth",
				0, NULL),
			EFAULT);
		expect(what, mount("null", (char *)bad, "vunetioth", 0, NULL),
			EFAULT);
		if (bad)
			expect(what,
				mount("null", "/x", "vunetioth", 0,
					(void *)bad),
				EFAULT);
	}
	expect("read-only result", syscall(__NR_stat, name, constant), EFAULT);
	expect("bad access mode", syscall(__NR_access, name, 0xffff), EINVAL);
	expect("long msocket", syscall(VU_SYS_MSOCKET, long_path, AF_INET, 1),
		ENAMETOOLONG);
	expect("long target", mount("null", long_path, "vunetioth", 0, NULL),
		ENAMETOOLONG);
	expect("long source", mount(long_path, "/x", "vunetioth", 0, NULL),
		ENAMETOOLONG);
	expect("long options", mount("null", "/x", "vunetioth", 0, long_path),
		ENAMETOOLONG);
	expect("long insmod", syscall(VU_SYS_INSMOD, long_path, 0),
		ENAMETOOLONG);
	expect("no such call", syscall(-6, 0), ENOSYS);
	expect("no such vuctl", syscall(VU_SYS_VUCTL, 12345, 0), ENOSYS);
	expect("the name after all", syscall(__NR_stat, name, buffer), 0);
}

int main(int argc, char *argv[])
{
	make_garbage();
	if (argc > 1)
		of_name(argv[1]);
	else {
		table();
		requests();
	}
	return failures != 0;
}
