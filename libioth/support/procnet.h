/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * procnet.h - the files of /proc/net of a stack, as text in Linux's formats
 *
 * Made from the operations behind a netlink server.
 * Threads: as netlink_server.h.
 */
#ifndef IOTH_PROCNET_H
#define IOTH_PROCNET_H

#include <stdbool.h>
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

/*
 * For ioth_NAME_procopen() (ioth/plugin.h): opens "net/NAME" as open(2) with
 * @flags, a memory file that has the text as it is now and cannot be changed.
 * Errors: -ENOENT no such file, -EISDIR "net" or "sys/net", which are there but
 * are not to be had; -ENOTDIR, -EACCES as open(2); -EMFILE, -ENOMEM, those of
 * procnet_write.
 */
int procnet_open(struct netlink_server *server, const char *path, int flags);

/* The names that procnet_write() knows, by index; NULL after the last. */
const char *procnet_name(unsigned index);
bool procnet_knows(const char *name);

#endif
