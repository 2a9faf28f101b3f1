/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pump_accept.c - listening sockets
 *
 * Connections are accepted when the plug-in has them, up to the backlog, and
 * wait here, one token each in the bridge, which makes the guest's socket
 * readable. The others wait in the plug-in.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bridge_app.h"
#include "pump_impl.h"

#define BACKLOG_MIN 8u
#define BACKLOG_MAX 128u

static unsigned to_backlog(int backlog)
{
	if (backlog < (int)BACKLOG_MIN)
		return BACKLOG_MIN;
	return backlog > (int)BACKLOG_MAX ? BACKLOG_MAX : (unsigned)backlog;
}

int pump_listen(struct pump_sock *s, int backlog)
{
	if (!pump_is_stream(s))
		return -EOPNOTSUPP;
	if (s->state != PUMP_NEW && s->state != PUMP_LISTENING)
		return -EINVAL;
	if (ioth_listen(s->fd, backlog) < 0)
		return -errno;
	s->backlog = to_backlog(backlog);
	if (s->state == PUMP_NEW) {
		s->state = PUMP_LISTENING;
		bridge_listening(s->bridge);
	}
	pump_step(s);
	return 0;
}

/* ---- from the plug-in ---- */

static void append(struct pump_sock *s, struct pump_pending *new)
{
	struct pump_pending **at = &s->pending;

	while (*at)
		at = &(*at)->next;
	*at = new;
	s->pending_len++;
	bridge_pending(s->bridge, 1);
}

/* A plug-in may accept and wait: it is not asked unless it says that there is
 * something. False: no more. */
static bool accept_one(struct pump_sock *s)
{
	struct pump_pending *new = calloc(1, sizeof(*new));

	if (!new) {
		s->unsure = true;
		return false;
	}
	new->addrlen = sizeof(new->addr);
	errno = EAGAIN;
	new->fd = pump_ready_now(s, POLLIN)
			  ? ioth_accept(s->fd, (struct sockaddr *)&new->addr,
				    &new->addrlen)
			  : -1;
	if (new->fd >= 0 && !pump_knows_fd(s->pump, new->fd)) {
		s->moved = true;
		append(s, new);
		return true;
	}
	free(new);
	/* No descriptor, no memory, ...: later. */
	s->unsure = errno != EAGAIN && errno != EWOULDBLOCK;
	return errno == ECONNABORTED;
}

void pump_accept_step(struct pump_sock *s)
{
	int i;

	for (i = 0; i < PUMP_ROUNDS; i++)
		if (s->pending_len >= s->backlog || !accept_one(s))
			return;
	s->again = true;
}

/* ---- to the guest ---- */

static struct pump_pending *take(struct pump_sock *s)
{
	struct pump_pending *first = s->pending;

	if (!first)
		return NULL;
	s->pending = first->next;
	s->pending_len--;
	return first;
}

static void give_name(const struct pump_pending *p, struct control_message *out)
{
	out->size = p->addrlen < sizeof(p->addr) ? p->addrlen : sizeof(p->addr);
	memcpy(out->data, &p->addr, out->size);
}

static int adopt(struct pump_sock *s, struct pump_pending *p, int flags,
	struct control_message *out)
{
	int fd = pump_adopt_in(s->pump, p->fd, s->domain,
		s->type | (flags & SOCK_NONBLOCK), s->protocol, BRIDGE_OPEN);

	if (fd >= 0)
		give_name(p, out);
	free(p);
	return fd;
}

int pump_accept(struct pump_sock *s, const struct control_message *in, int fd,
	struct control_message *out)
{
	struct pump_pending *p;
	int err;

	if (!pump_is_stream(s))
		return -EOPNOTSUPP;
	if (s->state != PUMP_LISTENING)
		return -EINVAL;
	err = bridge_app_take(fd, MSG_DONTWAIT);
	if (err)
		return err == -ECONNABORTED ? -EINVAL : err;
	p = take(s);
	if (!p)
		return -EAGAIN;
	err = adopt(s, p, in->arg[1], out);
	pump_step(s); /* there may be room now */
	return err;
}

void pump_accept_free(struct pump_sock *s)
{
	struct pump_pending *p;

	while ((p = take(s))) {
		pump_io_set_linger(p->fd, true); /* nobody has seen it */
		pump_close_fd(p->fd);
		free(p);
	}
}
