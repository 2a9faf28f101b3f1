/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guestmem.h - the only door to the memory of a guest
 *
 * @tid names the thread that was trapped; its memory is its process's.
 * Errors everywhere: -EFAULT bad address, -ESRCH the guest has gone, -EPERM it
 * may not be looked at (not dumpable, and we are not root).
 */
#ifndef GUESTMEM_H
#define GUESTMEM_H

#include <stddef.h>
#include <sys/types.h>
#include "umvu/module.h"

int guestmem_read(pid_t tid, struct guest_addr from, void *buf, size_t size);

/* All or an error; what a bad address in the middle left written stays. */
int guestmem_write(
	pid_t tid, struct guest_addr to, const void *buf, size_t size);

/* A NUL-terminated string. Returns its length; -ENAMETOOLONG when it does not
 * fit @size bytes with its NUL. */
int guestmem_read_string(
	pid_t tid, struct guest_addr from, char *buf, size_t size);

#endif
