/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge_impl.h - what the files of the bridge share
 */
#ifndef SUPPORT_BRIDGE_IMPL_H
#define SUPPORT_BRIDGE_IMPL_H

#include "bridge.h"

#pragma GCC visibility push(hidden)

struct bridge {
	struct loop *loop;
	struct bridge_config config;
	enum bridge_state state;
	uint64_t cookie;	 /* of the app end */
	uint32_t inode;		 /* the same */
	struct loop_watch watch; /* fd: the stack end, -1: closed */
	struct loop_task settle; /* looks for the end of the app's data */
	bool started;
	bool wants_space;
	bool app_shut;	    /* the app will send no more */
	bool app_gone;	    /* and will not receive either */
	bool told_shutdown; /* on_shutdown has come */
	/* streams: bytes at the head of the queue that were given already */
	unsigned kept;
	size_t junk; /* FRESH: bytes the pair was stuffed with */
	bool has_urgent;
	unsigned char urgent;
	/* datagrams: */
	bool at_end;  /* receive has met the end of the app's datagrams */
	bool calling; /* a callback runs: bridge_free waits for its end */
	bool freed;   /* by that callback */
};

/* Asks for EPOLLOUT until on_space. */
void bridge_want_space(struct bridge *bridge);

/* Events are told again, if they still hold. */
void bridge_rearm(struct bridge *bridge);

/* Closes the stack end, whatever that makes of the app end. */
void bridge_close_end(struct bridge *bridge);

/* ---- bridge_stream.c ---- */

/*
 * Prepares a new pair through the app end: fills it (FRESH) or puts the one
 * kept byte (OPEN). Errors: -ENOMEM.
 */
int bridge_stream_prepare(struct bridge *bridge, int app_fd);

/* Takes the kept bytes out, so that closing is no reset. */
void bridge_stream_release(struct bridge *bridge);

/* Fetches a byte sent with MSG_OOB, if there is one, into @urgent. */
void bridge_stream_take_urgent(struct bridge *bridge);

/* ---- bridge_dgram.c ---- */

/* Errors: of setsockopt(2). */
int bridge_dgram_prepare(struct bridge *bridge);

/* Has the app ended, and all that it sent been received? */
bool bridge_dgram_is_over(struct bridge *bridge);

#pragma GCC visibility pop
#endif
