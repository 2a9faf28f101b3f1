/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker.h"

#include <errno.h>
#include <stdlib.h>

static void *work(void *arg)
{
	struct worker_job *job = arg;

	job->run(job);
	return NULL;
}

static int start_detached(struct worker_job *job)
{
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&thread, &attr, work, job);
	pthread_attr_destroy(&attr);
	return -err;
}

long worker_start(const struct umvu_call *call,
	void (*run)(struct worker_job *job), unsigned int flags)
{
	struct worker_job *job = malloc(sizeof(*job));
	int err;

	if (!job)
		return -ENOMEM;
	*job = (struct worker_job){ .call = *call, .run = run, .flags = flags };
	job->parked = umvu_park(&job->call, NULL, NULL);
	if (!job->parked) {
		free(job);
		return -ENOMEM;
	}
	err = start_detached(job);
	if (err) {
		umvu_answer(job->parked, err);
		free(job);
	}
	return UMVU_PARKED;
}

int worker_answer(struct worker_job *job, long value)
{
	struct umvu *session = job->call.session;
	int err = 0;

	pthread_mutex_lock(&session->lock);
	if (value == UMVU_PARKED)
		call_unpark(job->parked);
	else
		err = umvu_answer(job->parked, value);
	pthread_mutex_unlock(&session->lock);
	free(job);
	return err;
}

void worker_answer_fd(struct worker_job *job, int fd, bool cloexec)
{
	struct umvu *session = job->call.session;
	struct delivery *deliveries;

	pthread_mutex_lock(&session->lock);
	umvu_answer_fd(job->parked, fd, cloexec);
	deliveries = calls_take_deliveries(session->calls);
	pthread_mutex_unlock(&session->lock);
	calls_deliver(deliveries);
	free(job);
}
