/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * descriptors.h - all open descriptors of the process
 */
#ifndef IOTH_DESCRIPTORS_H
#define IOTH_DESCRIPTORS_H

/*
 * Calls @visit for every open descriptor, perhaps also for numbers that are not
 * open. Errors: those of opendir(3) but ENOENT, negative; nothing is visited.
 */
int descriptors_for_each(void (*visit)(int fd));

#endif
