/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mounttable.h - /proc/PID/mounts and mountinfo that list the names, too
 */
#ifndef MOUNTTABLE_H
#define MOUNTTABLE_H

#include "call.h"

/* The cheap test: true if @path ends like a mount table. */
bool mounttable_may_be(const char *path);

/* The guest opens one for reading, perhaps: parks the call, and answers it with
 * a file that has the kernel's table and a line for each name. */
long mounttable_open(const struct umvu_call *call, bool cloexec, bool nofollow);

#endif
