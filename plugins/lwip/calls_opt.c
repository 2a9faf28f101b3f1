/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls_opt.c - options, ioctl and fcntl
 *
 * What concerns the waiting of the program (time-outs, low-water marks) is set
 * on the descriptor itself, which then behaves so in read and poll as well.
 */
#include "bridge_app.h"
#include "calls.h"
#include "lwip.h"
#include "netlink_server.h"

#include <errno.h>
#include <fcntl.h>
#include <ioth/pass.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>

static bool is_descriptors(int level, int name)
{
	return level == SOL_SOCKET &&
	       (name == SO_RCVTIMEO || name == SO_SNDTIMEO ||
		       name == SO_RCVLOWAT || name == SO_SNDLOWAT ||
		       name == SO_COOKIE || name == SO_PEEK_OFF);
}

static int do_setsockopt(struct sock *sock, struct call *call)
{
	return sockopt_set(sock, call->option);
}

int ioth_lwip_setsockopt(
	int fd, int level, int optname, const void *optval, socklen_t optlen)
{
	struct sock_option option = { level, optname, (void *)optval, optlen };
	struct call call = { .run = do_setsockopt, .option = &option };
	int err;

	if (is_descriptors(level, optname))
		return setsockopt(fd, level, optname, optval, optlen);
	if (!optval && optlen)
		return calls_result(-EFAULT);
	/* where an urgent byte is read is the business of the pair, too */
	if (level == SOL_SOCKET && optname == SO_OOBINLINE)
		ioth_pass_setsockopt(fd, level, optname, optval, optlen);
	err = calls_run(fd, &call);
	return calls_is_kernels(fd, err)
		       ? setsockopt(fd, level, optname, optval, optlen)
		       : calls_result(err);
}

static int do_getsockopt(struct sock *sock, struct call *call)
{
	return sockopt_get(sock, call->option);
}

/* The pair's own error, which reads tell, and which this takes from it. */
static int pair_error(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);

	ioth_pass_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

/*
 * An error is told once. That of a stream that has ended (DEAD) is at the pair,
 * where a read may have told it, as ECONNRESET; here is its true name. That of a
 * datagram socket may wait among the datagrams. Both are looked at from inside
 * the loop, where the pair cannot change under us.
 */
static int do_get_error(struct sock *sock, struct call *call)
{
	bool is_dead = bridge_state(sock->bridge) == BRIDGE_DEAD;
	int fd = *call->fd, marked;

	if (sock->type == SOCK_STREAM) {
		if (is_dead && !pair_error(fd))
			sock->error = 0;
	} else {
		marked = bridge_app_take_error(fd);
		if (marked)
			sock->error = marked;
		sock->marked_error = 0;
	}
	return sockopt_get(sock, call->option);
}

int ioth_lwip_getsockopt(
	int fd, int level, int optname, void *optval, socklen_t *optlen)
{
	struct sock_option option = { level, optname, optval, 0 };
	struct call call = {
		.run = do_getsockopt, .option = &option, .fd = &fd
	};
	int err;

	if (is_descriptors(level, optname))
		return getsockopt(fd, level, optname, optval, optlen);
	if (!optval || !optlen)
		return calls_result(-EFAULT);
	if ((int)*optlen < 0)
		return calls_result(-EINVAL);
	option.size = *optlen;
	if (level == SOL_SOCKET && optname == SO_ERROR)
		call.run = do_get_error;
	err = calls_run(fd, &call);
	if (calls_is_kernels(fd, err))
		return getsockopt(fd, level, optname, optval, optlen);
	if (!err)
		*optlen = option.size;
	return calls_result(err);
}

/* ---- ioctl ---- */

/* About the stack, whatever the socket is. */
static int do_ioctl(void *arg)
{
	const struct call *call = arg;
	int result;

	clock_catch_up(&call->stack->clock);
	result = netlink_ioctl(call->stack->server, call->request, call->arg);
	clock_touch(&call->stack->clock);
	return result;
}

/* The kernel counts all that waits in an AF_UNIX socket, UDP the next one. */
static int next_datagram_size(int fd, int *size)
{
	ssize_t n = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);

	*size = n > 0 ? (int)n : 0;
	return 0;
}

int ioth_lwip_ioctl(int fd, unsigned long request, void *argp)
{
	struct call call = {
		.stack = calls_stack(), .request = request, .arg = argp
	};

	if (request == FIONREAD && calls_app_type(fd) == SOCK_SEQPACKET)
		return next_datagram_size(fd, argp);
	if (!netlink_ioctl_size(request))
		return ioctl(fd, request, argp);
	return calls_result(loop_call(call.stack->loop, do_ioctl, &call));
}

int ioth_lwip_fcntl(int fd, int cmd, long val)
{
	return fcntl(fd, cmd, val);
}
