/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stale.h - what a killed in-process switch leaves behind
 */
#ifndef VDESTACK_STALE_H
#define VDESTACK_STALE_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/*
 * If @locator is switch:// or hub:// and its directory holds nothing but
 * sockets, and nobody listens on its ctl, removes it. True: removed.
 */
bool stale_remove(const char *locator);

#pragma GCC visibility pop
#endif
