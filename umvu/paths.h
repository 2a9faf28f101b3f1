/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * paths.h - what the calls with paths do, parts of rows of the system table
 *
 * All under the session's lock.
 */
#ifndef PATHS_H
#define PATHS_H

#include <limits.h>
#include "call.h"
#include "names.h"
#include "session.h"

/* The paths of a call, in the order of its row. */
struct path_texts {
	char text[2][PATH_MAX];
};

typedef long named_handler(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name);
typedef long missed_handler(struct umvu *session, struct umvu_call *call,
	const struct path_texts *texts);

/* look.c: calls that look at a name */
named_handler named_stat, named_statx, named_statfs, named_access, named_zero;
/* What access(2), faccessat(2), faccessat2(2) @call asks for: F_OK, R_OK... */
int access_mode(const struct umvu_call *call);

/* change.c: calls that change what one sees of it */
named_handler named_chmod, named_chown, named_utime, named_utimes,
	named_utimens;

/* open.c */
named_handler named_open;
missed_handler missed_open;
/* Its flags. */
uint64_t open_flags(const struct umvu_call *call);
/* RESOLVE_* of openat2(2), 0 of other calls. False: it will fail. */
bool open_resolve(const struct umvu_call *call, uint64_t *resolve);
/* True when open(2), openat(2), openat2(2) @call follows links. */
bool open_follows(const struct umvu_call *call);

/* paths.c: links and new names of links are remembered if they may lead to a
 * name. */
missed_handler missed_symlink, missed_rename;

#endif
