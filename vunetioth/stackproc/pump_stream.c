/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pump_stream.c - the data of streams, and their ends
 *
 * Theory of operation
 *
 * Back-pressure: what the guest does not take is held (in), and nothing is
 * received meanwhile; what the plug-in does not take is held (out), and nothing
 * is read from the bridge meanwhile. So at most one buffer is held in each
 * direction, the rest waits where it comes from.
 *
 * Ends: 0 from the plug-in is a FIN, an error a reset. The guest's FIN is
 * shutdown(SHUT_WR), sent behind its data. When sending fails, what the plug-in
 * still has is received first, for the peer may have said why before it left.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "pump_impl.h"

struct pump_held *pump_hold(const void *bytes, size_t size)
{
	struct pump_held *held = malloc(sizeof(*held) + size);

	if (!held)
		return NULL;
	held->at = 0;
	held->size = size;
	memset(&held->meta, 0, sizeof(held->meta));
	memcpy(held->bytes, bytes, size);
	return held;
}

/* The stream cannot go on. */
static void reset(struct pump_sock *s, int error)
{
	if (s->state != PUMP_OPEN)
		return;
	if (!s->error)
		s->error = error;
	free(s->out);
	s->out = NULL;
	s->out_ended = true;
	bridge_reset(s->bridge);
	pump_over(s);
}

/* ---- from the plug-in to the guest ---- */

/* Bytes that the bridge has taken. */
static size_t deliver(struct pump_sock *s, const void *bytes, size_t size)
{
	struct iovec iov = { (void *)bytes, size };
	ssize_t n = bridge_deliver(s->bridge, &iov, 1);

	if (n == -EPIPE) /* the guest will never read it */
		return size;
	if (n < 0 && n != -EAGAIN)
		s->unsure = true;
	return n < 0 ? 0 : (size_t)n;
}

/* False: the guest does not take what is held. */
static bool deliver_held(struct pump_sock *s)
{
	struct pump_held *held = s->in;

	if (!held)
		return true;
	held->at += deliver(s, held->bytes + held->at, held->size - held->at);
	if (held->at < held->size)
		return false;
	free(held);
	s->in = NULL;
	return true;
}

static void give(struct pump_sock *s, const unsigned char *bytes, size_t size)
{
	size_t taken = deliver(s, bytes, size);

	if (taken == size)
		return;
	s->in = pump_hold(bytes + taken, size - taken);
	if (!s->in)
		reset(s, ENOBUFS);
}

static void end_in(struct pump_sock *s, int err)
{
	s->in_ended = true;
	if (err)
		reset(s, -err);
	else
		bridge_fin(s->bridge);
}

/* False: no more for now. */
static bool take_some(struct pump_sock *s)
{
	ssize_t n;

	if (!deliver_held(s) || s->in_ended)
		return false;
	n = pump_io_recv(s, s->pump->buffer, BRIDGE_DGRAM_MAX);
	if (n == -EAGAIN)
		return false;
	s->moved = true;
	if (n > 0)
		give(s, s->pump->buffer, (size_t)n);
	else
		end_in(s, (int)n);
	return true;
}

/* Plug-ins, like TCPs, stop receiving at the mark. */
static void take_urgent(struct pump_sock *s)
{
	unsigned char byte;
	bool here;

	s->urgent = false;
	if (s->in_ended || !pump_io_recv_urgent(s, &byte, &here))
		return;
	if (!here)
		take_some(s);
	bridge_deliver_urgent(s->bridge, byte);
}

/* The plug-in has ended the stream, and speaks again: of a reset, perhaps. */
static void look_at_end(struct pump_sock *s)
{
	char byte;
	ssize_t n = pump_io_recv(s, &byte, 1);
	int error = n < 0 && n != -EAGAIN ? (int)-n : pump_io_error(s);

	if (error)
		reset(s, error);
}

static void take_in(struct pump_sock *s)
{
	int i;

	if (s->in_ended && s->news) {
		look_at_end(s);
		return;
	}
	if (s->urgent)
		take_urgent(s);
	for (i = 0; i < PUMP_ROUNDS; i++)
		if (!take_some(s))
			return;
	s->again = true;
}

/* ---- from the guest to the plug-in ---- */

/* Bytes that the plug-in has taken. */
static size_t put(struct pump_sock *s, const void *bytes, size_t size)
{
	ssize_t n = pump_io_send(s, bytes, size);

	if (n == -EAGAIN || n == 0) {
		s->out_waits = true;
		s->unsure |= n == 0; /* that is no answer */
		return 0;
	}
	s->moved = true;
	if (n > 0)
		return (size_t)n;
	s->out_ended = true;
	if (!s->error)
		s->error = (int)-n;
	return size;
}

/* False: the plug-in does not take what is held. */
static bool put_held(struct pump_sock *s)
{
	struct pump_held *held = s->out;

	while (held && held->at < held->size && !s->out_waits)
		held->at +=
			put(s, held->bytes + held->at, held->size - held->at);
	if (held && held->at < held->size)
		return false;
	free(held);
	s->out = NULL;
	return true;
}

/* What is left of it is held. False: there is something left. */
static bool put_all(
	struct pump_sock *s, const unsigned char *bytes, size_t size)
{
	size_t at = 0;

	while (at < size && !s->out_waits)
		at += put(s, bytes + at, size - at);
	if (at == size)
		return true;
	s->out = pump_hold(bytes + at, size - at);
	if (!s->out)
		reset(s, ENOBUFS);
	return false;
}

static void tell_shut(struct pump_sock *s)
{
	if (!s->guest_shut || s->told_shut || s->out_ended || s->is_closed)
		return;
	s->told_shut = true;
	ioth_shutdown(s->fd, SHUT_WR);
}

static void take_out(struct pump_sock *s)
{
	struct iovec iov = { s->pump->buffer, BRIDGE_DGRAM_MAX };
	ssize_t n;
	int i;

	s->out_waits = false;
	if (!put_held(s))
		return;
	for (i = 0; i < PUMP_ROUNDS; i++) {
		n = s->state == PUMP_OPEN && !s->out_ended
			    ? bridge_read(s->bridge, &iov, 1)
			    : 0;
		if (n <= 0) {
			tell_shut(s);
			return;
		}
		if (!put_all(s, s->pump->buffer, (size_t)n))
			return;
	}
	s->again = true;
}

/* ---- both ---- */

void pump_stream_step(struct pump_sock *s)
{
	take_out(s);
	if (s->state == PUMP_OPEN)
		take_in(s);
	if (s->out_ended && s->state == PUMP_OPEN && !s->in && !s->again)
		reset(s, s->error);
}

void pump_on_ready(struct bridge *bridge, void *owner)
{
	(void)bridge;
	pump_step(owner);
}

static void on_shutdown(struct bridge *bridge, void *owner)
{
	struct pump_sock *s = owner;

	(void)bridge;
	s->guest_shut = true;
	pump_step(s);
}

static void on_urgent(struct bridge *bridge, unsigned char byte, void *owner)
{
	struct pump_sock *s = owner;

	(void)bridge;
	if (s->state == PUMP_OPEN && !s->out_ended)
		pump_io_send_urgent(s, byte);
}

/* TCP answers a close that leaves data unread with a reset. */
static void abort_connection(struct pump_sock *s)
{
	free(s->out);
	s->out = NULL;
	s->out_ended = true;
	s->may_linger = false;
	pump_io_set_linger(s->fd, true);
}

/* It may just have been shut down: it does not listen any more either way. */
static void end_listening(struct pump_sock *s)
{
	pump_accept_free(s);
	ioth_shutdown(s->fd, SHUT_RDWR);
}

/* Nothing of a listening or new socket's is sent. */
void pump_on_close(struct bridge *bridge, enum bridge_close how, void *owner)
{
	struct pump_sock *s = owner;
	bool open = s->state == PUMP_OPEN && pump_is_stream(s);

	(void)bridge;
	s->guest_shut = open;
	if (open && (how == BRIDGE_CLOSE_UNREAD || s->in))
		abort_connection(s);
	if (s->state == PUMP_LISTENING)
		end_listening(s);
	pump_over(s);
}

static void on_stream_close(
	struct bridge *bridge, enum bridge_close how, void *owner)
{
	struct pump_sock *s = owner;

	s->busy++;
	pump_on_close(bridge, how, s);
	s->busy--;
	pump_step(s); /* its FIN */
}

const struct bridge_ops pump_stream_ops = {
	.on_data = pump_on_ready,
	.on_space = pump_on_ready,
	.on_shutdown = on_shutdown,
	.on_urgent = on_urgent,
	.on_close = on_stream_close,
};
