/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge_stream.c - bridges of stream sockets
 *
 * Theory of operation
 *
 * The kept byte. AF_UNIX tells the app ECONNRESET (and ERR, HUP) when the stack
 * end is closed while something in it is unread; closed with nothing unread it
 * is an orderly end. A stack must be able to reset at any time and holds no
 * app end to put something in. So there is always something unread: at first
 * one byte of junk that bridge_open put there, later the last byte that the
 * app wrote, which was given to the stack already, by MSG_PEEK. The first @kept
 * bytes of the queue are of that kind; reads skip them. The orderly end takes
 * them out first. It also makes the end of a stack process (kill -9) a reset
 * of all its connections, with nobody to do it.
 *
 * The kept byte occupies the kernel's buffer of the app's last write, at most
 * 64 KB and some (48 KB by write, 64 KB by sendfile). The app end polls
 * writable only while a quarter of its SO_SNDBUF is in use at most, so that
 * must be more than four times as large, or a program that waits for POLLOUT
 * might wait for ever: BUFFER_SIZE, which no one may make smaller on the app
 * end.
 *
 * A read of n bytes is SIOCINQ, recvmsg of the kept and n - 1 bytes, and a peek
 * at the last. When few bytes come they are only peeked at and all kept. Small
 * kept buffers are counted by the byte, as each may be one of a byte and
 * occupy 768.
 *
 * Stuffing. With its send buffer full of junk the app end is not writable,
 * and the stack can end that by reading, without touching the app end.
 * (Setting SO_SNDBUF small instead, as was measured before, is 12 us cheaper
 * but needs the app end again, and a duplicate kept for that hides a close()
 * while connecting, and keeps the program's epoll registrations alive.)
 *
 * Urgent data. A receive stops before a MSG_OOB byte, the next one drops it.
 * Since every read begins with a kept byte, it never begins at the mark; when a
 * read ends early there may be one, and it is fetched.
 */
#include "bridge.h"
#include "bridge_impl.h"

#include <errno.h>
#include <ioth/pass.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>

#define KEPT_MAX  128
#define STUFF_IOV 8
#define IOV_CUT	  64 /* iovecs used of a longer list */

static char zeros[65536]; /* never written: costs no memory */

static ssize_t send_junk(int app_fd, size_t size)
{
	struct iovec iov[STUFF_IOV];
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 1 };

	iov[0].iov_base = zeros;
	iov[0].iov_len = size;
	while (size > 1 && msg.msg_iovlen < STUFF_IOV)
		iov[msg.msg_iovlen++] = iov[0];
	return ioth_pass_sendmsg(app_fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int bridge_stream_prepare(struct bridge *bridge, int app_fd)
{
	size_t size = bridge->config.state == BRIDGE_OPEN ? 1 : sizeof(zeros);
	ssize_t n;

	bridge->junk = 0;
	do {
		n = send_junk(app_fd, size);
		bridge->junk += n > 0 ? (size_t)n : 0;
	} while (n > 0 && size > 1);
	bridge->kept = size == 1;
	return bridge->junk ? 0 : -ENOMEM;
}

static size_t queued(const struct bridge *bridge)
{
	int size = 0;

	ioctl(bridge->watch.fd, SIOCINQ, &size);
	return size > 0 ? (size_t)size : 0;
}

/* Into the same few cache lines again and again. */
static ssize_t discard_some(const struct bridge *bridge, size_t size)
{
	char junk[4096];
	struct iovec iov[128];
	struct msghdr msg = { .msg_iov = iov };

	while (size > 0 && msg.msg_iovlen < 128) {
		size_t len = size < sizeof(junk) ? size : sizeof(junk);

		iov[msg.msg_iovlen].iov_base = junk;
		iov[msg.msg_iovlen++].iov_len = len;
		size -= len;
	}
	return ioth_pass_recvmsg(bridge->watch.fd, &msg, MSG_DONTWAIT);
}

static void discard(const struct bridge *bridge, size_t size)
{
	while (size > 0) {
		ssize_t n = discard_some(bridge, size);

		if (n <= 0)
			return;
		size -= (size_t)n;
	}
}

void bridge_stream_release(struct bridge *bridge)
{
	discard(bridge, bridge->kept);
	bridge->kept = 0;
}

/* One byte stays: it is the first kept one, or makes the end a failure. */
static void drain_junk(struct bridge *bridge)
{
	if (bridge->junk > 1)
		discard(bridge, bridge->junk - 1);
	bridge->junk = 1;
}

void bridge_connected(struct bridge *bridge)
{
	drain_junk(bridge);
	bridge->kept = 1;
	bridge->state = BRIDGE_OPEN;
	bridge_rearm(bridge); /* data may have come behind the junk already */
}

static void die(struct bridge *bridge)
{
	bridge_close_end(bridge);
	bridge->state = BRIDGE_DEAD;
}

/* Closing a full pair would show HUP before OUT: the kernel empties it last. */
void bridge_failed(struct bridge *bridge)
{
	drain_junk(bridge);
	die(bridge);
}

void bridge_reset(struct bridge *bridge)
{
	die(bridge);
}

void bridge_listening(struct bridge *bridge)
{
	bridge->state = BRIDGE_LISTENING;
}

int bridge_pending(struct bridge *bridge, unsigned count)
{
	ssize_t n;

	if (count > sizeof(zeros))
		count = sizeof(zeros);
	n = send(bridge->watch.fd, zeros, count, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n >= 0)
		return (int)n;
	return errno == EAGAIN ? 0 : -errno;
}

size_t bridge_readable(struct bridge *bridge)
{
	size_t size;

	if (bridge->state != BRIDGE_OPEN)
		return 0;
	size = queued(bridge);
	return size > bridge->kept ? size - bridge->kept : 0;
}

void bridge_stream_take_urgent(struct bridge *bridge)
{
	unsigned char byte;

	if (recv(bridge->watch.fd, &byte, 1, MSG_OOB | MSG_DONTWAIT) != 1)
		return;
	bridge->urgent = byte;
	bridge->has_urgent = true;
}

/* @iov, cut to @size bytes, behind a place for the kept bytes. */
struct cut_iov {
	unsigned char kept[KEPT_MAX];
	struct iovec iov[1 + IOV_CUT];
	unsigned len;
	size_t size;	     /* without the kept ones */
	unsigned char *last; /* where the last byte of size goes */
};

static void cut_init(struct cut_iov *cut, size_t kept, const struct iovec *iov,
	unsigned iovcnt, size_t size)
{
	cut->iov[0].iov_base = cut->kept;
	cut->iov[0].iov_len = kept;
	cut->len = 1;
	cut->size = 0;
	for (unsigned i = 0; i < iovcnt && cut->len <= IOV_CUT; i++) {
		size_t left = size - cut->size;
		size_t len = iov[i].iov_len < left ? iov[i].iov_len : left;

		if (len == 0)
			continue;
		cut->iov[cut->len].iov_base = iov[i].iov_base;
		cut->iov[cut->len++].iov_len = len;
		cut->size += len;
		cut->last = (unsigned char *)iov[i].iov_base + len - 1;
	}
}

/* Returns the bytes after the kept ones; 0: a mark of urgent data is there. */
static ssize_t receive_cut(
	struct bridge *bridge, struct cut_iov *cut, int flags)
{
	struct msghdr msg = { .msg_iov = cut->iov, .msg_iovlen = cut->len };
	ssize_t n =
		ioth_pass_recvmsg(bridge->watch.fd, &msg, flags | MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	if ((size_t)n < bridge->kept)
		return -EIO; /* someone else reads here */
	return n - bridge->kept;
}

/* Few bytes: look at them and keep them all. */
static ssize_t read_peeking(struct bridge *bridge, struct cut_iov *cut)
{
	ssize_t n = receive_cut(bridge, cut, MSG_PEEK);

	if (n > 0)
		bridge->kept += (unsigned)n;
	return n;
}

/* Takes all but the last byte, looks at that. */
static ssize_t read_taking(struct bridge *bridge, struct cut_iov *cut)
{
	ssize_t n;

	cut->iov[cut->len - 1].iov_len--;
	n = receive_cut(bridge, cut, 0);
	if (n < 0)
		return n;
	bridge->kept = 0;
	if ((size_t)n < cut->size - 1)
		return n;
	if (recv(bridge->watch.fd, cut->last, 1, MSG_PEEK | MSG_DONTWAIT) != 1)
		return n;
	bridge->kept = 1;
	return n + 1;
}

static ssize_t read_some(struct bridge *bridge, const struct iovec *iov,
	unsigned iovcnt, size_t size)
{
	struct cut_iov cut;
	ssize_t n;

	cut_init(&cut, bridge->kept, iov, iovcnt, size);
	n = bridge->kept + cut.size <= KEPT_MAX ? read_peeking(bridge, &cut)
						: read_taking(bridge, &cut);
	if (n < 0 || (size_t)n == cut.size)
		return n;
	bridge_stream_take_urgent(bridge);
	if (bridge->has_urgent)
		loop_defer(bridge->loop, &bridge->settle);
	return n;
}

/* A mark follows the kept bytes: only taking those gets past it. */
static ssize_t read_past_mark(
	struct bridge *bridge, const struct iovec *iov, unsigned iovcnt)
{
	size_t size = bridge_readable(bridge);

	if (size == 0)
		return -EAGAIN;
	bridge_stream_release(bridge);
	return read_some(bridge, iov, iovcnt, size);
}

ssize_t bridge_read(
	struct bridge *bridge, const struct iovec *iov, unsigned iovcnt)
{
	size_t size = bridge_readable(bridge);
	ssize_t n;

	if (size == 0 && !bridge->app_shut)
		return -EAGAIN;
	if (size == 0) {
		loop_defer(bridge->loop, &bridge->settle);
		return 0;
	}
	n = read_some(bridge, iov, iovcnt, size);
	if (n == 0)
		n = read_past_mark(bridge, iov, iovcnt);
	if (bridge->app_shut && bridge_readable(bridge) == 0)
		loop_defer(bridge->loop, &bridge->settle);
	return n;
}

static size_t total(const struct iovec *iov, unsigned iovcnt)
{
	size_t size = 0;

	for (unsigned i = 0; i < iovcnt; i++)
		size += iov[i].iov_len;
	return size;
}

ssize_t bridge_deliver(
	struct bridge *bridge, const struct iovec *iov, unsigned iovcnt)
{
	struct msghdr msg = { .msg_iov = (struct iovec *)iov,
		.msg_iovlen = iovcnt };
	ssize_t n;

	if (bridge->state != BRIDGE_OPEN)
		return -EPIPE;
	n = ioth_pass_sendmsg(
		bridge->watch.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != ENOBUFS)
		return -errno;
	if (n < 0 || (size_t)n < total(iov, iovcnt))
		bridge_want_space(bridge);
	return n < 0 ? -EAGAIN : n;
}

int bridge_deliver_urgent(struct bridge *bridge, unsigned char byte)
{
	ssize_t n;

	if (bridge->state != BRIDGE_OPEN)
		return -EPIPE;
	n = send(bridge->watch.fd, &byte, 1,
		MSG_OOB | MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno == EAGAIN)
		bridge_want_space(bridge);
	return n < 0 ? -errno : 0;
}

void bridge_fin(struct bridge *bridge)
{
	if (bridge->state == BRIDGE_OPEN)
		ioth_pass_shutdown(bridge->watch.fd, SHUT_WR);
}
