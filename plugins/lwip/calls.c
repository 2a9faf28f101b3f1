/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls.c - the socket calls, from the program's thread into the loop
 *
 * Calls that wait (connect, accept) start in the loop and then wait in the
 * kernel, for the token of a connection at the app end, or for an event of their
 * own. So O_NONBLOCK, signals and time-outs are the kernel's.
 */
#include "calls.h"
#include "bridge_app.h"
#include "lwip.h"
#include "procnet.h"

#include <errno.h>
#include <fcntl.h>
#include <ioth/pass.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* libioth's; the calls have no argument by which to reach their stack. */
static void *(*_Atomic get_stackdata)(void);

void calls_init(void *(*getstackdata)(void))
{
	get_stackdata = getstackdata;
}

struct stack *calls_stack(void)
{
	return get_stackdata();
}

int calls_result(int result)
{
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

int calls_app_type(int fd)
{
	int type = -1;
	socklen_t size = sizeof(type);

	ioth_pass_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
	return type;
}

static int run_inside(void *arg)
{
	struct call *call = arg;
	struct sock *sock = sock_find(call->stack, call->cookie);
	int result;

	if (!sock)
		return -ENOTCONN;
	clock_catch_up(&call->stack->clock);
	result = call->run(sock, call);
	clock_touch(&call->stack->clock);
	return result;
}

static bool is_app_end(int fd)
{
	int type = calls_app_type(fd);

	return type == SOCK_STREAM || type == SOCK_SEQPACKET;
}

int calls_run_again(uint64_t cookie, struct call *call)
{
	call->stack = calls_stack();
	call->cookie = cookie;
	return loop_call(call->stack->loop, run_inside, call);
}

int calls_run(int fd, struct call *call)
{
	uint64_t cookie = bridge_app_cookie(fd);
	int result;

	if (!cookie)
		return fcntl(fd, F_GETFD) < 0 ? -EBADF : -ENOTSOCK;
	result = calls_run_again(cookie, call);
	return result == -ENOTCONN && !is_app_end(fd) ? -EOPNOTSUPP : result;
}

bool calls_is_kernels(int fd, int err)
{
	return err == -EOPNOTSUPP && !is_app_end(fd);
}

/* ---- socket, close ---- */

struct socket_call {
	struct stack *stack;
	int domain, type, protocol;
};

static int do_socket(void *arg)
{
	const struct socket_call *call = arg;

	return sock_new(call->stack, call->domain, call->type, call->protocol);
}

int ioth_lwip_socket(int domain, int type, int protocol)
{
	struct socket_call call = { calls_stack(), domain, type, protocol };

	return calls_result(loop_call(call.stack->loop, do_socket, &call));
}

int ioth_lwip_close(int fd)
{
	return close(fd);
}

/* ---- files of /proc ---- */

struct proc_call {
	struct stack *stack;
	const char *path;
	int flags;
};

static int do_procopen(void *arg)
{
	const struct proc_call *call = arg;

	return procnet_open(call->stack->server, call->path, call->flags);
}

int ioth_lwip_procopen(const char *path, int flags)
{
	struct proc_call call = { calls_stack(), path, flags };

	return calls_result(loop_call(call.stack->loop, do_procopen, &call));
}

/* ---- whose is it ---- */

static int do_nothing(struct sock *sock, struct call *call)
{
	(void)sock;
	(void)call;
	return 0;
}

int ioth_lwip_owns(int fd)
{
	struct call call = { .run = do_nothing };

	return calls_run(fd, &call) == 0;
}

/* ---- bind, listen ---- */

static int do_bind(struct sock *sock, struct call *call)
{
	return sock->ops->bind ? sock->ops->bind(sock, call->addr, call->size)
			       : -EOPNOTSUPP;
}

int ioth_lwip_bind(int fd, const struct sockaddr *addr, socklen_t addrlen)
{
	struct call call = { .run = do_bind, .addr = addr, .size = addrlen };
	int err = calls_run(fd, &call);

	return calls_is_kernels(fd, err) ? bind(fd, addr, addrlen)
					 : calls_result(err);
}

static int do_listen(struct sock *sock, struct call *call)
{
	return sock->ops->listen ? sock->ops->listen(sock, call->number)
				 : -EOPNOTSUPP;
}

int ioth_lwip_listen(int fd, int backlog)
{
	struct call call = { .run = do_listen, .number = backlog };

	return calls_result(calls_run(fd, &call));
}

/* ---- connect ---- */

/* Is this socket, on which connect was called, in need of a new pair? */
static bool needs_pair(const struct sock *sock, int err)
{
	return sock->type == SOCK_STREAM && err != -EISCONN &&
	       bridge_state(sock->bridge) == BRIDGE_DEAD;
}

static int do_connect(struct sock *sock, struct call *call)
{
	bool waits = !(call->number & SOCK_NONBLOCK);
	int err;

	if (!sock->ops->connect)
		return -EOPNOTSUPP;
	err = sock->ops->connect(sock, call->addr, call->size);
	if (needs_pair(sock, err))
		return tcp_reopen(sock, call->number, call->fd) ?: err;
	if (waits && (err == -EINPROGRESS || err == -EALREADY))
		return tcp_begin_wait(sock, call->waiter) ?: err;
	return err;
}

static int end_wait(struct sock *sock, struct call *call)
{
	return tcp_end_wait(sock, call->waiter, call->number);
}

/* False: there is none. */
static bool send_limit(int fd, struct timespec *limit)
{
	struct timeval tv = { .tv_sec = 0 };
	socklen_t size = sizeof(tv);

	ioth_pass_getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, &size);
	limit->tv_sec = tv.tv_sec;
	limit->tv_nsec = tv.tv_usec * 1000;
	return tv.tv_sec || tv.tv_usec;
}

/*
 * As in Linux a wait without limit is restarted after a signal, if that is asked
 * for, one with a limit is not. Timed out: @err. Raw calls, as a thread that is
 * cancelled here would leave @waiter behind.
 */
static int await(int fd, const struct tcp_waiter *waiter, int err)
{
	struct pollfd pfd = { .fd = waiter->event_fd, .events = POLLIN };
	struct timespec limit;
	uint64_t count;
	long n;

	if (send_limit(fd, &limit))
		n = ioth_rawcall(
			SYS_ppoll, (long)&pfd, 1, (long)&limit, 0, 0, 0);
	else
		n = ioth_rawcall(SYS_read, waiter->event_fd, (long)&count,
			sizeof(count), 0, 0, 0);
	return n < 0 ? (int)n : err;
}

/* Another thread may close @fd: the socket is known by @cookie. */
static int wait_connected(
	int fd, uint64_t cookie, struct tcp_waiter *waiter, int err)
{
	struct call call = { .run = end_wait, .waiter = waiter };

	call.number = await(fd, waiter, err);
	err = calls_run_again(cookie, &call);
	close(waiter->event_fd);
	return err;
}

int ioth_lwip_connect(int fd, const struct sockaddr *addr, socklen_t addrlen)
{
	struct tcp_waiter waiter = { .event_fd = -1 };
	bool waits = !(fcntl(fd, F_GETFL) & O_NONBLOCK);
	int new = -1, err;
	struct call call = { .run = do_connect,
		.addr = addr,
		.size = addrlen,
		.number = waits ? 0 : SOCK_NONBLOCK,
		.fd = &new,
		.waiter = &waiter };

	err = calls_run(fd, &call);
	if (new >= 0)
		err = bridge_app_replace(fd, new) ?: err;
	else if (waiter.event_fd >= 0)
		err = wait_connected(fd, call.cookie, &waiter, err);
	return calls_result(err);
}

/* ---- accept ---- */

static int do_accept(struct sock *sock, struct call *call)
{
	(void)call;
	return tcp_accept_next(sock);
}

static int check_listening(struct sock *sock, struct call *call)
{
	(void)call;
	if (sock->type != SOCK_STREAM)
		return -EOPNOTSUPP;
	return bridge_state(sock->bridge) == BRIDGE_LISTENING ? 0 : -EINVAL;
}

static int take_connection(int fd)
{
	struct call check = { .run = check_listening };
	struct call call = { .run = do_accept };
	uint64_t cookie = bridge_app_cookie(fd);
	int err;

	/* else the connection would be lost to all */
	if (!loop_is_here(calls_stack()->loop))
		return -ENODEV;
	do {
		err = bridge_app_take(fd, MSG_DONTWAIT);
		if (err == -EAGAIN)
			err = calls_run(fd, &check) ?: bridge_app_take(fd, 0);
		if (err)
			return err == -ECONNABORTED || err == -ENOTCONN
				       ? -EINVAL
				       : err;
		/* another thread may have closed it meanwhile */
		if (bridge_app_cookie(fd) != cookie)
			return -EBADF;
		err = calls_run(fd, &call);
	} while (err == -EAGAIN);
	return err;
}

int ioth_lwip_accept(int fd, struct sockaddr *addr, socklen_t *addrlen)
{
	int new = take_connection(fd);

	if (new < 0)
		return calls_result(new);
	if (addr && ioth_lwip_getpeername(new, addr, addrlen) < 0)
		memset(addr, 0, *addrlen); /* it has gone already */
	return new;
}

/* ---- names ---- */

static int do_name(struct sock *sock, struct call *call)
{
	return sock->ops->name ? sock->ops->name(sock, call->number, call->name,
					 &call->size)
			       : -EOPNOTSUPP;
}

static int name(int fd, bool peer, struct sockaddr *addr, socklen_t *addrlen)
{
	struct sockaddr_storage full;
	struct call call = { .run = do_name, .number = peer, .name = &full };
	int err = calls_run(fd, &call);

	if (calls_is_kernels(fd, err))
		return peer ? getpeername(fd, addr, addrlen)
			    : getsockname(fd, addr, addrlen);
	if (err)
		return calls_result(err);
	if (!addrlen || (int)*addrlen < 0)
		return calls_result(addrlen ? -EINVAL : -EFAULT);
	memcpy(addr, &full, *addrlen < call.size ? *addrlen : call.size);
	*addrlen = call.size;
	return 0;
}

int ioth_lwip_getsockname(int fd, struct sockaddr *addr, socklen_t *addrlen)
{
	return name(fd, false, addr, addrlen);
}

int ioth_lwip_getpeername(int fd, struct sockaddr *addr, socklen_t *addrlen)
{
	return name(fd, true, addr, addrlen);
}

/* ---- shutdown ---- */

/* 1: there is nothing left to be shut down. */
static int check_connected(struct sock *sock, struct call *call)
{
	struct sockaddr_storage addr;
	socklen_t size;

	(void)call;
	if (sock->type == SOCK_STREAM && tcp_shutdown_connect(sock))
		return 1;
	if (bridge_state(sock->bridge) == BRIDGE_LISTENING)
		return 0;
	return sock->ops->name ? sock->ops->name(sock, true, &addr, &size)
			       : -EOPNOTSUPP;
}

int ioth_lwip_shutdown(int fd, int how)
{
	struct call call = { .run = check_connected };
	int err;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return calls_result(-EINVAL);
	err = calls_run(fd, &call);
	if (err)
		return calls_result(err < 0 ? err : 0);
	return ioth_pass_shutdown(fd, how);
}
