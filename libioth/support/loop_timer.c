/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loop_timer.c - a pairing heap inside the timers themselves
 *
 * So that setting a timer needs no memory and cannot fail. Setting is O(1),
 * removing O(log n) over time. prev is the previous sibling, or the parent of a
 * first child.
 */
#include "loop_impl.h"

#include <stddef.h>

static struct loop_timer *meld(struct loop_timer *a, struct loop_timer *b)
{
	struct loop_timer *top, *under;

	if (!a || !b)
		return a ? a : b;
	top = a->due_ns <= b->due_ns ? a : b;
	under = top == a ? b : a;
	under->prev = top;
	under->next = top->child;
	if (top->child)
		top->child->prev = under;
	top->child = under;
	return top;
}

static struct loop_timer *detach(struct loop_timer *timer)
{
	struct loop_timer *next = timer->next;

	timer->next = timer->prev = NULL;
	if (next)
		next->prev = NULL;
	return next;
}

/*
 * Melds the children of a removed root: in pairs from left to right, then the
 * pairs from right to left. The pairs wait in a stack linked by prev.
 */
static struct loop_timer *meld_children(struct loop_timer *child)
{
	struct loop_timer *pairs = NULL, *root = NULL;

	while (child) {
		struct loop_timer *a = child, *b = detach(a), *pair;

		child = b ? detach(b) : NULL;
		pair = meld(a, b);
		pair->prev = pairs;
		pairs = pair;
	}
	while (pairs) {
		struct loop_timer *pair = pairs;

		pairs = pair->prev;
		pair->prev = NULL;
		root = meld(root, pair);
	}
	return root;
}

static void cut(struct loop_timer *timer)
{
	if (timer->prev->child == timer)
		timer->prev->child = timer->next;
	else
		timer->prev->next = timer->next;
	if (timer->next)
		timer->next->prev = timer->prev;
}

void loop_timer_cancel(struct loop *loop, struct loop_timer *timer)
{
	struct loop_timer *rest;

	if (!timer->armed)
		return;
	rest = meld_children(timer->child);
	if (timer == loop->timers) {
		loop->timers = rest;
	} else {
		cut(timer);
		loop->timers = meld(loop->timers, rest);
	}
	timer->child = timer->next = timer->prev = NULL;
	timer->armed = false;
}

void loop_timer_set(
	struct loop *loop, struct loop_timer *timer, uint64_t due_ns)
{
	loop_timer_cancel(loop, timer);
	/* one that sets itself to a time that has passed must not loop here */
	if (loop->in_timers && due_ns <= loop->now_ns)
		due_ns = loop->now_ns + 1;
	timer->due_ns = due_ns;
	timer->child = timer->next = timer->prev = NULL;
	timer->armed = true;
	loop->timers = meld(loop->timers, timer);
}

uint64_t loop_next_due(const struct loop *loop)
{
	return loop->timers ? loop->timers->due_ns : LOOP_NEVER;
}

bool loop_timers_run(struct loop *loop)
{
	bool any = false;

	loop->in_timers = true;
	while (loop_next_due(loop) <= loop->now_ns) {
		struct loop_timer *timer = loop->timers;

		loop_timer_cancel(loop, timer);
		timer->fired(timer);
		any = true;
	}
	loop->in_timers = false;
	return any;
}
