/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire.h - a connection to a virtual network (libvdeplug)
 *
 * Threads: opened by any, then used by the relay only. A wire never blocks its
 * caller after wire_open.
 */
#ifndef VDESTACK_WIRE_H
#define VDESTACK_WIRE_H

#include "frames.h"

#include <libvdeplug.h>

#pragma GCC visibility push(hidden)

/*
 * WIRE_SOCKET   datafd is a socket on which a message is a frame: batches
 * WIRE_CALLS    anything else: a call of libvdeplug per frame
 * WIRE_NONE     the port is one of another stack's bridge: ctl_fd leads there
 */
enum wire_kind { WIRE_SOCKET, WIRE_CALLS, WIRE_NONE };

struct pump;

struct wire {
	VDECONN *conn; /* owned; NULL: none */
	enum wire_kind kind;
	unsigned most; /* frames to ask for, by frames_expect() */
	int fd; /* poll: IN frames (call wire_read), OUT after wire_write's 1 */
	int ctl_fd;	   /* EOF here: the switch has gone; -1: none */
	struct pump *pump; /* owned; NULL unless sending may block */
};

/*
 * Connects in the network of the calling thread; may block as long as the
 * switch takes to answer. A directory left by a killed in-process switch is
 * removed. Errors, with errtext: -ENOENT, -ECONNREFUSED no switch there,
 * -EPROTONOSUPPORT no such scheme, -EINVAL, others of vde_open.
 */
int wire_open(struct wire *wire, const char *locator);

void wire_close(struct wire *wire);

/*
 * Fills the empty @frames; @is_ready: poll says so. Also lets an in-process
 * switch do its work. Returns 0, or -EPIPE when the other side has gone for good.
 */
int wire_read(struct wire *wire, struct frames *frames, bool is_ready);

/*
 * Sends @frames from next on. Returns 0 when none is left, 1 when the wire is
 * full: go on when @fd polls writable; frames that the wire refuses for another
 * reason are lost, like on any Ethernet. A WIRE_CALLS is never full: it loses.
 */
int wire_write(struct wire *wire, struct frames *frames);

#pragma GCC visibility pop
#endif
