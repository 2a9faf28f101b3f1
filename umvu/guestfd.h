/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guestfd.h - the descriptors of a guest
 */
#ifndef GUESTFD_H
#define GUESTFD_H

#include "session.h"

struct guestfds;

int guestfds_init(struct umvu *session);

/* A new pidfd of thread @tid, or of its process on older kernels; not kept, so
 * also without the session's lock. Negative errno. */
int guestfd_open_pidfd(pid_t tid);

#endif
