/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * threadnet.h - the network namespace that the calling thread is in
 *
 * For a thread that goes elsewhere and must come back.
 */
#ifndef VDESTACK_THREADNET_H
#define VDESTACK_THREADNET_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Descriptors are kept as long as somebody holds; the last drop closes them. */
void threadnet_hold(void);
void threadnet_drop(void);

/*
 * The descriptor of the namespace, or a negative errno. To be called while
 * somebody holds, with signals blocked. *is_kept: it stays this module's;
 * otherwise the caller closes it. errno stays as it is.
 */
int threadnet_get(bool *is_kept);

#pragma GCC visibility pop
#endif
