/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offer.h - the socket through which other sessions share a stack
 */
#ifndef OFFER_H
#define OFFER_H

#include <sys/types.h>

/*
 * Makes the socket @path with permission bits @mode, replacing one that nobody
 * serves any more. Returns a listening descriptor or a negative errno:
 * -EADDRINUSE somebody serves it, -EEXIST a file of another kind, ...
 */
int offer_open(const char *path, mode_t mode);

#endif
