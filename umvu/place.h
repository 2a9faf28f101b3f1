/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place.h - where a guest's path leads to
 *
 * A place is the directory that holds the last component, known by device and
 * inode, and that component; where the directory does not exist, the text of
 * the whole path. So relative paths, `..`, symbolic links on the way, bind
 * mounts, chroot and mount name spaces lead to the same place as in the kernel.
 */
#ifndef PLACE_H
#define PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct umvu_place {
	bool has_parent;
	bool is_link; /* there is a symbolic link, not followed; asked for by
		       * PLACE_SEE_LINK */
	dev_t dev;    /* of the parent, if it exists */
	ino_t ino;
	/* Canonical as far as directories exist, seen from the root of the
	 * guest's mount name space. */
	char text[2 * PATH_MAX];
	const char *last; /* last component, inside text */
};

enum place_flags {
	/* Follow symbolic links in the last component. */
	PLACE_FOLLOW = 1,
	/* Look whether the last component is a symbolic link. */
	PLACE_SEE_LINK = 2,
	/* Wait for no file system: -EAGAIN when the kernel does not know the
	 * way by heart. Not with PLACE_FOLLOW. */
	PLACE_CACHED = 4,
};

/*
 * Resolves @path as thread @tid would, with its rights, relative to its
 * descriptor @dirfd (AT_FDCWD: its working directory).
 * -ENOENT empty path, -EISDIR it ends in `/`, `.` or `..`, -ENOTDIR, -ELOOP,
 * -EACCES, -ENAMETOOLONG, -ESRCH the guest has gone, -EBADF, -EAGAIN.
 */
int place_find(struct umvu_place *place, pid_t tid, int dirfd, const char *path,
	unsigned int flags);

/* place_find() with PLACE_FOLLOW; waits for file systems. */
int place_resolve_link(
	struct umvu_place *place, pid_t tid, int dirfd, const char *path);

/* True when @b leads to @a, or would if the directory of @a, which did not
 * exist, had not been made since. */
bool place_equal(const struct umvu_place *a, const struct umvu_place *b);

/* False when openat2(2) would not walk @path under the RESOLVE_* of @resolve,
 * be there something or not, or when its root is another. */
bool place_obeys(pid_t tid, int dirfd, const char *path, uint64_t resolve);

/* Last component of @path without trailing slashes; its length in @len. */
const char *place_last_component(const char *path, size_t *len);

/* Opens what /proc/TID/@what leads to, with O_PATH | O_DIRECTORY: "root",
 * "cwd", "fd/N". -EBADF there is none, -ENOTDIR, -ESRCH. */
int place_open_proc(pid_t tid, const char *what);

/* Opens the directory @dir as somebody does whose root is @root. Negative
 * errno. */
int place_open_in_root(int root, const char *dir);

/* Opens the directory @dir of an umvu_place's text as thread @tid does, with
 * O_PATH. -EXDEV it is outside of its root; other negative errno. */
int place_open_dir(pid_t tid, const char *dir);

/* The path of the directory @fd, of at most @size bytes. Negative errno. */
int place_text_of(int fd, char *text, size_t size);

#endif
