/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * calls.h - socket calls that the stack does in the guest's place
 */
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>
#include "../control.h"

struct pump;

/*
 * Does the call of @in (op CALL) on the socket @fd and fills result, data and
 * size of @out; *new_fd is what accept made, or what has to take the place of
 * the guest's descriptor after connect, or -1. @pump: what has the bridges of
 * this stack; NULL: its plug-in has them itself. It may wait only in connect;
 * calls_may_wait() tells that before. Who is not @trusted has the descriptor as
 * well, and could clear O_NONBLOCK or read what announces a connection after we
 * have looked: what he makes wait shall be his own call.
 */
void calls_do(struct pump *pump, const struct control_message *in, int fd,
	struct control_message *out, int *new_fd);
bool calls_may_wait(const struct pump *pump, const struct control_message *in,
	int fd, bool trusted);

#endif
