/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mountopts.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#ifndef MS_NOSYMFOLLOW /* Linux 5.10, glibc 2.33 */
#define MS_NOSYMFOLLOW 256
#endif

struct flag_word {
	const char *word;
	unsigned long set;
	unsigned long clear;
};

static const struct flag_word flag_words[] = {
	{ "defaults", 0,
		MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_SYNCHRONOUS },
	{ "ro", MS_RDONLY, 0 },
	{ "rw", 0, MS_RDONLY },
	{ "nosuid", MS_NOSUID, 0 },
	{ "suid", 0, MS_NOSUID },
	{ "nodev", MS_NODEV, 0 },
	{ "dev", 0, MS_NODEV },
	{ "noexec", MS_NOEXEC, 0 },
	{ "exec", 0, MS_NOEXEC },
	{ "sync", MS_SYNCHRONOUS, 0 },
	{ "async", 0, MS_SYNCHRONOUS },
	{ "dirsync", MS_DIRSYNC, 0 },
	{ "mand", MS_MANDLOCK, 0 },
	{ "nomand", 0, MS_MANDLOCK },
	{ "noatime", MS_NOATIME, 0 },
	{ "atime", 0, MS_NOATIME },
	{ "nodiratime", MS_NODIRATIME, 0 },
	{ "diratime", 0, MS_NODIRATIME },
	{ "relatime", MS_RELATIME, 0 },
	{ "norelatime", 0, MS_RELATIME },
	{ "strictatime", MS_STRICTATIME, 0 },
	{ "nostrictatime", 0, MS_STRICTATIME },
	{ "lazytime", MS_LAZYTIME, 0 },
	{ "nolazytime", 0, MS_LAZYTIME },
	{ "nosymfollow", MS_NOSYMFOLLOW, 0 },
	{ "symfollow", 0, MS_NOSYMFOLLOW },
	{ "iversion", MS_I_VERSION, 0 },
	{ "noiversion", 0, MS_I_VERSION },
	{ "silent", MS_SILENT, 0 },
	{ "loud", 0, MS_SILENT },
	{ "remount", MS_REMOUNT, 0 },
	{ "bind", MS_BIND, 0 },
	{ "rbind", MS_BIND | MS_REC, 0 },
	{ "move", MS_MOVE, 0 },
	{ "private", MS_PRIVATE, 0 },
	{ "rprivate", MS_PRIVATE | MS_REC, 0 },
	{ "shared", MS_SHARED, 0 },
	{ "rshared", MS_SHARED | MS_REC, 0 },
	{ "slave", MS_SLAVE, 0 },
	{ "rslave", MS_SLAVE | MS_REC, 0 },
	{ "unbindable", MS_UNBINDABLE, 0 },
	{ "runbindable", MS_UNBINDABLE | MS_REC, 0 },
};

/* The bytes up to the comma that ends the first option, or to the end. */
static size_t option_size(const char *options)
{
	bool quoted = false;
	int depth = 0;
	size_t i;

	for (i = 0; options[i]; i++) {
		if (options[i] == ',' && !quoted && depth <= 0)
			break;
		if (options[i] == '\\' && options[i + 1])
			i++;
		else if (options[i] == '"')
			quoted = !quoted;
		else if (strchr("[{", options[i]))
			depth++;
		else if (strchr("]}", options[i]))
			depth--;
	}
	return i;
}

static bool add_flag(struct mountopts *m, const char *option, size_t size)
{
	for (size_t i = 0; i < sizeof(flag_words) / sizeof(*flag_words); i++) {
		const struct flag_word *w = &flag_words[i];

		if (strlen(w->word) != size ||
			memcmp(w->word, option, size) != 0)
			continue;
		m->flags = (m->flags & ~w->clear) | w->set;
		return true;
	}
	return false;
}

static int add_data(struct mountopts *m, const char *option, size_t size)
{
	size_t used = m->data ? strlen(m->data) : 0;
	char *data = realloc(m->data, used + size + 2);

	if (!data)
		return -ENOMEM;
	m->data = data;
	if (used)
		data[used++] = ',';
	memcpy(data + used, option, size);
	data[used + size] = '\0';
	return 0;
}

int mountopts_add(struct mountopts *m, const char *options)
{
	for (;;) {
		size_t size = option_size(options);

		if (size && !add_flag(m, options, size) &&
			add_data(m, options, size))
			return -ENOMEM;
		if (!options[size])
			return 0;
		options += size + 1;
	}
}

void mountopts_fini(struct mountopts *m)
{
	free(m->data);
	m->data = NULL;
}
