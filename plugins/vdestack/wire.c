/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire.c - a connection to a virtual network (libvdeplug)
 *
 * Theory of operation
 *
 * libvdeplug moves one frame per system call and ignores the flags of vde_send
 * and vde_recv. For some schemes its data descriptor is the very socket that
 * carries the frames (vnl_is_plain, and it really is a datagram or seqpacket
 * AF_UNIX socket): there whole batches go through sendmmsg and recvmmsg.
 * vde_send is still called when such a socket is not connected: ptp:// connects
 * in vde_send, when the other side has come.
 *
 * The other schemes are called frame by frame, after a poll that says that the
 * call will not wait. Where the descriptor is a socket that keeps messages
 * apart, or a device, it is made non-blocking. A stream (cmd://) may not be,
 * half a frame would be lost: it gets a thread for sending (pump.c).
 *
 * An in-process switch (switch://, hub://) serves its clients inside vde_recv,
 * so wire_read is called for every event, whatever the interface's state.
 */
#include "gnu.h"
#include "wire.h"
#include "errtext.h"
#include "pump.h"
#include "stale.h"
#include "vnl.h"

#include <errno.h>
#include <fcntl.h>
#include <ioth/pass.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEND_BUFFER (1 << 20)

static int socket_type(int fd, int *domain)
{
	socklen_t len = sizeof(int);
	int type;

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, domain, &len) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0)
		return -1;
	return type;
}

static bool keeps_messages(int fd, int type)
{
	struct stat st;

	if (type >= 0)
		return type == SOCK_DGRAM || type == SOCK_SEQPACKET ||
		       type == SOCK_RAW;
	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode);
}

static bool is_stream(int fd, int type)
{
	struct stat st;

	return type == SOCK_STREAM ||
	       (type < 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode));
}

static void set_flags(int fd, bool nonblocking)
{
	if (fd < 0)
		return;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (nonblocking)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static int classify(struct wire *wire, const char *locator)
{
	int size = SEND_BUFFER, domain = -1;
	int type = socket_type(wire->fd, &domain);

	set_flags(wire->fd, keeps_messages(wire->fd, type));
	set_flags(wire->ctl_fd, false);
	wire->kind = WIRE_CALLS;
	if (is_stream(wire->fd, type))
		return pump_new(&wire->pump, wire->conn);
	if (domain != AF_UNIX || !vnl_is_plain(locator))
		return 0;
	wire->kind = WIRE_SOCKET;
	setsockopt(wire->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return 0;
}

static int explain(int err, const char *locator)
{
	switch (err) {
	case -ENOENT:
	case -ECONNREFUSED:
		return errtext(err, "%s: no VDE switch there: %s", locator,
			strerror(-err));
	case -EPROTONOSUPPORT:
		return errtext(
			err, "%s: libvdeplug has no module for it", locator);
	case -EEXIST:
	case -EADDRINUSE:
		return errtext(err, "%s: something else is there: %s", locator,
			strerror(-err));
	default:
		return errtext(err, "%s: %s", locator, strerror(-err));
	}
}

/*
 * 0 or a negative errno. vde_open wants its arguments writable, but does not
 * write (4.0.1).
 */
static int open_conn(struct wire *wire, const char *locator)
{
	static char description[] = "ioth_vdestack";

	errno = 0;
	wire->conn = vde_open((char *)locator, description, NULL);
	if (wire->conn)
		return 0;
	/* the sockets of both ends of a ptp:// are there and talk together */
	if (errno == EPERM && vnl_has_scheme(locator, "ptp"))
		return -EADDRINUSE;
	return errno ? -errno : -EINVAL;
}

int wire_open(struct wire *wire, const char *locator)
{
	int err = open_conn(wire, locator);

	if ((err == -EEXIST || err == -EADDRINUSE) && stale_remove(locator))
		err = open_conn(wire, locator);
	if (err < 0)
		return explain(err, locator);
	wire->fd = vde_datafd(wire->conn);
	wire->ctl_fd = vde_ctlfd(wire->conn);
	if (wire->ctl_fd == wire->fd)
		wire->ctl_fd = -1;
	wire->pump = NULL;
	wire->most = 1;
	err = wire->fd < 0 ? -EINVAL : classify(wire, locator);
	if (err < 0) {
		vde_close(wire->conn);
		return explain(err, locator);
	}
	return 0;
}

/* A child that the program forked may hold a copy: tell the switch at once. */
void wire_close(struct wire *wire)
{
	pump_free(wire->pump);
	if (wire->ctl_fd >= 0)
		shutdown(wire->ctl_fd, SHUT_RDWR);
	if (wire->conn)
		vde_close(wire->conn);
	else
		close(wire->ctl_fd);
	wire->conn = NULL;
}

static int read_error(int err)
{
	/* of a ptp or switch that went away; it may come back or HUP follows */
	if (err == EAGAIN || err == EINTR || err == ECONNRESET ||
		err == ECONNREFUSED || err == ENOTCONN)
		return 0;
	return err == ENOBUFS || err == ENOMEM ? 0 : -EPIPE;
}

static struct mmsghdr message_of(struct iovec *frame)
{
	return (struct mmsghdr){ .msg_hdr = {
					 .msg_iov = frame, .msg_iovlen = 1 } };
}

static int read_batch(struct wire *wire, struct frames *frames)
{
	struct mmsghdr msgs[FRAMES_MAX] = { 0 };
	int n;

	for (unsigned i = 0; i < wire->most; i++)
		msgs[i] = message_of(&frames->frame[i]);
	n = ioth_pass_recvmmsg(wire->fd, msgs, wire->most, MSG_DONTWAIT);
	if (n < 0)
		return read_error(errno);
	for (int i = 0; i < n; i++)
		frames->frame[i].iov_len = msgs[i].msg_len;
	frames->len = (unsigned)n;
	wire->most = frames_expect(wire->most, frames->len);
	return 0;
}

static bool has_input(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLIN);
}

/* A switch answers 0 or 1 when it has only served a client. */
static int read_calls(struct wire *wire, struct frames *frames, bool is_ready)
{
	unsigned calls = 0;

	while (calls < wire->most && (is_ready || has_input(wire->fd))) {
		struct iovec *frame = &frames->frame[frames->len];
		ssize_t n = vde_recv(
			wire->conn, frame->iov_base, frame->iov_len, 0);

		if (n < 0)
			return read_error(errno);
		calls++;
		is_ready = false;
		if (n < FRAME_SIZE_MIN)
			continue;
		frame->iov_len = (size_t)n;
		frames->len++;
	}
	wire->most = frames_expect(wire->most, calls);
	return 0;
}

int wire_read(struct wire *wire, struct frames *frames, bool is_ready)
{
	frames_reset(frames);
	return wire->kind == WIRE_SOCKET ? read_batch(wire, frames)
					 : read_calls(wire, frames, is_ready);
}

static void send_one(struct wire *wire, struct frames *frames)
{
	const struct iovec *frame = &frames->frame[frames->next++];

	if (wire->pump)
		pump_write(wire->pump, frame);
	else
		vde_send(wire->conn, frame->iov_base, frame->iov_len, 0);
}

static int write_batch(struct wire *wire, struct frames *frames)
{
	struct mmsghdr msgs[FRAMES_MAX];

	for (unsigned i = frames->next; i < frames->len; i++)
		msgs[i] = message_of(&frames->frame[i]);
	while (frames->next < frames->len) {
		int n = ioth_pass_sendmmsg(wire->fd, msgs + frames->next,
			frames->len - frames->next,
			MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0)
			frames->next += (unsigned)n;
		else if (errno == EAGAIN)
			return 1;
		else if (errno == EMSGSIZE)
			frames->next++;
		else if (errno != EINTR)
			break;
	}
	if (frames->next < frames->len) {
		send_one(wire, frames); /* lets ptp:// connect */
		frames->next = frames->len;
	}
	return 0;
}

int wire_write(struct wire *wire, struct frames *frames)
{
	if (wire->kind == WIRE_SOCKET)
		return write_batch(wire, frames);
	while (frames->next < frames->len)
		send_one(wire, frames);
	return 0;
}
