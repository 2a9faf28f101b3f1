/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire_impl.h - what the files of the wire share
 */
#ifndef SUPPORT_WIRE_IMPL_H
#define SUPPORT_WIRE_IMPL_H

#include "wire.h"

#pragma GCC visibility push(hidden)

#define WIRE_MTU_MIN	 68
#define WIRE_MTU_DEFAULT 1500
#define WIRE_QUEUE_LEN	 256
#define WIRE_OVERHEAD	 18 /* header and a VLAN tag */

/*
 * What carries the frames; its own struct begins with struct wire.
 * start    joins the loop
 * send     takes the first frames of @frames, returns how many; fewer than
 *	    @len: full, and wire_flush is called again when there is room. Those
 *	    it loses are taken, and counted with wire_count_lost.
 * close    leaves the loop, frees what it has but the struct
 */
struct wire_carrier {
	int (*start)(struct wire *wire);
	unsigned (*send)(
		struct wire *wire, const struct iovec *frames, unsigned len);
	void (*close)(struct wire *wire);
};

/* A place in the queue; its memory stays with it. */
struct wire_slot {
	unsigned char *bytes;
	size_t size, capacity;
};

struct wire {
	const struct wire_carrier *carrier_ops;
	struct loop *loop;
	const struct wire_ops *ops;
	void *owner;
	char name[WIRE_NAME_SIZE];
	unsigned mtu, mtu_max;
	bool up, carrier;
	bool full; /* the carrier took less than all; it calls wire_flush */
	/* wire_close during a callback leaves the memory to who called it */
	bool is_calling, is_closed;
	struct loop_task flush;
	struct wire_tap *taps;
	struct wire_stats stats;
	/* the queue: slots [next, end) wait; begins at 0 again when empty */
	struct wire_slot *slots;
	unsigned queue_len, next, end;
};

/* Fills the common part of a zeroed struct. Errors: -EINVAL, -ENOMEM. */
int wire_init(struct wire *wire, struct loop *loop,
	const struct wire_config *config, const struct wire_carrier *carrier);
void wire_fini(struct wire *wire);

/*
 * Frames have come: checks, counts, delivers them. Returns false when the
 * owner has closed the wire meanwhile.
 */
bool wire_received(struct wire *wire, struct iovec *frames, unsigned len);

/* Returns false when the owner has closed the wire in on_carrier. */
bool wire_set_carrier(struct wire *wire, bool carrier);

void wire_count_lost(struct wire *wire, bool is_error);

/*
 * The directory that an in-process switch:// or hub:// makes. Errors: -EINVAL
 * another scheme, -ENAMETOOLONG.
 */
int wire_locator_dir(const char *vnl, char *dir, size_t size);

/* Is the data descriptor the very socket on which the frames travel? */
bool wire_locator_is_plain(const char *vnl);

/* Removes what a killed in-process switch left; false: somebody serves it. */
bool wire_stale_remove(const char *vnl);

#pragma GCC visibility pop
#endif
