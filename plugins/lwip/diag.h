/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * diag.h - the stack's sockets, for ss(8) and /proc/net
 *
 * Threads: inside the loop. @ctx is the stack.
 */
#ifndef LWIP_DIAG_H
#define LWIP_DIAG_H

#include "netlink_ops.h"

#pragma GCC visibility push(hidden)

int diag_each(void *ctx, netlink_sock_visit *visit, void *visit_ctx);
int diag_destroy(void *ctx, uint64_t cookie);

#pragma GCC visibility pop
#endif
