/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugindirs.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ioth.h"
#include "loader.h"

#define PREFIX	  "ioth_"
#define SHARED	  "-r"
#define EXTENSION ".so"

static bool home_path(char path[PATH_MAX])
{
	const char *home = secure_getenv("HOME");

	return home && *home == '/' &&
	       snprintf(path, PATH_MAX, "%s/.ioth", home) < PATH_MAX;
}

/* Of the system's plug-ins; set once, "" if it cannot be told. */
static char system_dir[PATH_MAX];

/* At the start, for the loader may have used a relative path. */
__attribute__((constructor)) static void find_system_dir(void)
{
	static const char anchor; /* some address within libioth */
	char path[PATH_MAX], *resolved;
	const char *slash;
	Dl_info info;
	int len;

	if (!dladdr(&anchor, &info) || !info.dli_fname)
		return;
	slash = strrchr(info.dli_fname, '/');
	if (!slash)
		return;
	len = (int)(slash + 1 - info.dli_fname);
	if (snprintf(path, sizeof(path), "%.*s", len, info.dli_fname) != len)
		return;
	resolved = realpath(path, NULL);
	if (resolved && strlen(resolved) + sizeof("/ioth") <= PATH_MAX)
		snprintf(system_dir, sizeof(system_dir), "%s/ioth", resolved);
	free(resolved);
}

static bool system_path(char path[PATH_MAX])
{
	memcpy(path, system_dir, sizeof(system_dir));
	return *path;
}

bool plugindir_path(enum plugindir dir, char path[PATH_MAX])
{
	return dir == PLUGINDIR_HOME ? home_path(path) : system_path(path);
}

/* --- the list of all plug-ins --------------------------------------------- */

struct names {
	char **name;
	size_t len;
};

static int names_add(struct names *names, char *name)
{
	char **longer = name ? reallocarray(names->name, names->len + 1,
				       sizeof(*longer))
			     : NULL;

	if (!longer) {
		free(name);
		return -ENOMEM;
	}
	names->name = longer;
	names->name[names->len++] = name;
	return 0;
}

/* The plug-in's name within a file's name; NULL: that is no plug-in. */
static const char *plugin_name(const char *file, size_t *len)
{
	const char *name = file + strlen(PREFIX);

	*len = strlen(file);
	if (*len <= strlen(PREFIX EXTENSION) ||
		strncmp(file, PREFIX, strlen(PREFIX)) != 0 ||
		strcmp(file + *len - strlen(EXTENSION), EXTENSION) != 0)
		return NULL;
	*len -= strlen(PREFIX EXTENSION);
	if (*len > strlen(SHARED) && strncmp(name + *len - strlen(SHARED),
					     SHARED, strlen(SHARED)) == 0)
		*len -= strlen(SHARED);
	return name;
}

static int names_of_dir(struct names *names, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int err = 0;

	while (dir && !err && (entry = readdir(dir))) {
		size_t len;
		const char *name = plugin_name(entry->d_name, &len);

		if (name)
			err = names_add(names, strndup(name, len));
	}
	if (dir)
		closedir(dir);
	return err;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names once, separated by spaces. */
static char *names_join(struct names *names)
{
	size_t size = 1;
	char *text, *end;

	if (names->len > 0)
		qsort(names->name, names->len, sizeof(char *), compare);
	for (size_t i = 0; i < names->len; i++)
		size += strlen(names->name[i]) + 1;
	text = end = calloc(1, size);
	for (size_t i = 0; text && i < names->len; i++) {
		if (i > 0 && strcmp(names->name[i - 1], names->name[i]) == 0)
			continue;
		if (end != text)
			*end++ = ' ';
		end = stpcpy(end, names->name[i]);
	}
	return text;
}

char *plugin_list(void)
{
	struct names names = { 0 };
	char *text = NULL;
	int err = 0;

	for (enum plugindir dir = 0; dir < PLUGINDIRS && !err; dir++) {
		char path[PATH_MAX];

		if (plugindir_path(dir, path))
			err = names_of_dir(&names, path);
	}
	if (!err)
		text = names_join(&names);
	for (size_t i = 0; i < names.len; i++)
		free(names.name[i]);
	free(names.name);
	return text;
}

char *ioth_plugins(void)
{
	char *text = plugin_list();

	if (!text)
		errno = ENOMEM;
	return text;
}
