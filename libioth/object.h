/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object.h - the shared object of a plug-in, in memory
 */
#ifndef IOTH_OBJECT_H
#define IOTH_OBJECT_H

#include <stdbool.h>

struct name_space;

struct object {
	void *handle;	       /* for dlsym(3) */
	struct name_space *in; /* NULL: the program's own */
};

/*
 * Loads the file @path: once for all, or (@own) anew, with variables and
 * libraries of its own. On failure dlerror(3) tells more.
 * Errors: -ENOTSUP it cannot be loaded, -ENOMEM no room for a name space.
 */
int object_open(struct object *object, const char *path, bool own);
void object_close(struct object *object);

#endif
