/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netfiles.h - files below /proc that show the network of whoever asks
 *
 * /proc/net, /proc/PID/net and /proc/sys/net: which network that is, a module
 * knows (struct umvu_module, net_file).
 */
#ifndef NETFILES_H
#define NETFILES_H

#include "call.h"

struct netfiles;
struct umvu_place;

/* What a system call does with such a file, or a directory of them. */
enum netfile_use {
	NETFILE_NOTHING, /* nothing that a module has to know */
	NETFILE_OPEN,
	NETFILE_STAT,
	NETFILE_STATX,
	NETFILE_ACCESS,
	NETFILE_READLINK,
	NETFILE_GETXATTR,
	NETFILE_LISTXATTR,
	NETFILE_CHDIR, /* the kernel does it */
};

int netfiles_init(struct umvu *session);

/* The cheap test: false if @text, relative to the descriptor @dirfd of the
 * caller (AT_FDCWD: its working directory), does not look like such a file. */
bool netfiles_may_be(const struct umvu_call *call, int dirfd, const char *text);

/* Some guest has gone where paths need not look like such files. */
void netfiles_visited(struct umvu *session);

/* Where a link to @target may lead to one. */
bool netfiles_may_link(const char *target);

struct netfile {
	pid_t tid;	  /* whose network */
	const char *path; /* see struct umvu_net_file; inside place->text */
};

/* True when @place is one, for the caller of @call; fills @file. Without the
 * lock, in a thread that may wait. */
bool netfile_at(struct netfile *file, const struct umvu_call *call,
	const struct umvu_place *place);

/*
 * Does @call on @file, in the way of a handler. @flags: those of open(2) for
 * NETFILE_OPEN, mode of access(2) for NETFILE_ACCESS. @as_dir: the path ends
 * like a directory's. Under the lock.
 */
long netfile_call(struct umvu_call *call, const struct netfile *file,
	enum netfile_use use, uint64_t flags, bool as_dir);

/* The cheap test for a listing: may the caller's descriptor @fd, a directory of
 * device @dev, be one of such files? */
bool netfiles_may_list(const struct umvu_call *call, int fd, dev_t dev);

/* True when the network that @dir (a path "net") is about has no file @name
 * there. Waits for its stack, so without the lock, in a thread that may. */
bool netfile_is_missing(
	struct umvu_call *call, const struct netfile *dir, const char *name);

#endif
