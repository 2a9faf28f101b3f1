/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loop.h - the thread of a stack: descriptors, timers, requests
 *
 * A stack's code runs inside its loop, in one thread at a time, so it needs no
 * locks. Everything else reaches it through loop_call. An idle loop uses no CPU.
 *
 * Three ways to run one: loop_start (a thread of its own), loop_run (the
 * owner's thread), loop_poll (round by round; tests, with their own clock).
 *
 * Threads: loop_call, loop_post and loop_quit may be called by any thread, all
 * else only inside: by the one that runs the loop, by what loop_call runs (or
 * by the owner while nobody runs it).
 * Time: monotonic nanoseconds.
 */
#ifndef SUPPORT_LOOP_H
#define SUPPORT_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#pragma GCC visibility push(hidden)

struct loop;

#define LOOP_NEVER UINT64_MAX

/*
 * NULL or all zero: the monotonic clock. With a @clock the loop arms no timer
 * of the kernel: whoever moves the clock calls loop_poll.
 */
struct loop_config {
	uint64_t (*clock)(void *context);
	void *context;
};

/* Errors: -ENOMEM, -EMFILE, -ENFILE. */
int loop_new(struct loop **loop, const struct loop_config *config);

/*
 * The loop must not be running. Requests still waiting are answered
 * -ESHUTDOWN. Watches, timers and tasks are their owners' and just forgotten.
 */
void loop_free(struct loop *loop);

/*
 * Runs the loop in a new thread, all signals blocked, called @name (its first
 * 15 bytes). Errors: -EBUSY it runs already, -EAGAIN no more threads.
 */
int loop_start(struct loop *loop, const char *name);

/* Quits the thread of loop_start and joins it. Not from that thread. */
void loop_stop(struct loop *loop);

/* Runs the loop in this thread until loop_quit. Errors: -EBUSY. */
int loop_run(struct loop *loop);

/* Makes loop_run return after the round; the loop can be run again. */
void loop_quit(struct loop *loop);

/*
 * One round: what is ready and due now; never waits. Returns whether anything
 * was done. For loops that nobody else runs.
 */
bool loop_poll(struct loop *loop);

/* When the next timer is due, LOOP_NEVER: none is set. */
uint64_t loop_next_due(const struct loop *loop);

/* The time, read once per round. */
uint64_t loop_now(const struct loop *loop);

/* Does this thread run the loop, or a call in it? */
bool loop_is_inside(const struct loop *loop);

/* False in a child of fork(2): the thread that runs it is the parent's. */
bool loop_is_here(const struct loop *loop);

/*
 * Runs @function(@arg) inside the loop and returns its result: in this thread
 * while the loop has nothing to do, with all signals blocked, if it is the main
 * thread or has called often, else in the loop's; waits without polling, as long as that takes; restarted after signals.
 * From inside it is a plain call. Requests of one thread run in their order, and
 * after what it did to the loop's descriptors.
 * -ESHUTDOWN: not run, the loop is being freed. -ENODEV: it is not here.
 */
int loop_call(struct loop *loop, int (*function)(void *arg), void *arg);

/*
 * A piece of work for the end of the round (inside) or the next one (from
 * another thread). The owner initialises @run and keeps the struct in place
 * while it is queued.
 */
struct loop_task {
	void (*run)(struct loop_task *task);
	/* the loop's */
	struct loop_task *next;
	bool queued;
};

/* Inside only. Runs @task before the loop waits; once, however often asked. */
void loop_defer(struct loop *loop, struct loop_task *task);

/* Inside only. Forgets @task. */
void loop_forget(struct loop *loop, struct loop_task *task);

/*
 * Like loop_call without an answer: @function(@arg) runs some time later.
 * -ENOMEM, -ESHUTDOWN, -ENODEV: it will not.
 */
int loop_post(struct loop *loop, int (*function)(void *arg), void *arg);

/*
 * A descriptor to watch. @events as for epoll_ctl(2), EPOLLET and EPOLLONESHOT
 * included; @ready gets those that came. Initialise @fd and @ready. The loop
 * never closes @fd; delete the watch before you do.
 */
struct loop_watch {
	int fd;
	void (*ready)(struct loop_watch *watch, uint32_t events);
};

/* Errors: those of epoll_ctl(2): -EPERM (a file), -EEXIST, -ENOSPC, -ENOMEM. */
int loop_watch_add(
	struct loop *loop, struct loop_watch *watch, uint32_t events);
int loop_watch_change(
	struct loop *loop, struct loop_watch *watch, uint32_t events);

/* @watch is not touched any more, not even for events of this round. */
void loop_watch_del(struct loop *loop, struct loop_watch *watch);

/*
 * Something that users of the loop share, one per @tag (an address): found
 * again with loop_local_get, ended by @fini in loop_free.
 */
struct loop_local {
	const void *tag;
	void (*fini)(struct loop_local *local);
	struct loop_local *next; /* the loop's */
};
void loop_local_add(struct loop *loop, struct loop_local *local);
struct loop_local *loop_local_get(const struct loop *loop, const void *tag);

/* A timer; initialise @fired, zero the rest. It is off when it fires. */
struct loop_timer {
	void (*fired)(struct loop_timer *timer);
	/* the loop's: a pairing heap ordered by due_ns */
	uint64_t due_ns;
	struct loop_timer *child, *next, *prev;
	bool armed;
};

/* Sets or moves it. A time that has passed fires in the next round. */
void loop_timer_set(
	struct loop *loop, struct loop_timer *timer, uint64_t due_ns);
void loop_timer_cancel(struct loop *loop, struct loop_timer *timer);

#pragma GCC visibility pop
#endif
