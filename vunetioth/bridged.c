/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bridged.h"

#include <errno.h>
#include <poll.h>
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
#include "bridged_kept.h"
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

void bridged_return(
	struct bridged *b, uint64_t cookie, const struct returned *what)
{
	struct bsock *s = bridged_find(b, cookie);
	struct returned *r = s ? malloc(sizeof(*r)) : NULL;
	struct returned **at;

	if (!r) {
		close(what->fd);
		return;
	}
	*r = *what;
	r->next = NULL;
	for (at = &s->returned; *at; at = &(*at)->next)
		;
	*at = r;
}

bool bridged_take_returned(struct bsock *s, struct returned *what)
{
	struct returned *r = s->returned;

	if (!r)
		return false;
	*what = *r;
	s->returned = r->next;
	free(r);
	return true;
}

static void drop(struct bridged *b, struct bsock **at)
{
	struct bsock *s = *at;
	struct returned r;

	*at = s->next;
	b->count--;
	bridged_free_askers(s);
	kept_free(&s->kept);
	while (bridged_take_returned(s, &r))
		close(r.fd);
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

/* --- value-result arguments ------------------------------------------------ */

int bridged_output_read(struct bridged_output *out, struct umvu_call *call,
	const uint64_t args[6], int at)
{
	int32_t room;
	int err;

	out->to.value = args[at];
	out->len.value = args[at + 1];
	err = umvu_call_read(call, out->len, &room, sizeof(room));
	if (err)
		return err;
	if (room < 0)
		return -EINVAL;
	out->room = (uint32_t)room;
	return 0;
}

/* Cut to the room; with the whole length of a name. */
int bridged_output_give(const struct bridged_output *out,
	const struct umvu_call *call, const char *data, uint32_t size)
{
	uint32_t part = size < out->room ? size : out->room;
	int err = 0;

	if (!out->len.value)
		return 0;
	if (out->is_option)
		size = part;
	if (out->to.value)
		err = umvu_call_write(call, out->to, data, part);
	return err ? err : umvu_call_write(call, out->len, &size, sizeof(size));
}

/* --- dispatch --------------------------------------------------------------- */

/* As long as a stream is connected, its pair is shut down like the connection.
 * Otherwise only the stack knows what there is to be shut down. */
static bool shuts_down_pair(const struct bsock *s, int fd, int nr)
{
	struct pollfd pfd = { .fd = fd };

	return nr == __NR_shutdown && s->type == SOCK_STREAM &&
	       s->is_connected && poll(&pfd, 1, 0) == 0;
}

/* A message on a stream, without an address: the kernel's business. With one,
 * AF_UNIX says EISCONN, TCP does not look at it. */
static bool is_kernels(const struct bsock *s, int nr)
{
	return s->type == SOCK_STREAM && nr != __NR_sendto;
}

/* Takes over @fd, a duplicate of @s. */
static long call_on(struct bridged *b, struct umvu_call *call, int nr,
	const uint64_t args[6], struct bsock *s, int fd)
{
	if (nr == __NR_accept || nr == __NR_accept4)
		return bridged_accept(b, call, s, fd, nr, args);
	if (bridged_is_plain_call(nr) && !shuts_down_pair(s, fd, nr))
		return bridged_plain_call(b, call, s, fd, nr, args);
	if (!bridged_is_plain_call(nr) && !is_kernels(s, nr))
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
