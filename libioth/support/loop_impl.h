/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loop_impl.h - what the files of the loop share
 */
#ifndef SUPPORT_LOOP_IMPL_H
#define SUPPORT_LOOP_IMPL_H

#include "loop.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

#define LOOP_EVENTS 64

/*
 * A request lives on the stack of its waiting thread, which sleeps on @done;
 * one of loop_post on the heap.
 */
struct loop_request {
	int (*function)(void *arg);
	void *arg;
	int result;
	bool posted; /* free it, nobody waits */
	_Atomic uint32_t done;
	struct loop_request *next;
};

struct loop_requests {
	pthread_mutex_t lock;
	struct loop_request *first, **last;
	bool shut;
	bool signalled; /* the eventfd has been written since the last take */
	int event_fd;	/* const */
	pid_t process;	/* const: whose thread runs the loop */
};

int loop_requests_init(struct loop_requests *requests);
/* Answers -ESHUTDOWN to those that wait and to those that will. */
void loop_requests_fini(struct loop_requests *requests);
/* All there are, to be run in this round. */
struct loop_request *loop_requests_take(struct loop_requests *requests);
/* Returns whether there was any. */
bool loop_requests_run(struct loop_request *first);
/* Makes the loop begin a new round. */
void loop_requests_wake(struct loop_requests *requests);
/* Queues it and waits. Errors: -ESHUTDOWN, and those of @function. */
int loop_requests_call(
	struct loop_requests *requests, int (*function)(void *arg), void *arg);

struct loop {
	struct loop_config config;
	int epoll_fd, timer_fd;
	uint64_t now_ns;
	struct loop_timer *timers; /* the root of the heap */
	bool in_timers;
	uint64_t armed_ns; /* what timer_fd is set to, or LOOP_NEVER */
	struct loop_task *tasks, **last_task;
	struct loop_watch requests_watch, timer_watch;
	struct loop_requests requests;

	/* of this round; a deleted watch becomes NULL */
	struct epoll_event events[LOOP_EVENTS];
	int events_len, events_next;

	struct loop_local *locals;

	/* Held by who runs a round or a call: guards all above, and is_shared:
	 * a thread runs the loop, so others may take turns. */
	pthread_mutex_t turn;
	bool is_shared;
	_Atomic bool quit, running;
	_Atomic(const void *) inside; /* the own address of who has the turn */
	pthread_t thread;
	bool has_thread;
};

/* Runs what is due. Returns whether anything was. */
bool loop_timers_run(struct loop *loop);

#pragma GCC visibility pop
#endif
