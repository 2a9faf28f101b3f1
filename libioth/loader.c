/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a plug-in is looked for: $HOME/.ioth (not in setuid programs), then
 * the directory ioth/ beside libioth.so itself.
 *
 * ioth_NAME-r.so is loaded once and shared by all its stacks. ioth_NAME.so
 * is loaded for each stack, with a libc of its own and so with an errno of its
 * own (see object.c).
 */
#include "loader.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ioth/plugin.h"
#include "errmsg.h"
#include "license.h"
#include "object.h"
#include "plugindirs.h"

#define FUNCTION(member)                                                       \
	{                                                                      \
#member, offsetof(struct ioth_functions, member)               \
	}

static const struct function {
	const char *name;
	size_t offset;
} functions_by_name[] = {
	FUNCTION(newstack),
	FUNCTION(delstack),
	FUNCTION(socket),
	FUNCTION(close),
	FUNCTION(bind),
	FUNCTION(connect),
	FUNCTION(listen),
	FUNCTION(accept),
	FUNCTION(getsockname),
	FUNCTION(getpeername),
	FUNCTION(setsockopt),
	FUNCTION(getsockopt),
	FUNCTION(shutdown),
	FUNCTION(ioctl),
	FUNCTION(fcntl),
	FUNCTION(read),
	FUNCTION(readv),
	FUNCTION(recv),
	FUNCTION(recvfrom),
	FUNCTION(recvmsg),
	FUNCTION(write),
	FUNCTION(writev),
	FUNCTION(send),
	FUNCTION(sendto),
	FUNCTION(sendmsg),
};

#define FUNCTIONS (sizeof(functions_by_name) / sizeof(*functions_by_name))

static_assert(sizeof(struct ioth_functions) == (FUNCTIONS + 1) * sizeof(void *),
	"a row for every member but getstackdata");

/* The address of ioth_@name_@suffix, NULL if there is none. */
static void *symbol(void *handle, const char *name, const char *suffix)
{
	char symbol_name[128];
	int len = snprintf(
		symbol_name, sizeof(symbol_name), "ioth_%s_%s", name, suffix);

	if (len < 0 || (size_t)len >= sizeof(symbol_name))
		return NULL;
	return dlsym(handle, symbol_name);
}

static void find_functions(
	void *handle, const char *name, struct ioth_functions *functions)
{
	for (size_t i = 0; i < FUNCTIONS; i++) {
		void *address = symbol(handle, name, functions_by_name[i].name);

		if (address)
			memcpy((char *)functions + functions_by_name[i].offset,
				&address, sizeof(address));
	}
}

/* Loads the file of @name in directory @dir; -ENOENT when it is not there. */
static int load_from(struct plugin *plugin, const char *dir, const char *name)
{
	static const char *const endings[] = { "-r.so", ".so" };

	for (int own = 0; own <= 1; own++) {
		char path[PATH_MAX];
		int err, len;

		len = snprintf(path, sizeof(path), "%s/ioth_%s%s", dir, name,
			endings[own]);
		if (len < 0 || (size_t)len >= sizeof(path) ||
			access(path, R_OK) < 0)
			continue;
		err = object_open(&plugin->object, path, own);
		if (err)
			errmsg_set("plug-in '%s': %s", name, dlerror());
		return err;
	}
	return -ENOENT;
}

static int not_found(const char *name)
{
	char *known = plugin_list();

	errmsg_set("no plug-in named '%s' (known: %s)", name,
		known && *known ? known : "none");
	free(known);
	return -ENOTSUP;
}

static int load(struct plugin *plugin, const char *name)
{
	int err = -ENOENT;

	if (strchr(name, '/'))
		return not_found(name);
	for (enum plugindir dir = 0; dir < PLUGINDIRS && err == -ENOENT;
		dir++) {
		char path[PATH_MAX];

		if (plugindir_path(dir, path))
			err = load_from(plugin, path, name);
	}
	return err == -ENOENT ? not_found(name) : err;
}

static int check(const struct ioth_functions *functions, const char *name,
	const char *license)
{
	if (!functions->newstack) {
		errmsg_set("plug-in '%s' has no ioth_%s_newstack", name, name);
		return -ENOENT;
	}
	if (license_check(license) < 0) {
		errmsg_set("plug-in '%s': its licence %s does not go with that "
			   "of the program",
			name, license);
		return -EPERM;
	}
	return 0;
}

static void find_libc(struct plugin *plugin)
{
	void *handle = plugin->object.handle;

	plugin->errno_location =
		(int *(*)(void))dlsym(handle, "__errno_location");
	if (!plugin->errno_location)
		plugin->errno_location = __errno_location;
	if (!plugin->object.in)
		return;
	plugin->ctype_location = (const unsigned short **(*)(void))dlsym(
		handle, "__ctype_b_loc");
	plugin->uselocale = (locale_t(*)(locale_t))dlsym(handle, "uselocale");
}

void plugin_greet(const struct plugin *plugin)
{
	if (plugin->ctype_location && plugin->uselocale &&
		!*plugin->ctype_location())
		plugin->uselocale(plugin->uselocale(NULL));
}

int plugin_open(struct plugin *plugin, const char *name,
	struct ioth_functions *functions)
{
	const char *const *license;
	const int *plain;
	int err = load(plugin, name);

	if (err)
		return err;
	find_functions(plugin->object.handle, name, functions);
	find_libc(plugin);
	plugin->supported =
		(int (*)(int))symbol(plugin->object.handle, name, "supported");
	plugin->errmsg = (const char *(*)(void))symbol(
		plugin->object.handle, name, "errmsg");
	plugin->procopen = (int (*)(const char *, int))symbol(
		plugin->object.handle, name, "procopen");
	plugin->abort =
		(void (*)(void *))symbol(plugin->object.handle, name, "abort");
	plugin->sockets = (int (*)(int, int, int, int[], int))symbol(
		plugin->object.handle, name, "sockets");
	plugin->owns =
		(int (*)(int))symbol(plugin->object.handle, name, "owns");
	plain = dlsym(plugin->object.handle, "ioth_plain_descriptors");
	plugin->plain = plain && *plain;
	license = symbol(plugin->object.handle, name, "license");
	err = check(functions, name, license ? *license : NULL);
	if (err)
		plugin_close(plugin);
	return err;
}

void plugin_close(struct plugin *plugin)
{
	object_close(&plugin->object);
}
