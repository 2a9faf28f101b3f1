/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire_fake.c - two wires joined in memory
 *
 * Each side has the frames that are on their way to it, ordered by arrival, and
 * a timer for the first. With the loop's own clock (loop_config) and dice of
 * the test, a dialogue of two stacks is exact.
 */
#include "wire.h"
#include "wire_impl.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define WAY_LEN 4096 /* frames on their way; more are lost */

struct fake_frame {
	struct fake_frame *next;
	uint64_t due_ns;
	size_t size;
	unsigned char bytes[];
};

struct fake {
	struct wire wire; /* first */
	struct wire_fake_config config;
	struct fake *peer;	/* NULL: closed */
	struct fake_frame *way; /* towards this side */
	unsigned way_len;
	struct loop_timer timer;
	struct loop_task peer_left;
};

static bool roll(const struct fake *fake, unsigned rate)
{
	const struct wire_fake_config *config = &fake->config;

	if (!rate || !config->random)
		return false;
	return (config->random(config->context) & 0xffff) < rate;
}

static void rearm(struct fake *fake)
{
	if (fake->way)
		loop_timer_set(
			fake->wire.loop, &fake->timer, fake->way->due_ns);
}

/* Behind those that are due at the same time. */
static void insert(struct fake *fake, struct fake_frame *frame)
{
	struct fake_frame **at = &fake->way;

	while (*at && (*at)->due_ns <= frame->due_ns)
		at = &(*at)->next;
	frame->next = *at;
	*at = frame;
	fake->way_len++;
	rearm(fake);
}

static void put_on_way(struct fake *from, const struct iovec *bytes)
{
	struct fake *to = from->peer;
	struct fake_frame *frame;

	frame = to->way_len < WAY_LEN ? malloc(sizeof(*frame) + bytes->iov_len)
				      : NULL;
	if (!frame) {
		wire_count_lost(&from->wire, false);
		return;
	}
	frame->size = bytes->iov_len;
	memcpy(frame->bytes, bytes->iov_base, bytes->iov_len);
	frame->due_ns = loop_now(from->wire.loop) + from->config.delay_ns;
	if (roll(from, from->config.reorder))
		frame->due_ns += from->config.reorder_ns;
	insert(to, frame);
}

static unsigned fake_send(
	struct wire *wire, const struct iovec *frames, unsigned len)
{
	struct fake *fake = (struct fake *)wire;

	for (unsigned i = 0; i < len && fake->peer; i++) {
		if (roll(fake, fake->config.loss))
			continue;
		put_on_way(fake, &frames[i]);
		if (roll(fake, fake->config.duplicate))
			put_on_way(fake, &frames[i]);
	}
	return len;
}

static void free_frames(struct fake_frame *frame)
{
	while (frame) {
		struct fake_frame *next = frame->next;

		free(frame);
		frame = next;
	}
}

/* Takes what has arrived, a batch at most. */
static struct fake_frame *take_due(
	struct fake *fake, struct iovec *frames, unsigned *len)
{
	struct fake_frame *first = fake->way, **at = &fake->way;

	for (*len = 0; *at && *len < WIRE_BATCH &&
		       (*at)->due_ns <= loop_now(fake->wire.loop);
		++*len) {
		frames[*len].iov_base = (*at)->bytes;
		frames[*len].iov_len = (*at)->size;
		at = &(*at)->next;
	}
	if (*len == 0)
		return NULL;
	fake->way_len -= *len;
	fake->way = *at;
	*at = NULL;
	return first;
}

static void arrived(struct loop_timer *timer)
{
	struct fake *fake =
		(struct fake *)((char *)timer - offsetof(struct fake, timer));
	struct iovec frames[WIRE_BATCH];
	struct fake_frame *taken;
	unsigned len;

	taken = take_due(fake, frames, &len);
	rearm(fake);
	wire_received(&fake->wire, frames, len);
	free_frames(taken);
}

static void tell_left(struct loop_task *task)
{
	struct fake *fake = (struct fake *)((char *)task -
					    offsetof(struct fake, peer_left));

	wire_set_carrier(&fake->wire, false);
}

static int fake_start(struct wire *wire)
{
	(void)wire;
	return 0;
}

static void fake_close(struct wire *wire)
{
	struct fake *fake = (struct fake *)wire;

	if (fake->peer) {
		fake->peer->peer = NULL;
		loop_defer(wire->loop, &fake->peer->peer_left);
	}
	loop_forget(wire->loop, &fake->peer_left);
	loop_timer_cancel(wire->loop, &fake->timer);
	free_frames(fake->way);
}

static const struct wire_carrier fake_carrier = {
	.start = fake_start,
	.send = fake_send,
	.close = fake_close,
};

static void fake_free(struct fake *fake)
{
	if (!fake)
		return;
	wire_fini(&fake->wire);
	free(fake);
}

static struct fake *fake_new(struct loop *loop,
	const struct wire_config *config, const struct wire_fake_config *fake)
{
	struct fake *new = calloc(1, sizeof(*new));

	if (!new)
		return NULL;
	if (wire_init(&new->wire, loop, config, &fake_carrier) < 0) {
		free(new);
		return NULL;
	}
	if (config->locator)
		strncpy(new->wire.name, config->locator, WIRE_NAME_SIZE - 1);
	if (fake)
		new->config = *fake;
	if (new->config.mtu_max)
		new->wire.mtu_max = new->config.mtu_max;
	if (new->wire.mtu > new->wire.mtu_max)
		new->wire.mtu = new->wire.mtu_max;
	new->timer.fired = arrived;
	new->peer_left.run = tell_left;
	return new;
}

int wire_fake_pair(struct wire *wire[2], struct loop *loop,
	const struct wire_config config[2], const struct wire_fake_config *fake)
{
	struct fake *a, *b;

	if (fake && fake->mtu_max > WIRE_FRAME_MAX - WIRE_OVERHEAD)
		return -EINVAL;
	a = fake_new(loop, &config[0], fake);
	b = fake_new(loop, &config[1], fake);
	if (!a || !b) {
		fake_free(a);
		fake_free(b);
		return -ENOMEM;
	}
	a->peer = b;
	b->peer = a;
	wire[0] = &a->wire;
	wire[1] = &b->wire;
	return 0;
}
