/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place.h - where a guest's path leads to
 *
 * A place is the directory that holds the last component, known by device and
 * inode, and that component; where the directory does not exist, the
 * normalised text of the whole path. So relative paths, `..`, symbolic links on
 * the way, bind mounts and chroot lead to the same place as in the kernel.
 */
#ifndef PLACE_H
#define PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct umvu_place {
	bool has_parent;
	dev_t dev; /* of the parent, if it exists */
	ino_t ino;
	char text[2 * PATH_MAX]; /* normalised, seen from our root */
	const char *last;	 /* last component, inside text */
};

/*
 * Resolves @path as thread @tid would, relative to its descriptor @dirfd
 * (AT_FDCWD: its working directory). The last component is not followed.
 * -ENOENT empty path or no last component, -ENOTDIR, -ELOOP, -EACCES,
 * -ENAMETOOLONG, -ESRCH the guest has gone, -EBADF.
 */
int place_resolve(
	struct umvu_place *place, pid_t tid, int dirfd, const char *path);

/* As place_resolve, and follows symbolic links in the last component. */
int place_resolve_link(
	struct umvu_place *place, pid_t tid, int dirfd, const char *path);

bool place_equal(const struct umvu_place *a, const struct umvu_place *b);

/* Last component of @path without trailing slashes; its length in @len. */
const char *place_last_component(const char *path, size_t *len);

#endif
