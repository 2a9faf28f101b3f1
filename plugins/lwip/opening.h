/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * opening.h - interfaces that are asked for while the loop runs
 *
 * To connect to a network takes as long as the other side takes to answer, and
 * that may be a switch which this very loop serves. So each locator is opened
 * in a thread of its own, and the request is answered when that has ended.
 *
 * Threads: inside the loop, but for opening_abandon.
 */
#ifndef LWIP_OPENING_H
#define LWIP_OPENING_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

struct iface;
struct stack;

/*
 * As iface_open. The first call for @locator begins; when the end has come,
 * nlsock_resume is called, from inside of which the next call for it takes the
 * result. What nobody takes then is closed.
 * Errors: -ERESTART ask again then; -EBUSY too many at a time, -ENOMEM, -EAGAIN
 * no thread; those of iface_open.
 */
int opening_take(
	struct stack *stack, const char *locator, struct iface **iface);

/* Is one going on? Then there are threads that know the stack. */
bool opening_any(const struct stack *stack);

/*
 * The loop has stopped and the stack is about to go, whether or not threads
 * still run: they end without it, and the code must stay loaded.
 */
void opening_abandon(struct stack *stack);

#pragma GCC visibility pop
#endif
