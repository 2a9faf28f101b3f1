/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.h - sockets of a stack that are ready to be given away
 *
 * Making a socket in another process costs several wake-ups; a program that
 * opens one connection after another would pay them each time. So a request for
 * a socket asks for a few more of the same kind. Only for kinds that nothing can
 * reach before they are bound or connected (TCP and UDP): a raw socket receives
 * from its first moment on.
 *
 * Kinds are named by the arguments of a SOCKET request (control.h); the flags in
 * the type are part of it.
 */
#ifndef POOL_H
#define POOL_H

#include <stdbool.h>
#include <stdint.h>
#include "control.h"

#define POOL_SIZE  16
#define POOL_KINDS 8 /* of the most recent use */

struct pool_shelf {
	int32_t kind[3]; /* domain, type, protocol; domain 0: unused */
	bool asked;	 /* more are on their way */
	uint64_t used;	 /* when, by the pool's clock */
	struct control_fds fds;
};

/* All zero is an empty pool. */
struct pool {
	uint64_t clock;
	struct pool_shelf shelf[POOL_KINDS];
};

bool pool_has_kind(const int32_t kind[3]);

/* A socket of this kind, now the caller's; -1 if there is none. */
int pool_take(struct pool *pool, const int32_t kind[3]);

/* True once when more should be asked for: half of the shelf is empty. */
bool pool_is_low(struct pool *pool, const int32_t kind[3]);

/* Puts what has come on the shelf; closes what has no room. */
void pool_fill(
	struct pool *pool, const int32_t kind[3], struct control_fds *fds);

bool pool_is_empty(const struct pool *pool);

void pool_close(struct pool *pool);

#endif
