/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespace.c - a private network namespace as an object
 *
 * Theory of operation
 *
 * Three ways lead to a socket inside (nshelper.c explains the helper):
 * - with CAP_SYS_ADMIN the calling thread goes there and comes back (setns(2)):
 *   no other task has to run, a third to a half of the time;
 * - otherwise the helper makes it: one caller at a time, under the lock;
 * - in a child that the program forked there is no helper (it serves its own
 *   process) and the lock may be held by a thread that is not there. A task is
 *   made for this one request, enters through the two descriptors and ends.
 */
#include "gnu.h"
#include "namespace.h"
#include "errtext.h"
#include "nshelper.h"
#include "rtnl.h"
#include "threadnet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_SIZE 131072
#define GUARD_SIZE 65536 /* a multiple of every page size */
#define SPINS	   400	 /* looks at the futex word before sleeping on it */

struct netns {
	struct nshelper helper;
	char *stack; /* the helper's */
	pid_t pid;
	int pidfd;
	bool is_direct; /* threads may go there themselves */
	pthread_mutex_t lock;
	/* under lock: helper.request, helper.result */
	int outer_fd; /* under lock when it is made */
};

/*
 * ThreadSanitizer takes clone() for fork() and upsets its own state, which the
 * new task shares.
 */
#if defined(__SANITIZE_THREAD__)
int __clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);
#define make_task __clone
#else
#define make_task clone
#endif

static char *stack_new(void)
{
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return NULL;
	mprotect(stack, GUARD_SIZE, PROT_NONE);
	return stack;
}

static int explain(int err)
{
	if (err == -EPERM || err == -EACCES)
		return errtext(err,
			"user namespaces are not permitted here: as root set "
			"sysctl kernel.unprivileged_userns_clone=1 or "
			"kernel.apparmor_restrict_unprivileged_userns=0, "
			"or run as root");
	if (err == -ENOSPC || err == -EUSERS)
		return errtext(err,
			"no more user or network namespaces: raise sysctl "
			"user.max_user_namespaces, user.max_net_namespaces");
	return errtext(
		err, "cannot make a network namespace: %s", strerror(-err));
}

static int try_clone(struct netns *ns, int flags)
{
	ns->pidfd = -1;
	atomic_store(&ns->helper.state, NSHELPER_STARTING);
	ns->helper.maps_user = (flags & CLONE_NEWUSER) != 0;
	ns->pid = make_task(nshelper_main, ns->stack + STACK_SIZE,
		CLONE_VM | CLONE_FILES | CLONE_PIDFD | flags, &ns->helper,
		&ns->pidfd);
	if (ns->pid < 0)
		return -errno;
	while (atomic_load(&ns->helper.state) == NSHELPER_STARTING)
		nshelper_wait(&ns->helper.state, NSHELPER_STARTING);
	return (int)ns->helper.result;
}

static void reap(struct netns *ns)
{
	while (ns->pid > 0 && waitpid(ns->pid, NULL, __WCLONE) < 0 &&
		errno == EINTR)
		;
	if (ns->pidfd >= 0)
		close(ns->pidfd);
	ns->pid = 0;
	ns->pidfd = -1;
}

/* In the user namespace of somebody else. */
static int try_joining(struct netns *ns, int user_ns_fd)
{
	int err;

	if (user_ns_fd < 0)
		return -EPERM;
	ns->helper.join_fd = user_ns_fd;
	err = try_clone(ns, 0);
	ns->helper.join_fd = -1;
	if (err < 0)
		reap(ns);
	return err < 0 ? -EPERM : 0;
}

static int start_helper(struct netns *ns, int user_ns_fd)
{
	int err = try_clone(ns, CLONE_NEWNET);

	ns->is_direct = err == 0 && nshelper_may_return();
	if (err == -EPERM)
		err = try_joining(ns, user_ns_fd);
	if (err == -EPERM)
		err = try_clone(ns, CLONE_NEWNET | CLONE_NEWUSER);
	return err;
}

int netns_new(struct netns **result, int user_ns_fd)
{
	struct netns *ns = calloc(1, sizeof(*ns));
	int err = -ENOMEM;

	if (!ns)
		return err;
	threadnet_hold();
	pthread_mutex_init(&ns->lock, NULL);
	ns->outer_fd = ns->pidfd = -1;
	ns->helper.net_fd = ns->helper.user_fd = ns->helper.join_fd = -1;
	ns->helper.owner = getpid();
	ns->helper.uid = geteuid();
	ns->helper.gid = getegid();
	ns->stack = stack_new();
	if (ns->stack)
		err = start_helper(ns, user_ns_fd);
	if (err < 0) {
		netns_free(ns);
		return explain(err);
	}
	*result = ns;
	return 0;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void netns_free(struct netns *ns)
{
	if (!ns)
		return;
	if (ns->pid > 0) {
		atomic_store(&ns->helper.state, NSHELPER_QUIT);
		nshelper_wake(&ns->helper.state);
	}
	reap(ns);
	close_if_open(ns->helper.net_fd);
	close_if_open(ns->helper.user_fd);
	close_if_open(ns->outer_fd);
	if (ns->stack)
		munmap(ns->stack, STACK_SIZE);
	threadnet_drop();
	pthread_mutex_destroy(&ns->lock);
	free(ns);
}

static void pause_cpu(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

/* The relay tells that the helper has died (netns_gone), but it may be the
 * relay's thread that waits here. */
static void wait_for_answer(struct nshelper *h, int pidfd)
{
	struct pollfd death = { .fd = pidfd, .events = POLLIN };
	uint32_t asked = NSHELPER_ASKED;

	nshelper_wait_a_while(&h->state, NSHELPER_ASKED);
	if (atomic_load(&h->state) == NSHELPER_ASKED && pidfd >= 0 &&
		poll(&death, 1, 0) > 0)
		atomic_compare_exchange_strong(
			&h->state, &asked, NSHELPER_GONE);
}

/* The helper does the request; called with the lock. */
static long ask_locked(struct netns *ns, const struct nsrequest *request)
{
	struct nshelper *h = &ns->helper;
	uint32_t ready = NSHELPER_READY;

	h->request = *request;
	getrlimit(RLIMIT_NOFILE, &h->nofile);
	if (!atomic_compare_exchange_strong(&h->state, &ready, NSHELPER_ASKED))
		return -ENODEV;
	nshelper_wake(&h->state);
	for (int i = 0; i < SPINS && atomic_load(&h->state) == NSHELPER_ASKED;
		i++)
		pause_cpu();
	while (atomic_load(&h->state) == NSHELPER_ASKED)
		wait_for_answer(h, ns->pidfd);
	return atomic_load(&h->state) == NSHELPER_READY ? h->result : -ENODEV;
}

/* A task made for one request; its creator sleeps meanwhile (CLONE_VFORK). */
static long visit(const struct netns *ns, const struct nsrequest *request)
{
	struct nshelper h = { .request = *request,
		.net_fd = ns->helper.net_fd,
		.user_fd = ns->helper.user_fd,
		.result = -ENODEV };
	char *stack = stack_new();
	sigset_t all, old;
	pid_t pid;

	if (!stack)
		return -ENOMEM;
	sigfillset(&all); /* inherited: no handler shall run in it */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = make_task(nshelper_visit, stack + STACK_SIZE,
		CLONE_VM | CLONE_FILES | CLONE_VFORK, &h);
	if (pid < 0)
		h.result = -errno;
	while (pid > 0 && waitpid(pid, NULL, __WCLONE) < 0 && errno == EINTR)
		;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	munmap(stack, STACK_SIZE);
	return h.result;
}

static long ask(struct netns *ns, const struct nsrequest *request)
{
	long result = -EAGAIN;

	if (ns->is_direct && request->op != NSOP_NEWNET)
		result = nshelper_excursion(request->net_fd < 0
						    ? ns->helper.net_fd
						    : request->net_fd,
			request);
	if (result != -EAGAIN)
		return result;
	if (getpid() != ns->helper.owner)
		return visit(ns, request);
	pthread_mutex_lock(&ns->lock);
	result = ask_locked(ns, request);
	pthread_mutex_unlock(&ns->lock);
	return result;
}

int netns_sockets(struct netns *ns, enum netns_side side, int domain, int type,
	int protocol, int fds[], int len)
{
	struct nsrequest request = { .op = NSOP_SOCKET,
		.net_fd = side == NETNS_OUTER ? ns->outer_fd : -1,
		.a = domain,
		.b = type,
		.c = protocol,
		.fds = fds,
		.len = len };

	return (int)ask(ns, &request);
}

int netns_socket(struct netns *ns, enum netns_side side, int domain, int type,
	int protocol)
{
	int fd;
	int n = netns_sockets(ns, side, domain, type, protocol, &fd, 1);

	return n < 0 ? n : fd;
}

int netns_open(
	struct netns *ns, enum netns_side side, const char *path, int flags)
{
	struct nsrequest request = { .op = NSOP_OPEN,
		.net_fd = side == NETNS_OUTER ? ns->outer_fd : -1,
		.path = path,
		.a = flags };

	return (int)ask(ns, &request);
}

void netns_write(struct netns *ns, enum netns_side side, const char *path,
	const char *text)
{
	int fd = netns_open(ns, side, path, O_WRONLY);
	ssize_t n;

	if (fd < 0)
		return;
	n = write(fd, text, strlen(text));
	(void)n;
	close(fd);
}

int netns_rtnl(struct netns *ns, enum netns_side side)
{
	return netns_socket(
		ns, side, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

/* The helper's /proc/PID/net is there for all, and stays what it is for who has
 * such a directory open; /proc/sys/net is about whoever opens it. */
int netns_procopen(struct netns *ns, const char *path, int flags)
{
	bool of_task = !strncmp(path, "net", 3);
	char whole[PATH_MAX], task[32] = "";
	int fd;

	if (of_task)
		snprintf(task, sizeof(task), "%d/", ns->pid);
	if ((size_t)snprintf(whole, sizeof(whole), "/proc/%s%s", task, path) >=
		sizeof(whole))
		return -ENAMETOOLONG;
	if (!of_task)
		return netns_open(ns, NETNS_INNER, whole, flags);
	fd = open(whole, flags, 0);
	if (fd >= 0)
		return fd;
	return atomic_load(&ns->helper.state) == NSHELPER_GONE ? -ENODEV
							       : -errno;
}

int netns_ioctl(struct netns *ns, int fd, int request, void *arg)
{
	struct nsrequest r = { .op = NSOP_IOCTL,
		.net_fd = -1,
		.a = fd,
		.b = request,
		.arg = arg };

	return (int)ask(ns, &r);
}

int netns_inner(const struct netns *ns)
{
	return ns->helper.net_fd;
}

int netns_user(const struct netns *ns)
{
	return ns->helper.user_fd;
}

int netns_outer(struct netns *ns)
{
	struct nsrequest request = { .op = NSOP_NEWNET, .net_fd = -1 };
	bool is_new;

	pthread_mutex_lock(&ns->lock);
	is_new = ns->outer_fd < 0;
	if (is_new)
		ns->outer_fd = (int)ask_locked(ns, &request);
	pthread_mutex_unlock(&ns->lock);
	if (is_new && ns->outer_fd >= 0)
		/* the far ends of interfaces shall say nothing by themselves */
		netns_write(ns, NETNS_OUTER,
			"/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	return ns->outer_fd;
}

int netns_watch(struct netns *ns, int ifindex)
{
	int fd = netns_rtnl(ns, NETNS_OUTER);
	int err = fd < 0 ? fd : rtnl_watch(fd, ifindex);

	if (err < 0 && fd >= 0)
		close(fd);
	return err < 0 ? err : fd;
}

int netns_pidfd(const struct netns *ns)
{
	return ns->pidfd;
}

void netns_gone(struct netns *ns)
{
	atomic_store(&ns->helper.state, NSHELPER_GONE);
	nshelper_wake(&ns->helper.state);
}
