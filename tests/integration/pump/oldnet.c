/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oldnet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct oldnet oldnet = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER };

struct oldnet_sock *oldnet_new(int type)
{
	struct oldnet_sock *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->fd = s->other = -1;
	s->type = type;
	s->local.sin_family = s->peer.sin_family = AF_INET;
	if (type == SOCK_STREAM)
		s->ring = malloc(OLDNET_RING);
	s->next = oldnet.first;
	oldnet.first = s;
	return s;
}

void oldnet_free(struct oldnet_sock *s)
{
	struct oldnet_sock **at = &oldnet.first;
	struct oldnet_packet *p;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	while ((p = s->packets)) {
		s->packets = p->next;
		free(p);
	}
	if (s->fd >= 0)
		close(s->fd);
	if (s->other >= 0 && s->other != s->fd)
		close(s->other);
	free(s->ring);
	free(s);
}

struct oldnet_sock *oldnet_find(int fd)
{
	struct oldnet_sock *s;

	for (s = oldnet.first; s; s = s->next)
		if (s->fd == fd && fd >= 0)
			return s;
	return NULL;
}

struct oldnet_sock *oldnet_at_port(int type, in_port_t port)
{
	struct oldnet_sock *s;

	for (s = oldnet.first; s; s = s->next)
		if (s->type == type && s->local.sin_port == port && port &&
			(type == SOCK_DGRAM || s->state == LISTENING))
			return s;
	return NULL;
}

static bool port_is_used(int type, in_port_t port)
{
	struct oldnet_sock *s;

	for (s = oldnet.first; s; s = s->next)
		if (s->type == type && s->local.sin_port == port)
			return true;
	return false;
}

void oldnet_bind_any(struct oldnet_sock *s)
{
	static in_port_t next = 40000;

	while (!s->local.sin_port) {
		next = next == 65535 ? 40000 : next + 1;
		if (!port_is_used(s->type, htons(next)))
			s->local.sin_port = htons(next);
	}
	if (!s->local.sin_addr.s_addr && s->state != LISTENING)
		s->local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

/* ---- descriptors ---- */

/* fd: what the program has; other: where we speak. */
static int make_fds(int fds[2])
{
	int small = 1;

	switch (oldnet.shows) {
	case SHOWS_EVENTFD:
		fds[0] = fds[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		return fds[0];
	case SHOWS_PAIR:
		if (socketpair(AF_UNIX,
			    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
			    fds) < 0)
			return -1;
		setsockopt(
			fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
		return 0;
	case SHOWS_PIPE:
		return pipe2(fds, O_CLOEXEC | O_NONBLOCK);
	default:
		fds[0] = open("/dev/null", O_RDWR | O_CLOEXEC);
		fds[1] = fds[0];
		return fds[0];
	}
}

int oldnet_open_fd(struct oldnet_sock *s)
{
	int fds[2];

	if (make_fds(fds) < 0)
		return -1;
	s->fd = fds[0];
	s->other = fds[1];
	oldnet_show(s);
	return s->fd;
}

static bool is_readable(const struct oldnet_sock *s)
{
	return s->len || s->fin || s->reset || s->error || s->queue ||
	       s->packets;
}

static bool is_full(const struct oldnet_sock *s)
{
	const struct oldnet_sock *mate = s->mate;

	if (s->state == CONNECTING)
		return true;
	return mate && mate->len == OLDNET_RING;
}

static void show_in(struct oldnet_sock *s)
{
	uint64_t one = 1;
	size_t size = oldnet.shows == SHOWS_EVENTFD ? sizeof(one) : 1;

	if (s->fd < 0 || s->shown_in == is_readable(s))
		return;
	s->shown_in = !s->shown_in;
	if (s->shown_in)
		(void)!write(s->other, &one, size);
	else
		(void)!read(s->fd, &one, size);
}

static void show_full(struct oldnet_sock *s)
{
	char junk[1024] = { 0 };

	if (s->fd < 0 || oldnet.shows != SHOWS_PAIR ||
		s->shown_full == is_full(s))
		return;
	s->shown_full = !s->shown_full;
	if (s->shown_full)
		while (send(s->fd, junk, sizeof(junk), MSG_NOSIGNAL) > 0)
			;
	else
		while (read(s->other, junk, sizeof(junk)) > 0)
			;
}

void oldnet_show(struct oldnet_sock *s)
{
	show_in(s);
	show_full(s);
	if (s->mate)
		show_full(s->mate);
	pthread_cond_broadcast(&oldnet.changed);
}

/* ---- connections ---- */

/* Nobody tries again, as TCP does with its SYN: so there is more room. */
#define SPARE 32

static void enqueue(struct oldnet_sock *listener, struct oldnet_sock *s)
{
	struct oldnet_sock **at = &listener->queue;

	while (*at)
		at = &(*at)->next_queued;
	*at = s;
	listener->queued++;
	oldnet_show(listener);
}

int oldnet_meet(struct oldnet_sock *s)
{
	struct oldnet_sock *mate,
		*listener = oldnet_at_port(SOCK_STREAM, s->peer.sin_port);

	if (!listener || listener->queued > listener->backlog + SPARE)
		return ECONNREFUSED;
	mate = oldnet_new(SOCK_STREAM);
	if (!mate)
		return ENOBUFS;
	oldnet_bind_any(s);
	mate->local = s->peer;
	mate->peer = s->local;
	mate->mate = s;
	s->mate = mate;
	s->state = mate->state = CONNECTED;
	enqueue(listener, mate);
	oldnet_show(s);
	return 0;
}
