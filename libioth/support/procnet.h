/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * procnet.h - the files of /proc/net of a stack, as text in Linux's formats
 *
 * Made from the operations behind a netlink server.
 * Threads: as netlink_server.h.
 */
#ifndef IOTH_PROCNET_H
#define IOTH_PROCNET_H

#include <stddef.h>

struct netlink_server;

/* Takes a piece of the file. Not 0: stop. */
typedef int procnet_sink(void *ctx, const char *text, size_t size);

/*
 * Writes /proc/net/@name to @sink.
 * Errors: -ENOENT no such file, what @sink or the stack returned.
 */
int procnet_write(struct netlink_server *server, const char *name,
	procnet_sink *sink, void *ctx);

/* The same in one string with its length; the caller frees it. -ENOMEM. */
int procnet_text(struct netlink_server *server, const char *name, char **text,
	size_t *size);

/* The names that procnet_write() knows, by index; NULL after the last. */
const char *procnet_name(unsigned index);

#endif
