/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mirror_net.c - the two network namespaces of a mirror
 *
 * Theory of operation
 *
 * A socket belongs to the namespace of the task that makes it. The stack's
 * threads stay where they are; an ordinary user can enter a network namespace
 * only together with a user namespace, which no thread of several may do. So
 * each request is done by a task of its own, a visitor, which shares memory and
 * descriptors (CLONE_VM, CLONE_FILES): what it opens is open here. The caller
 * sleeps until it has ended (CLONE_VFORK), so that its thread-local storage is
 * the visitor's alone, as with vfork(2). The visitor makes raw system calls
 * only: nothing of libc, no locks, nothing of sanitizers.
 *
 * All signals are blocked in it, so no handler of the program runs there, and
 * its exit signal is 0, so wait(2) of the program does not see it.
 *
 * Outside of the user namespace nothing more is needed: as its owner we have
 * all capabilities over it (user_namespaces(7)), so netlink messages and
 * setsockopt work from here.
 */
#include "mirror_net.h"

#include <ioth/pass.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define VISITOR_STACK 16384

#define VISITOR __attribute__((no_sanitize("address", "thread", "undefined")))

/*
 * ThreadSanitizer takes clone() for fork() and upsets its own state, which the
 * visitor shares.
 */
#if defined(__SANITIZE_THREAD__)
int __clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);
#define make_task __clone
#else
#define make_task clone
#endif

/* What a visitor does, and its result. */
struct visit {
	struct mirror_net *net; /* to be made */
	int user_fd, net_fd;	/* to enter; user_fd -1: needless */
	int domain, type, protocol;
	long result;
};

/* A system call of four arguments. */
VISITOR static long raw(long nr, long a, long b, long c, long d)
{
	return ioth_rawcall(nr, a, b, c, d, 0, 0);
}

VISITOR static long kernel_socket(int domain, int type, int protocol)
{
	return ioth_rawcall(SYS_socket, domain, type, protocol, 0, 0,
		(long)IOTH_PASS_SOCKET);
}

/* A descriptor of the namespace that the visitor is in. */
VISITOR static long current_net(void)
{
	long fd = kernel_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	long net_fd;

	if (fd < 0)
		return fd;
	net_fd = raw(SYS_ioctl, fd, SIOCGSKNS, 0, 0);
	raw(SYS_close, fd, 0, 0, 0);
	return net_fd;
}

/*
 * IPv6 would take an address, look for routers and report groups. A kernel
 * without it has no such file.
 */
VISITOR static long silence(void)
{
	static const char path[] = "/proc/sys/net/ipv6/conf/all/disable_ipv6";
	static const char one[] = "1";
	long fd =
		raw(SYS_openat, AT_FDCWD, (long)path, O_WRONLY | O_CLOEXEC, 0);
	long result;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	result = raw(SYS_write, fd, (long)one, 1, 0);
	raw(SYS_close, fd, 0, 0, 0);
	return result < 0 ? result : 0;
}

/* Silences the namespace that the visitor is in and gets a descriptor of it. */
VISITOR static long keep(int *net_fd)
{
	long result = silence();

	if (result == 0)
		result = current_net();
	if (result < 0)
		return result;
	*net_fd = (int)result;
	return 0;
}

/* The visitor was born in the near one, in a new user namespace or not. */
VISITOR static int make_main(void *arg)
{
	struct visit *visit = arg;
	int *net_fd = visit->net->net_fd;

	visit->result = keep(&net_fd[MIRROR_NEAR]);
	if (visit->result == 0)
		visit->result = raw(SYS_unshare, CLONE_NEWNET, 0, 0, 0);
	if (visit->result == 0)
		visit->result = keep(&net_fd[MIRROR_FAR]);
	raw(SYS_exit, 0, 0, 0, 0);
	return 0;
}

VISITOR static int socket_main(void *arg)
{
	struct visit *visit = arg;
	long result = 0;

	if (visit->user_fd >= 0)
		result = raw(SYS_setns, visit->user_fd, CLONE_NEWUSER, 0, 0);
	if (result == 0)
		result = raw(SYS_setns, visit->net_fd, CLONE_NEWNET, 0, 0);
	if (result == 0)
		result = kernel_socket(
			visit->domain, visit->type, visit->protocol);
	visit->result = result;
	raw(SYS_exit, 0, 0, 0, 0);
	return 0;
}

static long send_visitor(
	int (*function)(void *), int flags, struct visit *visit)
{
	char *stack = malloc(VISITOR_STACK);
	int saved_errno = errno;
	sigset_t all, old;
	pid_t pid;

	if (!stack)
		return -ENOMEM;
	visit->result = -ESRCH; /* it was killed */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = make_task(function, stack + VISITOR_STACK,
		CLONE_VM | CLONE_FILES | CLONE_VFORK | flags, visit);
	if (pid < 0)
		visit->result = -errno;
	while (pid > 0 && waitpid(pid, NULL, __WCLONE) < 0 && errno == EINTR)
		;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	free(stack);
	errno = saved_errno;
	return visit->result;
}

/* It may be the last one to know them: a descriptor gives its user namespace. */
static int find_user(struct mirror_net *net)
{
	net->user_fd = ioctl(net->net_fd[MIRROR_NEAR], NS_GET_USERNS);
	return net->user_fd < 0 ? -errno : 0;
}

int mirror_net_open(struct mirror_net *net)
{
	struct visit visit = { .net = net };
	long err;

	*net = (struct mirror_net){ -1, { -1, -1 } };
	err = send_visitor(make_main, CLONE_NEWNET, &visit);
	if (err == -EPERM) {
		mirror_net_close(net);
		err = send_visitor(
			make_main, CLONE_NEWNET | CLONE_NEWUSER, &visit);
		if (err == 0)
			err = find_user(net);
	}
	if (err)
		mirror_net_close(net);
	return (int)err;
}

void mirror_net_close(struct mirror_net *net)
{
	for (int i = 0; i < MIRROR_SIDES; i++)
		if (net->net_fd[i] >= 0)
			close(net->net_fd[i]);
	if (net->user_fd >= 0)
		close(net->user_fd);
	*net = (struct mirror_net){ -1, { -1, -1 } };
}

int mirror_net_socket(const struct mirror_net *net, enum mirror_side side,
	int domain, int type, int protocol)
{
	struct visit visit = { .user_fd = net->user_fd,
		.net_fd = net->net_fd[side],
		.domain = domain,
		.type = type,
		.protocol = protocol };

	return (int)send_visitor(socket_main, 0, &visit);
}
