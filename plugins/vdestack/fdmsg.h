/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fdmsg.h - a message with descriptors, on a SOCK_SEQPACKET of AF_UNIX
 */
#ifndef VDESTACK_FDMSG_H
#define VDESTACK_FDMSG_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

#define FDMSG_FDS_MAX 2

/* Never blocks. 0 or a negative errno; the descriptors stay the caller's. */
int fdmsg_send(int sock, const void *data, size_t len, const int fds[],
	size_t fds_len);

/*
 * Blocks unless @sock does not. Takes a message of just @len bytes with just
 * @fds_len descriptors, which are then the caller's, close-on-exec.
 * Errors: -EAGAIN, -EPIPE the other side has gone, -EPROTO another message.
 */
int fdmsg_recv(int sock, void *data, size_t len, int fds[], size_t fds_len);

#pragma GCC visibility pop
#endif
