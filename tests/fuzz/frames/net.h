/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * net.h - a stack of the lwip plug-in on a fake wire, with a clock of its own
 *
 * Everything happens in the caller's thread, and always alike: the plug-in's
 * loop, its clock and its dice are replaced (link-time --wrap, see
 * CMakeLists.txt). The other side of the wire is a host at 10.0.0.2 and
 * fd00::2 that answers ARP and neighbour solicitations.
 */
#ifndef FUZZ_FRAMES_NET_H
#define FUZZ_FRAMES_NET_H

#include "repair.h"

#include <stdbool.h>

/*
 * The stack has 10.0.0.1/24, 10.0.1.1/24 and fd00::1/64 on eth0, lo, and
 * default routes through the host.
 */
extern const uint8_t net_our_mac[6], net_peer_mac[6];

struct stack;

void net_open(void);
/* Aborts when memory or descriptors are left. */
void net_close(void);

/* NULL: none is open. */
struct stack *net_stack(void);

/* One frame, of any size, comes in; all that follows at once is done. */
void net_input(const uint8_t *frame, size_t size);

/* Time goes by, timer by timer. */
void net_wait(uint64_t ms);

/* Does what is to be done now. */
void net_run(void);

/* Heap in use; exact when a sanitizer counts, else with what is cached. */
size_t net_memory(void);
bool net_memory_is_exact(void);

/* TCP connections on which the stack has sent lately; @i below NET_FLOWS. */
#define NET_FLOWS 4
const struct flow *net_flow(unsigned i);

/* Packets of @protocol sent by the stack since net_watch; echo replies of ICMP.
 */
void net_watch(void);
unsigned net_answers(uint8_t protocol);

#endif
