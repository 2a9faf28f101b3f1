/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A call that must wait is parked: copied, and found again by the thread that
 * made it. No event tells that a guest stopped waiting (a signal, its death);
 * it shows when the thread makes another call, when the answer fails with
 * ENOENT, or when SECCOMP_IOCTL_NOTIF_ID_VALID says so. The last is asked from
 * a timer, which runs only while a call is parked whose module wants to know.
 *
 * Descriptors are handed over by ADDFD with its SEND flag, which is atomic:
 * either the guest has it and knows its number, or it never had it.
 */
#include "call.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "guestmem.h"
#include "process.h"

#define BUCKETS		 64u
#define EXPLANATIONS	 16
#define CHECK_FIRST_MS	 100
#define CHECK_LAST_MS	 3200
#define EXPLANATION_SIZE 512

struct umvu_parked {
	struct umvu_call call;
	void (*cancel)(void *arg);
	void *arg;
	bool stale; /* forgotten by its thread; waits for its module */
	struct umvu_parked *next;
};

struct delivery {
	struct umvu_call call;
	int fd;
	bool cloexec;
	int number; /* that it takes the place of, -1: any */
	long value; /* then the call's result; else that is the number */
	/* Gets the descriptor back when nobody waits for it, or -1; or NULL. */
	void (*done)(void *arg, int fd);
	void *arg;
	struct delivery *next;
};

struct explanation {
	pid_t tgid;
	char text[EXPLANATION_SIZE];
};

struct calls {
	struct umvu_parked *bucket[BUCKETS];
	struct delivery *deliveries;
	unsigned int cancelable;
	int timer;
	long check_ms; /* until the next look, while somebody is parked */
	struct umvu_watch *watch;
	struct explanation explanations[EXPLANATIONS];
	unsigned int next_explanation;
};

static int respond(const struct umvu_call *call, struct seccomp_notif_resp *r)
{
	r->id = call->id;
	if (ioctl(call->session->listener, SECCOMP_IOCTL_NOTIF_SEND, r) < 0)
		return -errno;
	return 0;
}

int call_answer(const struct umvu_call *call, long value)
{
	struct seccomp_notif_resp r = { 0 };

	if (value < 0 && value >= -4095)
		r.error = (int32_t)value;
	else
		r.val = value;
	return respond(call, &r);
}

int call_continue(const struct umvu_call *call)
{
	struct seccomp_notif_resp r = {
		.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
	};

	return respond(call, &r);
}

bool call_is_valid(const struct umvu_call *call)
{
	uint64_t id = call->id;

	return ioctl(call->session->listener, SECCOMP_IOCTL_NOTIF_ID_VALID,
		       &id) == 0;
}

static struct umvu_parked **bucket_of(struct calls *calls, pid_t tid)
{
	return &calls->bucket[(unsigned int)tid % BUCKETS];
}

static void unlink_parked(struct calls *calls, struct umvu_parked *parked)
{
	struct umvu_parked **p = bucket_of(calls, parked->call.tid);

	while (*p && *p != parked)
		p = &(*p)->next;
	if (*p)
		*p = parked->next;
}

static void set_timer(struct calls *calls, long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
	struct itimerspec its = { .it_interval = t, .it_value = t };

	timerfd_settime(calls->timer, 0, &its, NULL);
}

static void count_cancelable(struct calls *calls, int change)
{
	calls->cancelable += (unsigned int)change;
	if (change > 0) {
		calls->check_ms = CHECK_FIRST_MS;
		set_timer(calls, calls->check_ms);
	} else if (calls->cancelable == 0) {
		set_timer(calls, 0);
	}
}

/* The guest does not wait any more. */
static void forget(struct calls *calls, struct umvu_parked *parked)
{
	if (!parked->cancel) {
		parked->stale = true;
		return;
	}
	unlink_parked(calls, parked);
	count_cancelable(calls, -1);
	parked->cancel(parked->arg);
	free(parked);
}

void calls_forget_tid(struct calls *calls, pid_t tid)
{
	struct umvu_parked *p, *next;

	for (p = *bucket_of(calls, tid); p; p = next) {
		next = p->next;
		if (p->call.tid == tid)
			forget(calls, p);
	}
}

/* Cancelling calls back into the module, which may end other calls: start
 * again after each. */
static bool forget_one_invalid(struct calls *calls)
{
	struct umvu_parked *p;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++)
		for (p = calls->bucket[i]; p; p = p->next)
			if (p->cancel && !call_is_valid(&p->call)) {
				forget(calls, p);
				return true;
			}
	return false;
}

static void on_timer(void *arg, uint32_t events)
{
	struct calls *calls = arg;
	uint64_t ticks;

	(void)events;
	if (read(calls->timer, &ticks, sizeof(ticks)) < 0)
		return;
	while (forget_one_invalid(calls))
		;
	/* Who waits for long goes on waiting, as a rule. */
	if (calls->cancelable && calls->check_ms < CHECK_LAST_MS) {
		calls->check_ms *= 2;
		set_timer(calls, calls->check_ms);
	}
}

int calls_init(struct umvu *session)
{
	struct calls *calls = calloc(1, sizeof(*calls));

	if (!calls)
		return -ENOMEM;
	session->calls = calls;
	calls->timer =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (calls->timer < 0)
		return -errno;
	calls->watch =
		umvu_watch(session, calls->timer, EPOLLIN, on_timer, calls);
	return calls->watch ? 0 : -errno;
}

struct umvu_parked *umvu_park(
	struct umvu_call *call, void (*cancel)(void *arg), void *arg)
{
	struct calls *calls = call->session->calls;
	struct umvu_parked *parked = malloc(sizeof(*parked));
	struct umvu_parked **bucket = bucket_of(calls, call->tid);

	if (!parked)
		return NULL;
	*parked = (struct umvu_parked){
		.call = *call, .cancel = cancel, .arg = arg, .next = *bucket
	};
	*bucket = parked;
	if (cancel)
		count_cancelable(calls, 1);
	return parked;
}

/* Takes @parked out of the table. */
static void unpark(struct umvu_parked *parked)
{
	struct calls *calls = parked->call.session->calls;

	unlink_parked(calls, parked);
	if (parked->cancel)
		count_cancelable(calls, -1);
}

void call_unpark(struct umvu_parked *parked)
{
	unpark(parked);
	free(parked);
}

int umvu_answer(struct umvu_parked *parked, long value)
{
	int err = -ENOENT;

	unpark(parked);
	if (!parked->stale)
		err = value == UMVU_CONTINUE
			      ? call_continue(&parked->call)
			      : call_answer(&parked->call, value);
	free(parked);
	return err;
}

/* @what, but for its call, which is that of @parked. Frees @parked. */
static void deliver_later(
	struct umvu_parked *parked, const struct delivery *what)
{
	struct calls *calls = parked->call.session->calls;
	struct delivery *d = parked->stale ? NULL : malloc(sizeof(*d));

	if (!d) {
		if (what->done)
			what->done(what->arg, what->fd);
		else
			close(what->fd);
		umvu_answer(parked, -ENOMEM);
		return;
	}
	unpark(parked);
	*d = *what;
	d->call = parked->call;
	d->next = calls->deliveries;
	calls->deliveries = d;
	free(parked);
}

void umvu_answer_fd_or(struct umvu_parked *parked, int fd, bool cloexec,
	void (*done)(void *arg, int fd), void *arg)
{
	deliver_later(parked, &(struct delivery){ .fd = fd,
				      .cloexec = cloexec,
				      .number = -1,
				      .done = done,
				      .arg = arg });
}

void umvu_answer_replacing(struct umvu_parked *parked, int number, int fd,
	bool cloexec, long value, void (*done)(void *arg, int fd), void *arg)
{
	deliver_later(parked, &(struct delivery){ .fd = fd,
				      .cloexec = cloexec,
				      .number = number,
				      .value = value,
				      .done = done,
				      .arg = arg });
}

void umvu_answer_fd(struct umvu_parked *parked, int fd, bool cloexec)
{
	umvu_answer_fd_or(parked, fd, cloexec, NULL, NULL);
}

const struct umvu_call *umvu_parked_call(const struct umvu_parked *parked)
{
	return &parked->call;
}

/* False: the guest did not wait any more, and never saw it. */
static bool deliver(const struct delivery *d)
{
	struct seccomp_notif_addfd add = {
		.id = d->call.id,
		.flags = d->number < 0 ? SECCOMP_ADDFD_FLAG_SEND
				       : SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = (uint32_t)d->fd,
		.newfd = d->number < 0 ? 0 : (uint32_t)d->number,
		.newfd_flags = d->cloexec ? O_CLOEXEC : 0,
	};

	if (ioctl(d->call.session->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) >=
		0) {
		if (d->number >= 0)
			call_answer(&d->call, d->value);
		return true;
	}
	/* EMFILE and its like are the guest's to know. */
	if (errno != ENOENT && errno != ESRCH)
		call_answer(&d->call, -errno);
	return false;
}

/* Says what has become of it. Closes the descriptor, if that is nobody's. */
static void tell_done(const struct delivery *d, bool delivered)
{
	struct umvu *session = d->call.session;

	if (delivered || !d->done)
		close(d->fd);
	if (!d->done)
		return;
	pthread_mutex_lock(&session->lock);
	d->done(d->arg, delivered ? -1 : d->fd);
	pthread_mutex_unlock(&session->lock);
}

struct delivery *calls_take_deliveries(struct calls *calls)
{
	struct delivery *list = calls->deliveries;

	calls->deliveries = NULL;
	return list;
}

void calls_deliver(struct delivery *list)
{
	struct delivery *next;

	for (; list; list = next) {
		next = list->next;
		tell_done(list, deliver(list));
		free(list);
	}
}

pid_t umvu_call_tid(const struct umvu_call *call)
{
	return call->tid;
}

int umvu_call_read(const struct umvu_call *call, struct guest_addr from,
	void *buf, size_t size)
{
	return guestmem_read(call->tid, from, buf, size);
}

int umvu_call_write(const struct umvu_call *call, struct guest_addr to,
	const void *buf, size_t size)
{
	/* The thread's number may be somebody else's by now. */
	if (!call_is_valid(call))
		return -ESRCH;
	return guestmem_write(call->tid, to, buf, size);
}

int umvu_parked_write(struct umvu_parked *parked, struct guest_addr to,
	const void *buf, size_t size)
{
	if (parked->stale)
		return -ESRCH;
	return umvu_call_write(&parked->call, to, buf, size);
}

static void explain(
	const struct umvu_call *call, const char *format, va_list args)
{
	struct calls *calls = call->session->calls;
	pid_t tgid = process_tgid_of(call->tid);
	struct explanation *e = NULL;
	int i;

	for (i = 0; i < EXPLANATIONS; i++)
		if (calls->explanations[i].tgid == tgid)
			e = &calls->explanations[i];
	if (!e)
		e = &calls->explanations[calls->next_explanation++ %
					 EXPLANATIONS];
	e->tgid = tgid;
	vsnprintf(e->text, sizeof(e->text), format, args);
}

void call_explain_nothing(const struct umvu_call *call)
{
	umvu_call_explain(call, "%s", "");
}

void umvu_call_explain(const struct umvu_call *call, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	explain(call, format, args);
	va_end(args);
}

void umvu_parked_explain(struct umvu_parked *parked, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	explain(&parked->call, format, args);
	va_end(args);
}

const char *calls_explanation(const struct calls *calls, pid_t tgid)
{
	int i;

	for (i = 0; i < EXPLANATIONS; i++)
		if (calls->explanations[i].tgid == tgid)
			return calls->explanations[i].text;
	return "";
}
