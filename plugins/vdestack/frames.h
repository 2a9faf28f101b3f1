/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * frames.h - a batch of Ethernet frames on their way through the relay
 *
 * A batch is filled by one side (port_read, wire_read) and emptied by the other
 * (wire_write, port_write), from @next up to @len. One thread.
 */
#ifndef VDESTACK_FRAMES_H
#define VDESTACK_FRAMES_H

#include <stdbool.h>
#include <sys/uio.h>

#define FRAMES_MAX     32
#define FRAME_SIZE_MAX (65536 + 18) /* the largest MTU, header, VLAN tag */
#define FRAME_SIZE_MIN 14
#define FRAME_HEADROOM 4 /* for a tag that has to be put back (veth.c) */

#pragma GCC visibility push(hidden)

struct frames {
	unsigned len, next;
	struct iovec frame[FRAMES_MAX];
	unsigned char *memory; /* owned; FRAMES_MAX slots */
};

/* -ENOMEM. The memory is only taken when frames touch it. */
int frames_init(struct frames *frames);
void frames_fini(struct frames *frames);

/* Makes it empty, every frame its slot's full size after the headroom. */
void frames_reset(struct frames *frames);

static inline bool frames_is_empty(const struct frames *frames)
{
	return frames->next == frames->len;
}

/*
 * How many frames to ask a source for that gave @len when it was asked for @most
 * (0: never asked). Reading until nothing is left costs a call that fails,
 * which is one of two when frames come one by one; so as many are asked for as
 * came, and more when there were so many.
 */
static inline unsigned frames_expect(unsigned most, unsigned len)
{
	if (len == 0)
		return 1;
	if (len < most)
		return len;
	return 2 * len < FRAMES_MAX ? 2 * len : FRAMES_MAX;
}

#pragma GCC visibility pop
#endif
