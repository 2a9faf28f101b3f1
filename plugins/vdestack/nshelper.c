/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nshelper.c - the task that is inside the namespace
 *
 * Theory of operation
 *
 * A socket belongs to the network namespace of the task that makes it. The
 * threads of the program shall stay where they are, and an ordinary user can
 * enter a namespace only together with a user namespace, which no task of a
 * process with threads may do. So there is a helper: a task of its own (no
 * thread of the process: CLONE_THREAD forbids CLONE_NEWUSER) which shares the
 * memory and the table of descriptors. A descriptor that it opens is thereby a
 * descriptor of the program; nothing needs to be sent.
 *
 * What follows from that:
 * - It runs on the thread-local storage of its creator (no CLONE_SETTLS: there
 *   is no portable way to make one that libc would accept), so it calls nothing
 *   of libc and never touches errno: only raw system calls (rawsys.h). The
 *   stack protector only reads its creator's canary. Sanitizers are off here.
 * - All signals are blocked and its table of handlers is a copy (no
 *   CLONE_SIGHAND), so no handler of the program ever runs in it.
 * - Its exit signal is 0: wait() of the program does not see it; it is waited
 *   for with __WCLONE by netns_free().
 * - It dies with its creator by PR_SET_PDEATHSIG, which is bound to the
 *   creating thread; that is the stack's relay thread. kill -9 of the program
 *   and exec both end that thread.
 * - Sharing the table (CLONE_FILES) it can keep nothing open; chdir("/") lets
 *   go of the working directory, too.
 * - How many descriptors there may be is a limit of its own, which follows the
 *   program's.
 *
 * Requests are handed over through one futex word (enum nshelper_state).
 */
#include "gnu.h"
#include "nshelper.h"
#include "rawsys.h"
#include "threadnet.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SIGSET_SIZE 8 /* the kernel's, in bytes */

#define RAW_TASK __attribute__((no_sanitize("address", "thread", "undefined")))

RAW_TASK void nshelper_wait(_Atomic uint32_t *word, uint32_t value)
{
	raw4(SYS_futex, (long)word, FUTEX_WAIT_PRIVATE, (long)value, 0);
}

void nshelper_wait_a_while(_Atomic uint32_t *word, uint32_t value)
{
	const struct timespec limit = { .tv_nsec = 250000000 };

	raw4(SYS_futex, (long)word, FUTEX_WAIT_PRIVATE, (long)value,
		(long)&limit);
}

RAW_TASK void nshelper_wake(_Atomic uint32_t *word)
{
	raw3(SYS_futex, (long)word, FUTEX_WAKE_PRIVATE, 1);
}

/* The descriptor of the network namespace that the task is in. */
RAW_TASK static long current_net(void)
{
	long fd = raw_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	long ns;

	if (fd < 0)
		return fd;
	ns = raw3(SYS_ioctl, fd, SIOCGSKNS, 0);
	raw1(SYS_close, fd);
	return ns;
}

RAW_TASK static long new_net(int home_fd)
{
	long err = raw1(SYS_unshare, CLONE_NEWNET);
	long fd;

	if (err < 0)
		return err;
	fd = current_net();
	err = raw3(SYS_setns, home_fd, CLONE_NEWNET, 0);
	return err < 0 ? err : fd;
}

RAW_TASK static long make_sockets(const struct nsrequest *r)
{
	long fd = 0, n = 0;

	for (; n < r->len; n++) {
		fd = raw_socket(r->a, r->b, r->c);
		if (fd < 0)
			break;
		r->fds[n] = (int)fd;
	}
	return n > 0 ? n : fd;
}

RAW_TASK static long do_op(const struct nsrequest *r, int home_fd)
{
	switch (r->op) {
	case NSOP_SOCKET:
		return make_sockets(r);
	case NSOP_OPEN:
		return raw4(SYS_openat, AT_FDCWD, (long)r->path,
			r->a | O_CLOEXEC, 0);
	case NSOP_IOCTL:
		return raw3(SYS_ioctl, r->a, r->b, (long)r->arg);
	case NSOP_NEWNET:
		return new_net(home_fd);
	}
	return -ENOSYS;
}

/* One request of the helper, in another namespace if it says so. */
RAW_TASK static long serve(const struct nsrequest *r, int home_fd)
{
	long result;

	if (r->net_fd < 0)
		return do_op(r, home_fd);
	result = raw3(SYS_setns, r->net_fd, CLONE_NEWNET, 0);
	if (result < 0)
		return result;
	result = do_op(r, home_fd);
	raw3(SYS_setns, home_fd, CLONE_NEWNET, 0);
	return result;
}

RAW_TASK static void follow_limit(
	const struct rlimit *now, struct rlimit *known)
{
	if (now->rlim_cur == known->rlim_cur &&
		now->rlim_max == known->rlim_max)
		return;
	raw4(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)now, 0);
	*known = *now;
}

RAW_TASK static long write_proc(const char *path, const char *text, long len)
{
	long fd = raw4(SYS_openat, AT_FDCWD, (long)path, O_WRONLY, 0);
	long n;

	if (fd < 0)
		return fd;
	n = raw3(SYS_write, fd, (long)text, len);
	raw1(SYS_close, fd);
	return n < 0 ? n : 0;
}

/* "ID ID 1" */
RAW_TASK static long write_map(const char *path, unsigned id)
{
	char digits[10], text[32];
	long len = 0, n = 0;

	do
		digits[n++] = (char)('0' + id % 10);
	while ((id /= 10) > 0);
	for (int twice = 0; twice < 2; twice++) {
		for (long i = n; i > 0; i--)
			text[len++] = digits[i - 1];
		text[len++] = ' ';
	}
	text[len++] = '1';
	return write_proc(path, text, len);
}

RAW_TASK static long map_user(const struct nshelper *h)
{
	long err = write_map("/proc/self/uid_map", h->uid);

	if (err == 0)
		err = write_proc("/proc/self/setgroups", "deny", 4);
	if (err == 0)
		err = write_map("/proc/self/gid_map", h->gid);
	return err;
}

RAW_TASK static long join(int user_fd)
{
	long err = raw3(SYS_setns, user_fd, CLONE_NEWUSER, 0);

	return err < 0 ? err : raw1(SYS_unshare, CLONE_NEWNET);
}

RAW_TASK static long settle(struct nshelper *h)
{
	static const char root[] = "/", name[] = "vdestack";
	unsigned long all = ~0UL;
	long err;

	raw4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, SIGSET_SIZE);
	err = h->join_fd < 0 ? 0 : join(h->join_fd);
	if (err < 0)
		return err;
	raw4(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
	if (raw1(SYS_getppid, 0) != h->owner)
		return -ESRCH; /* it died before prctl */
	raw4(SYS_prctl, PR_SET_NAME, (long)name, 0, 0);
	raw1(SYS_chdir, (long)root);
	err = h->maps_user ? map_user(h) : 0;
	if (err == 0)
		err = current_net();
	if (err < 0)
		return err;
	h->net_fd = (int)err;
	if (h->maps_user || h->join_fd >= 0) {
		err = raw3(SYS_ioctl, h->net_fd, NS_GET_USERNS, 0);
		h->user_fd = err < 0 ? -1 : (int)err;
	}
	return 0;
}

RAW_TASK int nshelper_main(void *arg)
{
	struct nshelper *h = arg;
	uint32_t state = NSHELPER_STARTING;
	struct rlimit nofile = { 0, 0 };

	h->result = settle(h);
	atomic_store(
		&h->state, h->result < 0 ? NSHELPER_FAILED : NSHELPER_READY);
	nshelper_wake(&h->state);
	while (state != NSHELPER_QUIT && state != NSHELPER_FAILED) {
		state = atomic_load(&h->state);
		if (state == NSHELPER_READY)
			nshelper_wait(&h->state, state);
		if (state != NSHELPER_ASKED)
			continue;
		follow_limit(&h->nofile, &nofile);
		h->result = serve(&h->request, h->net_fd);
		if (atomic_compare_exchange_strong(
			    &h->state, &state, NSHELPER_READY))
			nshelper_wake(&h->state);
	}
	raw1(SYS_exit_group, 0);
	return 0;
}

RAW_TASK int nshelper_visit(void *arg)
{
	struct nshelper *h = arg;
	unsigned long all = ~0UL;
	long err = 0;

	raw4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, SIGSET_SIZE);
	if (h->user_fd >= 0)
		err = raw3(SYS_setns, h->user_fd, CLONE_NEWUSER, 0);
	if (err == 0)
		err = raw3(SYS_setns, h->net_fd, CLONE_NEWNET, 0);
	h->result = err < 0 ? err : serve(&h->request, h->net_fd);
	raw1(SYS_exit_group, 0);
	return 0;
}

static long there_and_back(int net_fd, const struct nsrequest *request)
{
	bool is_kept;
	int own = threadnet_get(&is_kept);
	long result = -EAGAIN;

	if (own < 0)
		return -EAGAIN;
	if (raw3(SYS_setns, net_fd, CLONE_NEWNET, 0) == 0) {
		result = do_op(request, net_fd);
		if (raw3(SYS_setns, own, CLONE_NEWNET, 0) < 0)
			abort(); /* it would go on in a foreign network */
	}
	if (!is_kept)
		raw1(SYS_close, own);
	return result;
}

static bool may_enter_own(void)
{
	bool is_kept;
	int own = threadnet_get(&is_kept);
	long err = own < 0 ? own : raw3(SYS_setns, own, CLONE_NEWNET, 0);

	if (own >= 0 && !is_kept)
		raw1(SYS_close, own);
	return err == 0;
}

bool nshelper_may_return(void)
{
	unsigned long all = ~0UL, old;
	bool may;

	raw4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&old,
		SIGSET_SIZE);
	may = may_enter_own();
	raw4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&old, 0, SIGSET_SIZE);
	return may;
}

long nshelper_excursion(int net_fd, const struct nsrequest *request)
{
	unsigned long all = ~0UL, old;
	long result;

	raw4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&old,
		SIGSET_SIZE);
	result = there_and_back(net_fd, request);
	raw4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&old, 0, SIGSET_SIZE);
	return result;
}
