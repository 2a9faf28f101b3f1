/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "call.h"

#define MAX_EVENTS 16

struct umvu_watch {
	struct loop *loop;
	int fd;
	bool dead; /* unwatched; freed after the current round of events */
	void (*ready)(void *arg, uint32_t events);
	void *arg;
	struct umvu_watch *next_dead;
};

struct loop {
	int epfd;
	bool stop;
	struct umvu_watch *dead;
};

int loop_init(struct umvu *session)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return -ENOMEM;
	loop->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epfd < 0) {
		free(loop);
		return -errno;
	}
	session->loop = loop;
	return 0;
}

static void free_dead(struct loop *loop)
{
	struct umvu_watch *w;

	while ((w = loop->dead)) {
		loop->dead = w->next_dead;
		free(w);
	}
}

struct umvu_watch *umvu_watch(struct umvu *session, int fd, uint32_t events,
	void (*ready)(void *arg, uint32_t events), void *arg)
{
	struct umvu_watch *w = calloc(1, sizeof(*w));
	struct epoll_event ev = { .events = events, .data.ptr = w };

	if (!w)
		return NULL;
	*w = (struct umvu_watch){
		.loop = session->loop, .fd = fd, .ready = ready, .arg = arg
	};
	if (epoll_ctl(session->loop->epfd, EPOLL_CTL_ADD, fd, &ev) < 0) {
		free(w);
		return NULL;
	}
	return w;
}

void umvu_unwatch(struct umvu_watch *watch)
{
	if (!watch)
		return;
	epoll_ctl(watch->loop->epfd, EPOLL_CTL_DEL, watch->fd, NULL);
	/* Events of this round may still point to it. */
	watch->dead = true;
	watch->next_dead = watch->loop->dead;
	watch->loop->dead = watch;
}

static void run_once(struct umvu *session)
{
	struct epoll_event ev[MAX_EVENTS];
	struct loop *loop = session->loop;
	struct delivery *deliveries;
	int i, n = epoll_wait(loop->epfd, ev, MAX_EVENTS, -1);

	pthread_mutex_lock(&session->lock);
	/* The other thread may have unwatched one that this round reports, but
	 * watches are freed by this thread only, so the pointers hold. */
	for (i = 0; i < n; i++) {
		struct umvu_watch *w = ev[i].data.ptr;

		if (!w->dead)
			w->ready(w->arg, ev[i].events);
	}
	free_dead(loop);
	deliveries = calls_take_deliveries(session->calls);
	pthread_mutex_unlock(&session->lock);
	calls_deliver(deliveries);
}

void loop_run(struct umvu *session)
{
	while (!session->loop->stop)
		run_once(session);
}

void loop_stop(struct loop *loop)
{
	loop->stop = true;
}
