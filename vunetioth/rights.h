/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rights.h - what not everybody may ask a stack's process for
 *
 * The process makes sockets and does ioctls with its own rights and in its own
 * memory. So what the kernel would refuse a guest is refused by the module that
 * serves the guest, and, when that belongs to another user's session, which may
 * lie, by the process itself.
 */
#ifndef RIGHTS_H
#define RIGHTS_H

#include <stdbool.h>
#include <stdint.h>

/* A request of netdevice(7) that is carried: its argument is known to hold no
 * address. */
struct rights_ioctl {
	uint16_t request, size;
	bool admin; /* for who mounted the stack, or has CAP_NET_ADMIN */
};

/* NULL: this one is not carried. */
const struct rights_ioctl *rights_of_ioctl(uint32_t request);

/* The capability that the kernel wants when such a socket is made; -1: none. */
int rights_of_socket(int domain, int type);

/* May everybody open the file @fd with these @flags of open(2)? Its owner's
 * rights are for who mounted the stack, or has CAP_NET_ADMIN. */
bool rights_all_may_open(int fd, int flags);

#endif
