/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridged_call.c - calls on an app end that the stack's process does
 *
 * Theory of operation
 *
 * The guest is parked while the stack's process does the same call on a
 * duplicate of its descriptor. When a signal interrupts the guest meanwhile, the
 * kernel or the program makes the call again: the same thread, the same
 * arguments. That must not be done twice (a second bind fails, a second connect
 * says EISCONN). So an asker stays with its socket until it has told its answer:
 * a repeated call takes the place of the first one, or is answered with what the
 * first one had no one to tell. It is forgotten when its thread makes another
 * call on the socket.
 *
 * connect may come back with a new descriptor (bridge_reopen): it replaces the
 * guest's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bridge_app.h"
#include "bridged.h"
#include "stack.h"

#define VALUE_MAX                                                              \
	128 /* of an answer that is kept; longer ones are asked for
			 again */
#define ARGS 5

struct asker {
	struct bridged *bridged;
	uint64_t cookie;
	pid_t tid;
	int nr;
	uint64_t args[ARGS];
	struct sockaddr_storage peer; /* connect: to whom */
	uint32_t peer_size;
	struct bridged_output out;
	struct umvu_parked *parked; /* NULL: answered, but not told */
	int result;
	uint32_t size; /* of value */
	char value[VALUE_MAX];
	struct asker *next; /* of its socket */
};

/* How the arguments of a call are read. */
enum shape {
	PLAIN,	/* (fd, int, ...) */
	INPUT,	/* (fd, ..., pointer, length) */
	OUTPUT, /* (fd, ..., pointer, pointer to length) */
};

static const struct shape_row {
	int nr;
	enum shape shape;
	int pointer; /* index of the pointer; the length follows */
} shapes[] = {
	{ __NR_bind, INPUT, 1 },
	{ __NR_connect, INPUT, 1 },
	{ __NR_listen, PLAIN, 0 },
	{ __NR_shutdown, PLAIN, 0 },
	{ __NR_getsockname, OUTPUT, 1 },
	{ __NR_getpeername, OUTPUT, 1 },
	{ __NR_setsockopt, INPUT, 3 },
	{ __NR_getsockopt, OUTPUT, 3 },
};

static const struct shape_row *find_shape(int nr)
{
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (shapes[i].nr == nr)
			return &shapes[i];
	return NULL;
}

bool bridged_is_plain_call(int nr)
{
	return find_shape(nr);
}

/* --- who has asked -------------------------------------------------------- */

static void unlink_asker(struct asker *a)
{
	struct bsock *s = bridged_find(a->bridged, a->cookie);
	struct asker **at = s ? &s->askers : NULL;

	while (at && *at && *at != a)
		at = &(*at)->next;
	if (at && *at)
		*at = a->next;
}

static void asker_free(struct asker *a)
{
	unlink_asker(a);
	free(a);
}

/* The answers of those that still ask find no socket. */
void bridged_free_askers(struct bsock *s)
{
	struct asker *a, *next;

	for (a = s->askers; a; a = next) {
		next = a->next;
		if (!a->parked)
			free(a);
	}
	s->askers = NULL;
}

static bool is_same_call(
	const struct asker *a, pid_t tid, int nr, const uint64_t args[6])
{
	return a->tid == tid && a->nr == nr &&
	       !memcmp(a->args, args, sizeof(a->args));
}

/* The one that this call repeats. What its thread was not told of other calls
 * it does not want to know any more. */
static struct asker *find_repeated(
	struct bsock *s, pid_t tid, int nr, const uint64_t args[6])
{
	struct asker *a, *next, *found = NULL;

	for (a = s->askers; a; a = next) {
		next = a->next;
		if (is_same_call(a, tid, nr, args))
			found = a;
		else if (a->tid == tid && !a->parked)
			asker_free(a);
	}
	return found;
}

static struct asker *asker_new(struct bridged *b, struct umvu_call *call,
	struct bsock *s, int nr, const uint64_t args[6])
{
	struct asker *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->parked = umvu_park(call, NULL, NULL);
	if (!a->parked) {
		free(a);
		return NULL;
	}
	a->bridged = b;
	a->cookie = s->cookie;
	a->tid = umvu_call_tid(call);
	a->nr = nr;
	memcpy(a->args, args, sizeof(a->args));
	a->out.is_option = nr == __NR_getsockopt;
	a->next = s->askers;
	s->askers = a;
	return a;
}

/* --- answers -------------------------------------------------------------- */

/* To the guest that waits, or kept. */
static void tell(struct asker *a, int result, const char *value, uint32_t size)
{
	int err = 0;

	a->result = result;
	a->size = size;
	if (result >= 0)
		err = bridged_output_give(
			&a->out, umvu_parked_call(a->parked), value, size);
	if (err && err != -ESRCH)
		a->result = err;
	err = umvu_answer(a->parked, a->result);
	a->parked = NULL;
	if (err != -ENOENT || size > sizeof(a->value) ||
		!bridged_find(a->bridged, a->cookie)) {
		asker_free(a);
		return;
	}
	if (size)
		memcpy(a->value, value, size);
}

/* --- a new descriptor, from connect ---------------------------------------- */

/* Is the guest's descriptor still what it was, and close-on-exec? */
static bool look_at_guests(const struct asker *a, bool *cloexec)
{
	const struct umvu_call *call = umvu_parked_call(a->parked);
	int number = (int)a->args[0], fd = umvu_call_fd(call, number);
	unsigned int flags = 0;
	char path[64], text[128];
	const char *found;
	uint64_t cookie;
	ssize_t n;

	if (fd < 0)
		return false;
	cookie = bridge_app_cookie(fd);
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", umvu_call_tid(call),
		number);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	found = strstr(text, "flags:");
	if (found)
		sscanf(found, "flags: %o", &flags);
	*cloexec = flags & O_CLOEXEC;
	return cookie == a->cookie;
}

/* A guest that has gone gets it when it connects again. */
static void on_replaced(void *arg, int fd)
{
	struct asker *a = arg;
	struct returned new = { .fd = fd, .result = a->result };

	if (fd >= 0)
		bridged_return(a->bridged, a->cookie, &new);
	asker_free(a);
}

/* Takes over @fd. */
static void replace(struct asker *a, int result, int fd)
{
	struct bsock *s = bridged_find(a->bridged, a->cookie);
	struct umvu_parked *parked = a->parked;
	bool cloexec = false;

	a->result = result;
	if (!s || !look_at_guests(a, &cloexec) ||
		bridged_add(a->bridged, s->stack, fd, s->domain, s->type) < 0) {
		close(fd);
		tell(a, result, NULL, 0);
		return;
	}
	unlink_asker(a); /* whoever repeats it finds the descriptor */
	umvu_answer_replacing(
		parked, (int)a->args[0], fd, cloexec, result, on_replaced, a);
}

/* Datagrams that carry no source come from there (bridged_msg.c). */
static void note_peer(const struct asker *a, struct bsock *s)
{
	bool is_somebody = a->peer.ss_family != AF_UNSPEC;

	if (s->type == SOCK_STREAM) {
		s->is_connected = is_somebody;
		return;
	}
	s->peer = a->peer;
	s->peer_size = is_somebody ? a->peer_size : 0;
}

static void on_answer(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct asker *a = arg;
	struct bsock *s = bridged_find(a->bridged, a->cookie);
	int fd = a->nr == __NR_connect ? control_fds_take(fds) : -1;

	(void)stack;
	if (s && a->nr == __NR_connect && result == 0)
		note_peer(a, s);
	if (fd >= 0)
		replace(a, result, fd);
	else
		tell(a, result, message ? message->data : NULL,
			message ? message->size : 0);
}

/* --- questions ------------------------------------------------------------ */

static int read_input(struct umvu_call *call, const uint64_t args[6],
	const struct shape_row *row, struct control_message *m)
{
	uint32_t len = (uint32_t)args[row->pointer + 1];

	if (len > CALL_INPUT_MAX)
		return -EINVAL;
	m->size = len;
	return umvu_call_read(
		call, (struct guest_addr){ args[row->pointer] }, m->data, len);
}

static void keep_peer(struct asker *a, const struct control_message *m)
{
	a->peer_size = m->size < sizeof(a->peer) ? m->size : sizeof(a->peer);
	memcpy(&a->peer, m->data, a->peer_size);
}

/* It is made again. Closes @fd. */
static long repeat(struct asker *a, struct umvu_call *call, int fd)
{
	struct umvu_parked *first = a->parked;
	long result;

	close(fd);
	if (first) {
		a->parked = umvu_park(call, NULL, NULL);
		if (!a->parked) {
			a->parked = first;
			return -ENOMEM;
		}
		umvu_answer(first, 0); /* nobody waits for that */
		return UMVU_PARKED;
	}
	result = a->result;
	if (result >= 0 &&
		bridged_output_give(&a->out, call, a->value, a->size))
		result = -EFAULT;
	asker_free(a);
	return result;
}

/* What the same connect on the same socket, before, has made. */
static long give_returned(struct bridged *b, struct umvu_call *call,
	struct bsock *s, int fd, const uint64_t args[6])
{
	struct asker *a = asker_new(b, call, s, __NR_connect, args);
	struct returned new;

	close(fd);
	if (!a)
		return -ENOMEM;
	bridged_take_returned(s, &new);
	replace(a, new.result, new.fd);
	return UMVU_PARKED;
}

/* A change of the socket may make wrong what was right. */
static void forget_destinations(struct bsock *s)
{
	memset(s->destination, 0, sizeof(s->destination));
}

/* Takes over @fd; a duplicate goes to the stack's process. */
static long ask(
	struct asker *a, struct bsock *s, struct control_message *m, int fd)
{
	struct control_fds fds = { 1, { fd } };
	int err;

	m->op = CONTROL_CALL;
	err = stack_ask_with(s->stack, m, &fds, on_answer, a);
	close(fd);
	if (err)
		tell(a, err == -EBUSY ? -ENODEV : err, NULL, 0);
	return UMVU_PARKED;
}

long bridged_plain_call(struct bridged *b, struct umvu_call *call,
	struct bsock *s, int fd, int nr, const uint64_t args[6])
{
	const struct shape_row *row = find_shape(nr);
	struct control_message m = { .arg = { nr, (int32_t)args[1],
					     (int32_t)args[2] } };
	struct asker *a = find_repeated(s, umvu_call_tid(call), nr, args);
	int err = 0;

	if (a)
		return repeat(a, call, fd);
	if (nr == __NR_connect && s->returned)
		return give_returned(b, call, s, fd, args);
	if (row->shape != OUTPUT)
		forget_destinations(s);
	if (row->shape == INPUT)
		err = read_input(call, args, row, &m);
	a = err ? NULL : asker_new(b, call, s, nr, args);
	if (!a) {
		close(fd);
		return err ? err : -ENOMEM;
	}
	if (nr == __NR_connect)
		keep_peer(a, &m);
	if (row->shape == OUTPUT)
		err = bridged_output_read(&a->out, call, args, row->pointer);
	if (!err)
		return ask(a, s, &m, fd);
	close(fd);
	tell(a, err, NULL, 0);
	return UMVU_PARKED;
}
