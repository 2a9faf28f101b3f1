/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nshelper.h - the task that is inside the namespace (see nshelper.c)
 *
 * Private to namespace.c.
 */
#ifndef VDESTACK_NSHELPER_H
#define VDESTACK_NSHELPER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

enum nsop {
	NSOP_SOCKET, /* a: domain, b: type, c: protocol; into fds, len of them;
			returns how many */
	NSOP_OPEN,   /* path, a: flags */
	NSOP_IOCTL,  /* a: descriptor, b: request, arg */
	NSOP_NEWNET, /* makes a further namespace, returns its descriptor */
};

/* Answer of an operation: a descriptor, a count or 0, or a negative errno. */
struct nsrequest {
	enum nsop op;
	int net_fd; /* namespace to do it in, -1: the helper's own */
	int a, b, c;
	int *fds, len;
	const char *path;
	void *arg;
};

/*
 * Life of the hand-over word. Who may change it:
 *   NSHELPER_STARTING  helper -> READY or FAILED (result holds why)
 *   NSHELPER_READY     a caller holding the lock -> ASKED; owner -> QUIT
 *   NSHELPER_ASKED     helper -> READY, the answer is in result
 *   NSHELPER_FAILED, NSHELPER_QUIT, NSHELPER_GONE  nobody
 * Any state -> GONE when the helper was seen dead.
 */
enum nshelper_state {
	NSHELPER_STARTING,
	NSHELPER_READY,
	NSHELPER_ASKED,
	NSHELPER_FAILED,
	NSHELPER_QUIT,
	NSHELPER_GONE,
};

struct nshelper {
	_Atomic uint32_t state; /* a futex */
	struct nsrequest request;
	struct rlimit nofile; /* the program's, when it asked */
	long result;
	pid_t owner;	   /* the process that the helper belongs to */
	unsigned uid, gid; /* mapped to themselves in a user namespace */
	bool maps_user;	   /* its user namespace is new */
	int join_fd;	   /* user namespace to go to first, -1: none */
	int net_fd,
		user_fd; /* descriptors of its namespaces; user_fd may be -1 */
};

/* Main function of the helper, for clone(2); @arg is a struct nshelper. */
int nshelper_main(void *arg);

/*
 * Main function of a task that lives for one request: enters the namespaces of
 * the struct nshelper @arg, does its request, leaves result, ends.
 */
int nshelper_visit(void *arg);

/*
 * May the calling thread come back to the network namespace that it is in? Not
 * with the rights of a user namespace when that network is an outer one's, as
 * for root of `unshare -r`.
 */
bool nshelper_may_return(void);

/*
 * One request, done by the calling thread itself, which goes into @net_fd and
 * comes back; only with CAP_SYS_ADMIN, and when it may return. -EAGAIN: not possible in this thread,
 * nothing done. Signals are blocked meanwhile; no cancellation point.
 */
long nshelper_excursion(int net_fd, const struct nsrequest *request);

/* Waits until *word is no longer @value; may return early. */
void nshelper_wait(_Atomic uint32_t *word, uint32_t value);

/* The same, a quarter of a second at most. */
void nshelper_wait_a_while(_Atomic uint32_t *word, uint32_t value);
void nshelper_wake(_Atomic uint32_t *word);

#pragma GCC visibility pop
#endif
