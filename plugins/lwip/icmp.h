/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * icmp.h - what ICMP tells of packets that were sent
 *
 * lwIP answers echoes and drops the rest. Here "destination unreachable" of
 * both versions is taken to the socket whose packet it quotes, as Linux does:
 * it ends a TCP connect with the errno that it stands for, is the reason when a
 * connection times out, and is told by connected UDP sockets when it is final.
 *
 * Threads: inside the loop.
 */
#ifndef LWIP_ICMP_H
#define LWIP_ICMP_H

#pragma GCC visibility push(hidden)

/* After lwip_init. Errors: -ENOMEM. */
int icmp_listen(void);
void icmp_unlisten(void);

#pragma GCC visibility pop
#endif
