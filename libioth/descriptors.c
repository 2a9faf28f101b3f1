/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static void visit_directory(DIR *dir, void (*visit)(int fd))
{
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			visit(atoi(entry->d_name));
}

/* The slow way, where /proc is not mounted (chroot). */
static void visit_numbers(void (*visit)(int fd))
{
	long numbers = sysconf(_SC_OPEN_MAX);

	for (int fd = 0; fd < numbers; fd++)
		visit(fd);
}

int descriptors_for_each(void (*visit)(int fd))
{
	DIR *dir = opendir("/proc/thread-self/fd");

	if (!dir && errno != ENOENT)
		return -errno;
	if (dir)
		visit_directory(dir, visit);
	else
		visit_numbers(visit);
	if (dir)
		closedir(dir);
	return 0;
}
