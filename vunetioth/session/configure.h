/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * configure.h - sets up the caller's own network
 */
#ifndef CONFIGURE_H
#define CONFIGURE_H

#include <stdbool.h>
#include <stddef.h>

struct spec;

/* True for the words of spec.h that are not mount options. */
bool configure_knows(const char *word);

/*
 * Sets up the loopback and does @spec->config in order. 0, or a negative errno
 * with a line in @why.
 */
int configure(const struct spec *spec, char *why, size_t size);

#endif
