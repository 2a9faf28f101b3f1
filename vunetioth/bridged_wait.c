/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bridged_wait.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <unistd.h>

void bridged_wait_init(struct bridged_wait *w,
	void (*ready)(void *arg, bool timed_out), void *arg)
{
	*w = (struct bridged_wait){ .timer = -1, .ready = ready, .arg = arg };
}

static void on_ready(void *arg, uint32_t events)
{
	struct bridged_wait *w = arg;

	(void)events;
	w->ready(w->arg, false);
}

static void on_timeout(void *arg, uint32_t events)
{
	struct bridged_wait *w = arg;

	(void)events;
	w->ready(w->arg, true);
}

static int make_timer(struct bridged_wait *w, int fd, bool to_send)
{
	struct itimerspec when = { 0 };
	struct timeval tv = { 0 };
	socklen_t len = sizeof(tv);

	w->limited = true;
	getsockopt(
		fd, SOL_SOCKET, to_send ? SO_SNDTIMEO : SO_RCVTIMEO, &tv, &len);
	if (!tv.tv_sec && !tv.tv_usec)
		return 0;
	when.it_value.tv_sec = tv.tv_sec;
	when.it_value.tv_nsec = tv.tv_usec * 1000;
	w->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (w->timer < 0)
		return -errno;
	timerfd_settime(w->timer, 0, &when, NULL);
	return 0;
}

int bridged_wait_enter(
	struct bridged_wait *w, struct umvu *session, int fd, bool to_send)
{
	int err = w->limited ? 0 : make_timer(w, fd, to_send);

	if (err)
		return err;
	w->watch = umvu_watch(
		session, fd, to_send ? EPOLLOUT : EPOLLIN, on_ready, w);
	if (w->watch && w->timer >= 0)
		w->timer_watch =
			umvu_watch(session, w->timer, EPOLLIN, on_timeout, w);
	if (w->watch && (w->timer < 0 || w->timer_watch))
		return 0;
	bridged_wait_leave(w);
	return -ENOMEM;
}

void bridged_wait_leave(struct bridged_wait *w)
{
	if (w->watch)
		umvu_unwatch(w->watch);
	if (w->timer_watch)
		umvu_unwatch(w->timer_watch);
	w->watch = w->timer_watch = NULL;
}

void bridged_wait_fini(struct bridged_wait *w)
{
	bridged_wait_leave(w);
	if (w->timer >= 0)
		close(w->timer);
	w->timer = -1;
}
