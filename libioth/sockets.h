/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sockets.h - which stack does a descriptor belong to?
 *
 * A descriptor's number tells little: programs close it with close(2) and get
 * it again for something else, duplicate it, inherit it, pass it on. So what is
 * known of a number is compared with what the kernel says the descriptor is (its
 * identity), asked anew at every look-up, and a socket stays known by its
 * identity until its last duplicate anywhere is closed.
 *
 * Threads: any thread may call any function; the lock never leaves sockets.c.
 * No function changes errno: they run around calls that have set it.
 */
#ifndef IOTH_SOCKETS_H
#define IOTH_SOCKETS_H

struct ioth;

/*
 * Notes that what @fd refers to belongs to @stack, and takes a reference to
 * @stack until it is closed. Nothing happens if that is known already.
 * Errors: -EBADF, -ENOMEM.
 */
int sockets_add(int fd, struct ioth *stack);

/* The stack of @fd, with a reference; NULL: it belongs to none. */
struct ioth *sockets_stack(int fd);

/* To be called before @fd is closed, and sockets_settle() after it. */
void sockets_closing(int fd);

/* Drops all sockets that have been closed for the last time. */
void sockets_settle(void);

/*
 * A descriptor that polls readable when there may be something to settle.
 * Errors: those of inotify_init1(2), negative.
 */
int sockets_watchfd(void);

#endif
