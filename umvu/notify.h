/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notify.h - the thread that takes the trapped system calls
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include "session.h"

/* Starts the thread; it ends when no task is under the filter any more. */
int notify_start(struct umvu *session);

#endif
