/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock.h - lwIP's periodic functions, called only when they have work
 */
#ifndef LWIP_CLOCK_H
#define LWIP_CLOCK_H

#include "loop.h"

#pragma GCC visibility push(hidden)

enum clock_tick {
	CLOCK_TCP,
	CLOCK_ARP,
	CLOCK_ND6,
	CLOCK_IGMP,
	CLOCK_MLD6,
	CLOCK_REASS,
	CLOCK_TICKS,
};

struct clock {
	struct loop *loop;
	struct loop_timer timer;
	struct loop_task task;
	uint64_t last_ns[CLOCK_TICKS]; /* up to here tick has been called */
	uint64_t arp_until_ns;	       /* requests may be waiting till then */
	uint64_t reass_until_ns;       /* fragments may */
};

/*
 * After lwip_init: does lwIP call what is defined here in its place? Not if
 * liblwip.so is shared with another copy of the plug-in.
 */
bool clock_is_in_place(void);

void clock_init(struct clock *clock, struct loop *loop);
void clock_fini(struct clock *clock);

/* Something was received, sent or configured: look again what is due. */
void clock_touch(struct clock *clock);

/* Calls what has become due since the last time; outside of lwIP only. */
void clock_catch_up(struct clock *clock);

/* An ARP request was sent; a fragment has come. */
void clock_note_arp(struct clock *clock);
void clock_note_fragment(struct clock *clock);

#pragma GCC visibility pop
#endif
