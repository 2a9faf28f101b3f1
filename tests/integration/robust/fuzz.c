/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.c - calls of umvu's table with arguments drawn by chance
 *
 * fuzz ITERATIONS SEED DIRECTORY: names in DIRECTORY are mounted and unmounted
 * on the way. Only umvu can fail this test. Runs in name spaces of its own, for
 * the kernel does what it is told.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "systable.h"
#include "umvu/syscalls.h"

#define BUFFER 16384

static unsigned long long state;
static char *buffer;
static const char *texts[40];
static int texts_len;

static unsigned int chance(unsigned int below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned int)(state >> 33) % below;
}

/* Where no call can write. */
static void add_text(const char *text)
{
	char *copy = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	strcpy(copy, text);
	mprotect(copy, 2 * 4096, PROT_READ);
	texts[texts_len++] = copy;
}

static void make_texts(const char *dir)
{
	static char paths[8][512], long_path[5001];
	static const char *const form[] = { "%s/a", "%s/b", "%s/no/c", "%s/a/",
		"%s/../%s/a", "%s/link", "%s/loop", "%s/a/b" };
	size_t i;

	for (i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
		snprintf(paths[i], sizeof(paths[i]), form[i], dir, dir + 1);
		add_text(paths[i]);
	}
	memset(long_path, '/', 5000);
	add_text(long_path);
	add_text("");
	add_text("a");
	add_text("null");
	add_text("kernel");
	add_text("composite");
	add_text("vunetioth");
	add_text("mode=0,uid=99999999999,if=");
	add_text("tcp=a,udp=none,all=host");
	add_text(":://,{[,x=://");
	add_text("/proc/self/cwd/a");
	add_text("/proc/self/fd/3");
	/* A folder that is not there, so that root makes nothing real in it. */
	add_text("/dev/net/none/default");
	symlinkat("a", open(dir, O_PATH), "link");
	symlinkat("loop", open(dir, O_PATH), "loop");
}

static long text(void)
{
	return (long)texts[chance((unsigned int)texts_len)];
}

static long address(void)
{
	switch (chance(8)) {
	case 0:
		return 0;
	case 1:
		return (long)chance(0xffffffff) << 20;
	case 2: /* ends in the middle */
		return (long)buffer + BUFFER - (int)chance(64);
	default:
		return (long)buffer;
	}
}

static char *sealed(void)
{
	return buffer + BUFFER + chance(BUFFER);
}

static long number(void)
{
	switch (chance(5)) {
	case 0:
		return -(long)chance(20);
	case 1:
		return (long)(1ul << chance(64));
	case 2:
		return (long)state;
	default:
		return chance(32);
	}
}

static long anything(void)
{
	switch (chance(4)) {
	case 0:
		return number();
	case 1:
		return address();
	default:
		return text();
	}
}

/* What must not be left to chance. */
static void tame(int nr, long a[6])
{
	switch (nr) {
	case __NR_mount:
		/* Types of umvu's only; the kernel's mounts stay as they are. */
		a[1] = chance(8) ? (long)texts[chance(8)] : (long)sealed();
		a[2] = chance(8) ? (long)"vunetioth" : (long)"";
		a[3] = chance(4) ? 0
				 : number() & ~(MS_REMOUNT | MS_BIND | MS_MOVE |
						      MS_PRIVATE | MS_SHARED |
						      MS_SLAVE | MS_UNBINDABLE);
		if (!chance(8))
			a[3] = chance(2) ? MS_BIND : MS_MOVE;
		if (chance(4)) {
			a[0] = chance(2) ? (long)"null" : (long)"kernel";
			a[4] = chance(2) ? 0 : a[4];
		}
		break;
	case __NR_umount2:
		a[0] = chance(8) ? (long)texts[chance(8)] : (long)sealed();
		a[1] = chance(4) ? chance(16) : 0;
		break;
	case __NR_prctl:
		a[0] = PR_SET_DUMPABLE;
		a[1] = 0;
		break;
	case __NR_ioctl:
		a[0] = chance(8) ? 3 : number();
		a[1] = 0x8900 + chance(256);
		break;
	case VU_SYS_INSMOD:
		/* A program that is no module is the loader's to refuse. */
		a[1] = 0;
		break;
	default:
		break;
	}
}

static void unmount_all(void)
{
	int i;

	for (i = 0; i < 8; i++)
		while (umount2(texts[i], MNT_FORCE) == 0)
			;
}

static void once(void)
{
	long a[6], result;
	int nr, i;

	do {
		if (chance(3) == 0)
			nr = -(int)chance(18);
		else
			nr = systable[chance((unsigned int)systable_len)].nr;
	} while (nr == __NR_exit_group || nr == 0);
	for (i = 0; i < 6; i++)
		a[i] = anything();
	tame(nr, a);
	result = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (result > 3 && (nr == __NR_socket || nr == VU_SYS_MSOCKET ||
				  nr == __NR_accept || nr == __NR_accept4))
		close((int)result);
}

int main(int argc, char *argv[])
{
	int n = argc > 3 ? atoi(argv[1]) : 0, i;

	if (n == 0 || chdir(argv[3]) < 0)
		return 1;
	state = strtoull(argv[2], NULL, 10);
	buffer = mmap(NULL, 2 * BUFFER, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(buffer + BUFFER, BUFFER, PROT_NONE);
	make_texts(argv[3]);
	dup2(socket(AF_UNIX, SOCK_DGRAM, 0), 3);
	fcntl(3, F_SETFL, O_NONBLOCK);
	for (i = 0; i < n; i++)
		once();
	unmount_all();
	/* Not -ENOSYS: umvu is there. */
	if (syscall(VU_SYS_VUCTL, VUCTL_GETINFO, NULL) != 0) {
		printf("FAIL: no view any more, seed %s\n", argv[2]);
		return 1;
	}
	return 0;
}
