/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge_census.h - which app ends are still open, in any process
 *
 * Nobody tells when the app end of a DEAD bridge is closed: its stack end is
 * closed already. Who keeps such bridges counts, now and then, and lets go of
 * those that nobody can ask for any more. It costs a reading of the kernel's
 * list of AF_UNIX sockets.
 *
 * Threads: that which makes the bridges (the list is that of its network
 * namespace).
 */
#ifndef SUPPORT_BRIDGE_CENSUS_H
#define SUPPORT_BRIDGE_CENSUS_H

#include "bridge.h"

#pragma GCC visibility push(hidden)

struct bridge_census;

/* Counts. Errors: -ENOMEM, of open(2); -ENOENT: what is there is not the list. */
int bridge_census_new(struct bridge_census **census);
void bridge_census_free(struct bridge_census *census);

/* Was the app end of @bridge open then? */
bool bridge_census_has(
	const struct bridge_census *census, const struct bridge *bridge);

#pragma GCC visibility pop
#endif
