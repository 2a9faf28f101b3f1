/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker.h - calls that must wait for a file system, each in a thread
 *
 * A guest can make a file system that never answers (FUSE). Whoever touches it
 * waits; so it is touched in a thread of its own, while the guest's call is
 * parked. Such threads are as many as guests' threads that wait.
 */
#ifndef WORKER_H
#define WORKER_H

#include "call.h"

struct worker_job {
	struct umvu_call call;
	struct umvu_parked *parked;
	unsigned int flags; /* for run() */
	void (*run)(struct worker_job *job);
};

/*
 * Parks @call and runs @run(job) in a new thread, without the lock; it must
 * end with one of the answers below, which free @job. Returns UMVU_PARKED, or
 * -ENOMEM, -EAGAIN. Called under the lock.
 */
long worker_start(const struct umvu_call *call,
	void (*run)(struct worker_job *job), unsigned int flags);

/* Without the lock. UMVU_PARKED: run() has parked the call anew. -ENOENT: the
 * guest does not wait any more. */
int worker_answer(struct worker_job *job, long value);

/* With a new descriptor, closed here in every case. */
void worker_answer_fd(struct worker_job *job, int fd, bool cloexec);

#endif
