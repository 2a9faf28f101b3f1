/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Name spaces (dlmopen) are scarce: glibc has 16 of them, and room in the
 * static TLS block for the variables of about eleven copies of libc, which it
 * only gets back if the copies are unloaded in the opposite order. So a name
 * space that is no longer needed is kept, with its libc, for the next one who
 * wants one; the plug-in and its other libraries are loaded anew.
 *
 * Sanitizers allow no second name space, for their run-time must be the
 * program's. libioth built with one loads a copy of the file instead, under
 * another name since the dynamic loader compares names and inodes; libraries
 * are shared then. It unloads nothing: reports name the code of unloaded
 * objects no more, and what is loaded next at the same address seems to be the
 * same.
 */
#include "object.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/lib-names.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

#define FLAGS (RTLD_NOW | RTLD_LOCAL)

struct name_space {
	Lmid_t id;
	void *libc; /* keeps the name space */
	struct name_space *next;
};

static struct {
	pthread_mutex_t lock;
	struct name_space *free;
} name_spaces = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct name_space *new_name_space(void)
{
	struct name_space *made = calloc(1, sizeof(*made));

	if (!made)
		return NULL;
	made->libc = dlmopen(LM_ID_NEWLM, LIBC_SO, FLAGS);
	if (!made->libc || dlinfo(made->libc, RTLD_DI_LMID, &made->id) < 0) {
		free(made);
		return NULL;
	}
	return made;
}

static struct name_space *get_name_space(void)
{
	struct name_space *found;

	pthread_mutex_lock(&name_spaces.lock);
	found = name_spaces.free;
	if (found)
		name_spaces.free = found->next;
	pthread_mutex_unlock(&name_spaces.lock);
	return found ? found : new_name_space();
}

static void put_name_space(struct name_space *unused)
{
	pthread_mutex_lock(&name_spaces.lock);
	unused->next = name_spaces.free;
	name_spaces.free = unused;
	pthread_mutex_unlock(&name_spaces.lock);
}

static int open_in_name_space(struct object *object, const char *path)
{
	object->in = get_name_space();
	if (!object->in)
		return -ENOMEM;
	object->handle = dlmopen(object->in->id, path, FLAGS);
	if (object->handle)
		return 0;
	put_name_space(object->in);
	return -ENOTSUP;
}

static void copy_file(int to, const char *path)
{
	int from = open(path, O_RDONLY | O_CLOEXEC);

	while (from >= 0 && sendfile(to, from, NULL, 1 << 20) > 0)
		;
	if (from >= 0)
		close(from);
}

static int open_copy(struct object *object, const char *path)
{
	char copy[] = "/tmp/ioth-plugin-XXXXXX";
	int fd = mkostemp(copy, O_CLOEXEC);

	if (fd < 0)
		return -ENOMEM;
	copy_file(fd, path);
	close(fd);
	object->handle = dlopen(copy, FLAGS);
	unlink(copy);
	return object->handle ? 0 : -ENOTSUP;
}

int object_open(struct object *object, const char *path, bool own)
{
	*object = (struct object){ 0 };
	if (own)
		return SANITIZED ? open_copy(object, path)
				 : open_in_name_space(object, path);
	object->handle = dlopen(path, FLAGS);
	return object->handle ? 0 : -ENOTSUP;
}

void object_close(struct object *object)
{
	if (object->handle && !SANITIZED)
		dlclose(object->handle);
	if (object->in)
		put_name_space(object->in);
	*object = (struct object){ 0 };
}
