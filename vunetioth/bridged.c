/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bridged.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bridge_app.h"
#include "stack.h"

#define BUCKETS	  256u
#define TYPE_MASK 0xf

struct bridged {
	struct umvu *session;
	int inotify, marker;
	unsigned int count;
	struct bsock *bucket[BUCKETS];
};

/* --- the table ------------------------------------------------------------ */

static struct bsock **bucket_of(struct bridged *b, uint64_t cookie)
{
	return &b->bucket[cookie % BUCKETS];
}

struct bsock *bridged_find(struct bridged *b, uint64_t cookie)
{
	struct bsock *s = cookie ? *bucket_of(b, cookie) : NULL;

	while (s && s->cookie != cookie)
		s = s->next;
	return s;
}

struct umvu *bridged_session(struct bridged *b)
{
	return b->session;
}

int bridged_marker(struct bridged *b)
{
	return b->marker;
}

static void drop(struct bridged *b, struct bsock **at)
{
	struct bsock *s = *at;

	*at = s->next;
	b->count--;
	control_fds_close(&s->returned);
	stack_put(s->stack);
	free(s);
}

/* The last duplicate of a socket has been closed. */
static void on_closed(struct bridged *b, int watch)
{
	unsigned int i;
	struct bsock **at;

	for (i = 0; i < BUCKETS; i++)
		for (at = &b->bucket[i]; *at; at = &(*at)->next)
			if ((*at)->watch == watch) {
				drop(b, at);
				return;
			}
}

static void on_inotify(void *arg, uint32_t events)
{
	struct bridged *b = arg;
	struct inotify_event ev[64];
	ssize_t i, n = read(b->inotify, ev, sizeof(ev));

	(void)events;
	for (i = 0; i < n / (ssize_t)sizeof(ev[0]); i++)
		if (ev[i].mask & IN_CLOSE)
			on_closed(b, ev[i].wd);
}

struct bridged *bridged_new(struct umvu *session)
{
	struct bridged *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->session = session;
	b->marker = eventfd(0, EFD_CLOEXEC);
	b->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (b->marker >= 0 && b->inotify >= 0 &&
		umvu_watch(session, b->inotify, EPOLLIN, on_inotify, b))
		return b;
	close(b->marker);
	close(b->inotify);
	free(b);
	return NULL;
}

static int watch_close(struct bridged *b, int fd)
{
	char path[64];
	int wd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	wd = inotify_add_watch(b->inotify, path, IN_CLOSE | IN_ONESHOT);
	return wd < 0 ? -errno : wd;
}

static bool is_app_end(int fd, int domain)
{
	int real = -1;
	socklen_t len = sizeof(real);

	return domain != AF_UNIX &&
	       getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &real, &len) == 0 &&
	       real == AF_UNIX;
}

int bridged_add(
	struct bridged *b, struct stack *stack, int fd, int domain, int type)
{
	struct bsock *s;
	int wd;

	if (!is_app_end(fd, domain) || bridged_find(b, bridge_app_cookie(fd)))
		return 0;
	if (!umvu_has_socket_calls(b->session))
		return -ENOTSUP;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	wd = watch_close(b, fd);
	if (wd < 0) {
		free(s);
		return wd;
	}
	*s = (struct bsock){ .cookie = bridge_app_cookie(fd),
		.stack = stack_get(stack),
		.domain = domain,
		.type = type & TYPE_MASK,
		.watch = wd,
		.next = *bucket_of(b, bridge_app_cookie(fd)) };
	*bucket_of(b, s->cookie) = s;
	b->count++;
	return 0;
}

/* --- calls that the stack's process does -----------------------------------
 */

/* A guest that waits, and where its answer goes. */
struct asker {
	struct bridged *bridged;
	struct umvu_parked *parked;
	struct guest_addr to, len; /* value-result, of getsockname and so on */
	uint32_t room;		   /* what fits at @to */
	bool is_option;
	/* accept: the listening socket, ours; its cookie; the flags of the
	 * new one; the watch while nothing is there. */
	int fd;
	uint64_t cookie;
	int flags;
	struct umvu_watch *watch;
	/* connect of datagrams: to whom, and @cookie */
	struct sockaddr_storage peer;
	uint32_t peer_size;
};

static void asker_free(struct asker *a)
{
	if (a->watch)
		umvu_unwatch(a->watch);
	if (a->fd >= 0)
		close(a->fd);
	free(a);
}

/* What getsockname and so on give: cut to the room, with the whole length of a
 * name, and that of the part of an option. */
static int give_value(struct asker *a, const char *data, uint32_t size)
{
	uint32_t part = size < a->room ? size : a->room;
	int err = 0;

	if (!a->len.value)
		return 0;
	if (a->is_option)
		size = part;
	if (a->to.value)
		err = umvu_parked_write(a->parked, a->to, data, part);
	return err ? err
		   : umvu_parked_write(a->parked, a->len, &size, sizeof(size));
}

/* Datagrams that carry no source come from there (bridged_msg.c). */
static void note_peer(const struct asker *a)
{
	struct bsock *s = bridged_find(a->bridged, a->cookie);

	if (!s)
		return;
	s->peer = a->peer;
	s->peer_size = a->peer.ss_family == AF_UNSPEC ? 0 : a->peer_size;
}

static void on_answer(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct asker *a = arg;
	int err = 0;

	(void)stack;
	(void)fds;
	if (result == 0 && a->peer_size)
		note_peer(a);
	if (message && result >= 0)
		err = give_value(a, message->data, message->size);
	umvu_answer(a->parked, err ? err : result);
	asker_free(a);
}

/* Takes over @fd; a duplicate goes to the stack's process. */
static long ask(struct asker *a, struct bsock *s, struct control_message *m,
	int fd, stack_answer_f *answer)
{
	struct control_fds fds = { 1, { fd } };
	int err;

	m->op = CONTROL_CALL;
	err = stack_ask_with(s->stack, m, &fds, answer, a);
	if (!err)
		return UMVU_PARKED;
	umvu_answer(a->parked, err == -EBUSY ? -ENODEV : err);
	asker_free(a);
	return UMVU_PARKED;
}

static struct asker *asker_new(
	struct bridged *b, struct umvu_call *call, void (*cancel)(void *arg))
{
	struct asker *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->bridged = b;
	a->fd = -1;
	a->parked = umvu_park(call, cancel, a);
	if (a->parked)
		return a;
	free(a);
	return NULL;
}

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

static int read_room(struct umvu_call *call, const uint64_t args[6],
	const struct shape_row *row, struct asker *a)
{
	int32_t room;
	int err;

	a->to.value = args[row->pointer];
	a->len.value = args[row->pointer + 1];
	err = umvu_call_read(call, a->len, &room, sizeof(room));
	if (err)
		return err;
	if (room < 0)
		return -EINVAL;
	a->room = (uint32_t)room;
	return 0;
}

static void keep_peer(
	struct asker *a, const struct bsock *s, const struct control_message *m)
{
	a->cookie = s->cookie;
	a->peer_size = m->size < sizeof(a->peer) ? m->size : sizeof(a->peer);
	memcpy(&a->peer, m->data, a->peer_size);
}

/* Takes over @fd. */
static long ask_shaped(struct bridged *b, struct umvu_call *call,
	const struct shape_row *row, const uint64_t args[6], struct bsock *s,
	int fd)
{
	struct control_message m = { .arg = { row->nr, (int32_t)args[1],
					     (int32_t)args[2] } };
	struct asker *a;
	int err = 0;

	if (row->shape == INPUT)
		err = read_input(call, args, row, &m);
	a = err ? NULL : asker_new(b, call, NULL);
	if (!a) {
		close(fd);
		return err ? err : -ENOMEM;
	}
	a->fd = fd;
	a->is_option = row->nr == __NR_getsockopt;
	if (row->nr == __NR_connect && s->type != SOCK_STREAM)
		keep_peer(a, s, &m);
	if (row->shape == OUTPUT)
		err = read_room(call, args, row, a);
	if (!err)
		return ask(a, s, &m, fd, on_answer);
	umvu_answer(a->parked, err);
	asker_free(a);
	return UMVU_PARKED;
}

/* --- accept ----------------------------------------------------------------
 */

static void wait_for_connection(struct asker *a);

/* For whom it was accepted has gone: the next one gets it. */
static void on_undelivered(void *arg, int fd)
{
	struct asker *a = arg;
	struct bsock *s = bridged_find(a->bridged, a->cookie);

	if (s && s->returned.len < CONTROL_FDS_MAX)
		s->returned.fd[s->returned.len++] = fd;
	else
		close(fd);
	free(a);
}

static void deliver_connection(struct asker *a, struct bsock *s, int fd)
{
	struct umvu_parked *parked = a->parked;

	if (bridged_add(a->bridged, s->stack, fd, s->domain, s->type) < 0) {
		close(fd);
		umvu_answer(parked, -ENOMEM);
		asker_free(a);
		return;
	}
	close(a->fd);
	umvu_answer_fd_or(
		parked, fd, a->flags & SOCK_CLOEXEC, on_undelivered, a);
}

static void on_accepted(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct asker *a = arg;
	struct bsock *s = bridged_find(a->bridged, a->cookie);
	int err, fd = control_fds_take(fds);

	(void)stack;
	if (!a->parked) {
		/* The guest has gone meanwhile; the connection has not. */
		if (fd >= 0) {
			close(a->fd);
			on_undelivered(a, fd);
		} else {
			asker_free(a);
		}
		return;
	}
	if (fd < 0 || !s || !message) {
		if (fd >= 0)
			close(fd);
		/* Somebody else was faster. */
		if (result == -EAGAIN && s &&
			!(fcntl(a->fd, F_GETFL) & O_NONBLOCK)) {
			wait_for_connection(a);
			return;
		}
		umvu_answer(a->parked, result < 0 ? result : -EIO);
		asker_free(a);
		return;
	}
	err = give_value(a, message->data, message->size);
	if (!err) {
		deliver_connection(a, s, fd);
		return;
	}
	close(fd);
	umvu_answer(a->parked, err);
	asker_free(a);
}

static void ask_accept(struct asker *a, struct bsock *s)
{
	struct control_message m = { .arg = { __NR_accept4, a->flags } };

	ask(a, s, &m, a->fd, on_accepted);
}

static void on_connection(void *arg, uint32_t events)
{
	struct asker *a = arg;
	struct bsock *s = bridged_find(a->bridged, a->cookie);

	(void)events;
	umvu_unwatch(a->watch);
	a->watch = NULL;
	if (s) {
		ask_accept(a, s);
		return;
	}
	umvu_answer(a->parked, -EINVAL);
	asker_free(a);
}

static void wait_for_connection(struct asker *a)
{
	a->watch = umvu_watch(
		bridged_session(a->bridged), a->fd, EPOLLIN, on_connection, a);
	if (a->watch)
		return;
	umvu_answer(a->parked, -ENOMEM);
	asker_free(a);
}

/* Only while it waits here; once the process has been asked, its answer comes,
 * and the connection with it. */
static void cancel_accept(void *arg)
{
	struct asker *a = arg;

	a->parked = NULL;
	if (a->watch)
		asker_free(a);
}

/* Takes over @fd. */
static long do_accept(struct bridged *b, struct umvu_call *call, int nr,
	const uint64_t args[6], struct bsock *s, int fd)
{
	static const struct shape_row row = { __NR_accept4, OUTPUT, 1 };
	struct asker *a;
	int err = 0, flags = nr == __NR_accept4 ? (int)args[3] : 0;

	if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) {
		close(fd);
		return -EINVAL;
	}
	a = asker_new(b, call, cancel_accept);
	if (!a) {
		close(fd);
		return -ENOMEM;
	}
	a->fd = fd;
	a->cookie = s->cookie;
	a->flags = flags;
	if (args[1])
		err = read_room(call, args, &row, a);
	if (err) {
		umvu_answer(a->parked, err);
		asker_free(a);
	} else if (s->returned.len) {
		deliver_connection(a, s, control_fds_take(&s->returned));
	} else {
		/* Also when none waits: it may be no listening socket. */
		ask_accept(a, s);
	}
	return UMVU_PARKED;
}

/* --- dispatch ---------------------------------------------------------------
 */

static const struct shape_row *find_shape(int nr)
{
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (shapes[i].nr == nr)
			return &shapes[i];
	return NULL;
}

/* Takes over @fd, a duplicate of @s. */
static long call_on(struct bridged *b, struct umvu_call *call, int nr,
	const uint64_t args[6], struct bsock *s, int fd)
{
	const struct shape_row *row = find_shape(nr);

	if (nr == __NR_accept || nr == __NR_accept4)
		return do_accept(b, call, nr, args, s, fd);
	/* The pair is shut down like the connection. */
	if (nr == __NR_shutdown && s->type == SOCK_STREAM)
		row = NULL;
	else if (row)
		return ask_shaped(b, call, row, args, s, fd);
	else if (s->type != SOCK_STREAM)
		return bridged_message(b, call, s, fd, nr, args);
	close(fd);
	return UMVU_CONTINUE;
}

long bridged_call(struct bridged *b, struct umvu_call *call, int nr,
	const uint64_t args[6])
{
	struct bsock *s;
	int fd;

	if (!b->count)
		return UMVU_CONTINUE;
	fd = umvu_call_fd(call, (int)args[0]);
	if (fd < 0)
		return UMVU_CONTINUE;
	s = bridged_find(b, bridge_app_cookie(fd));
	/* Its stack's own process does the calls that we ask it for. */
	if (s && umvu_call_pid(call) != s->stack->pid)
		return call_on(b, call, nr, args, s, fd);
	close(fd);
	return UMVU_CONTINUE;
}
