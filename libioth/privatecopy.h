/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * privatecopy.h - loading a shared object so that it shares nothing
 */
#ifndef IOTH_PRIVATECOPY_H
#define IOTH_PRIVATECOPY_H

/*
 * Loads the file @path anew, with variables of its own, however often it is
 * loaded already. NULL on failure: dlerror(3) tells. dlclose(3) unloads it.
 */
void *private_copy_open(const char *path);

#endif
