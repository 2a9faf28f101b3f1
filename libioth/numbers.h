/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * numbers.h - the stack of each descriptor, by its number
 *
 * What the table says of a number is only taken for true when the descriptor
 * still has the identity that it had: a number that has been closed and is used
 * again for something else is not ours.
 *
 * Threads: the caller holds the lock of sockets.c. errno may change.
 */
#ifndef IOTH_NUMBERS_H
#define IOTH_NUMBERS_H

#include "identity.h"

struct ioth;

/*
 * Notes that @fd, which is @identity, belongs to @stack, and takes a reference
 * to @stack. Nothing happens if @fd is known as @identity already.
 * Errors: -ENOMEM.
 */
int numbers_add(int fd, const struct identity *identity, struct ioth *stack);

/* The stack of @fd, which is @identity, with a reference; NULL: not known. */
struct ioth *numbers_stack(int fd, const struct identity *identity);

/* Forgets @fd if it is known as @identity. */
void numbers_forget(int fd, const struct identity *identity);

/* Forgets the descriptors that are no sockets and not open any more. */
void numbers_sweep(void);

#endif
