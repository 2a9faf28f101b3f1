/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard.h - what must not reach lwIP, or go on in it without end
 *
 * lwIP 2.1.3 as it is packaged reads past the end of some short messages, and
 * has no limits on some of what strangers make it remember, since its pools
 * are the heap. All that is dropped here is what RFCs want dropped.
 *
 * Threads: inside the loop.
 */
#ifndef LWIP_GUARD_H
#define LWIP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/*
 * What strangers may fill: half-open connections (then the oldest goes), pcbs
 * in TIME_WAIT (the same), segments of a connection that came too early (then
 * all of them go, and are sent again).
 */
#define GUARD_HALF_OPEN_MAX 1024
#define GUARD_TIME_WAIT_MAX 4096
#define GUARD_EARLY_MAX	    256

/* The contents of an ARP frame, an IPv6 packet: are they safe to read? */
bool guard_arp(size_t size);
bool guard_ip6(const uint8_t *ip, size_t size);

struct pbuf;
struct netif;

struct guard {
	void (*tcp_input)(struct pbuf *p, struct netif *netif); /* lwIP's */
	/* What was first in lwIP's lists of pcbs. */
	const void *active, *time_wait;
};

/* Puts the guard between lwIP and its TCP. False: lwIP is not in reach. */
bool guard_init(struct guard *guard);

#pragma GCC visibility pop
#endif
