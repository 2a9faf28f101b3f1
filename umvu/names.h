/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.h - the names in the file system that modules own
 */
#ifndef NAMES_H
#define NAMES_H

#include "place.h"
#include "session.h"

int names_init(struct umvu *session);
void names_free(struct names *names);

/* False when no name ends like @path: the cheap test that most paths fail. */
bool names_may_match(const struct names *names, const char *path);

/* True when there is no name at all. */
bool names_are_none(const struct names *names);

const struct umvu_module *name_owner(const struct umvu_name *name);

/* 0, or -EACCES: may @creds have @mode (R_OK | W_OK | X_OK)? By the file
 * system ids, or by the real ones if not @effective, as access(2). */
int name_permits(const struct umvu_name_attr *attr,
	const struct umvu_creds *creds, int mode, bool effective);

#endif
