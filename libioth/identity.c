/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "identity.h"

#include <errno.h>
#include <ioth/pass.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int identity_of(int fd, struct identity *identity)
{
	uint64_t cookie;
	socklen_t size = sizeof(cookie);
	int saved_errno = errno;
	struct stat st;
	int err;

	/* The kernel's, also in a view of umvu(1). */
	if (ioth_pass_getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) ==
		0) {
		*identity = (struct identity){ .ino = cookie, .fd = -1 };
		return 0;
	}
	err = errno == EBADF || fstat(fd, &st) < 0 ? -EBADF : 0;
	errno = saved_errno;
	if (err)
		return err;
	*identity = (struct identity){
		.dev = st.st_dev,
		.ino = st.st_ino,
		.fd = fd,
	};
	return 0;
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->fd == b->fd;
}
