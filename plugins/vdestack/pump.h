/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pump.h - a thread that sends where sending may block
 *
 * For wires over a stream (cmd://): half a frame must not get lost there, so
 * the descriptor stays blocking, and a reader that stops would stop the relay.
 */
#ifndef VDESTACK_PUMP_H
#define VDESTACK_PUMP_H

#include <libvdeplug.h>
#include <sys/uio.h>

#pragma GCC visibility push(hidden)

struct pump;

/* Sends to @conn, which must outlive it. Errors: -ENOMEM, -EMFILE, -EAGAIN. */
int pump_new(struct pump **pump, VDECONN *conn);

/* Queues a copy of the frame, or loses it when the queue is full. */
void pump_write(struct pump *pump, const struct iovec *frame);

/* Ends the thread, also in the middle of a frame. NULL is allowed. */
void pump_free(struct pump *pump);

#pragma GCC visibility pop
#endif
