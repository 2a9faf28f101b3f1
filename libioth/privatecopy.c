/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A name space of its own (dlmopen) also separates the libraries that the
 * object needs. Sanitizers allow no second name space, see loader.c: with them
 * the file is copied, since the dynamic loader knows files by device and inode,
 * and its libraries are shared.
 */
#include "privatecopy.h"

#include <dlfcn.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <unistd.h>

/* A file of its own name: the dynamic loader compares names, too. */
static void copy_to(int to, const char *path)
{
	int from = open(path, O_RDONLY | O_CLOEXEC);

	while (from >= 0 && sendfile(to, from, NULL, 1 << 20) > 0)
		;
	if (from >= 0)
		close(from);
}

void *private_copy_open(const char *path)
{
	char copy[] = "/tmp/ioth-plugin-XXXXXX";
	int fd = mkostemp(copy, O_CLOEXEC);
	void *handle;

	if (fd < 0)
		return dlopen(path, RTLD_NOW | RTLD_LOCAL);
	copy_to(fd, path);
	handle = dlopen(copy, RTLD_NOW | RTLD_LOCAL);
	unlink(copy);
	close(fd);
	return handle;
}
#else
void *private_copy_open(const char *path)
{
	return dlmopen(LM_ID_NEWLM, path, RTLD_NOW | RTLD_LOCAL);
}
#endif
