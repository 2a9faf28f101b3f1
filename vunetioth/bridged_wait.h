/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridged_wait.h - until an app end is ready, or its time limit has passed
 *
 * The limit is SO_RCVTIMEO or SO_SNDTIMEO of the descriptor, counted from the
 * first wait: a wait may be left and entered again.
 */
#ifndef BRIDGED_WAIT_H
#define BRIDGED_WAIT_H

#include <stdbool.h>
#include "umvu/module.h"

struct bridged_wait {
	struct umvu_watch *watch, *timer_watch;
	int timer; /* -1: none, or no limit */
	bool limited;
	void (*ready)(void *arg, bool timed_out);
	void *arg;
};

/* @ready may call any function below. */
void bridged_wait_init(struct bridged_wait *wait,
	void (*ready)(void *arg, bool timed_out), void *arg);

/* Calls @ready whenever @fd is readable or, @to_send, writable, or the time is
 * over. 0 or negative errno: then it waits for nothing. */
int bridged_wait_enter(
	struct bridged_wait *wait, struct umvu *session, int fd, bool to_send);
void bridged_wait_leave(struct bridged_wait *wait);

void bridged_wait_fini(struct bridged_wait *wait);

#endif
