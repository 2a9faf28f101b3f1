/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * relay.h - the thread of a stack: one epoll loop for all its descriptors
 *
 * It stays in the network where newstack was called, makes the namespace (the
 * helper lives as long as it does) and blocks all signals. Without traffic it
 * sleeps.
 */
#ifndef VDESTACK_RELAY_H
#define VDESTACK_RELAY_H

#include "frames.h"

#include <stdint.h>

#pragma GCC visibility push(hidden)

struct link;
struct netns;
struct relay; /* owns the thread, the namespace, the links */

/* One descriptor in the loop; lives in its owner. */
struct relay_source {
	void (*on_event)(struct relay_source *source, uint32_t events);
	void *owner;
	int fd;
};

/*
 * Starts the thread and makes the namespace; @user_ns_fd: see netns_new. Errors: those of netns_new (with
 * errtext), -EAGAIN, -ENOMEM, -EMFILE.
 */
int relay_new(struct relay **relay, int user_ns_fd);

/* Ends the thread; links, namespace and all are gone when it returns. */
void relay_free(struct relay *relay);

struct netns *relay_netns(struct relay *relay);

/* Hands @link over. Any thread. On failure @link is still the caller's. */
int relay_add(struct relay *relay, struct link *link);

/* The rest is for sources, in the relay's thread (watch: also in any other). */
int relay_watch(
	struct relay *relay, struct relay_source *source, uint32_t events);
void relay_change(
	struct relay *relay, struct relay_source *source, uint32_t events);
void relay_unwatch(struct relay *relay, struct relay_source *source);

/* A batch for use within one event. */
struct frames *relay_frames(struct relay *relay);

/* Dead links are to be freed after this round. */
void relay_sweep(struct relay *relay);

#pragma GCC visibility pop
#endif
