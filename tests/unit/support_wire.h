/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * support_wire.h - an owner of a wire that notes what comes
 */
#ifndef TEST_SUPPORT_WIRE_H
#define TEST_SUPPORT_WIRE_H

#include "wire.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct side {
	struct wire *wire;
	struct loop *loop; /* quit when everything awaited has come */
	unsigned frames, batches, carriers, awaited;
	bool carrier;
	size_t last_size, bytes;
	unsigned order[64]; /* the numbers in the first frames */
	bool closes;
};

static inline void note_frames(struct wire *wire, const struct iovec *frames,
	unsigned len, void *owner)
{
	struct side *side = owner;

	side->batches++;
	for (unsigned i = 0; i < len; i++) {
		if (side->frames < 64 && frames[i].iov_len >= 18)
			memcpy(&side->order[side->frames],
				(char *)frames[i].iov_base + 14,
				sizeof(unsigned));
		side->frames++;
		side->last_size = frames[i].iov_len;
		side->bytes += frames[i].iov_len;
	}
	if (side->closes) {
		wire_close(wire);
		side->wire = NULL;
	}
	if (side->awaited && side->frames >= side->awaited)
		loop_quit(side->loop);
}

static inline void note_carrier(struct wire *wire, bool carrier, void *owner)
{
	struct side *side = owner;

	assert_int_equal(wire_has_carrier(wire), carrier);
	side->carriers++;
	side->carrier = carrier;
	if (side->loop)
		loop_quit(side->loop);
}

static const struct wire_ops note_ops = { note_frames, note_carrier };

/* Number @number, @size bytes, in two pieces. */
static inline int send_frame(struct wire *wire, unsigned number, size_t size)
{
	static const unsigned char header[14] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0,
		0, 2, 8, 0 };
	static char body[WIRE_FRAME_MAX];
	struct iovec iov[] = { { (void *)header, sizeof(header) },
		{ &number, sizeof(number) },
		{ body, size > 18 ? size - 18 : 0 } };

	if (size < 18)
		return wire_send(
			wire, &(struct iovec){ (void *)header, size }, 1);
	return wire_send(wire, iov, 3);
}

#endif
