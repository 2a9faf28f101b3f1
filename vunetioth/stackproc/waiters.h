/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * waiters.h - threads for what waits
 *
 * Each job has a thread of its own while it runs. A thread whose job is done
 * stays for the next one: to start one costs more than most jobs, in a view
 * even more, as its end is a trapped call.
 */
#ifndef WAITERS_H
#define WAITERS_H

#include <pthread.h>

/* Embedded in its owner. @run may free it. */
struct waiter_job {
	void (*run)(struct waiter_job *job);
	struct waiter_job *next; /* the waiters' */
};

/* Lives as long as the process: its threads are never joined. */
struct waiters {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct waiter_job *jobs; /* each has an idle thread that will take it */
	unsigned int jobs_len, idle;
};

#define WAITERS_INIT                                                           \
	{                                                                      \
		.lock = PTHREAD_MUTEX_INITIALIZER,                             \
		.more = PTHREAD_COND_INITIALIZER                               \
	}

/* Runs @job soon, at the same time as all others. Errors: -EAGAIN: no thread. */
int waiters_run(struct waiters *waiters, struct waiter_job *job);

#endif
