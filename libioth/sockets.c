/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation
 *
 * numbers.c tells the stack of a descriptor by its number, which is enough for
 * most look-ups. What a number does not tell is here: the stack of duplicates
 * and of what came from elsewhere, and when a socket is closed for the last
 * time. Descriptors that are no sockets are known by their number only.
 *
 * Each open socket is a struct sock in two hash tables: by its identity, and
 * by the watch that inotify has on it. A watch for IN_CLOSE on
 * /proc/thread-self/fd/N gives one event when the last duplicate of the socket
 * in any process is closed, however that happens. There is one inotify
 * instance for the process. Nobody waits for it: it is drained when somebody
 * wants to know (sockets_settle) and before anything is added, so that its
 * queue does not overflow.
 *
 * What cannot be watched (no inotify to be had; a descriptor that is no socket)
 * is looked for among the descriptors of the process instead (sweep,
 * numbers_sweep). That finds it as long as it is open here, no longer.
 *
 * Locks: sockets.lock, then, in numbers.c only, libfduserdata's mutex. Nothing
 * is locked or waited for with the latter held, and it is never taken without
 * the former; so it is free in the child of a fork, before which the former is
 * taken.
 *
 * After a fork the child has the parent's inotify instance, whose events it
 * would steal. It closes it and counts all its sockets as unwatched: the next
 * sweep watches those that are open in the child and drops the others. The same
 * is done when the program has closed our inotify instance (closefrom(3)).
 */
#include "sockets.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "descriptors.h"
#include "identity.h"
#include "numbers.h"
#include "stack.h"

#define BUCKETS 1024

struct sock {
	struct identity identity;
	int fd;		    /* the number that it was added by */
	struct ioth *stack; /* holds a reference */
	int wd;		    /* -1: not watched */
	bool seen;	    /* by the sweep that is going on */
	struct sock *next_by_identity;
	struct sock *next_by_wd;
};

static struct {
	pthread_mutex_t lock;
	int inotify; /* -1: none yet */
	struct identity inotify_identity;
	unsigned unwatched; /* sockets with wd -1 */
	struct sock *by_identity[BUCKETS];
	struct sock *by_wd[BUCKETS];
} sockets = { .lock = PTHREAD_MUTEX_INITIALIZER, .inotify = -1 };

/* Returns errno, to be given back to unlock. */
static int lock(void)
{
	pthread_mutex_lock(&sockets.lock);
	return errno;
}

static void unlock(int saved_errno)
{
	pthread_mutex_unlock(&sockets.lock);
	errno = saved_errno;
}

/* --- the tables; everything here needs the lock --------------------------- */

static struct sock **identity_link(const struct identity *identity)
{
	struct sock **link = &sockets.by_identity[identity->ino % BUCKETS];

	while (*link && !identity_equal(&(*link)->identity, identity))
		link = &(*link)->next_by_identity;
	return link;
}

static struct sock **wd_link(int wd)
{
	struct sock **link = &sockets.by_wd[(unsigned)wd % BUCKETS];

	while (*link && (*link)->wd != wd)
		link = &(*link)->next_by_wd;
	return link;
}

static void set_watched(struct sock *sock, int wd)
{
	struct sock **link = wd_link(wd);

	sock->wd = wd;
	sock->next_by_wd = *link;
	*link = sock;
	sockets.unwatched--;
}

static void set_unwatched(struct sock *sock)
{
	struct sock **link = wd_link(sock->wd);

	*link = sock->next_by_wd;
	sock->wd = -1;
	sockets.unwatched++;
}

static void drop(struct sock *sock)
{
	if (sock->wd >= 0)
		set_unwatched(sock);
	sockets.unwatched--;
	*identity_link(&sock->identity) = sock->next_by_identity;
	numbers_forget(sock->fd, &sock->identity);
	stack_put(sock->stack);
	free(sock);
}

/* Calls @visit for every socket; it may drop the one that it is given. */
static void for_each(void (*visit)(struct sock *sock))
{
	for (size_t i = 0; i < BUCKETS; i++) {
		struct sock *next;

		for (struct sock *sock = sockets.by_identity[i]; sock;
			sock = next) {
			next = sock->next_by_identity;
			visit(sock);
		}
	}
}

/* --- watching ------------------------------------------------------------- */

static void unwatch_visit(struct sock *sock)
{
	if (sock->wd >= 0)
		set_unwatched(sock);
}

static void forget_inotify(void)
{
	sockets.inotify = -1;
	for_each(unwatch_visit);
}

/* Has the program closed it, and perhaps something else its number? */
static void check_inotify(void)
{
	struct identity now;

	if (sockets.inotify >= 0 &&
		(identity_of(sockets.inotify, &now) < 0 ||
			!identity_equal(&now, &sockets.inotify_identity)))
		forget_inotify();
}

static int open_inotify(void)
{
	if (sockets.inotify >= 0)
		return 0;
	sockets.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (sockets.inotify < 0)
		return -errno;
	return identity_of(sockets.inotify, &sockets.inotify_identity);
}

/* @fd is any duplicate of the socket. */
static void watch(struct sock *sock, int fd)
{
	char path[64];
	int wd;

	if (open_inotify() < 0)
		return;
	snprintf(path, sizeof(path), "/proc/thread-self/fd/%d", fd);
	wd = inotify_add_watch(sockets.inotify, path, IN_CLOSE | IN_ONESHOT);
	if (wd >= 0)
		set_watched(sock, wd);
}

static void sweep_visit(struct sock *sock)
{
	if (sock->wd < 0 && !sock->seen)
		drop(sock);
	else
		sock->seen = false;
}

static void sweep_fd(int fd)
{
	struct identity identity;
	struct sock *sock;

	if (identity_of(fd, &identity) < 0)
		return;
	sock = *identity_link(&identity);
	if (!sock)
		return;
	sock->seen = true;
	if (sock->wd < 0)
		watch(sock, fd);
}

/* Watches what can be watched, and drops the unwatched that are not open. */
static void sweep(void)
{
	if (descriptors_for_each(sweep_fd) < 0)
		return; /* no memory, no descriptor: another time */
	for_each(sweep_visit);
}

static void handle(const struct inotify_event *event)
{
	struct sock *sock;

	if (event->mask & IN_Q_OVERFLOW)
		for_each(unwatch_visit);
	if (!(event->mask & IN_CLOSE))
		return;
	sock = *wd_link(event->wd);
	if (sock)
		drop(sock);
}

static void drain(void)
{
	union {
		struct inotify_event event;
		char bytes[4096];
	} buf;
	ssize_t size;

	check_inotify();
	while (sockets.inotify >= 0 &&
		(size = read(sockets.inotify, &buf, sizeof(buf))) > 0) {
		/* Events on what is no directory carry no name. */
		for (ssize_t at = 0; at < size;
			at += (ssize_t)sizeof(struct inotify_event))
			handle((struct inotify_event *)(buf.bytes + at));
	}
}

void sockets_settle(void)
{
	int saved_errno = lock();

	drain();
	numbers_sweep();
	if (sockets.unwatched > 0)
		sweep();
	unlock(saved_errno);
}

int sockets_watchfd(void)
{
	int saved_errno = lock();
	int fd;

	check_inotify();
	fd = open_inotify();
	if (fd == 0)
		fd = sockets.inotify;
	unlock(saved_errno);
	return fd;
}

/* --- adding, finding ------------------------------------------------------ */

static int add_socket(
	const struct identity *identity, int fd, struct ioth *stack)
{
	struct sock **link = identity_link(identity);
	struct sock *sock;

	if (*link)
		return 0;
	sock = calloc(1, sizeof(*sock));
	if (!sock)
		return -ENOMEM;
	sock->identity = *identity;
	sock->fd = fd;
	sock->stack = stack_ref(stack);
	sock->wd = -1;
	sockets.unwatched++;
	*link = sock;
	watch(sock, fd);
	/* Without memory for its number it is found by its identity. */
	numbers_add(fd, identity, stack);
	return 0;
}

int sockets_add(int fd, struct ioth *stack)
{
	struct identity identity;
	int saved_errno;
	int err = identity_of(fd, &identity);

	if (err)
		return err;
	saved_errno = lock();
	drain();
	err = identity_is_socket(&identity) ? add_socket(&identity, fd, stack)
					    : numbers_add(fd, &identity, stack);
	unlock(saved_errno);
	return err;
}

static struct ioth *find_stack(int fd, const struct identity *identity)
{
	struct ioth *stack = numbers_stack(fd, identity);
	struct sock *sock = stack ? NULL : *identity_link(identity);

	return sock ? stack_ref(sock->stack) : stack;
}

struct ioth *sockets_stack(int fd)
{
	struct identity identity;
	struct ioth *stack;
	int saved_errno;

	if (identity_of(fd, &identity) < 0)
		return NULL;
	saved_errno = lock();
	stack = find_stack(fd, &identity);
	unlock(saved_errno);
	return stack;
}

void sockets_closing(int fd)
{
	struct identity identity;
	int saved_errno;

	/*
	 * A number is free for others as soon as it is closed: it must be
	 * forgotten before. A socket is forgotten when the kernel says so.
	 */
	if (identity_of(fd, &identity) < 0)
		return;
	saved_errno = lock();
	numbers_forget(fd, &identity);
	unlock(saved_errno);
}

/* --- fork ----------------------------------------------------------------- */

static void before_fork(void)
{
	pthread_mutex_lock(&sockets.lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&sockets.lock);
}

static void after_fork_in_child(void)
{
	if (sockets.inotify >= 0)
		close(sockets.inotify);
	forget_inotify();
	pthread_mutex_unlock(&sockets.lock);
}

__attribute__((constructor)) static void watch_fork(void)
{
	pthread_atfork(before_fork, after_fork, after_fork_in_child);
}
