/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loop.c - the thread of a stack
 *
 * Theory of operation
 *
 * A round is: wait (epoll), read the clock, dispatch descriptors, run timers,
 * run requests, run deferred tasks. Tasks come last so that what one round
 * collected (frames to send, say) leaves together.
 *
 * Whoever runs a round has the loop's turn (a mutex); nobody has while the
 * loop's thread waits. Then loop_call takes the turn and does the work itself,
 * after a round in the caller's thread (see is_resident): two wake-ups less,
 * which are most of the cost of a call. If the turn is taken, the request waits in the queue for
 * the end of the round; to wait for the mutex, which is not fair, might take
 * for ever.
 *
 * So that nothing is known of an event before it is told, the thread waits in
 * poll for the epoll descriptor, and takes the events in its turn: a call sees
 * what its caller has done to a descriptor before.
 *
 * The timerfd is set when the loop is about to wait and the earliest timer is
 * earlier than what it is set to. When timers move away, as TCP's do with
 * every acknowledgement, it is left alone: it wakes the loop once for nothing,
 * which is cheaper than a system call per acknowledgement. When nothing is due
 * it is off.
 *
 * A callback may delete any watch, also one whose events wait in the array of
 * this round: loop_watch_del takes them out.
 */
#include "loop_impl.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S       1000000000u
#define RESIDENT_CALLS 100

static uint64_t monotonic(void *context)
{
	struct timespec ts;

	(void)context;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void requests_ready(struct loop_watch *watch, uint32_t events)
{
	(void)watch; /* each round runs them anyway */
	(void)events;
}

static void timer_ready(struct loop_watch *watch, uint32_t events)
{
	struct loop *loop = (struct loop *)((char *)watch -
					    offsetof(struct loop, timer_watch));
	uint64_t count;

	(void)events;
	(void)!read(loop->timer_fd, &count, sizeof(count));
	loop->armed_ns = LOOP_NEVER;
}

static int watch_own(struct loop *loop)
{
	int err;

	loop->requests_watch.fd = loop->requests.event_fd;
	loop->requests_watch.ready = requests_ready;
	loop->timer_watch.fd = loop->timer_fd;
	loop->timer_watch.ready = timer_ready;
	err = loop_watch_add(loop, &loop->requests_watch, EPOLLIN);
	if (!err)
		err = loop_watch_add(loop, &loop->timer_watch, EPOLLIN);
	return err;
}

static int open_descriptors(struct loop *loop)
{
	int err;

	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0)
		return -errno;
	loop->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->timer_fd < 0) {
		err = -errno;
		goto close_epoll;
	}
	err = loop_requests_init(&loop->requests);
	if (err)
		goto close_timer;
	err = watch_own(loop);
	if (err)
		goto fini_requests;
	return 0;

fini_requests:
	loop_requests_fini(&loop->requests);
close_timer:
	close(loop->timer_fd);
close_epoll:
	close(loop->epoll_fd);
	return err;
}

static void free_memory(struct loop *loop)
{
	pthread_mutex_destroy(&loop->turn);
	free(loop);
}

int loop_new(struct loop **loop, const struct loop_config *config)
{
	struct loop *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	if (config)
		new->config = *config;
	if (!new->config.clock)
		new->config.clock = monotonic;
	new->now_ns = new->config.clock(new->config.context);
	new->armed_ns = LOOP_NEVER;
	new->last_task = &new->tasks;
	pthread_mutex_init(&new->turn, NULL);
	err = open_descriptors(new);
	if (err) {
		free_memory(new);
		return err;
	}
	*loop = new;
	return 0;
}

static void fini_locals(struct loop *loop)
{
	while (loop->locals) {
		struct loop_local *local = loop->locals;

		loop->locals = local->next;
		local->fini(local);
	}
}

void loop_local_add(struct loop *loop, struct loop_local *local)
{
	local->next = loop->locals;
	loop->locals = local;
}

struct loop_local *loop_local_get(const struct loop *loop, const void *tag)
{
	struct loop_local *local = loop->locals;

	while (local && local->tag != tag)
		local = local->next;
	return local;
}

void loop_free(struct loop *loop)
{
	loop_requests_fini(&loop->requests);
	fini_locals(loop);
	close(loop->timer_fd);
	close(loop->epoll_fd);
	free_memory(loop);
}

uint64_t loop_now(const struct loop *loop)
{
	return loop->now_ns;
}

static const void *self(void)
{
	static _Thread_local char here; /* its address names the thread */

	return &here;
}

bool loop_is_inside(const struct loop *loop)
{
	return atomic_load(&loop->inside) == self();
}

void loop_defer(struct loop *loop, struct loop_task *task)
{
	if (task->queued)
		return;
	task->queued = true;
	task->next = NULL;
	*loop->last_task = task;
	loop->last_task = &task->next;
}

void loop_forget(struct loop *loop, struct loop_task *task)
{
	struct loop_task **at = &loop->tasks;

	if (!task->queued)
		return;
	while (*at != task)
		at = &(*at)->next;
	*at = task->next;
	if (loop->last_task == &task->next)
		loop->last_task = at;
	task->queued = false;
}

/* Until none is left: a task may defer another. */
static bool run_tasks(struct loop *loop)
{
	bool any = loop->tasks != NULL;

	while (loop->tasks) {
		struct loop_task *task = loop->tasks;

		loop_forget(loop, task);
		task->run(task);
	}
	return any;
}

static int watch_ctl(
	struct loop *loop, struct loop_watch *watch, int op, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	return epoll_ctl(loop->epoll_fd, op, watch->fd, &event) < 0 ? -errno
								    : 0;
}

int loop_watch_add(struct loop *loop, struct loop_watch *watch, uint32_t events)
{
	return watch_ctl(loop, watch, EPOLL_CTL_ADD, events);
}

int loop_watch_change(
	struct loop *loop, struct loop_watch *watch, uint32_t events)
{
	return watch_ctl(loop, watch, EPOLL_CTL_MOD, events);
}

void loop_watch_del(struct loop *loop, struct loop_watch *watch)
{
	watch_ctl(loop, watch, EPOLL_CTL_DEL, 0);
	for (int i = loop->events_next; i < loop->events_len; i++)
		if (loop->events[i].data.ptr == watch)
			loop->events[i].data.ptr = NULL;
}

static bool dispatch(struct loop *loop)
{
	bool any = false;

	while (loop->events_next < loop->events_len) {
		struct epoll_event event = loop->events[loop->events_next++];
		struct loop_watch *watch = event.data.ptr;

		if (!watch)
			continue;
		watch->ready(watch, event.events);
		any |= watch != &loop->requests_watch;
	}
	return any;
}

static void take_events(struct loop *loop)
{
	loop->events_next = 0;
	loop->events_len =
		epoll_wait(loop->epoll_fd, loop->events, LOOP_EVENTS, 0);
}

/* A loop with a clock of its own is told when time passes. */
static void arm_timer(struct loop *loop)
{
	uint64_t due = loop_next_due(loop);
	struct itimerspec spec = { 0 };

	if (due >= loop->armed_ns || loop->config.clock != monotonic)
		return;
	if (due == 0)
		due = 1; /* 0 would disarm */
	spec.it_value.tv_sec = (time_t)(due / NS_PER_S);
	spec.it_value.tv_nsec = (long)(due % NS_PER_S);
	timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL);
	loop->armed_ns = due;
}

/* Requests are taken before the events, and run after them: each sees what its
 * caller has done before. Later ones wait for the next round. */
static bool run_round(struct loop *loop)
{
	struct loop_request *requests = loop_requests_take(&loop->requests);
	bool any;

	take_events(loop);
	loop->now_ns = loop->config.clock(loop->config.context);
	any = dispatch(loop);
	any |= loop_timers_run(loop);
	any |= loop_requests_run(requests);
	any |= run_tasks(loop);
	return any;
}

bool loop_poll(struct loop *loop)
{
	const void *before = atomic_exchange(&loop->inside, self());
	bool any = run_round(loop);

	atomic_store(&loop->inside, before);
	return any;
}

/* ---- turns ---- */

static void begin_turn(struct loop *loop)
{
	pthread_mutex_lock(&loop->turn);
	atomic_store(&loop->inside, self());
}

static void end_turn(struct loop *loop)
{
	arm_timer(loop);
	/* A round may have taken the event that is to wake the thread. */
	if (atomic_load(&loop->quit) && loop->is_shared)
		loop_requests_wake(&loop->requests);
	atomic_store(&loop->inside, NULL);
	pthread_mutex_unlock(&loop->turn);
}

/* What must not happen to a caller during its turn: that it does not end it. */
struct shelter {
	sigset_t signals;
	int cancel;
	int saved_errno;
};

static void take_shelter(struct shelter *before)
{
	sigset_t all;

	before->saved_errno = errno;
	sigfillset(&all);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before->cancel);
	pthread_sigmask(SIG_SETMASK, &all, &before->signals);
}

static void leave_shelter(const struct shelter *before)
{
	int ignored;

	pthread_sigmask(SIG_SETMASK, &before->signals, NULL);
	pthread_setcancelstate(before->cancel, &ignored);
	errno = before->saved_errno;
}

static bool try_turn(struct loop *loop)
{
	if (pthread_mutex_trylock(&loop->turn) != 0)
		return false;
	if (!loop->is_shared) {
		pthread_mutex_unlock(&loop->turn);
		return false;
	}
	atomic_store(&loop->inside, self());
	return true;
}

/*
 * A round, and then the request: what the caller has done before, by another
 * call or to a descriptor, is seen before.
 */
static int run_guest_round(
	struct loop *loop, int (*function)(void *arg), void *arg)
{
	int result;

	run_round(loop);
	result = function(arg);
	run_tasks(loop);
	return result;
}

/*
 * A plug-in's own libc (dlmopen(3)) never hears that a thread has ended which it
 * has not made, and keeps what its malloc has for it. So threads that come and
 * go do not run anything; who calls often, or is there till the end, does.
 */
static bool is_resident(void)
{
	static _Thread_local unsigned calls;

	if (calls == 0 && gettid() == getpid())
		calls = RESIDENT_CALLS;
	if (calls < RESIDENT_CALLS)
		calls++;
	return calls == RESIDENT_CALLS;
}

int loop_call(struct loop *loop, int (*function)(void *arg), void *arg)
{
	struct shelter shelter;
	bool has_turn;
	int result = 0;

	if (loop_is_inside(loop))
		return function(arg);
	if (!loop_is_here(loop))
		return -ENODEV;
	take_shelter(&shelter);
	has_turn = is_resident() && try_turn(loop);
	if (has_turn) {
		result = run_guest_round(loop, function, arg);
		end_turn(loop);
	}
	leave_shelter(&shelter);
	return has_turn ? result
			: loop_requests_call(&loop->requests, function, arg);
}

static void run_until_quit(struct loop *loop)
{
	struct pollfd pfd = { .fd = loop->epoll_fd, .events = POLLIN };

	begin_turn(loop);
	loop->is_shared = true;
	run_tasks(loop); /* deferred by the owner before it ran */
	while (!atomic_load(&loop->quit)) {
		end_turn(loop);
		poll(&pfd, 1, -1);
		begin_turn(loop);
		run_round(loop);
	}
	loop->is_shared = false;
	end_turn(loop);
	atomic_store(&loop->quit, false);
}

int loop_run(struct loop *loop)
{
	if (atomic_exchange(&loop->running, true))
		return -EBUSY;
	run_until_quit(loop);
	atomic_store(&loop->running, false);
	return 0;
}

void loop_quit(struct loop *loop)
{
	atomic_store(&loop->quit, true);
	loop_requests_wake(&loop->requests);
}

static void *thread_main(void *arg)
{
	run_until_quit(arg);
	return NULL;
}

/* Signals are for the program's threads; the new one inherits the mask. */
static int create_thread(struct loop *loop)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&loop->thread, NULL, thread_main, loop);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

int loop_start(struct loop *loop, const char *name)
{
	char short_name[16];
	int err;

	if (atomic_exchange(&loop->running, true))
		return -EBUSY;
	err = create_thread(loop);
	if (err) {
		atomic_store(&loop->running, false);
		return err;
	}
	loop->has_thread = true;
	snprintf(short_name, sizeof(short_name), "%s", name);
	pthread_setname_np(loop->thread, short_name);
	return 0;
}

void loop_stop(struct loop *loop)
{
	if (!loop->has_thread)
		return;
	loop_quit(loop);
	pthread_join(loop->thread, NULL);
	loop->has_thread = false;
	atomic_store(&loop->quit, false); /* the thread may have quit before */
	atomic_store(&loop->running, false);
}
