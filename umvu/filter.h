/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.h - the seccomp filter, made from the table of system calls
 */
#ifndef FILTER_H
#define FILTER_H

#include "session.h"

/*
 * Puts the calling process, and all that it will start, under the filter.
 * Sets no_new_privs unless the caller has CAP_SYS_ADMIN.
 * Returns the listener (close-on-exec), or a negative errno: -EBUSY: a
 * listener exists already further up, -ENOSYS, -EINVAL: the kernel is too old.
 */
int filter_install(const struct options *options);

#endif
