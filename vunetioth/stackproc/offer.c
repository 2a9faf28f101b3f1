/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "offer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16

/* Its server has gone without removing it. */
static bool is_stale(const struct sockaddr_un *addr)
{
	/* Not blocking: a server that accepts nobody is one all the same. */
	int fd = socket(
		AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool stale;

	if (fd < 0)
		return false;
	stale = connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 &&
		errno == ECONNREFUSED;
	close(fd);
	return stale;
}

/* The socket never exists with more permissions than it shall have. */
static int bind_with_mode(int fd, const struct sockaddr_un *addr, mode_t mode)
{
	mode_t old = umask(~mode & 0777);
	int result = bind(fd, (const struct sockaddr *)addr, sizeof(*addr));
	int err = result < 0 ? -errno : 0;

	umask(old);
	return err;
}

static int prepare(const char *path, struct sockaddr_un *addr)
{
	struct stat st;

	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(addr->sun_path))
		return -ENAMETOOLONG;
	memcpy(addr->sun_path, path, strlen(path));
	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	if (!is_stale(addr))
		return -EADDRINUSE;
	return unlink(path) < 0 ? -errno : 0;
}

int offer_open(const char *path, mode_t mode)
{
	struct sockaddr_un addr;
	int fd, err = prepare(path, &addr);

	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	err = bind_with_mode(fd, &addr, mode);
	if (!err && listen(fd, BACKLOG) < 0)
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}
