/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loop_request.c - work for the loop from other threads
 *
 * A waiting thread sleeps in the kernel on the word @done of its own request
 * (futex), which lives on its stack. After the loop has set @done the request
 * may be gone: the futex call that follows only uses its address, and at worst
 * wakes somebody without a reason; those look again.
 */
#include "loop_impl.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

int loop_requests_init(struct loop_requests *requests)
{
	requests->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (requests->event_fd < 0)
		return -errno;
	pthread_mutex_init(&requests->lock, NULL);
	requests->first = NULL;
	requests->last = &requests->first;
	requests->shut = requests->signalled = false;
	requests->process = getpid();
	return 0;
}

static void answer(struct loop_request *request, int result)
{
	if (request->posted) {
		free(request);
		return;
	}
	request->result = result;
	atomic_store_explicit(&request->done, 1, memory_order_release);
	syscall(SYS_futex, &request->done, FUTEX_WAKE_PRIVATE, INT_MAX, NULL,
		NULL, 0);
}

static struct loop_request *take_all(struct loop_requests *requests, bool shut)
{
	struct loop_request *first;
	uint64_t count;

	pthread_mutex_lock(&requests->lock);
	first = requests->first;
	requests->first = NULL;
	requests->last = &requests->first;
	if (requests->signalled)
		(void)!read(requests->event_fd, &count, sizeof(count));
	requests->signalled = false;
	requests->shut |= shut;
	pthread_mutex_unlock(&requests->lock);
	return first;
}

void loop_requests_fini(struct loop_requests *requests)
{
	struct loop_request *request = take_all(requests, true);

	while (request) {
		struct loop_request *next = request->next;

		answer(request, -ESHUTDOWN);
		request = next;
	}
	close(requests->event_fd);
	pthread_mutex_destroy(&requests->lock);
}

struct loop_request *loop_requests_take(struct loop_requests *requests)
{
	return take_all(requests, false);
}

bool loop_requests_run(struct loop_request *first)
{
	struct loop_request *request = first;
	bool any = request != NULL;

	while (request) {
		struct loop_request *next = request->next;

		answer(request, request->function(request->arg));
		request = next;
	}
	return any;
}

static void signal_locked(struct loop_requests *requests)
{
	uint64_t one = 1;

	if (!requests->signalled)
		(void)!write(requests->event_fd, &one, sizeof(one));
	requests->signalled = true;
}

void loop_requests_wake(struct loop_requests *requests)
{
	pthread_mutex_lock(&requests->lock);
	signal_locked(requests);
	pthread_mutex_unlock(&requests->lock);
}

static int enqueue(struct loop_requests *requests, struct loop_request *request)
{
	int err = 0;

	pthread_mutex_lock(&requests->lock);
	if (requests->shut) {
		err = -ESHUTDOWN;
	} else {
		*requests->last = request;
		requests->last = &request->next;
		signal_locked(requests);
	}
	pthread_mutex_unlock(&requests->lock);
	return err;
}

/* A child has neither the thread nor, perhaps, a lock that anybody unlocks. */
bool loop_is_here(const struct loop *loop)
{
	return loop->requests.process == getpid();
}

int loop_requests_call(
	struct loop_requests *requests, int (*function)(void *arg), void *arg)
{
	struct loop_request request = { .function = function, .arg = arg };
	int err = enqueue(requests, &request);

	if (err)
		return err;
	while (!atomic_load_explicit(&request.done, memory_order_acquire))
		syscall(SYS_futex, &request.done, FUTEX_WAIT_PRIVATE, 0, NULL,
			NULL, 0);
	return request.result;
}

int loop_post(struct loop *loop, int (*function)(void *arg), void *arg)
{
	struct loop_request *request;
	int err;

	if (!loop_is_here(loop))
		return -ENODEV;
	request = calloc(1, sizeof(*request));
	if (!request)
		return -ENOMEM;
	request->function = function;
	request->arg = arg;
	request->posted = true;
	err = enqueue(&loop->requests, request);
	if (err)
		free(request);
	return err;
}
