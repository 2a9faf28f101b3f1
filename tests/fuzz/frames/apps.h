/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * apps.h - sockets of each type on the stack of net.h, and what is done to them
 *
 * TCP and UDP listen on port 7 at all addresses; there are raw, ping, packet
 * and netlink sockets, and members of two multicast groups. A connection has
 * been accepted, another one made.
 */
#ifndef FUZZ_FRAMES_APPS_H
#define FUZZ_FRAMES_APPS_H

#include "records.h"

#define APPS_PORT 7

void apps_open(void);
void apps_close(void);
void apps_do(enum app what, const uint8_t *bytes, size_t size);

/* Answers the datagrams that have come, with the same. */
void apps_echo(void);

#endif
