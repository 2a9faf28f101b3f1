/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "relay.h"
#include "errtext.h"
#include "group.h"
#include "link.h"
#include "namespace.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS_MAX 64

struct relay {
	pthread_t thread;
	int epoll_fd, wake_fd;
	struct netns *ns; /* made and freed by the thread */
	struct frames frames;
	struct link *links; /* the thread's */
	bool has_dead;	    /* the thread's */
	struct relay_source wake_source, helper_source, group_source;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock: */
	bool is_started, is_stopped;
	int user_ns_fd; /* to start with */
	int start_error;
	char start_text[256];
	struct link *incoming; /* handed over, not yet taken */
	int incoming_error;
};

int relay_watch(
	struct relay *relay, struct relay_source *source, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = source };

	return epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, source->fd, &event) < 0
		       ? -errno
		       : 0;
}

void relay_change(
	struct relay *relay, struct relay_source *source, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = source };

	epoll_ctl(relay->epoll_fd, EPOLL_CTL_MOD, source->fd, &event);
}

void relay_unwatch(struct relay *relay, struct relay_source *source)
{
	epoll_ctl(relay->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
}

struct frames *relay_frames(struct relay *relay)
{
	return &relay->frames;
}

void relay_sweep(struct relay *relay)
{
	relay->has_dead = true;
}

struct netns *relay_netns(struct relay *relay)
{
	return relay->ns;
}

static void free_links(struct relay *relay, bool dead_only)
{
	struct link **at = &relay->links;

	while (*at) {
		struct link *link = *at;

		if (dead_only && link->state != LINK_DEAD) {
			at = &link->next;
			continue;
		}
		*at = link->next;
		link_free(link);
	}
	relay->has_dead = false;
}

/* With the lock. */
static void take_incoming(struct relay *relay)
{
	struct link *link = relay->incoming;

	relay->incoming_error = link_start(link, relay);
	relay->incoming = NULL;
	if (relay->incoming_error == 0) {
		link->next = relay->links;
		relay->links = link;
	}
	pthread_cond_broadcast(&relay->changed);
}

static void on_wake(struct relay_source *source, uint32_t events)
{
	struct relay *relay = source->owner;
	eventfd_t count;

	(void)events;
	eventfd_read(source->fd, &count);
	pthread_mutex_lock(&relay->lock);
	if (relay->incoming)
		take_incoming(relay);
	pthread_mutex_unlock(&relay->lock);
}

static void on_helper_death(struct relay_source *source, uint32_t events)
{
	struct relay *relay = source->owner;

	(void)events;
	netns_gone(relay->ns);
	relay_unwatch(relay, source);
}

static bool is_stopped(struct relay *relay)
{
	bool stopped;

	pthread_mutex_lock(&relay->lock);
	stopped = relay->is_stopped;
	pthread_mutex_unlock(&relay->lock);
	return stopped;
}

static void loop(struct relay *relay)
{
	struct epoll_event events[EVENTS_MAX];

	while (!is_stopped(relay)) {
		int n = epoll_wait(relay->epoll_fd, events, EVENTS_MAX, -1);

		for (int i = 0; i < n; i++) {
			struct relay_source *source = events[i].data.ptr;

			source->on_event(source, events[i].events);
		}
		if (relay->has_dead)
			free_links(relay, true);
	}
}

static void watch_helper(struct relay *relay)
{
	relay->helper_source = (struct relay_source){ on_helper_death, relay,
		netns_pidfd(relay->ns) };
	if (relay->helper_source.fd >= 0)
		relay_watch(relay, &relay->helper_source, EPOLLIN);
}

static void on_group(struct relay_source *source, uint32_t events)
{
	struct relay *relay = source->owner;

	(void)events;
	if (group_has_taken(
		    group_give_user_ns(source->fd, netns_user(relay->ns))))
		relay_change(relay, source, GROUP_EVENTS);
}

/* Stacks of a group give those that come later their user namespace. */
static void watch_group(struct relay *relay)
{
	if (netns_user(relay->ns) < 0)
		return;
	relay->group_source = (struct relay_source){ on_group, relay,
		group_offer_user_ns(netns_user(relay->ns)) };
	if (relay->group_source.fd >= 0)
		relay_watch(relay, &relay->group_source, GROUP_EVENTS);
}

static int start(struct relay *relay)
{
	int err = netns_new(&relay->ns, relay->user_ns_fd);

	if (err == 0) {
		watch_helper(relay);
		watch_group(relay);
	}
	pthread_mutex_lock(&relay->lock);
	relay->is_started = true;
	relay->start_error = err;
	/* the text is kept per thread; the caller of newstack wants it */
	if (err < 0)
		snprintf(relay->start_text, sizeof(relay->start_text), "%s",
			errtext_get());
	pthread_cond_broadcast(&relay->changed);
	pthread_mutex_unlock(&relay->lock);
	return err;
}

static void *run(void *arg)
{
	struct relay *relay = arg;

	pthread_setname_np(pthread_self(), "vdestack");
	if (start(relay) < 0)
		return NULL;
	loop(relay);
	free_links(relay, false);
	netns_free(relay->ns);
	return NULL;
}

static int spawn(struct relay *relay)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&relay->thread, NULL, run, relay);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err)
		return -err;
	pthread_mutex_lock(&relay->lock);
	while (!relay->is_started)
		pthread_cond_wait(&relay->changed, &relay->lock);
	pthread_mutex_unlock(&relay->lock);
	if (relay->start_error < 0)
		pthread_join(relay->thread, NULL);
	return relay->start_error;
}

static int open_loop(struct relay *relay)
{
	relay->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	relay->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (relay->epoll_fd < 0 || relay->wake_fd < 0)
		return -errno;
	relay->wake_source =
		(struct relay_source){ on_wake, relay, relay->wake_fd };
	return relay_watch(relay, &relay->wake_source, EPOLLIN);
}

static void destroy(struct relay *relay)
{
	if (relay->epoll_fd >= 0)
		close(relay->epoll_fd);
	if (relay->wake_fd >= 0)
		close(relay->wake_fd);
	if (relay->group_source.fd >= 0)
		close(relay->group_source.fd);
	frames_fini(&relay->frames);
	pthread_cond_destroy(&relay->changed);
	pthread_mutex_destroy(&relay->lock);
	free(relay);
}

int relay_new(struct relay **result, int user_ns_fd)
{
	struct relay *relay = calloc(1, sizeof(*relay));
	int err;

	if (!relay)
		return -ENOMEM;
	relay->epoll_fd = relay->wake_fd = relay->group_source.fd = -1;
	relay->user_ns_fd = user_ns_fd;
	pthread_mutex_init(&relay->lock, NULL);
	pthread_cond_init(&relay->changed, NULL);
	err = frames_init(&relay->frames);
	if (err == 0)
		err = open_loop(relay);
	if (err == 0)
		err = spawn(relay);
	if (err < 0) {
		if (*relay->start_text)
			errtext(err, "%s", relay->start_text);
		destroy(relay);
		return err;
	}
	*result = relay;
	return 0;
}

void relay_free(struct relay *relay)
{
	pthread_mutex_lock(&relay->lock);
	relay->is_stopped = true;
	pthread_mutex_unlock(&relay->lock);
	eventfd_write(relay->wake_fd, 1);
	pthread_join(relay->thread, NULL);
	destroy(relay);
}

int relay_add(struct relay *relay, struct link *link)
{
	int err;

	pthread_mutex_lock(&relay->lock);
	while (relay->incoming)
		pthread_cond_wait(&relay->changed, &relay->lock);
	relay->incoming = link;
	eventfd_write(relay->wake_fd, 1);
	while (relay->incoming == link)
		pthread_cond_wait(&relay->changed, &relay->lock);
	err = relay->incoming_error;
	pthread_mutex_unlock(&relay->lock);
	return err;
}
