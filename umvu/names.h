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

/* As umvu_name_permits, by the real ids if not @effective, as access(2). */
int name_permits(const struct umvu_name *name, const struct umvu_creds *creds,
	int mode, bool effective);

#endif
