/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netdev.h - the ioctls of netdevice(7): what each takes and gives
 */
#ifndef NETDEV_H
#define NETDEV_H

#include <stdint.h>
#include "umvu/module.h"

struct stack;

/*
 * Does @request with the guest's @arg on @stack; the guest waits. Returns
 * UMVU_PARKED, or a negative errno: -EFAULT, -EPERM it changes something and the
 * guest may not, -EOPNOTSUPP a request that is not known to be safe to carry.
 */
long netdev_ioctl(struct umvu_call *call, struct stack *stack, uint32_t request,
	struct guest_addr arg);

#endif
