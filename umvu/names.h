/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.h - the names in the file system that modules own
 */
#ifndef NAMES_H
#define NAMES_H

#include "place.h"
#include "session.h"

int names_init(struct umvu *session);

/* False when no name ends like @path, nor, if @follow, a symbolic link that is
 * known to lead to one: the cheap test that most paths fail. */
bool names_may_match(const struct names *names, const char *path, bool follow);

/* True when there is no name at all. */
bool names_are_none(const struct names *names);

/* Remembers that links that end like @path may lead to a name. */
void names_learn_link(struct names *names, const char *path);

/* The names of a directory, or all names (@place NULL), in the order of their
 * serial numbers: the first one above @after, which 0 is below of. */
struct umvu_name *names_next(const struct names *names,
	const struct umvu_place *place, uint64_t after);
uint64_t name_serial(const struct umvu_name *name);

/* Device and inode number that stat(2) shows; last component. */
dev_t name_dev(const struct umvu_name *name);
uint64_t name_ino(const struct umvu_name *name);
const char *name_last(const struct umvu_name *name);

/* Where it is now, its directory may have been renamed; at most @size bytes. */
void name_text(const struct umvu_name *name, char *text, size_t size);
const char *name_source(const struct umvu_name *name);
const char *name_options(const struct umvu_name *name);

const struct umvu_module *name_owner(const struct umvu_name *name);

/* As umvu_name_permits, by the real ids if not @effective, as access(2). */
int name_permits(const struct umvu_name *name, const struct umvu_creds *creds,
	int mode, bool effective);

/* True for the owner, and for whoever has @capability. */
bool name_is_owned(const struct umvu_name *name, const struct umvu_creds *creds,
	int capability);

#endif
