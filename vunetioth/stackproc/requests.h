/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * requests.h - what a stack process does when the module asks (control.h)
 */
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stdbool.h>
#include "../control.h"
#include "waiters.h"

struct ioth;
struct pump;

#define MAX_SHARERS 64

/* A connection of another session. */
struct sharer {
	int fd;
	bool trusted; /* of our own user, or of root */
};

struct stack_process {
	int control; /* to the module that started us */
	int offer;   /* listens for other sessions; -1: none */
	char *offer_path;
	struct sharer sharer[MAX_SHARERS];
	int sharers_len;
	int diag; /* while there are sharers, see requests_tell_users(); or -1
		   */
	int peer; /* whose request is being served: control or a sharer's */
	bool trusted; /* the peer */
	struct ioth *stack;
	struct waiters waiters;
	struct pump *pump; /* NULL: nothing had to be pumped yet */
	bool detached;	   /* ends when the last socket closes */
	struct control_message in, out;
};

/* Waits for START and does it. False: no stack, which has been told. */
bool requests_start(struct stack_process *p);

/* Receives one request and answers it, of the module that started us, or of
 * @sharer if it is not NULL. False: that connection shall end, which for
 * p->control is the end of the stack. */
bool requests_serve(struct stack_process *p, const struct sharer *sharer);

/* Tells the module how many others share the stack. While somebody does, we
 * hold a SOCK_DIAG socket: should our hypervisor be killed, connections of
 * other sessions are still to be aborted, and no socket can be made any more.
 */
void requests_tell_users(struct stack_process *p);

/* Deletes the stack, whatever is open. */
void requests_end(struct stack_process *p);

#endif
