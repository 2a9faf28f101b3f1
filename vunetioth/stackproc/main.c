/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - the process of one mounted stack
 *
 * Theory of operation
 *
 * It is started by the hypervisor as a guest, with the control connection
 * (control.h) as descriptor 3, makes one stack of libioth and answers requests,
 * one after the other, until the connection ends. A socket that it makes is
 * sent away and closed here at once; libioth notices when its last duplicate,
 * wherever that is, has been closed.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "ioth.h"
#include "requests.h"

#define CONTROL_FD 3
#define END_S	   5 /* to end by ourselves */

/* Between two tries to delete a stack whose plug-in alone knows what is open
 * (connections that another process accepted): nothing tells us of those. */
#define RETRY_MS 1000

/* Its session knows who its guests are; but it is another user's, who may say
 * what he likes. */
static bool is_trusted(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

static void accept_sharer(struct stack_process *p)
{
	int fd = accept4(p->offer, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (p->sharers_len == MAX_SHARERS) {
		close(fd);
		return;
	}
	p->sharer[p->sharers_len++] = (struct sharer){ fd, is_trusted(fd) };
	requests_tell_users(p);
}

static void drop_sharer(struct stack_process *p, int i)
{
	close(p->sharer[i].fd);
	p->sharer[i] = p->sharer[--p->sharers_len];
	requests_tell_users(p);
}

/* True when a detached stack has gone. */
static bool try_delete(struct stack_process *p)
{
	if (!p->detached || p->sharers_len || ioth_delstack(p->stack) < 0)
		return false;
	p->stack = NULL;
	return true;
}

enum { CONTROL, CLOSED, OFFER, SHARERS };

/* Waits for a request, or for the closing of a socket that keeps a detached
 * stack. Returns false when there is nothing more to do. */
static bool step(struct stack_process *p)
{
	struct pollfd pfd[SHARERS + MAX_SHARERS] = {
		[CONTROL] = { p->control, POLLIN, 0 },
		[CLOSED] = { p->detached ? ioth_watchfd(p->stack) : -1, POLLIN,
			0 },
		[OFFER] = { p->offer, POLLIN, 0 },
	};
	int i, len = p->sharers_len;

	for (i = 0; i < len; i++)
		pfd[SHARERS + i] =
			(struct pollfd){ p->sharer[i].fd, POLLIN, 0 };
	if (poll(pfd, (nfds_t)(SHARERS + len), p->detached ? RETRY_MS : -1) <
			0 &&
		errno != EINTR)
		return false;
	if (try_delete(p))
		return false;
	if (pfd[CONTROL].revents && !requests_serve(p, NULL))
		return false;
	/* Backwards: dropping one moves the last to its place. */
	for (i = len - 1; i >= 0; i--)
		if (pfd[SHARERS + i].revents &&
			!requests_serve(p, &p->sharer[i]))
			drop_sharer(p, i);
	if (pfd[OFFER].revents)
		accept_sharer(p);
	return true;
}

/* A plug-in may hang when it ends, all the more where nobody answers its
 * trapped calls any more: SIGALRM ends us then. */
static void end(struct stack_process *p)
{
	alarm(END_S);
	requests_end(p);
}

/* Sockets of a stack in user space need descriptors here; the soft limit is
 * made for programs that use select(2). */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Stacks of one session may be joined by shorter ways than their wires: who
 * made the control connection names them all. */
static void name_group(void)
{
	struct ucred session;
	socklen_t len = sizeof(session);
	char name[32];

	if (getsockopt(CONTROL_FD, SOL_SOCKET, SO_PEERCRED, &session, &len) <
			0 ||
		session.pid <= 0)
		return;
	snprintf(name, sizeof(name), "umvu-%d", (int)session.pid);
	setenv("IOTH_GROUP", name, 1);
}

int main(void)
{
	static struct stack_process p = { /* large */
		.control = CONTROL_FD,
		.offer = -1,
		.diag = -1,
		.waiters = WAITERS_INIT
	};

	prctl(PR_SET_NAME, "vunetioth");
	signal(SIGPIPE, SIG_IGN);
	raise_limit();
	name_group();
	/* Should the making of the stack hang, the end of the session ends us
	 * too; later the end of the connection does, more cleanly. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (!requests_start(&p)) {
		end(&p);
		return 1;
	}
	prctl(PR_SET_PDEATHSIG, 0);
	while (step(&p))
		;
	end(&p);
	return 0;
}
