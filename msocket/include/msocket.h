/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msocket.h - sockets of more than one network stack, see msocket(2)
 *
 * A network stack has a name in the file system, of the file type S_IFSTACK.
 */
#ifndef MSOCKET_H
#define MSOCKET_H

#include <sys/socket.h>
#include <sys/stat.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SOCK_DEFAULT 0 /* no socket: make the stack the default */

#define S_IFSTACK	0160000
#define S_ISSTACK(mode) (((mode)&0170000) == S_IFSTACK)

/*
 * Opens a socket of the stack that @path names, or of the caller's default
 * stack for @domain when @path is NULL; socket(d, t, p) is
 * msocket(NULL, d, t, p). With @type SOCK_DEFAULT it opens nothing and
 * returns 0: the stack becomes the default for @domain (PF_UNSPEC: for every
 * family that it supports); with @path NULL that is the host's own stack
 * again. Defaults belong to the process and what it forks and executes later.
 *
 * Returns the descriptor, or -1 and errno: those of socket(2), ENOENT,
 * ENOTSUP (no stack), EACCES, ENODEV (the stack has died), ENOSYS (outside a
 * view, for all but a socket of the host's own stack). Thread-safe.
 */
int msocket(const char *path, int domain, int type, int protocol);

#ifdef __cplusplus
}
#endif
#endif
