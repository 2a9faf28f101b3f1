/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire_vde.c - wires of libvdeplug
 *
 * Theory of operation
 *
 * libvdeplug moves one frame per system call and ignores the flags of its
 * calls. For some schemes its data descriptor is the very socket that carries
 * the frames (wire_locator_is_plain, and it is an AF_UNIX socket that keeps
 * messages apart): there batches go through recvmmsg and sendmmsg. A frame
 * that such a socket refuses because it is not connected is given to vde_send,
 * which connects ptp:// when the other side has come.
 *
 * For the others, each call is preceded by a poll that says that it will not
 * wait; what cannot leave then is lost, as on any Ethernet.
 *
 * An in-process switch serves its clients inside vde_recv: that is called for
 * every event, whether the interface is up or not.
 *
 * The other side has gone when the data socket or the control socket hangs up.
 * Both leave the epoll set then, or they would wake the loop for ever.
 */
#include "wire.h"
#include "wire_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <ioth/pass.h>
#include <libvdeplug.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEND_BUFFER (1 << 20)

/* an odd number of pages: slots spread over the sets of the caches */
#define SLOT_SIZE ((size_t)17 * 4096)

struct vde {
	struct wire wire; /* first */
	VDECONN *conn;
	/* an epoll, of a switch in the process: never polls OUT, never waits */
	bool is_nested;
	bool is_socket; /* batches; else a call per frame */
	bool is_watched;
	struct loop_watch data, control; /* control.fd -1: none */
	unsigned char *slots;		 /* of the loop's batch */
};

/* The frames of a batch: in use during one event only, so all wires share. */
struct batch {
	struct loop_local local;
	unsigned char *slots;
};

static const char batch_tag;

static void fini_batch(struct loop_local *local)
{
	struct batch *batch = (struct batch *)local;

	munmap(batch->slots, SLOT_SIZE * WIRE_BATCH);
	free(batch);
}

/* Usual frames touch one page per slot; huge pages would take all. */
static unsigned char *map_slots(void)
{
	void *slots = mmap(NULL, SLOT_SIZE * WIRE_BATCH, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (slots == MAP_FAILED)
		return NULL;
	madvise(slots, SLOT_SIZE * WIRE_BATCH, MADV_NOHUGEPAGE);
	return slots;
}

static unsigned char *get_slots(struct loop *loop)
{
	struct batch *batch = (struct batch *)loop_local_get(loop, &batch_tag);

	if (batch)
		return batch->slots;
	batch = calloc(1, sizeof(*batch));
	if (!batch)
		return NULL;
	batch->slots = map_slots();
	if (!batch->slots) {
		free(batch);
		return NULL;
	}
	batch->local.tag = &batch_tag;
	batch->local.fini = fini_batch;
	loop_local_add(loop, &batch->local);
	return batch->slots;
}

static struct vde *of_wire(struct wire *wire)
{
	return (struct vde *)wire;
}

/* ---- sending ---- */

static unsigned send_call(struct vde *vde, const struct iovec *frame)
{
	struct pollfd pfd = { .fd = vde->data.fd, .events = POLLOUT };
	ssize_t n = -1;

	if (vde->is_nested ||
		(poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLOUT)))
		n = vde_send(vde->conn, frame->iov_base, frame->iov_len, 0);
	if (n < 0)
		wire_count_lost(&vde->wire, false);
	return 1;
}

/* sendmmsg has failed at the first of the frames: how many are done with? */
static unsigned send_failed(struct vde *vde, const struct iovec *frame, int err)
{
	switch (err) {
	case EAGAIN:
	case ENOBUFS:
	case EINTR:
		return 0;
	case EMSGSIZE:
		wire_count_lost(&vde->wire, true);
		return 1;
	default:
		return send_call(vde, frame);
	}
}

static unsigned send_batch(
	struct vde *vde, const struct iovec *frames, unsigned len)
{
	struct mmsghdr msgs[WIRE_BATCH] = { 0 };
	int n;

	for (unsigned i = 0; i < len; i++) {
		msgs[i].msg_hdr.msg_iov = (struct iovec *)&frames[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	n = ioth_pass_sendmmsg(
		vde->data.fd, msgs, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	return n > 0 ? (unsigned)n : send_failed(vde, frames, errno);
}

static void want_room(struct vde *vde, bool wanted)
{
	if (vde->is_watched)
		loop_watch_change(vde->wire.loop, &vde->data,
			EPOLLIN | (wanted ? EPOLLOUT : 0));
}

static unsigned vde_carrier_send(
	struct wire *wire, const struct iovec *frames, unsigned len)
{
	struct vde *vde = of_wire(wire);
	unsigned sent = 0;

	while (sent < len) {
		unsigned n = vde->is_socket ? send_batch(vde, frames + sent,
						      len - sent)
					    : send_call(vde, frames + sent);

		if (n == 0) {
			want_room(vde, true);
			break;
		}
		sent += n;
	}
	return sent;
}

/* ---- receiving ---- */

static void leave_loop(struct vde *vde)
{
	if (!vde->is_watched)
		return;
	vde->is_watched = false;
	loop_watch_del(vde->wire.loop, &vde->data);
	if (vde->control.fd >= 0)
		loop_watch_del(vde->wire.loop, &vde->control);
}

static void gone(struct vde *vde)
{
	leave_loop(vde);
	wire_set_carrier(&vde->wire, false);
}

static void init_frames(struct vde *vde, struct iovec *frames)
{
	for (unsigned i = 0; i < WIRE_BATCH; i++) {
		frames[i].iov_base = vde->slots + i * SLOT_SIZE;
		frames[i].iov_len = SLOT_SIZE;
	}
}

static int receive_batch(struct vde *vde, struct iovec *frames)
{
	struct mmsghdr msgs[WIRE_BATCH] = { 0 };
	int n;

	for (unsigned i = 0; i < WIRE_BATCH; i++) {
		msgs[i].msg_hdr.msg_iov = &frames[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	n = ioth_pass_recvmmsg(vde->data.fd, msgs, WIRE_BATCH, MSG_DONTWAIT);
	for (int i = 0; i < n; i++)
		frames[i].iov_len = msgs[i].msg_len;
	return n < 0 ? -errno : n;
}

static bool has_input(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLIN);
}

/* A switch answers 0 or 1 when it has only served a client. */
static int receive_calls(struct vde *vde, struct iovec *frames)
{
	int len = 0;

	for (unsigned i = 0; i < WIRE_BATCH && has_input(vde->data.fd); i++) {
		ssize_t n = vde_recv(vde->conn, frames[len].iov_base,
			frames[len].iov_len, 0);

		if (n < 0)
			return len ? len : -errno;
		if (n > 1)
			frames[len++].iov_len = (size_t)n;
	}
	return len;
}

/* Of a ptp:// whose other side left (it may come back), or of memory. */
static bool passes(int err)
{
	return err == -EAGAIN || err == -EINTR || err == -ECONNRESET ||
	       err == -ECONNREFUSED || err == -ENOTCONN || err == -ENOBUFS ||
	       err == -ENOMEM;
}

/* A seqpacket socket whose peer has closed reads messages of no bytes. */
static bool is_end(const struct iovec *frames, int len, uint32_t events)
{
	return (events & (EPOLLHUP | EPOLLERR)) &&
	       (len == 0 || frames[len - 1].iov_len == 0);
}

static void data_ready(struct loop_watch *watch, uint32_t events)
{
	struct vde *vde =
		(struct vde *)((char *)watch - offsetof(struct vde, data));
	struct iovec frames[WIRE_BATCH];
	bool end;
	int len;

	if (events & EPOLLOUT) {
		want_room(vde, false);
		wire_flush(&vde->wire);
	}
	init_frames(vde, frames);
	len = vde->is_socket ? receive_batch(vde, frames)
			     : receive_calls(vde, frames);
	end = len < 0 ? !passes(len) : is_end(frames, len, events);
	while (end && len > 0 && frames[len - 1].iov_len == 0)
		len--;
	if (len > 0 && !wire_received(&vde->wire, frames, (unsigned)len))
		return;
	if (end || (len == -EAGAIN && (events & EPOLLHUP)))
		gone(vde);
}

/* It says nothing after the handshake; when it ends, the switch has gone. */
static void control_ready(struct loop_watch *watch, uint32_t events)
{
	struct vde *vde =
		(struct vde *)((char *)watch - offsetof(struct vde, control));
	char junk[256];
	ssize_t n = recv(watch->fd, junk, sizeof(junk), MSG_DONTWAIT);

	(void)events;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		gone(vde);
}

static int vde_start(struct wire *wire)
{
	struct vde *vde = of_wire(wire);
	int err;

	vde->slots = get_slots(wire->loop);
	if (!vde->slots)
		return -ENOMEM;
	err = loop_watch_add(wire->loop, &vde->data, EPOLLIN);
	if (err)
		return err;
	if (vde->control.fd >= 0 &&
		loop_watch_add(wire->loop, &vde->control, EPOLLIN) < 0)
		vde->control.fd = -1;
	vde->is_watched = true;
	return 0;
}

/* A child of the program may hold copies: tell the switch at once. */
static void vde_carrier_close(struct wire *wire)
{
	struct vde *vde = of_wire(wire);

	leave_loop(vde);
	if (vde->control.fd >= 0)
		shutdown(vde->control.fd, SHUT_RDWR);
	vde_close(vde->conn);
}

static const struct wire_carrier vde_carrier = {
	.start = vde_start,
	.send = vde_carrier_send,
	.close = vde_carrier_close,
};

/* ---- opening ---- */

static int get_int(int fd, int option)
{
	socklen_t len = sizeof(int);
	int value = -1;

	getsockopt(fd, SOL_SOCKET, option, &value, &len);
	return value;
}

static void classify(struct vde *vde, const char *vnl)
{
	int fd = vde->data.fd, size = SEND_BUFFER;
	int type = get_int(fd, SO_TYPE);
	struct stat st = { .st_mode = S_IFSOCK };

	fstat(fd, &st);
	vde->is_nested = (st.st_mode & S_IFMT) == 0;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (vde->control.fd >= 0)
		fcntl(vde->control.fd, F_SETFD, FD_CLOEXEC);
	/* half a frame of a stream would be the end of it: left blocking */
	if (type == SOCK_DGRAM || type == SOCK_SEQPACKET || type == SOCK_RAW)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	vde->is_socket = (type == SOCK_DGRAM || type == SOCK_SEQPACKET) &&
			 get_int(fd, SO_DOMAIN) == AF_UNIX &&
			 wire_locator_is_plain(vnl);
	if (vde->is_socket)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* vde_open wants its arguments writable, but does not write (4.0.1). */
static int open_conn(struct vde *vde, const char *vnl, const char *description)
{
	char fallback[] = "ioth";

	errno = 0;
	vde->conn = vde_open((char *)vnl,
		description ? (char *)description : fallback, NULL);
	if (vde->conn)
		return 0;
	/* the sockets of both ends of a ptp:// are there and talk together */
	if (errno == EPERM && !strncmp(vnl, "ptp://", strlen("ptp://")))
		return -EADDRINUSE;
	return errno ? -errno : -EINVAL;
}

static int connect_wire(
	struct vde *vde, const char *vnl, const char *description)
{
	int err = open_conn(vde, vnl, description);

	if ((err == -EEXIST || err == -EADDRINUSE) && wire_stale_remove(vnl))
		err = open_conn(vde, vnl, description);
	if (err)
		return err;
	vde->data.fd = vde_datafd(vde->conn);
	vde->data.ready = data_ready;
	vde->control.fd = vde_ctlfd(vde->conn);
	vde->control.ready = control_ready;
	if (vde->control.fd == vde->data.fd)
		vde->control.fd = -1;
	if (vde->data.fd < 0) {
		vde_close(vde->conn);
		return -EINVAL;
	}
	classify(vde, vnl);
	return 0;
}

int wire_open(
	struct wire **wire, struct loop *loop, const struct wire_config *config)
{
	struct vde *vde = calloc(1, sizeof(*vde));
	const char *vnl;
	int err;

	if (!vde)
		return -ENOMEM;
	err = wire_init(&vde->wire, loop, config, &vde_carrier);
	if (err)
		goto free_vde;
	vnl = wire_locator_split(config->locator, vde->wire.name);
	err = vnl ? connect_wire(vde, vnl, config->description) : -EINVAL;
	if (err)
		goto fini_wire;
	vde->wire.mtu_max = wire_locator_mtu(vnl);
	*wire = &vde->wire;
	return 0;

fini_wire:
	wire_fini(&vde->wire);
free_vde:
	free(vde);
	return err;
}
