/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loop.h - the event loop of the supervisor's second thread
 */
#ifndef LOOP_H
#define LOOP_H

#include "session.h"

int loop_init(struct umvu *session);

/* Runs callbacks, each under the session's lock, until loop_stop(). */
void loop_run(struct umvu *session);
void loop_stop(struct loop *loop);

#endif
