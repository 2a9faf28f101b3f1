/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsids.h - to look at the file system with the rights of a guest
 *
 * A privileged hypervisor would find names in directories that the guest may
 * not search. Only the calling thread changes, for as short as it can.
 */
#ifndef FSIDS_H
#define FSIDS_H

#include <sys/types.h>

/* Takes the file system ids and groups of @tid. 1: taken, give them back with
 * fsids_restore(); 0: not needed; -ESRCH the guest has gone, -ENOMEM, -EPERM:
 * nothing has changed. */
int fsids_take(pid_t tid);
void fsids_restore(void);

#endif
