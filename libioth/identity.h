/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * identity.h - what a descriptor refers to, whatever its number
 */
#ifndef IOTH_IDENTITY_H
#define IOTH_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A socket's cookie is never reused and the same for all its duplicates.
 * Other descriptors have no such thing (all of anon_inode: share one inode):
 * for them the number belongs to the identity, and duplicates are not known.
 */
struct identity {
	uint64_t dev; /* 0 for a socket */
	uint64_t ino; /* the cookie of a socket */
	int fd;	      /* -1 for a socket */
};

/* Errors: -EBADF. errno is left alone. */
int identity_of(int fd, struct identity *identity);

bool identity_equal(const struct identity *a, const struct identity *b);

static inline bool identity_is_socket(const struct identity *identity)
{
	return identity->fd < 0;
}

#endif
