/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "waiters.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

struct work {
	struct waiter_job job; /* first */
	sem_t may_end, has_begun, has_ended;
	pid_t thread;
};

static void do_work(struct waiter_job *job)
{
	struct work *work = (struct work *)job;

	work->thread = gettid();
	sem_post(&work->has_begun);
	sem_wait(&work->may_end);
	sem_post(&work->has_ended);
}

static void begin(struct waiters *waiters, struct work *work)
{
	*work = (struct work){ .job.run = do_work };
	sem_init(&work->may_end, 0, 0);
	sem_init(&work->has_begun, 0, 0);
	sem_init(&work->has_ended, 0, 0);
	assert_int_equal(waiters_run(waiters, &work->job), 0);
}

static void end(struct work *work)
{
	sem_post(&work->may_end);
	sem_wait(&work->has_ended);
}

/* However long one waits, all others run. */
static void jobs_run_at_the_same_time(void **state)
{
	static struct waiters waiters = WAITERS_INIT;
	enum { LEN = 10 };
	static struct work works[LEN];

	(void)state;
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < LEN; i++)
			begin(&waiters, &works[i]);
		for (int i = 0; i < LEN; i++)
			sem_wait(&works[i].has_begun);
		for (int i = 0; i < LEN; i++)
			end(&works[i]);
	}
}

static pid_t thread_of_a_job(struct waiters *waiters)
{
	static struct work work;

	begin(waiters, &work);
	sem_wait(&work.has_begun);
	end(&work);
	return work.thread;
}

/* It is idle some time after its job is done; until then others are started. */
static void a_thread_takes_another_job(void **state)
{
	static struct waiters waiters = WAITERS_INIT;
	enum { LEN = 1000 };
	pid_t seen[LEN];
	int len = 0, i = 0;

	(void)state;
	for (; i == len; len++) { /* all have been different */
		assert_true(len < LEN);
		seen[len] = thread_of_a_job(&waiters);
		for (i = 0; i < len && seen[i] != seen[len]; i++)
			;
		i += i == len;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_run_at_the_same_time),
		cmocka_unit_test(a_thread_takes_another_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
