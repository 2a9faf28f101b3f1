/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include "bridge_app.h"
#include "ioth.h"
#include "pump.h"

typedef int name_call(int fd, struct sockaddr *addr, socklen_t *addrlen);

static int get_name(name_call *call, int fd, struct control_message *out)
{
	struct sockaddr_storage addr = { 0 };
	socklen_t len = sizeof(addr);
	int result = call(fd, (struct sockaddr *)&addr, &len);

	if (result < 0)
		return -1;
	out->size = len < sizeof(addr) ? len : sizeof(addr);
	memcpy(out->data, &addr, out->size);
	return result;
}

static int get_option(
	const struct control_message *in, int fd, struct control_message *out)
{
	socklen_t len = CALL_INPUT_MAX;
	int result =
		ioth_getsockopt(fd, in->arg[1], in->arg[2], out->data, &len);

	if (result >= 0)
		out->size = len;
	return result;
}

/* A plug-in that cannot tell is believed to listen. */
static bool listens(int fd)
{
	int value = 1;
	socklen_t len = sizeof(value);

	return ioth_getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len) <
		       0 ||
	       value;
}

/*
 * A descriptor of ours is not the guest's to wait on: look first. What does not
 * listen is refused without waiting.
 */
static int do_accept(
	const struct control_message *in, int fd, struct control_message *out)
{
	struct pollfd pfd = { fd, POLLIN, 0 };
	int flags, made;

	if (poll(&pfd, 1, 0) != 1 && !(fcntl(fd, F_GETFL) & O_NONBLOCK) &&
		listens(fd)) {
		errno = EAGAIN;
		return -1;
	}
	made = get_name(ioth_accept, fd, out);
	if (made >= 0 && in->arg[1] & SOCK_NONBLOCK) {
		flags = fcntl(made, F_GETFL);
		fcntl(made, F_SETFL, flags | O_NONBLOCK);
	}
	return made;
}

static bool takes_address(int nr)
{
	return nr == __NR_bind || nr == __NR_connect;
}

static int send_datagram(const struct control_message *in, int fd)
{
	struct control_datagram d;
	struct iovec iov;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (!control_get_datagram(in, &d)) {
		errno = EINVAL;
		return -1;
	}
	iov = (struct iovec){ (void *)d.payload, d.size };
	msg.msg_name = d.namelen ? (void *)d.name : NULL;
	msg.msg_namelen = (socklen_t)d.namelen;
	msg.msg_control = d.controllen ? d.control : NULL;
	msg.msg_controllen = d.controllen;
	return (int)ioth_sendmsg(fd, &msg, in->arg[1]);
}

static int dispatch(
	const struct control_message *in, int fd, struct control_message *out)
{
	struct sockaddr_storage addr = { 0 };

	if (takes_address(in->arg[0]))
		memcpy(&addr, in->data, in->size);
	switch (in->arg[0]) {
	case __NR_bind:
		return ioth_bind(fd, (struct sockaddr *)&addr, in->size);
	case __NR_connect:
		return ioth_connect(fd, (struct sockaddr *)&addr, in->size);
	case __NR_listen:
		return ioth_listen(fd, in->arg[1]);
	case __NR_shutdown:
		return ioth_shutdown(fd, in->arg[1]);
	case __NR_getsockname:
		return get_name(ioth_getsockname, fd, out);
	case __NR_getpeername:
		return get_name(ioth_getpeername, fd, out);
	case __NR_setsockopt:
		return ioth_setsockopt(
			fd, in->arg[1], in->arg[2], in->data, in->size);
	case __NR_getsockopt:
		return get_option(in, fd, out);
	case __NR_accept4:
		return do_accept(in, fd, out);
	case __NR_sendmsg:
		return send_datagram(in, fd);
	default:
		errno = ENOSYS;
		return -1;
	}
}

/* By the plug-in, whose bridge it is. */
static int call_plugin(
	const struct control_message *in, int fd, struct control_message *out)
{
	int result = -1;

	errno = EINVAL;
	if (!takes_address(in->arg[0]) ||
		in->size <= sizeof(struct sockaddr_storage))
		result = dispatch(in, fd, out);
	return result < 0 ? -errno : result;
}

void calls_do(struct pump *pump, const struct control_message *in, int fd,
	struct control_message *out, int *new_fd)
{
	bool connects = in->arg[0] == __NR_connect;
	uint64_t cookie = connects ? bridge_app_cookie(fd) : 0;

	out->size = 0;
	*new_fd = -1;
	out->result =
		pump ? pump_call(pump, in, fd, out) : call_plugin(in, fd, out);
	if (out->result >= 0 && in->arg[0] == __NR_accept4) {
		*new_fd = out->result;
		out->result = 0;
	}
	/* connect may put another socket in the place of fd (ioth/plugin.h) */
	if (connects && bridge_app_cookie(fd) != cookie)
		*new_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/* Plug-ins that are pumped may wait although they were told not to. */
bool calls_may_wait(const struct pump *pump, const struct control_message *in,
	int fd, bool trusted)
{
	if (in->arg[0] == __NR_accept4)
		return !trusted;
	return in->arg[0] == __NR_connect &&
	       (pump || !trusted || !(fcntl(fd, F_GETFL) & O_NONBLOCK));
}
