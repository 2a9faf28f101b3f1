/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * given.h - sockets that were made for other processes: are any still open?
 *
 * Theory of operation
 *
 * An epoll instance has an entry for an open file as long as any duplicate of
 * it is open in any process, whether or not the one by which it was entered is;
 * fdinfo in /proc lists the entries. So the sockets are entered, with no event
 * to wait for, and nobody ever waits. That costs a fifth of a watch by inotify
 * (sockets.c), which in return tells of the close.
 *
 * Whenever something happens to a socket that is entered, the kernel takes the
 * lock of the instance for a moment. So there are several: programs on many
 * processors shall not meet there.
 */
#ifndef IOTH_GIVEN_H
#define IOTH_GIVEN_H

#include <stdbool.h>

#define GIVEN_SETS 16

struct given {
	int epoll[GIVEN_SETS]; /* the first @len are open */
	unsigned int len, turn;
};

/*
 * Notes the socket @fd. Errors: -ENOENT nobody could ask later (no /proc),
 * others of epoll_create1(2) and epoll_ctl(2). One thread at a time.
 */
int given_add(struct given *given, int fd);

/* Is one of those that were noted still open? */
bool given_any(const struct given *given);

void given_fini(struct given *given);

#endif
