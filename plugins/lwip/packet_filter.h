/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * packet_filter.h - SO_ATTACH_FILTER: classic BPF programs (bpf(4) of BSD)
 */
#ifndef LWIP_PACKET_FILTER_H
#define LWIP_PACKET_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct sock_filter;

#define PACKET_FILTER_MAX 4096 /* instructions */

/*
 * Can @program be run? Known instructions, jumps inside, no division by 0, a
 * return at the end: then it ends, for it only jumps ahead.
 */
bool packet_filter_is_valid(const struct sock_filter *program, size_t len);

/* How many bytes of @packet the program lets through; 0: it drops it. */
uint32_t packet_filter_run(
	const struct sock_filter *program, const uint8_t *packet, size_t size);

#pragma GCC visibility pop
#endif
