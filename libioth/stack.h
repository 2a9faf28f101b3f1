/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack.h - network stacks: making, counting, unmaking
 *
 * Life of a stack: made by stack_new, which lists it; unlisted and freed by
 * stack_del, which only succeeds while nobody holds a reference. Every open
 * socket holds one, and every call while it runs. The host's own stack always
 * exists.
 */
#ifndef IOTH_STACK_H
#define IOTH_STACK_H

#include <stdatomic.h>

#include "ioth.h"
#include "ioth/plugin.h"
#include "given.h"
#include "loader.h"

struct ioth {
	struct plugin plugin;	 /* constant after stack_new */
	struct ioth_functions f; /* constant after stack_new; no member of it
				    that can be derived is NULL */
	void *data;		 /* what newstack has returned */
	atomic_uint refs;
	struct given given; /* guarded by the list's lock */
	struct ioth *next;  /* in the list of stacks, guarded by its lock */
};

/*
 * See ioth_newstackv(). Errors as there, negative, with ioth_errmsg().
 */
int stack_new(struct ioth **stack, const char *spec, const char *vnlv[]);

/* See ioth_delstack(). Errors: -EINVAL, -EBUSY, those of the plug-in. */
int stack_del(struct ioth *stack);

/*
 * Notes what ioth_sockets() gives away; the stack is not deleted before all of
 * it is closed. Errors: see given_add().
 */
int stack_note_given(struct ioth *stack, int fd);

/* See ioth_abort(). */
void stack_abort(struct ioth *stack);

/* The host's own stack, which nlinline_*() work on; never deleted. */
struct ioth *stack_host(void);

/*
 * A reference to @stack (NULL: the default stack), or NULL when it is no
 * stack (any more).
 */
struct ioth *stack_get(struct ioth *stack);

/* One more reference to a stack that the caller has one to. */
struct ioth *stack_ref(struct ioth *stack);
void stack_put(struct ioth *stack);

/*
 * Makes @stack the one whose functions the calling thread runs. Returns the
 * one that it was before, to be given back to stack_leave.
 */
struct ioth *stack_enter(struct ioth *stack);
void stack_leave(struct ioth *outer);
struct ioth *stack_current(void);

/* Why the function of @stack that has just returned -1 did so, negative. */
int stack_error(const struct ioth *stack);

#endif
