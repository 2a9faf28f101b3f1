/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "waiters.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define IDLE_MAX 4

struct start {
	struct waiters *waiters;
	struct waiter_job *job;
};

/* The next job; NULL: there are enough idle threads, this one may end. */
static struct waiter_job *wait_for_job(struct waiters *waiters)
{
	struct waiter_job *job = NULL;

	pthread_mutex_lock(&waiters->lock);
	if (waiters->idle < IDLE_MAX) {
		waiters->idle++;
		while (!waiters->jobs)
			pthread_cond_wait(&waiters->more, &waiters->lock);
		job = waiters->jobs;
		waiters->jobs = job->next;
		waiters->jobs_len--;
		waiters->idle--;
	}
	pthread_mutex_unlock(&waiters->lock);
	return job;
}

static void *run_jobs(void *arg)
{
	struct start start = *(struct start *)arg;

	free(arg);
	while (start.job) {
		start.job->run(start.job);
		start.job = wait_for_job(start.waiters);
	}
	return NULL;
}

static int start_thread(struct waiters *waiters, struct waiter_job *job)
{
	struct start *start = malloc(sizeof(*start));
	pthread_t thread;
	int err;

	if (!start)
		return -EAGAIN;
	*start = (struct start){ waiters, job };
	err = pthread_create(&thread, NULL, run_jobs, start);
	if (err) {
		free(start);
		return -err;
	}
	pthread_detach(thread);
	return 0;
}

int waiters_run(struct waiters *waiters, struct waiter_job *job)
{
	bool taken;

	pthread_mutex_lock(&waiters->lock);
	taken = waiters->jobs_len < waiters->idle;
	if (taken) {
		job->next = waiters->jobs;
		waiters->jobs = job;
		waiters->jobs_len++;
		pthread_cond_signal(&waiters->more);
	}
	pthread_mutex_unlock(&waiters->lock);
	return taken ? 0 : start_thread(waiters, job);
}
