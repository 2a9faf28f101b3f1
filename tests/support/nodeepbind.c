/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nodeepbind - lets libvdeplug load its modules in a sanitized program
 *
 * It opens them with RTLD_DEEPBIND, at which AddressSanitizer gives up. This is
 * preloaded, and so comes before the sanitizer's own dlopen().
 */
#include <dlfcn.h>

__attribute__((visibility("default"))) void *dlopen(const char *file, int mode)
{
	void *(*next)(const char *, int) =
		(void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");

	return next(file, mode & ~RTLD_DEEPBIND);
}
