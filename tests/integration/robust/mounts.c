/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mounts.c - mounts N DIRECTORY: mounts and unmounts a stack N times, by turns
 * at three names, as fast as can be */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

static int once(const char *dir, int i)
{
	char target[512];

	snprintf(target, sizeof(target), "%s/m%d", dir, i % 3);
	if (mount("null", target, "vunetioth", 0, NULL) < 0) {
		printf("FAIL: mount %d: %s\n", i, strerror(errno));
		return 1;
	}
	if (umount(target) < 0) {
		printf("FAIL: umount %d: %s\n", i, strerror(errno));
		return 1;
	}
	return 0;
}

int main(int argc, char *argv[])
{
	int n = argc > 2 ? atoi(argv[1]) : 0, i;

	for (i = 0; i < n; i++)
		if (once(argv[2], i))
			return 1;
	return n == 0;
}
