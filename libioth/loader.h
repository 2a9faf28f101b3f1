/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loader.h - finding and loading plug-ins
 */
#ifndef IOTH_LOADER_H
#define IOTH_LOADER_H

#include <locale.h>
#include <stdbool.h>

#include "object.h"

struct ioth_functions;

/* A loaded plug-in, as one stack sees it. */
struct plugin {
	struct object object; /* empty: built in */
	/* of the libc that it uses */
	int *(*errno_location)(void);
	/* of a libc of its own, else NULL: see plugin_greet */
	const unsigned short **(*ctype_location)(void);
	locale_t (*uselocale)(locale_t locale);
	int (*supported)(int domain); /* or NULL */
	const char *(*errmsg)(void);  /* or NULL */
	/* or NULL */
	int (*procopen)(const char *path, int flags);
	void (*abort)(void *stackdata); /* or NULL */
	int (*sockets)(int domain, int type, int protocol, int fds[],
		int len);    /* or NULL */
	int (*owns)(int fd); /* or NULL */
	bool plain;	     /* see ioth_plain() */
};

/*
 * Loads plug-in @name into @plugin and sets the members of @functions for
 * which it exports a function (the others are left alone).
 * Errors, with ioth_errmsg() set: -ENOTSUP not found or not loadable, -ENOENT
 * no newstack in it, -EPERM licence, -ENOMEM.
 */
int plugin_open(struct plugin *plugin, const char *name,
	struct ioth_functions *functions);

/*
 * To be called before a function of @plugin, in each thread. A libc of its own
 * knows the threads that it has made; in others its <ctype.h> has no table, and
 * isspace(3) would end the program.
 */
void plugin_greet(const struct plugin *plugin);

void plugin_close(struct plugin *plugin);

/* The names of all plug-ins, see ioth_plugins(). NULL: no memory. */
char *plugin_list(void);

#endif
