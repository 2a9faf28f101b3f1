/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * packet.h - AF_PACKET sockets
 *
 * They are sockets of the kernel's, in a mirror of the stack (mirror.h), so that
 * programs can map a ring. Where no mirror can be made they are bridges like all
 * others (packet_make), without a ring.
 *
 * Threads: inside the loop.
 */
#ifndef LWIP_PACKET_H
#define LWIP_PACKET_H

#include "mirror.h"

#pragma GCC visibility push(hidden)

struct pbuf;
struct stack;

/* NULL: no memory. */
struct mirror *packet_mirror_new(struct stack *stack);

/* A descriptor of the kernel's. Errors: those of mirror_socket. */
int packet_open(struct stack *stack, int type, int protocol);

/* A packet to ourselves. */
void packet_show_loopback(const struct stack *stack, const struct pbuf *p);

#pragma GCC visibility pop
#endif
