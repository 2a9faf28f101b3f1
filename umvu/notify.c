/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * One thread, blocked in RECV rather than in poll (4.5 against 5.1 us a call),
 * and one only: several would be woken together and make each other wait. With
 * SYNC_WAKE_UP (Linux 6.6) the scheduler keeps this thread and the guest on one
 * processor, which is worth a factor of six where waking another one is slow.
 */
#include "notify.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syslog.h>
#include "call.h"
#include "handlers.h"
#include "process.h"
#include "systable.h"

/* <linux/seccomp.h> of Debian 12 is older. */
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1ul
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	   SECCOMP_IOW(4, __u64)
#endif

long on_execve(struct umvu *session, struct umvu_call *call)
{
	process_execs(call);
	return session->options->no_paths ? UMVU_CONTINUE
					  : on_path(session, call);
}

long on_exit_group(struct umvu *session, struct umvu_call *call)
{
	(void)session;
	process_exits(call);
	return UMVU_CONTINUE;
}

static void dispatch(struct umvu *session, struct umvu_call *call)
{
	const struct sysrow *row = systable_find(call->nr);
	long result = UMVU_CONTINUE;

	calls_forget_tid(session->calls, call->tid);
	if (row && row->handle)
		result = row->handle(session, call);
	/* An answer that finds nobody is no loss: nothing that is answered
	 * here takes anything away from anywhere. */
	if (result == UMVU_CONTINUE)
		call_continue(call);
	else if (result != UMVU_PARKED)
		call_answer(call, result);
}

static void handle(struct umvu *session, const struct seccomp_notif *n)
{
	struct umvu_call call = {
		.session = session,
		.id = n->id,
		.tid = (pid_t)n->pid,
		.nr = n->data.nr,
	};
	struct delivery *deliveries;

	memcpy(call.args, n->data.args, sizeof(call.args));
	pthread_mutex_lock(&session->lock);
	dispatch(session, &call);
	deliveries = calls_take_deliveries(session->calls);
	pthread_mutex_unlock(&session->lock);
	calls_deliver(deliveries);
}

/* ENOENT means both "that guest has gone" and "all have gone". */
static bool nobody_left(const struct umvu *session)
{
	struct pollfd pfd = { session->listener, POLLIN, 0 };

	return poll(&pfd, 1, 0) == 1 && pfd.revents & POLLHUP;
}

static void *receive(void *arg)
{
	struct umvu *session = arg;
	struct seccomp_notif n;

	for (;;) {
		memset(&n, 0, sizeof(n));
		if (ioctl(session->listener, SECCOMP_IOCTL_NOTIF_RECV, &n) == 0)
			handle(session, &n);
		else if (errno != EINTR && nobody_left(session))
			return NULL;
	}
}

int notify_start(struct umvu *session)
{
	if (ioctl(session->listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
		    SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP) < 0)
		umvu_log(session, LOG_INFO,
			"this kernel has no SYNC_WAKE_UP (Linux 6.6): trapped "
			"calls are slower");
	return -pthread_create(&session->receiver, NULL, receive, session);
}
