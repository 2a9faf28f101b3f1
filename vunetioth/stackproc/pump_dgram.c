/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pump_dgram.c - datagrams, with their addresses and control data
 *
 * All sockets but streams: datagram, raw, packet, netlink. Nothing is dropped
 * (netlink must not be): what one side does not take is held, and the other side
 * waits, or drops it. An error is that of the socket (SO_ERROR); datagrams
 * go on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "pump_impl.h"

#define ERRORS_MAX 4 /* in a row: the plug-in speaks when there is more */

static struct pump_held *hold(
	const void *bytes, size_t size, const struct bridge_meta *meta)
{
	struct pump_held *held = pump_hold(bytes, size);

	if (!held)
		return NULL;
	held->meta = *meta;
	held->meta.control = held->control;
	if (meta->controllen)
		memcpy(held->control, meta->control, meta->controllen);
	return held;
}

/* ---- from the plug-in to the guest ---- */

/* False: the guest takes no more. */
static bool deliver(struct pump_sock *s, const void *bytes, size_t size,
	const struct bridge_meta *meta)
{
	struct iovec iov = { (void *)bytes, size };
	bool plain = !meta->addrlen && !meta->controllen;

	return bridge_deliver_from(s->bridge, &iov, 1, plain ? NULL : meta) !=
	       -EAGAIN;
}

static bool deliver_held(struct pump_sock *s)
{
	struct pump_held *held = s->in;

	if (held && !deliver(s, held->bytes, held->size, &held->meta))
		return false;
	free(held);
	s->in = NULL;
	return true;
}

static void take_in(struct pump_sock *s)
{
	char control[BRIDGE_CONTROL_MAX] __attribute__((aligned(8)));
	void *buf = s->pump->buffer;
	struct bridge_meta meta;
	int i, errors = 0;
	ssize_t n;

	for (i = 0; i < PUMP_ROUNDS; i++) {
		if (!deliver_held(s))
			return;
		n = pump_io_recv_dgram(
			s, buf, BRIDGE_DGRAM_MAX, &meta, control);
		if (n == -EAGAIN || (n < 0 && ++errors == ERRORS_MAX))
			return;
		if (n < 0) {
			s->error = (int)-n;
			continue;
		}
		errors = 0;
		s->moved = true;
		if (!deliver(s, buf, (size_t)n, &meta))
			s->in = hold(buf, (size_t)n, &meta);
	}
	s->again = true;
}

/* ---- from the guest to the plug-in ---- */

/* False: the plug-in takes no more. */
static bool put(struct pump_sock *s, const void *bytes, size_t size,
	const struct bridge_meta *meta)
{
	ssize_t n = pump_io_send_dgram(s, bytes, size, meta);

	s->out_waits = n == -EAGAIN;
	if (s->out_waits)
		return false;
	s->moved = true;
	if (n < 0)
		s->error = (int)-n;
	return true;
}

static bool put_held(struct pump_sock *s)
{
	struct pump_held *held = s->out;

	if (held && !put(s, held->bytes, held->size, &held->meta))
		return false;
	free(held);
	s->out = NULL;
	return true;
}

static void take_out(struct pump_sock *s)
{
	void *buf = s->pump->buffer;
	struct bridge_meta meta;
	ssize_t n;
	int i;

	s->out_waits = false;
	for (i = 0; i < PUMP_ROUNDS; i++) {
		if (!put_held(s))
			return;
		n = bridge_receive(s->bridge, buf, BRIDGE_RECEIVE_SIZE, &meta);
		if (n == -EMSGSIZE || n == -EBADMSG)
			continue;
		if (n < 0)
			return;
		if (!put(s, buf, (size_t)n, &meta))
			s->out = hold(buf, (size_t)n, &meta);
	}
	s->again = true;
}

ssize_t pump_dgram_send(struct pump_sock *s, const void *bytes, size_t size,
	const struct bridge_meta *meta)
{
	do
		pump_step(s);
	while (s->again && !s->out);
	return s->out ? -EAGAIN : pump_io_send_dgram(s, bytes, size, meta);
}

/* ---- both ---- */

void pump_dgram_step(struct pump_sock *s)
{
	take_out(s);
	if (s->state == PUMP_OPEN)
		take_in(s);
}

const struct bridge_ops pump_dgram_ops = {
	.on_data = pump_on_ready,
	.on_space = pump_on_ready,
	.on_close = pump_on_close,
};
