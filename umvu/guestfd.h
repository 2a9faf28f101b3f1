/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guestfd.h - the descriptors of a guest
 */
#ifndef GUESTFD_H
#define GUESTFD_H

#include "session.h"

struct guestfds;

int guestfds_init(struct umvu *session);

#endif
