/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire.c - queue, counters, taps: what all wires have in common
 *
 * Theory of operation
 *
 * wire_send copies the frame into the next slot of the queue and asks the loop
 * for a flush at the end of the round; so all frames that a round makes leave
 * in one system call, and a lone one leaves at once. When the carrier is full
 * the rest waits in the queue until the carrier calls wire_flush. The newest
 * frames are lost when the queue is full.
 *
 * A slot keeps its memory. The queue begins at slot 0 whenever it runs empty,
 * which is almost always: only the first slots are ever touched unless the wire
 * is slow.
 */
#include "wire.h"
#include "wire_impl.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static void run_flush(struct loop_task *task)
{
	wire_flush(
		(struct wire *)((char *)task - offsetof(struct wire, flush)));
}

/* A power of two, so that the places may be counted beyond it. */
int wire_init(struct wire *wire, struct loop *loop,
	const struct wire_config *config, const struct wire_carrier *carrier)
{
	wire->carrier_ops = carrier;
	wire->loop = loop;
	wire->ops = config->ops;
	wire->owner = config->owner;
	wire->mtu_max = WIRE_FRAME_MAX - WIRE_OVERHEAD;
	wire->mtu = WIRE_MTU_DEFAULT;
	wire->up = wire->carrier = true;
	wire->flush.run = run_flush;
	wire->queue_len = 1;
	while (wire->queue_len <
		(config->queue_len ? config->queue_len : WIRE_QUEUE_LEN))
		wire->queue_len *= 2;
	wire->slots = calloc(wire->queue_len, sizeof(*wire->slots));
	return wire->slots ? 0 : -ENOMEM;
}

void wire_fini(struct wire *wire)
{
	for (unsigned i = 0; i < wire->queue_len; i++)
		free(wire->slots[i].bytes);
	free(wire->slots);
}

int wire_start(struct wire *wire)
{
	return wire->carrier_ops->start(wire);
}

void wire_close(struct wire *wire)
{
	wire_flush(wire);
	loop_forget(wire->loop, &wire->flush);
	wire->carrier_ops->close(wire);
	wire_fini(wire);
	wire->is_closed = true;
	if (!wire->is_calling)
		free(wire);
}

const char *wire_name(const struct wire *wire)
{
	return wire->name;
}

unsigned wire_mtu(const struct wire *wire)
{
	return wire->mtu;
}

unsigned wire_mtu_max(const struct wire *wire)
{
	return wire->mtu_max;
}

int wire_set_mtu(struct wire *wire, unsigned mtu, bool force)
{
	unsigned max = force ? WIRE_FRAME_MAX - WIRE_OVERHEAD : wire->mtu_max;

	if (mtu < WIRE_MTU_MIN || mtu > max)
		return -EINVAL;
	wire->mtu = mtu;
	return 0;
}

void wire_set_up(struct wire *wire, bool up)
{
	wire->up = up;
}

bool wire_has_carrier(const struct wire *wire)
{
	return wire->carrier;
}

void wire_stats(const struct wire *wire, struct wire_stats *stats)
{
	*stats = wire->stats;
}

void wire_count_lost(struct wire *wire, bool is_error)
{
	if (is_error)
		wire->stats.tx_errors++;
	else
		wire->stats.tx_dropped++;
}

void wire_tap_add(struct wire *wire, struct wire_tap *tap)
{
	tap->next = wire->taps;
	wire->taps = tap;
}

void wire_tap_del(struct wire *wire, struct wire_tap *tap)
{
	struct wire_tap **at = &wire->taps;

	while (*at && *at != tap)
		at = &(*at)->next;
	if (*at)
		*at = tap->next;
}

static void show_taps(
	struct wire *wire, const void *frame, size_t size, bool outgoing)
{
	struct wire_tap *tap = wire->taps, *next;

	for (; tap; tap = next) {
		next = tap->next;
		tap->seen(tap, frame, size, outgoing);
	}
}

/* ---- receiving ---- */

static void count_received(struct wire *wire, const struct iovec *frame)
{
	const unsigned char *bytes = frame->iov_base;

	wire->stats.rx_frames++;
	wire->stats.rx_bytes += frame->iov_len;
	wire->stats.rx_multicast += bytes[0] & 1;
	show_taps(wire, bytes, frame->iov_len, false);
}

/* Leaves the good ones; returns how many. */
static unsigned filter(struct wire *wire, struct iovec *frames, unsigned len)
{
	unsigned good = 0;

	for (unsigned i = 0; i < len; i++) {
		if (frames[i].iov_len < WIRE_HEADER_SIZE) {
			wire->stats.rx_errors++;
		} else if (!wire->up) {
			wire->stats.rx_dropped++;
		} else {
			count_received(wire, &frames[i]);
			frames[good++] = frames[i];
		}
	}
	return good;
}

/* Returns whether the wire is still there. */
static bool end_call(struct wire *wire)
{
	bool is_closed = wire->is_closed;

	wire->is_calling = false;
	if (is_closed)
		free(wire);
	return !is_closed;
}

bool wire_received(struct wire *wire, struct iovec *frames, unsigned len)
{
	len = filter(wire, frames, len);
	if (len == 0)
		return true;
	wire->is_calling = true;
	wire->ops->on_frames(wire, frames, len, wire->owner);
	return end_call(wire);
}

bool wire_set_carrier(struct wire *wire, bool carrier)
{
	if (wire->carrier == carrier)
		return true;
	wire->carrier = carrier;
	if (!wire->ops->on_carrier)
		return true;
	wire->is_calling = true;
	wire->ops->on_carrier(wire, carrier, wire->owner);
	return end_call(wire);
}

/* ---- sending ---- */

unsigned wire_room(const struct wire *wire)
{
	return wire->queue_len - (wire->end - wire->next);
}

static unsigned head_batch(const struct wire *wire, struct iovec *frames)
{
	unsigned len = 0;

	for (unsigned i = wire->next; i != wire->end && len < WIRE_BATCH; i++) {
		const struct wire_slot *slot =
			&wire->slots[i % wire->queue_len];

		frames[len].iov_base = slot->bytes;
		frames[len++].iov_len = slot->size;
	}
	return len;
}

void wire_flush(struct wire *wire)
{
	struct iovec frames[WIRE_BATCH];
	unsigned len, taken;

	wire->full = false;
	while (wire->next != wire->end) {
		len = head_batch(wire, frames);
		taken = wire->carrier_ops->send(wire, frames, len);
		wire->next += taken;
		if (taken < len) {
			wire->full = true;
			return;
		}
	}
	wire->next = wire->end = 0;
}

static int reserve(struct wire_slot *slot, size_t size)
{
	unsigned char *bytes;

	if (size <= slot->capacity)
		return 0;
	size = (size + 2047) / 2048 * 2048;
	bytes = realloc(slot->bytes, size);
	if (!bytes)
		return -ENOBUFS;
	slot->bytes = bytes;
	slot->capacity = size;
	return 0;
}

static void gather(
	struct wire_slot *slot, const struct iovec *iov, unsigned iovcnt)
{
	slot->size = 0;
	for (unsigned i = 0; i < iovcnt; i++) {
		if (iov[i].iov_len == 0)
			continue;
		memcpy(slot->bytes + slot->size, iov[i].iov_base,
			iov[i].iov_len);
		slot->size += iov[i].iov_len;
	}
}

static int check_send(struct wire *wire, size_t size)
{
	if (!wire->up || !wire->carrier)
		return -ENETDOWN;
	if (size < WIRE_HEADER_SIZE || size > wire->mtu + WIRE_OVERHEAD)
		return -EMSGSIZE;
	return wire_room(wire) == 0 ? -ENOBUFS : 0;
}

static int enqueue(struct wire *wire, const struct iovec *iov, unsigned iovcnt,
	size_t size)
{
	struct wire_slot *slot = &wire->slots[wire->end % wire->queue_len];
	int err = check_send(wire, size);

	if (!err)
		err = reserve(slot, size);
	if (err) {
		wire_count_lost(wire, err == -EMSGSIZE);
		return err;
	}
	gather(slot, iov, iovcnt);
	wire->end++;
	wire->stats.tx_frames++;
	wire->stats.tx_bytes += size;
	show_taps(wire, slot->bytes, size, true);
	return 0;
}

int wire_send(struct wire *wire, const struct iovec *iov, unsigned iovcnt)
{
	size_t size = 0;
	int err;

	for (unsigned i = 0; i < iovcnt; i++)
		size += iov[i].iov_len;
	err = enqueue(wire, iov, iovcnt, size);
	if (err || wire->full)
		return err;
	if (wire->end - wire->next >= WIRE_BATCH)
		wire_flush(wire);
	else
		loop_defer(wire->loop, &wire->flush);
	return 0;
}
