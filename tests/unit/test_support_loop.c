/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define CONTAINER(at, type, member)                                            \
	((type *)((char *)(at)-offsetof(type, member)))

static uint64_t test_now;

static uint64_t test_clock(void *context)
{
	(void)context;
	return test_now;
}

static struct loop *new_loop(void)
{
	struct loop_config config = { .clock = test_clock };
	struct loop *loop;

	test_now = 1000;
	assert_int_equal(loop_new(&loop, &config), 0);
	return loop;
}

/* ---- timers ---- */

struct note {
	struct loop_timer timer;
	struct loop *loop;
	uint64_t due, fired_at;
	unsigned fired;
	uint64_t again_after; /* sets itself anew */
	struct note *cancels;
};

static uint64_t last_due;

static void note_fired(struct loop_timer *timer)
{
	struct note *note = CONTAINER(timer, struct note, timer);

	note->fired++;
	note->fired_at = loop_now(note->loop);
	assert_true(note->due >= last_due);
	last_due = note->due;
	if (note->again_after)
		loop_timer_set(note->loop, timer,
			loop_now(note->loop) + note->again_after - 1);
	if (note->cancels)
		loop_timer_cancel(note->loop, &note->cancels->timer);
}

static void set(struct loop *loop, struct note *note, uint64_t due)
{
	note->loop = loop;
	note->timer.fired = note_fired;
	note->due = due;
	loop_timer_set(loop, &note->timer, due);
}

static void timers_fire_when_due(void **state)
{
	struct loop *loop = new_loop();
	struct note a = { 0 }, b = { 0 };

	(void)state;
	last_due = 0;
	assert_true(loop_next_due(loop) == LOOP_NEVER);
	set(loop, &b, 3000);
	set(loop, &a, 2000);
	assert_true(loop_next_due(loop) == 2000);
	assert_false(loop_poll(loop));
	test_now = 1999;
	assert_false(loop_poll(loop));
	test_now = 2000;
	assert_true(loop_poll(loop));
	assert_int_equal(a.fired, 1);
	assert_int_equal(b.fired, 0);
	test_now = 5000;
	assert_true(loop_poll(loop));
	assert_int_equal(a.fired, 1);
	assert_int_equal(b.fired, 1);
	assert_true(loop_next_due(loop) == LOOP_NEVER);
	loop_free(loop);
}

static void a_timer_set_to_the_past_does_not_spin(void **state)
{
	struct loop *loop = new_loop();
	struct note a = { .again_after = 1 };

	(void)state;
	last_due = 0;
	set(loop, &a, 0);
	assert_true(loop_poll(loop));
	assert_int_equal(a.fired, 1);
	test_now++;
	assert_true(loop_poll(loop));
	assert_int_equal(a.fired, 2);
	loop_free(loop);
}

static void a_timer_may_cancel_another(void **state)
{
	struct loop *loop = new_loop();
	struct note b = { 0 }, a = { .cancels = &b };

	(void)state;
	last_due = 0;
	set(loop, &a, 2000);
	set(loop, &b, 2000);
	loop_timer_cancel(loop, &b.timer);
	loop_timer_cancel(loop, &b.timer);
	set(loop, &b, 2001);
	test_now = 3000;
	loop_poll(loop);
	assert_int_equal(a.fired, 1);
	assert_int_equal(b.fired, 0);
	loop_free(loop);
}

#define MANY 2000

static uint32_t dice(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	return x ^= x << 5;
}

/* Set, moved and cancelled at random; what is left fires in order. */
static void many_timers_keep_their_order(void **state)
{
	static struct note notes[MANY];
	struct loop *loop = new_loop();
	unsigned expected = 0, fired = 0;

	(void)state;
	last_due = 0;
	for (unsigned i = 0; i < 5 * MANY; i++) {
		struct note *note = &notes[dice() % MANY];

		if (dice() % 3)
			set(loop, note, 2000 + dice() % 100000);
		else
			loop_timer_cancel(loop, &note->timer);
	}
	for (unsigned i = 0; i < MANY; i++)
		expected += notes[i].timer.armed;
	while (loop_next_due(loop) != LOOP_NEVER) {
		test_now = loop_next_due(loop) + dice() % 200;
		assert_true(loop_poll(loop));
	}
	for (unsigned i = 0; i < MANY; i++)
		fired += notes[i].fired;
	assert_true(expected > MANY / 4);
	assert_int_equal(fired, expected);
	loop_free(loop);
}

/* ---- descriptors ---- */

struct ear {
	struct loop_watch watch;
	struct loop *loop;
	struct ear *deletes;
	unsigned ready;
	uint32_t events;
};

static void ear_ready(struct loop_watch *watch, uint32_t events)
{
	struct ear *ear = CONTAINER(watch, struct ear, watch);
	uint64_t count;

	ear->ready++;
	ear->events = events;
	(void)!read(watch->fd, &count, sizeof(count));
	if (ear->deletes)
		loop_watch_del(ear->loop, &ear->deletes->watch);
}

static void open_ear(struct loop *loop, struct ear *ear, uint64_t value)
{
	memset(ear, 0, sizeof(*ear));
	ear->loop = loop;
	ear->watch.fd = eventfd((unsigned)value, EFD_NONBLOCK | EFD_CLOEXEC);
	ear->watch.ready = ear_ready;
	assert_int_equal(loop_watch_add(loop, &ear->watch, EPOLLIN), 0);
}

static void ready_descriptors_are_told(void **state)
{
	struct loop *loop = new_loop();
	struct ear ear;

	(void)state;
	open_ear(loop, &ear, 0);
	assert_false(loop_poll(loop));
	eventfd_write(ear.watch.fd, 1);
	assert_true(loop_poll(loop));
	assert_int_equal(ear.ready, 1);
	assert_int_equal(ear.events, EPOLLIN);
	assert_int_equal(
		loop_watch_change(loop, &ear.watch, EPOLLOUT | EPOLLET), 0);
	assert_true(loop_poll(loop));
	assert_int_equal(ear.events, EPOLLOUT);
	assert_false(loop_poll(loop));
	loop_watch_del(loop, &ear.watch);
	close(ear.watch.fd);
	loop_free(loop);
}

static void a_deleted_watch_is_not_told_any_more(void **state)
{
	struct loop *loop = new_loop();
	struct ear a, b;

	(void)state;
	open_ear(loop, &a, 1);
	open_ear(loop, &b, 1);
	a.deletes = &b;
	b.deletes = &a;
	loop_poll(loop);
	assert_int_equal(a.ready + b.ready, 1);
	close(a.watch.fd);
	close(b.watch.fd);
	loop_free(loop);
}

static void errors_of_epoll_come_back(void **state)
{
	struct loop *loop = new_loop();
	struct loop_watch watch = { .fd = -1 };
	struct ear ear;
	FILE *file = tmpfile();

	(void)state;
	open_ear(loop, &ear, 0);
	assert_int_equal(loop_watch_add(loop, &watch, EPOLLIN), -EBADF);
	assert_int_equal(loop_watch_add(loop, &ear.watch, EPOLLIN), -EEXIST);
	watch.fd = fileno(file);
	assert_int_equal(loop_watch_add(loop, &watch, EPOLLIN), -EPERM);
	fclose(file);
	close(ear.watch.fd);
	loop_free(loop);
}

/* ---- tasks ---- */

struct job {
	struct loop_task task;
	struct loop *loop;
	unsigned runs;
	struct job *then, *not_any_more;
};

static void job_run(struct loop_task *task)
{
	struct job *job = CONTAINER(task, struct job, task);

	job->runs++;
	if (job->then)
		loop_defer(job->loop, &job->then->task);
	if (job->not_any_more)
		loop_forget(job->loop, &job->not_any_more->task);
}

static void tasks_run_once_at_the_end(void **state)
{
	struct loop *loop = new_loop();
	struct job c = { .task.run = job_run, .loop = loop };
	struct job b = { .task.run = job_run, .loop = loop };
	struct job a = { .task.run = job_run, .loop = loop, .then = &c };

	(void)state;
	a.not_any_more = &b;
	loop_defer(loop, &a.task);
	loop_defer(loop, &a.task);
	loop_defer(loop, &b.task);
	assert_true(loop_poll(loop));
	assert_int_equal(a.runs, 1);
	assert_int_equal(b.runs, 0);
	assert_int_equal(c.runs, 1);
	assert_false(loop_poll(loop));
	loop_defer(loop, &a.task);
	loop_defer(loop, &c.task);
	loop_forget(loop, &c.task);
	loop_forget(loop, &c.task);
	a.then = NULL;
	loop_poll(loop);
	assert_int_equal(a.runs, 2);
	assert_int_equal(c.runs, 1);
	loop_free(loop);
}

/* ---- requests ---- */

struct call {
	struct loop *loop;
	pthread_t ran_in;
	int inner;
	bool was_inside;
};

static int answer_41(void *arg)
{
	(void)arg;
	return 41;
}

static int note_thread(void *arg)
{
	struct call *call = arg;

	call->ran_in = pthread_self();
	call->was_inside = loop_is_inside(call->loop);
	call->inner = loop_call(call->loop, answer_41, NULL);
	return -EXDEV;
}

static void calls_run_in_the_loop(void **state)
{
	struct call call = { 0 };

	(void)state;
	assert_int_equal(loop_new(&call.loop, NULL), 0);
	assert_int_equal(loop_start(call.loop, "a name of many bytes"), 0);
	assert_int_equal(loop_start(call.loop, "x"), -EBUSY);
	assert_int_equal(loop_run(call.loop), -EBUSY);
	assert_false(loop_is_inside(call.loop));
	assert_int_equal(loop_call(call.loop, note_thread, &call), -EXDEV);
	assert_true(call.was_inside);
	assert_false(loop_is_inside(call.loop));
	assert_int_equal(call.inner, 41);
	loop_stop(call.loop);
	loop_stop(call.loop);
	assert_int_equal(loop_start(call.loop, "again"), 0);
	assert_int_equal(loop_call(call.loop, answer_41, NULL), 41);
	loop_stop(call.loop);
	loop_free(call.loop);
}

/* A call while the loop has nothing to do; sooner or later it has. */
static void a_loop_at_rest_is_entered(void **state)
{
	struct call call = { 0 };

	(void)state;
	assert_int_equal(loop_new(&call.loop, NULL), 0);
	assert_int_equal(loop_start(call.loop, "rest"), 0);
	do {
		assert_int_equal(
			loop_call(call.loop, note_thread, &call), -EXDEV);
		assert_true(call.was_inside);
	} while (!pthread_equal(call.ran_in, pthread_self()));
	loop_stop(call.loop);
	loop_free(call.loop);
}

static int blocks_signals(void *arg)
{
	sigset_t now;

	(void)arg;
	pthread_sigmask(SIG_SETMASK, NULL, &now);
	return sigismember(&now, SIGUSR1);
}

static void calls_are_not_interrupted(void **state)
{
	struct loop *loop;

	(void)state;
	assert_int_equal(loop_new(&loop, NULL), 0);
	assert_int_equal(loop_start(loop, "shelter"), 0);
	for (int i = 0; i < 100; i++) {
		errno = ENOTTY;
		assert_int_equal(loop_call(loop, blocks_signals, NULL), 1);
		assert_int_equal(errno, ENOTTY);
		assert_int_equal(blocks_signals(NULL), 0);
	}
	loop_stop(loop);
	loop_free(loop);
}

/* A watch, and what replaces it at the same place in memory. */
struct replaced {
	struct loop *loop;
	struct loop_watch watch;
	int ready[2], silent[2]; /* pipes */
	_Atomic int told;
};

static void count_told(struct loop_watch *watch, uint32_t events)
{
	(void)events;
	CONTAINER(watch, struct replaced, watch)->told++;
}

static int watch_ready(void *arg)
{
	struct replaced *r = arg;

	r->watch = (struct loop_watch){ r->ready[0], count_told };
	return loop_watch_add(r->loop, &r->watch, EPOLLIN | EPOLLET);
}

/* epoll tells the loop's thread of it, which has to wait for its turn. */
static int make_ready_and_replace(void *arg)
{
	struct replaced *r = arg;

	assert_int_equal(write(r->ready[1], "x", 1), 1);
	for (int i = 0; i < 20; i++)
		sched_yield();
	loop_watch_del(r->loop, &r->watch);
	r->watch.fd = r->silent[0];
	return loop_watch_add(r->loop, &r->watch, EPOLLIN);
}

static int end_watch(void *arg)
{
	struct replaced *r = arg;
	char byte;

	loop_watch_del(r->loop, &r->watch);
	return (int)read(r->ready[0], &byte, 1);
}

static void a_watch_deleted_by_a_call_is_not_told(void **state)
{
	struct replaced r = { 0 };

	(void)state;
	assert_int_equal(pipe(r.ready), 0);
	assert_int_equal(pipe(r.silent), 0);
	assert_int_equal(loop_new(&r.loop, NULL), 0);
	assert_int_equal(loop_start(r.loop, "replace"), 0);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(loop_call(r.loop, watch_ready, &r), 0);
		assert_int_equal(
			loop_call(r.loop, make_ready_and_replace, &r), 0);
		assert_int_equal(loop_call(r.loop, end_watch, &r), 1);
	}
	loop_stop(r.loop);
	assert_int_equal(r.told, 0);
	loop_free(r.loop);
	for (int i = 0; i < 2; i++) {
		close(r.ready[i]);
		close(r.silent[i]);
	}
}

static int take_told(void *arg)
{
	struct replaced *r = arg;
	int told = r->told;

	r->told = 0;
	loop_watch_del(r->loop, &r->watch);
	return told;
}

static void a_call_comes_after_what_was_done_before(void **state)
{
	struct replaced r = { 0 };

	(void)state;
	assert_int_equal(pipe(r.ready), 0);
	assert_int_equal(loop_new(&r.loop, NULL), 0);
	assert_int_equal(loop_start(r.loop, "order"), 0);
	for (int i = 0; i < 2000; i++) {
		char byte = 0;

		assert_int_equal(loop_call(r.loop, watch_ready, &r), 0);
		assert_int_equal(write(r.ready[1], &byte, 1), 1);
		assert_true(loop_call(r.loop, take_told, &r) > 0);
		assert_int_equal(read(r.ready[0], &byte, 1), 1);
	}
	loop_stop(r.loop);
	loop_free(r.loop);
	close(r.ready[0]);
	close(r.ready[1]);
}

/* Two eventfds: while the first is told, the second becomes ready, and then
 * something is asked for. */
struct order {
	struct loop *loop;
	struct loop_watch first, second;
	bool is_second_told, is_asked, was_told_before;
};

static int note_order(void *arg)
{
	struct order *order = arg;

	order->is_asked = true;
	order->was_told_before = order->is_second_told;
	return 0;
}

static void first_ready(struct loop_watch *watch, uint32_t events)
{
	struct order *order = CONTAINER(watch, struct order, first);
	eventfd_t count;

	(void)events;
	eventfd_read(watch->fd, &count);
	eventfd_write(order->second.fd, 1);
	assert_int_equal(loop_post(order->loop, note_order, order), 0);
}

static void second_ready(struct loop_watch *watch, uint32_t events)
{
	eventfd_t count;

	(void)events;
	eventfd_read(watch->fd, &count);
	CONTAINER(watch, struct order, second)->is_second_told = true;
}

static void a_request_in_a_round_comes_after_its_events(void **state)
{
	struct order order = { .first.ready = first_ready,
		.second.ready = second_ready };

	(void)state;
	order.loop = new_loop();
	order.first.fd = eventfd(1, EFD_CLOEXEC);
	order.second.fd = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(loop_watch_add(order.loop, &order.first, EPOLLIN), 0);
	assert_int_equal(loop_watch_add(order.loop, &order.second, EPOLLIN), 0);
	while (!order.is_asked)
		loop_poll(order.loop);
	assert_true(order.was_told_before);
	loop_free(order.loop);
	close(order.first.fd);
	close(order.second.fd);
}

static void *run_loop(void *arg)
{
	assert_int_equal(loop_run(arg), 0);
	return NULL;
}

static void an_owner_runs_it_itself(void **state)
{
	struct loop *loop;
	pthread_t thread;

	(void)state;
	assert_int_equal(loop_new(&loop, NULL), 0);
	loop_quit(loop); /* before it runs */
	assert_int_equal(loop_run(loop), 0);
	pthread_create(&thread, NULL, run_loop, loop);
	assert_int_equal(loop_call(loop, answer_41, NULL), 41);
	loop_quit(loop);
	pthread_join(thread, NULL);
	loop_free(loop);
}

struct owner {
	struct loop *loop;
	sem_t has_quit;
	_Atomic bool is_done;
};

/* Requests that come after the end are answered, too. */
static void *run_and_serve(void *arg)
{
	struct owner *owner = arg;

	assert_int_equal(loop_run(owner->loop), 0);
	sem_post(&owner->has_quit);
	while (!owner->is_done) {
		loop_poll(owner->loop);
		sched_yield();
	}
	return NULL;
}

/* A call that runs in the caller's thread may take the event by which
 * loop_quit has told the loop's. */
static void a_call_does_not_hide_that_it_shall_quit(void **state)
{
	struct owner owner = { .is_done = false };
	pthread_t thread;

	(void)state;
	assert_int_equal(loop_new(&owner.loop, NULL), 0);
	sem_init(&owner.has_quit, 0, 0);
	for (int i = 0; i < 500; i++) {
		owner.is_done = false;
		pthread_create(&thread, NULL, run_and_serve, &owner);
		assert_int_equal(loop_call(owner.loop, answer_41, NULL), 41);
		loop_quit(owner.loop);
		assert_int_equal(loop_call(owner.loop, answer_41, NULL), 41);
		sem_wait(&owner.has_quit);
		owner.is_done = true;
		pthread_join(thread, NULL);
	}
	sem_destroy(&owner.has_quit);
	loop_free(owner.loop);
}

#define CALLERS 8
#define CALLS	2000

static int count_up(void *arg)
{
	return ++*(int *)arg; /* no lock: one thread at a time runs it */
}

struct crowd {
	struct loop *loop;
	int count;
};

static void *call_often(void *arg)
{
	struct crowd *crowd = arg;
	int last = 0;

	for (int i = 0; i < CALLS; i++) {
		int now = loop_call(crowd->loop, count_up, &crowd->count);

		assert_true(now > last);
		last = now;
	}
	return NULL;
}

static void calls_of_many_threads(void **state)
{
	struct crowd crowd = { 0 };
	pthread_t threads[CALLERS];

	(void)state;
	assert_int_equal(loop_new(&crowd.loop, NULL), 0);
	assert_int_equal(loop_start(crowd.loop, "crowd"), 0);
	for (int i = 0; i < CALLERS; i++)
		pthread_create(&threads[i], NULL, call_often, &crowd);
	for (int i = 0; i < CALLERS; i++)
		pthread_join(threads[i], NULL);
	loop_stop(crowd.loop);
	assert_int_equal(crowd.count, CALLERS * CALLS);
	loop_free(crowd.loop);
}

static _Atomic unsigned signals;

static void on_signal(int number)
{
	(void)number;
	signals++;
}

static void *interrupt(void *arg)
{
	while (signals < 200)
		pthread_kill(*(pthread_t *)arg, SIGUSR1);
	return NULL;
}

/* Signals neither reach the loop's thread nor end a call early. */
static void calls_survive_signals(void **state)
{
	struct sigaction action = { .sa_handler = on_signal };
	pthread_t self = pthread_self(), thread;
	struct crowd crowd = { 0 };

	(void)state;
	sigaction(SIGUSR1, &action, NULL);
	assert_int_equal(loop_new(&crowd.loop, NULL), 0);
	assert_int_equal(loop_start(crowd.loop, "signals"), 0);
	pthread_create(&thread, NULL, interrupt, &self);
	for (int i = 1; signals < 200; i++)
		assert_int_equal(
			loop_call(crowd.loop, count_up, &crowd.count), i);
	pthread_join(thread, NULL);
	loop_stop(crowd.loop);
	loop_free(crowd.loop);
}

static void posts_need_no_answer(void **state)
{
	struct crowd crowd = { .loop = new_loop() };

	(void)state;
	assert_int_equal(loop_post(crowd.loop, count_up, &crowd.count), 0);
	assert_int_equal(loop_post(crowd.loop, count_up, &crowd.count), 0);
	assert_int_equal(crowd.count, 0);
	assert_true(loop_poll(crowd.loop));
	assert_int_equal(crowd.count, 2);
	assert_false(loop_poll(crowd.loop));
	loop_post(crowd.loop, count_up, &crowd.count); /* freed unrun */
	loop_free(crowd.loop);
	assert_int_equal(crowd.count, 2);
}

/* ---- real time ---- */

static int arm_now(void *arg)
{
	struct note *note = arg;

	set(note->loop, note, loop_now(note->loop) + 1000000);
	return 0;
}

static int has_fired(void *arg)
{
	return (int)((struct note *)arg)->fired;
}

static void the_kernel_wakes_for_timers(void **state)
{
	struct note note = { 0 };

	(void)state;
	last_due = 0;
	assert_int_equal(loop_new(&note.loop, NULL), 0);
	set(note.loop, &note, 1); /* long ago */
	assert_int_equal(loop_start(note.loop, "timers"), 0);
	while (!loop_call(note.loop, has_fired, &note))
		;
	assert_int_equal(loop_call(note.loop, arm_now, &note), 0);
	while (loop_call(note.loop, has_fired, &note) < 2)
		;
	assert_true(note.fired_at >= note.due);
	loop_stop(note.loop);
	loop_free(note.loop);
}

struct loop_thread {
	pthread_t id;
	sem_t known;
};

static int tell_thread(void *arg)
{
	struct loop_thread *thread = arg;

	thread->id = pthread_self();
	sem_post(&thread->known);
	return 0;
}

static int64_t cpu_ns(const struct loop_thread *thread)
{
	struct timespec ts;
	clockid_t clock;

	assert_int_equal(pthread_getcpuclockid(thread->id, &clock), 0);
	clock_gettime(clock, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void wait_ms(int ms)
{
	struct timespec ts = { 0, ms * 1000000L };

	nanosleep(&ts, NULL);
}

/* The only test that lets time pass: what it measures is time. */
static void an_idle_loop_uses_no_cpu(void **state)
{
	struct loop_thread thread;
	struct loop *loop;
	int64_t before;

	(void)state;
	sem_init(&thread.known, 0, 0);
	assert_int_equal(loop_new(&loop, NULL), 0);
	assert_int_equal(loop_start(loop, "idle"), 0);
	assert_int_equal(loop_post(loop, tell_thread, &thread), 0);
	sem_wait(&thread.known);
	before = cpu_ns(&thread);
	wait_ms(100);
	assert_true(cpu_ns(&thread) - before < 5000000);
	loop_stop(loop);
	loop_free(loop);
	sem_destroy(&thread.known);
}

static int status_in_child(struct loop *loop)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(loop_is_here(loop) ||
			loop_call(loop, answer_41, NULL) != -ENODEV ||
			loop_post(loop, answer_41, NULL) != -ENODEV);
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static void a_child_has_no_loop(void **state)
{
	struct loop *loop;

	(void)state;
	assert_int_equal(loop_new(&loop, NULL), 0);
	assert_int_equal(loop_start(loop, "parent"), 0);
	assert_true(loop_is_here(loop));
	assert_int_equal(status_in_child(loop), 0);
	assert_int_equal(loop_call(loop, answer_41, NULL), 41);
	loop_stop(loop);
	loop_free(loop);
}

struct shared {
	struct loop_local local;
	bool ended;
};

static void shared_fini(struct loop_local *local)
{
	CONTAINER(local, struct shared, local)->ended = true;
}

static void locals_end_with_the_loop(void **state)
{
	static const char tag, other;
	struct loop *loop = new_loop();
	struct shared shared = { { .tag = &tag, .fini = shared_fini }, false };

	(void)state;
	assert_null(loop_local_get(loop, &tag));
	loop_local_add(loop, &shared.local);
	assert_ptr_equal(loop_local_get(loop, &tag), &shared.local);
	assert_null(loop_local_get(loop, &other));
	loop_free(loop);
	assert_true(shared.ended);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_when_due),
		cmocka_unit_test(a_timer_set_to_the_past_does_not_spin),
		cmocka_unit_test(a_timer_may_cancel_another),
		cmocka_unit_test(many_timers_keep_their_order),
		cmocka_unit_test(ready_descriptors_are_told),
		cmocka_unit_test(a_deleted_watch_is_not_told_any_more),
		cmocka_unit_test(errors_of_epoll_come_back),
		cmocka_unit_test(tasks_run_once_at_the_end),
		cmocka_unit_test(calls_run_in_the_loop),
		cmocka_unit_test(a_loop_at_rest_is_entered),
		cmocka_unit_test(calls_are_not_interrupted),
		cmocka_unit_test(a_watch_deleted_by_a_call_is_not_told),
		cmocka_unit_test(a_call_comes_after_what_was_done_before),
		cmocka_unit_test(a_request_in_a_round_comes_after_its_events),
		cmocka_unit_test(an_owner_runs_it_itself),
		cmocka_unit_test(a_call_does_not_hide_that_it_shall_quit),
		cmocka_unit_test(calls_of_many_threads),
		cmocka_unit_test(calls_survive_signals),
		cmocka_unit_test(posts_need_no_answer),
		cmocka_unit_test(the_kernel_wakes_for_timers),
		cmocka_unit_test(an_idle_loop_uses_no_cpu),
		cmocka_unit_test(locals_end_with_the_loop),
		cmocka_unit_test(a_child_has_no_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
