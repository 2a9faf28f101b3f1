/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The public layer: finds the stack, runs its function, turns errors into -1
 * and errno.
 */
#include "ioth.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sockets.h"
#include "stack.h"

/* A call that is running in a stack. */
struct call {
	struct ioth *stack; /* holds a reference; NULL: none was found */
	struct ioth *outer; /* whose function this thread ran before */
	int err;	    /* 0 or negative errno: nothing was called */
};

/*
 * Prepares for calling a function of @stack, whose reference @call takes over.
 * @has_it: the stack has that function. @unknown: the error when @stack is NULL.
 * False: call_end only.
 */
static bool call_begin_if(
	struct call *call, struct ioth *stack, bool has_it, int unknown)
{
	*call = (struct call){ .stack = stack, .err = stack ? 0 : unknown };
	if (!stack)
		return false;
	if (!has_it)
		call->err = -ENOSYS;
	call->outer = stack_enter(stack);
	return has_it;
}

/* The same, of the function that is at @offset of struct ioth_functions. */
static bool call_begin(
	struct call *call, struct ioth *stack, size_t offset, int unknown)
{
	void *function = NULL;

	if (stack)
		memcpy(&function, (char *)&stack->f + offset, sizeof(function));
	return call_begin_if(call, stack, function, unknown);
}

/* Ends the call; the result of the public function. */
static ssize_t call_end(struct call *call, ssize_t result)
{
	int err = call->err;

	if (call->stack) {
		if (!err && result < 0)
			err = stack_error(call->stack);
		stack_leave(call->outer);
		stack_put(call->stack);
	}
	if (err)
		errno = -err;
	return err ? -1 : result;
}

/* The result of function @name, called with the list @args, of @fd's stack. */
#define CALL(fd, name, args)                                                   \
	({                                                                     \
		struct call call_;                                             \
		ssize_t result_ = -1;                                          \
                                                                               \
		if (call_begin(&call_, sockets_stack(fd),                      \
			    offsetof(struct ioth_functions, name), -EBADF))    \
			result_ = call_.stack->f.name args;                    \
		call_end(&call_, result_);                                     \
	})

/* --- stacks --------------------------------------------------------------- */

struct ioth *ioth_newstackv(const char *stack, const char *vnlv[])
{
	struct ioth *made;
	int err = stack_new(&made, stack, vnlv);

	if (err)
		errno = -err;
	return err ? NULL : made;
}

struct ioth *ioth_newstack(const char *stack, const char *vnl)
{
	const char *vnlv[] = { vnl, NULL };

	return ioth_newstackv(stack, vnlv);
}

struct ioth *ioth_newstackl(const char *stack, const char *vnl, ...)
{
	size_t len = 0;
	const char **vnlv;
	struct ioth *made;
	va_list args;

	va_start(args, vnl);
	for (const char *each = vnl; each; each = va_arg(args, const char *))
		len++;
	va_end(args);
	vnlv = calloc(len + 1, sizeof(*vnlv));
	if (!vnlv)
		return NULL;
	va_start(args, vnl);
	for (size_t i = 0; i < len; i++)
		vnlv[i] = i == 0 ? vnl : va_arg(args, const char *);
	va_end(args);
	made = ioth_newstackv(stack, vnlv);
	free(vnlv);
	return made;
}

/* -1 and errno out of a negative @err */
static int result(int err)
{
	if (err >= 0)
		return err;
	errno = -err;
	return -1;
}

int ioth_delstack(struct ioth *stack)
{
	sockets_settle();
	return result(stack_del(stack));
}

int ioth_watchfd(struct ioth *stack)
{
	struct ioth *ref = stack ? stack_get(stack) : NULL;

	if (!ref)
		return result(-EINVAL);
	stack_put(ref);
	return result(sockets_watchfd());
}

/*
 * Makes a socket of @domain and closes it again. Most failures speak of
 * something else than the family: the type, privileges, resources.
 */
static bool try_socket(struct ioth *stack, int domain)
{
	bool raw = domain == AF_NETLINK || domain == AF_PACKET;
	int type = (raw ? SOCK_RAW : SOCK_DGRAM) | SOCK_CLOEXEC;
	int fd, err;

	if (!stack->f.socket)
		return false;
	fd = stack->f.socket(domain, type, 0);
	if (fd >= 0) {
		stack->f.close(fd);
		return true;
	}
	err = stack_error(stack);
	return err != -EAFNOSUPPORT && err != -EINVAL && err != -ENOSYS;
}

int ioth_supported(struct ioth *stack, int domain)
{
	struct ioth *ref = stack_get(stack ? stack : stack_host());
	struct ioth *outer;
	bool supported;

	if (!ref)
		return result(-EINVAL);
	outer = stack_enter(ref);
	if (ref->plugin.supported)
		supported = ref->plugin.supported(domain) > 0;
	else
		supported = try_socket(ref, domain);
	stack_leave(outer);
	stack_put(ref);
	return supported;
}

/* A path that leads nowhere else: below net or sys/net, no `.` and `..`. */
static bool is_proc_path(const char *path)
{
	const char *at, *end;
	size_t len = !strncmp(path, "sys/", 4) ? 7 : 3;

	if (strncmp(path + len - 3, "net", 3) != 0 ||
		(path[len] && path[len] != '/'))
		return false;
	for (at = path + len; *at; at = end) {
		at++;
		end = strchrnul(at, '/');
		if (end == at ||
			(*at == '.' &&
				(end - at == 1 ||
					(at[1] == '.' && end - at == 2))))
			return false;
	}
	return true;
}

int ioth_procopen(struct ioth *stack, const char *path, int flags)
{
	struct ioth *ref = is_proc_path(path) ? stack_get(stack) : NULL;
	struct call call;
	int fd = -1;

	if (call_begin_if(&call, ref, ref && ref->plugin.procopen, -EINVAL))
		fd = ref->plugin.procopen(path, flags | O_CLOEXEC);
	return (int)call_end(&call, fd);
}

int ioth_plain(struct ioth *stack)
{
	struct ioth *ref = stack_get(stack ? stack : stack_host());
	bool plain;

	if (!ref)
		return result(-EINVAL);
	plain = ref == stack_host() || ref->plugin.plain;
	stack_put(ref);
	return plain;
}

void ioth_abort(struct ioth *stack)
{
	struct ioth *ref = stack ? stack_get(stack) : NULL;

	if (!ref)
		return;
	stack_abort(ref);
	stack_put(ref);
}

/* --- descriptors: made ---------------------------------------------------- */

/* Enters the descriptor @fd that a function of @call's stack has made. */
static int enter_fd(struct call *call, int fd)
{
	if (fd < 0)
		return fd;
	call->err = sockets_add(fd, call->stack);
	if (call->err)
		call->stack->f.close(fd);
	return fd;
}

int ioth_msocket(struct ioth *stack, int domain, int type, int protocol)
{
	struct call call;
	int fd = -1;

	if (call_begin(&call, stack_get(stack),
		    offsetof(struct ioth_functions, socket), -EINVAL))
		fd = enter_fd(
			&call, call.stack->f.socket(domain, type, protocol));
	return (int)call_end(&call, fd);
}

int ioth_socket(int domain, int type, int protocol)
{
	return ioth_msocket(NULL, domain, type, protocol);
}

/* The first of @fds that can be noted, the others are closed: how many, or the
 * error. */
static int note_given(struct ioth *stack, const int fds[], int len)
{
	int i, n = 0, err = 0;

	while (n < len && !(err = stack_note_given(stack, fds[n])))
		n++;
	for (i = n; i < len; i++)
		close(fds[i]);
	return n > 0 ? n : err;
}

/* Of a plug-in that makes several at once. Negative errno: it has to be done
 * one by one. */
static int sockets_at_once(struct ioth *stack, int domain, int type,
	int protocol, int fds[], int len)
{
	struct ioth *ref = stack_get(stack), *outer;
	int n = ref ? -ENOSYS : -EINVAL;

	if (!ref)
		return n;
	outer = stack_enter(ref);
	if (ref->plugin.sockets)
		n = ref->plugin.sockets(domain, type, protocol, fds, len);
	if (n > 0)
		n = note_given(ref, fds, n);
	stack_leave(outer);
	stack_put(ref);
	return n;
}

int ioth_sockets(struct ioth *stack, int domain, int type, int protocol,
	int fds[], int len)
{
	int n = stack && len > 0 ? sockets_at_once(stack, domain, type,
					   protocol, fds, len)
				 : -EINVAL;

	if (n > 0 || n == -EINVAL)
		return result(n);
	for (n = 0; n < len; n++) {
		fds[n] = ioth_msocket(stack, domain, type, protocol);
		if (fds[n] < 0)
			break;
	}
	return n > 0 ? n : -1;
}

int ioth_accept(int fd, struct sockaddr *addr, socklen_t *addrlen)
{
	struct call call;
	int accepted = -1;

	if (call_begin(&call, sockets_stack(fd),
		    offsetof(struct ioth_functions, accept), -EBADF))
		accepted = enter_fd(
			&call, call.stack->f.accept(fd, addr, addrlen));
	return (int)call_end(&call, accepted);
}

int ioth_fcntl(int fd, int cmd, long val)
{
	bool duplicates = cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC;
	struct call call;
	int res = -1;

	if (call_begin(&call, sockets_stack(fd),
		    offsetof(struct ioth_functions, fcntl), -EBADF)) {
		res = call.stack->f.fcntl(fd, cmd, val);
		if (duplicates)
			res = enter_fd(&call, res);
	}
	return (int)call_end(&call, res);
}

int ioth_close(int fd)
{
	struct call call;
	int res = -1;

	if (call_begin(&call, sockets_stack(fd),
		    offsetof(struct ioth_functions, close), -EBADF)) {
		sockets_closing(fd);
		res = call.stack->f.close(fd);
	}
	res = (int)call_end(&call, res);
	if (res == 0)
		sockets_settle();
	return res;
}

/* --- descriptors: used ---------------------------------------------------- */

int ioth_bind(int fd, const struct sockaddr *addr, socklen_t addrlen)
{
	return (int)CALL(fd, bind, (fd, addr, addrlen));
}

/* What the plug-in has put in the place of @fd, see plugin.h. */
static int note_replaced(struct ioth *stack, int fd)
{
	struct ioth *known;

	if (!stack->plugin.owns)
		return 0;
	known = sockets_stack(fd);
	if (known)
		stack_put(known);
	return known || stack->plugin.owns(fd) != 1 ? 0
						    : sockets_add(fd, stack);
}

int ioth_connect(int fd, const struct sockaddr *addr, socklen_t addrlen)
{
	struct call call;
	int res = -1;

	if (call_begin(&call, sockets_stack(fd),
		    offsetof(struct ioth_functions, connect), -EBADF)) {
		res = call.stack->f.connect(fd, addr, addrlen);
		/* owns may change the plug-in's errno */
		call.err = res < 0 ? stack_error(call.stack) : 0;
		call.err = note_replaced(call.stack, fd) ?: call.err;
	}
	return (int)call_end(&call, res);
}

int ioth_listen(int fd, int backlog)
{
	return (int)CALL(fd, listen, (fd, backlog));
}

int ioth_getsockname(int fd, struct sockaddr *addr, socklen_t *addrlen)
{
	return (int)CALL(fd, getsockname, (fd, addr, addrlen));
}

int ioth_getpeername(int fd, struct sockaddr *addr, socklen_t *addrlen)
{
	return (int)CALL(fd, getpeername, (fd, addr, addrlen));
}

int ioth_setsockopt(
	int fd, int level, int optname, const void *optval, socklen_t optlen)
{
	return (int)CALL(fd, setsockopt, (fd, level, optname, optval, optlen));
}

int ioth_getsockopt(
	int fd, int level, int optname, void *optval, socklen_t *optlen)
{
	return (int)CALL(fd, getsockopt, (fd, level, optname, optval, optlen));
}

int ioth_shutdown(int fd, int how)
{
	return (int)CALL(fd, shutdown, (fd, how));
}

int ioth_ioctl(int fd, unsigned long request, void *argp)
{
	return (int)CALL(fd, ioctl, (fd, request, argp));
}

ssize_t ioth_read(int fd, void *buf, size_t len)
{
	return CALL(fd, read, (fd, buf, len));
}

ssize_t ioth_readv(int fd, const struct iovec *iov, int iovcnt)
{
	return CALL(fd, readv, (fd, iov, iovcnt));
}

ssize_t ioth_recv(int fd, void *buf, size_t len, int flags)
{
	return CALL(fd, recv, (fd, buf, len, flags));
}

ssize_t ioth_recvfrom(int fd, void *buf, size_t len, int flags,
	struct sockaddr *from, socklen_t *fromlen)
{
	return CALL(fd, recvfrom, (fd, buf, len, flags, from, fromlen));
}

ssize_t ioth_recvmsg(int fd, struct msghdr *msg, int flags)
{
	return CALL(fd, recvmsg, (fd, msg, flags));
}

ssize_t ioth_write(int fd, const void *buf, size_t len)
{
	return CALL(fd, write, (fd, buf, len));
}

ssize_t ioth_writev(int fd, const struct iovec *iov, int iovcnt)
{
	return CALL(fd, writev, (fd, iov, iovcnt));
}

ssize_t ioth_send(int fd, const void *buf, size_t len, int flags)
{
	return CALL(fd, send, (fd, buf, len, flags));
}

ssize_t ioth_sendto(int fd, const void *buf, size_t len, int flags,
	const struct sockaddr *to, socklen_t tolen)
{
	return CALL(fd, sendto, (fd, buf, len, flags, to, tolen));
}

ssize_t ioth_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	return CALL(fd, sendmsg, (fd, msg, flags));
}
