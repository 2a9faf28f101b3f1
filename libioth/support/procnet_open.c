/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "procnet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const directories[] = { "net", "sys/net" };

/* What open(2) says of a file that nobody may write to, root neither: one that
 * is there, so that O_CREAT and O_NOFOLLOW mean nothing. */
static int check_flags(int flags)
{
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return -EEXIST;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	if (flags & O_PATH)
		return 0;
	return (flags & O_ACCMODE) == O_RDONLY ? 0 : -EACCES;
}

static int write_text(void *ctx, const char *text, size_t size)
{
	return fwrite(text, 1, size, ctx) == size ? 0 : -ENOMEM;
}

/* Another opening of @memfd, which only reads. */
static int reopen(int memfd, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", memfd);
	fd = open(path, (flags & O_PATH) | O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int seal(int memfd)
{
	static const int seals =
		F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;

	return fcntl(memfd, F_ADD_SEALS, seals) < 0 || fchmod(memfd, 0444) < 0
		       ? -errno
		       : 0;
}

static int make(struct netlink_server *server, const char *name, int flags)
{
	int err, fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	err = procnet_write(server, name, write_text, file);
	if (fflush(file) == EOF && !err)
		err = -ENOMEM;
	if (!err)
		err = seal(fd);
	if (!err)
		err = reopen(fd, flags);
	fclose(file);
	return err;
}

int procnet_open(struct netlink_server *server, const char *path, int flags)
{
	size_t i;
	int err;

	for (i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		if (!strcmp(path, directories[i]))
			return -EISDIR;
	if (strncmp(path, "net/", 4) != 0 || !procnet_knows(path + 4))
		return -ENOENT;
	err = check_flags(flags);
	return err ? err : make(server, path + 4, flags);
}
