/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "modules.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "process.h"

#define SYMBOL "umvu_module"

struct entry {
	const struct umvu_module *module; /* NULL: the slot is free */
	void *handle, *state;
	bool permanent;
};

struct modules {
	struct entry entry[MODULES_MAX];
};

int modules_init(struct umvu *session)
{
	session->modules = calloc(1, sizeof(*session->modules));
	return session->modules ? 0 : -ENOMEM;
}

static void unload(struct umvu *session, struct entry *e)
{
	processes_drop_data(session->processes, e->module);
	e->module = NULL;
	dlclose(e->handle);
}

void modules_guests_gone(struct umvu *session)
{
	struct entry *e = session->modules->entry;
	unsigned int i;

	for (i = 0; i < MODULES_MAX; i++)
		if (e[i].module && e[i].module->guests_gone)
			e[i].module->guests_gone(e[i].state);
}

void modules_end(struct umvu *session)
{
	struct entry *e = session->modules->entry;
	unsigned int i;

	for (i = 0; i < MODULES_MAX; i++)
		if (e[i].module)
			e[i].module->fini(e[i].state, true);
	for (i = 0; i < MODULES_MAX; i++)
		if (e[i].module)
			unload(session, &e[i]);
}

static int find_file(
	const struct umvu *session, const char *name, char *path, size_t size)
{
	struct stat st;
	int len = strchr(name, '/') ? snprintf(path, size, "%s", name)
				    : snprintf(path, size, "%s/%s.so",
					      session->module_dir, name);

	if ((size_t)len >= size)
		return -ENAMETOOLONG;
	if (stat(path, &st) < 0 || access(path, R_OK) < 0)
		return -errno;
	/* The loader would wait for somebody to write to a FIFO. */
	return S_ISREG(st.st_mode) ? 0 : -ENOEXEC;
}

static struct entry *find(struct modules *modules, const char *name)
{
	unsigned int i;

	for (i = 0; i < MODULES_MAX; i++)
		if (modules->entry[i].module &&
			!strcmp(modules->entry[i].module->name, name))
			return &modules->entry[i];
	return NULL;
}

static struct entry *free_slot(struct modules *modules)
{
	unsigned int i;

	for (i = 0; i < MODULES_MAX; i++)
		if (!modules->entry[i].module)
			return &modules->entry[i];
	return NULL;
}

/* Takes over @handle on success. */
static int start(struct umvu *session, void *handle, bool permanent, char *why,
	size_t size)
{
	const struct umvu_module *module = dlsym(handle, SYMBOL);
	struct entry *e = free_slot(session->modules);
	int err;

	if (!module) {
		snprintf(why, size, "not a module: it has no symbol " SYMBOL);
		return -ENOEXEC;
	}
	if (module->version > UMVU_MODULE_VERSION) {
		snprintf(why, size, "made for a newer umvu (border version %u)",
			module->version);
		return -ENOEXEC;
	}
	if (find(session->modules, module->name))
		return -EEXIST;
	if (!e)
		return -ENOSPC;
	/* init may already ask for its slot. */
	*e = (struct entry){ module, handle, NULL, permanent };
	err = module->init(session, &e->state);
	if (err)
		e->module = NULL;
	return err;
}

int modules_load(struct umvu *session, const char *name, bool permanent,
	char *why, size_t size)
{
	char path[PATH_MAX + NAME_MAX];
	void *handle;
	int err;

	*why = '\0';
	if (find(session->modules, name))
		return -EEXIST;
	err = find_file(session, name, path, sizeof(path));
	if (err == -ENOENT)
		snprintf(why, size, "no such module: %s", path);
	if (err)
		return err;
	/* NODELETE: a timer of the module may outlive it. */
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!handle) {
		snprintf(why, size, "%s", dlerror());
		return -ENOEXEC;
	}
	err = start(session, handle, permanent, why, size);
	if (err)
		dlclose(handle);
	return err;
}

int modules_unload(struct umvu *session, const char *name)
{
	struct entry *e = find(session->modules, name);
	int err;

	if (!e)
		return -ENOENT;
	if (e->permanent)
		return -EBUSY;
	err = e->module->fini(e->state, false);
	if (!err)
		unload(session, e);
	return err;
}

/* Appends as much of @line as there is room for; returns its whole length. */
static size_t append(char *buf, size_t size, size_t at, const char *line)
{
	size_t len = strlen(line), room = at < size ? size - at : 0;

	if (room)
		memcpy(buf + at, line, len < room ? len : room);
	return len;
}

size_t modules_list(const struct modules *modules, char *buf, size_t size)
{
	char line[512];
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < MODULES_MAX; i++) {
		const struct umvu_module *m = modules->entry[i].module;

		if (!m)
			continue;
		snprintf(line, sizeof(line), "%s: %s\n", m->name,
			m->description);
		len += append(buf, size, len, line);
	}
	return len;
}

const struct umvu_module *modules_at(
	const struct modules *modules, unsigned int slot)
{
	return modules->entry[slot].module;
}

void *modules_state(const struct modules *modules, unsigned int slot)
{
	return modules->entry[slot].state;
}

unsigned int modules_slot(
	const struct modules *modules, const struct umvu_module *module)
{
	unsigned int i;

	for (i = 0; i < MODULES_MAX - 1; i++)
		if (modules->entry[i].module == module)
			break;
	return i;
}

int modules_by_fstype(const struct modules *modules, const char *fstype)
{
	unsigned int i;

	for (i = 0; i < MODULES_MAX; i++)
		if (modules->entry[i].module &&
			!strcmp(modules->entry[i].module->name, fstype))
			return (int)i;
	return -1;
}

long modules_ask(const struct modules *modules, struct umvu_call *call,
	modules_ask_fn *ask, void *arg)
{
	long result = UMVU_CONTINUE;
	unsigned int i;

	for (i = 0; i < MODULES_MAX && result == UMVU_CONTINUE; i++) {
		const struct umvu_module *m = modules_at(modules, i);

		if (m)
			result = ask(m, modules_state(modules, i), call, arg);
	}
	return result;
}
