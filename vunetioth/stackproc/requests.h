/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * requests.h - what a stack process does when the module asks (control.h)
 */
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stdbool.h>
#include "../control.h"

struct ioth;

#define MAX_SHARERS 64

struct stack_process {
	int control;   /* to the module that started us */
	int offer;     /* listens for other sessions; -1: none */
	char *offer_path;
	int sharer[MAX_SHARERS]; /* connections of other sessions */
	int sharers_len;
	int peer; /* whose request is being served: control or a sharer */
	struct ioth *stack;
	bool detached; /* ends when the last socket closes */
	struct control_message in, out;
};

/* Waits for START and does it. False: no stack, which has been told. */
bool requests_start(struct stack_process *p);

/* Receives one request of @peer and answers it. False: that connection shall
 * end, which for p->control is the end of the stack. */
bool requests_serve(struct stack_process *p, int peer);

/* Tells the module how many others share the stack. */
void requests_tell_users(struct stack_process *p);

/* Deletes the stack, whatever is open. */
void requests_end(struct stack_process *p);

#endif
