/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge_trailer.h - an address and control data, as bytes
 *
 *	control data | address | uint16 size of control | uint16 of address
 *
 * Host byte order: both ends are processes of one machine. Lengths are checked
 * when decoding, for an app may write what it likes.
 */
#ifndef SUPPORT_BRIDGE_TRAILER_H
#define SUPPORT_BRIDGE_TRAILER_H

#include "bridge.h"

#pragma GCC visibility push(hidden)

#define BRIDGE_TRAILER_MAX                                                     \
	(BRIDGE_CONTROL_MAX + sizeof(struct sockaddr_storage) + 4)

struct bridge_trailer {
	size_t size;
	unsigned char bytes[BRIDGE_TRAILER_MAX];
};

/* Errors: -EINVAL a part is too long. */
int bridge_trailer_encode(
	struct bridge_trailer *trailer, const struct bridge_meta *meta);

/*
 * Reads the trailer that ends @bytes; @meta->control points into it. Returns
 * its size; -EBADMSG: there is none.
 */
ssize_t bridge_trailer_decode(
	const void *bytes, size_t size, struct bridge_meta *meta);

/*
 * An error in the place of a datagram (bridge_deliver_error) is a control
 * message of no level that the kernel knows.
 */
struct bridge_error {
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
};
/* @meta points into @buf afterwards. */
void bridge_error_encode(
	struct bridge_error *buf, int error, struct bridge_meta *meta);
/* 0: it is none. */
int bridge_error_decode(const struct bridge_meta *meta);

#pragma GCC visibility pop
#endif
