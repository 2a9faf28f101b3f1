/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridged_accept.c - accept on a listening app end
 *
 * The guest is parked here until the socket is readable: a connection waits. Then
 * the stack's process is asked for it, which never waits; when somebody else was
 * faster the guest waits on. A connection whose guest has gone meanwhile is kept
 * for the next one that accepts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bridge_app.h"
#include "bridged.h"
#include "bridged_wait.h"
#include "stack.h"

struct accepting {
	struct bridged *bridged;
	struct umvu_parked *parked; /* NULL: it has gone */
	struct bridged_output out;
	struct bridged_wait wait;
	int fd; /* the listening socket, ours */
	uint64_t cookie;
	int flags; /* of the new socket */
	struct returned accepted;
	bool asks; /* the stack's process */
};

static void accepting_free(struct accepting *a)
{
	bridged_wait_fini(&a->wait);
	close(a->fd);
	free(a);
}

static void finish(struct accepting *a, int result)
{
	umvu_answer(a->parked, result);
	accepting_free(a);
}

/* For whom it was accepted has gone (@fd is not -1): the next one gets it. */
static void on_delivered(void *arg, int fd)
{
	struct accepting *a = arg;

	a->accepted.fd = fd;
	if (fd >= 0)
		bridged_return(a->bridged, a->cookie, &a->accepted);
	accepting_free(a);
}

/* To its guest, with the name. */
static void deliver(struct accepting *a, struct bsock *s, int fd)
{
	int err = bridged_output_give(&a->out, umvu_parked_call(a->parked),
		a->accepted.name, a->accepted.size);
	struct bsock *accepted;

	if (!err)
		err = bridged_add(a->bridged, s->stack, fd, s->domain, s->type);
	if (err == -ESRCH) {
		umvu_answer(a->parked, err);
		on_delivered(a, fd);
		return;
	}
	if (err) {
		close(fd);
		finish(a, err);
		return;
	}
	accepted = bridged_find(a->bridged, bridge_app_cookie(fd));
	if (accepted)
		accepted->is_connected = true;
	umvu_answer_fd_or(
		a->parked, fd, a->flags & SOCK_CLOEXEC, on_delivered, a);
}

static void wait_for_connection(struct accepting *a)
{
	int err = bridged_wait_enter(
		&a->wait, bridged_session(a->bridged), a->fd, false);

	if (err)
		finish(a, err);
}

static void on_accepted(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct accepting *a = arg;
	struct bsock *s = bridged_find(a->bridged, a->cookie);
	int fd = control_fds_take(fds);

	(void)stack;
	a->asks = false;
	if (fd >= 0 && message && message->size <= sizeof(a->accepted.name)) {
		a->accepted.size = message->size;
		memcpy(a->accepted.name, message->data, message->size);
	}
	if (!a->parked)
		on_delivered(a, fd);
	else if (fd >= 0 && s)
		deliver(a, s, fd);
	/* Somebody else was faster. */
	else if (result == -EAGAIN && s &&
		 !(fcntl(a->fd, F_GETFL) & O_NONBLOCK))
		wait_for_connection(a);
	else
		finish(a, result < 0 ? result : -EIO);
}

static void ask(struct accepting *a, struct bsock *s)
{
	struct control_message m = { .op = CONTROL_CALL,
		.arg = { __NR_accept4, a->flags } };
	struct control_fds fds = { 1, { a->fd } };
	int err = stack_ask_with(s->stack, &m, &fds, on_accepted, a);

	a->asks = !err;
	if (err)
		finish(a, err == -EBUSY ? -ENODEV : err);
}

static void on_ready(void *arg, bool timed_out)
{
	struct accepting *a = arg;
	struct bsock *s = bridged_find(a->bridged, a->cookie);

	bridged_wait_leave(&a->wait);
	if (timed_out || !s)
		finish(a, s ? -EAGAIN : -EINVAL);
	else
		ask(a, s);
}

/* Once the process has been asked, its answer comes, and the connection with
 * it. */
static void on_cancel(void *arg)
{
	struct accepting *a = arg;

	a->parked = NULL;
	if (!a->asks)
		accepting_free(a);
}

/* NULL: no memory; @fd stays the caller's. */
static struct accepting *accepting_new(
	struct bridged *b, struct umvu_call *call, struct bsock *s, int fd)
{
	struct accepting *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->bridged = b;
	a->cookie = s->cookie;
	a->fd = fd;
	bridged_wait_init(&a->wait, on_ready, a);
	a->parked = umvu_park(call, on_cancel, a);
	if (a->parked)
		return a;
	free(a);
	return NULL;
}

long bridged_accept(struct bridged *b, struct umvu_call *call, struct bsock *s,
	int fd, int nr, const uint64_t args[6])
{
	int err = 0, flags = nr == __NR_accept4 ? (int)args[3] : 0;
	bool is_valid = !(flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC));
	struct accepting *a = is_valid ? accepting_new(b, call, s, fd) : NULL;

	if (!a) {
		close(fd);
		return is_valid ? -ENOMEM : -EINVAL;
	}
	a->flags = flags;
	if (args[1])
		err = bridged_output_read(&a->out, call, args, 1);
	if (err)
		finish(a, err);
	else if (bridged_take_returned(s, &a->accepted))
		deliver(a, s, a->accepted.fd);
	else
		/* Also when none waits: it may be no listening socket. */
		ask(a, s);
	return UMVU_PARKED;
}
