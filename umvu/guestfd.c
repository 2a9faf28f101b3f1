/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A descriptor is fetched by pidfd_getfd(2). The pidfd is the thread's where
 * the kernel has such (Linux 6.9): a thread may have descriptors of its own,
 * and a leader's pidfd fails after the leader has exited. The most recent ones
 * are kept, which saves two thirds of the price; one whose thread has ended
 * polls readable and is never used for another thread of that number.
 */
#include "guestfd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>
#include "call.h"
#include "process.h"

#define SLOTS	      64u
#define PIDFD_THREAD_ O_EXCL /* <linux/pidfd.h> of Debian 12 is older */

struct slot {
	pid_t tid; /* 0: free */
	pid_t tgid;
	int pidfd;
};

struct guestfds {
	struct slot slot[SLOTS];
};

static void tell_what_lacks(struct umvu *session)
{
	int fd = (int)syscall(__NR_pidfd_open, gettid(), PIDFD_THREAD_);

	if (fd >= 0)
		close(fd);
	else if (errno == EINVAL)
		umvu_log(session, LOG_INFO,
			"this kernel has no pidfds of threads (Linux 6.9): "
			"those of processes are used, which fail when the "
			"first thread has ended");
}

int guestfds_init(struct umvu *session)
{
	tell_what_lacks(session);
	session->guestfds = calloc(1, sizeof(*session->guestfds));
	return session->guestfds ? 0 : -ENOMEM;
}

int guestfd_open_pidfd(pid_t tid)
{
	int fd = (int)syscall(__NR_pidfd_open, tid, PIDFD_THREAD_);

	if (fd < 0 && errno == EINVAL)
		fd = (int)syscall(__NR_pidfd_open, process_tgid_of(tid), 0);
	return fd < 0 ? -errno : fd;
}

static bool is_alive(int pidfd)
{
	struct pollfd pfd = { pidfd, POLLIN, 0 };

	return poll(&pfd, 1, 0) == 0;
}

/* The slot of a thread that lives; NULL with errno. */
static struct slot *slot_of(struct guestfds *fds, pid_t tid)
{
	struct slot *slot = &fds->slot[(unsigned int)tid % SLOTS];
	int pidfd;

	if (slot->tid == tid && is_alive(slot->pidfd))
		return slot;
	pidfd = guestfd_open_pidfd(tid);
	if (pidfd < 0) {
		errno = -pidfd;
		return NULL;
	}
	if (slot->tid)
		close(slot->pidfd);
	*slot = (struct slot){ tid, process_tgid_of(tid), pidfd };
	return slot;
}

pid_t umvu_call_pid(const struct umvu_call *call)
{
	const struct slot *slot = slot_of(call->session->guestfds, call->tid);

	return slot ? slot->tgid : process_tgid_of(call->tid);
}

int umvu_call_fd(const struct umvu_call *call, int fd)
{
	const struct slot *slot = slot_of(call->session->guestfds, call->tid);
	int copy;

	if (!slot)
		return -errno;
	copy = (int)syscall(__NR_pidfd_getfd, slot->pidfd, fd, 0);
	return copy < 0 ? -errno : copy;
}
