/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * requests.h - what a stack process does when the module asks (control.h)
 */
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stdbool.h>
#include "../control.h"

struct ioth;

struct stack_process {
	int control;
	struct ioth *stack;
	bool detached; /* ends when the last socket closes */
	struct control_message in, out;
};

/* Waits for START and does it. False: no stack, which has been told. */
bool requests_start(struct stack_process *p);

/* Receives one request and answers it. False: the stack shall end. */
bool requests_serve(struct stack_process *p);

/* Deletes the stack, whatever is open. */
void requests_end(struct stack_process *p);

#endif
