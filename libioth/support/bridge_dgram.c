/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge_dgram.c - bridges of datagram sockets, the stack's side
 *
 * Theory of operation
 *
 * SEQPACKET pairs: message boundaries, and HUP when the app closes (SOCK_DGRAM
 * has none). A plain read must return the payload and nothing else.
 *
 * The source. With each datagram that has one travels a descriptor (SCM_RIGHTS)
 * of a sealed memfd that holds the source's trailer (bridge_trailer.h): read
 * and recv drop it unseen, bridge_app_recvmsg reads it. So nobody has to ask
 * the stack, the queue may be as long as it likes, and whoever takes a datagram
 * gets its own source, however many processes share the socket. (The other way,
 * at most one datagram in the pair, costs a wake-up of the stack for each, and
 * cannot say which source belongs to whom when two receive at once.) The memfds
 * are shared by all bridges of a loop and kept by content, since sources
 * repeat; a hit costs 0.5 us more than a datagram without.
 * The kernel bounds descriptors in flight per user (RLIMIT_NOFILE): beyond it a
 * datagram is lost like one that found the buffer full.
 *
 * The destination. A datagram of the app that names one carries any descriptor
 * at all (a marker) and ends with the trailer. What carries none came from a
 * plain write.
 *
 * What a plain descriptor cannot show: FIONREAD is the sum of the waiting
 * datagrams, not the size of the first; an error by itself (of ICMP): it wakes
 * the app as an empty datagram, whose trailer has it; a write without a
 * destination on a socket that has no peer succeeds and goes nowhere; sizes are
 * refused by whoever receives.
 *
 * An empty datagram and the end both receive as 0 bytes. The stack end has
 * SO_TIMESTAMP on: what carries a time is a datagram.
 */
#include "bridge.h"
#include "bridge_impl.h"
#include "bridge_trailer.h"

#include <errno.h>
#include <fcntl.h>
#include <ioth/pass.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#define SOURCES 64 /* a power of two */

struct source {
	int fd; /* -1: free */
	struct bridge_trailer trailer;
};

struct sources {
	struct loop_local local;
	struct source source[SOURCES];
};

static const char sources_tag;

int bridge_dgram_prepare(struct bridge *bridge)
{
	int on = 1;

	bridge->at_end = false;
	if (ioth_pass_setsockopt(bridge->watch.fd, SOL_SOCKET, SO_TIMESTAMP,
		    &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

static void fini_sources(struct loop_local *local)
{
	struct sources *sources = (struct sources *)local;

	for (unsigned i = 0; i < SOURCES; i++)
		if (sources->source[i].fd >= 0)
			close(sources->source[i].fd);
	free(sources);
}

static struct sources *get_sources(struct loop *loop)
{
	struct sources *sources =
		(struct sources *)loop_local_get(loop, &sources_tag);

	if (sources)
		return sources;
	sources = calloc(1, sizeof(*sources));
	if (!sources)
		return NULL;
	for (unsigned i = 0; i < SOURCES; i++)
		sources->source[i].fd = -1;
	sources->local.tag = &sources_tag;
	sources->local.fini = fini_sources;
	loop_local_add(loop, &sources->local);
	return sources;
}

/* FNV-1a */
static unsigned hash(const struct bridge_trailer *trailer)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < trailer->size; i++)
		h = (h ^ trailer->bytes[i]) * 16777619u;
	return (h ^ h >> 16) % SOURCES;
}

/* Sealed, for the app gets the very same file. */
static int make_memfd(const struct bridge_trailer *trailer)
{
	int fd = memfd_create("source", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int err;

	if (fd < 0)
		return -errno;
	if (pwrite(fd, trailer->bytes, trailer->size, 0) !=
			(ssize_t)trailer->size ||
		fcntl(fd, F_ADD_SEALS,
			F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK |
				F_SEAL_SEAL) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* A descriptor of the cache, or an error. */
static int source_fd(struct loop *loop, const struct bridge_meta *meta)
{
	struct sources *sources = get_sources(loop);
	struct bridge_trailer trailer;
	struct source *source;
	int fd;

	if (!sources)
		return -ENOMEM;
	if (bridge_trailer_encode(&trailer, meta) < 0)
		return -EINVAL;
	source = &sources->source[hash(&trailer)];
	if (source->fd >= 0 && source->trailer.size == trailer.size &&
		!memcmp(source->trailer.bytes, trailer.bytes, trailer.size))
		return source->fd;
	fd = make_memfd(&trailer);
	if (fd < 0)
		return fd;
	if (source->fd >= 0)
		close(source->fd);
	source->fd = fd;
	source->trailer = trailer;
	return fd;
}

static int send_packet(
	struct bridge *bridge, const struct iovec *iov, unsigned iovcnt, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
			      .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS } };
	struct msghdr msg = { .msg_iov = (struct iovec *)iov,
		.msg_iovlen = iovcnt };

	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
	}
	return ioth_pass_sendmsg(
		       bridge->watch.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0
		       ? -errno
		       : 0;
}

int bridge_deliver_from(struct bridge *bridge, const struct iovec *iov,
	unsigned iovcnt, const struct bridge_meta *meta)
{
	int fd = -1, err;

	if (bridge->state != BRIDGE_OPEN)
		return -EPIPE;
	if (meta) {
		fd = source_fd(bridge->loop, meta);
		if (fd < 0)
			return fd;
	}
	err = send_packet(bridge, iov, iovcnt, fd);
	if (err == -ENOBUFS || err == -ETOOMANYREFS)
		return -ENOMEM;
	if (err == -EAGAIN)
		bridge_want_space(bridge);
	return err;
}

/* What waits is counted as in FIONREAD. */
static bool app_has_read_all(const struct bridge *bridge)
{
	int size = 0;

	return ioctl(bridge->watch.fd, SIOCOUTQ, &size) == 0 && size == 0;
}

int bridge_deliver_error(struct bridge *bridge, int error)
{
	struct bridge_error buf;
	struct bridge_meta meta;

	if (bridge->state != BRIDGE_OPEN)
		return -EPIPE;
	if (!app_has_read_all(bridge))
		return -EAGAIN;
	bridge_error_encode(&buf, error, &meta);
	return bridge_deliver_from(bridge, NULL, 0, &meta);
}

int bridge_set_receive_size(struct bridge *bridge, int size)
{
	if (bridge->state != BRIDGE_OPEN)
		return -EPIPE;
	return ioth_pass_setsockopt(bridge->watch.fd, SOL_SOCKET, SO_SNDBUF,
		       &size, sizeof(size)) < 0
		       ? -errno
		       : 0;
}

/* What came along with a datagram. */
struct extras {
	bool is_datagram; /* not the end */
	bool has_trailer;
};

static void look_at_control(struct msghdr *msg, struct extras *extras)
{
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg))
		if (cmsg->cmsg_level == SOL_SOCKET &&
			cmsg->cmsg_type == SCM_TIMESTAMP)
			extras->is_datagram = true;
	/* there was a descriptor */
	extras->has_trailer = msg->msg_flags & MSG_CTRUNC;
}

/*
 * Room for the time, which comes first, and for no descriptor: whether there was
 * one is all that counts. To take it and close it costs more, and could wait:
 * the app may send what it likes, a file of its own file system, say.
 */
#define CONTROL_SIZE CMSG_SPACE(sizeof(struct timeval))

/* The control data is set for analyzers only: they do not see what a system call
 * writes. */
static ssize_t receive(struct bridge *bridge, struct iovec *iov, int flags,
	struct extras *extras, bool *truncated)
{
	union {
		struct cmsghdr header;
		char bytes[CONTROL_SIZE];
	} control = { .bytes = { 0 } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 1 };
	ssize_t n;

	memset(extras, 0, sizeof(*extras));
	*truncated = false;
	for (int tries = 0; tries < 2; tries++) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		n = ioth_pass_recvmsg(bridge->watch.fd, &msg,
			flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		/* told once when the app has closed with data unread */
		if (n >= 0 || errno != ECONNRESET)
			break;
	}
	if (n < 0)
		return -errno;
	look_at_control(&msg, extras);
	*truncated = msg.msg_flags & MSG_TRUNC;
	return n;
}

/* The buffer may be at any address, control data needs an aligned one. */
static int align_control(char *buf, size_t size, struct bridge_meta *meta)
{
	size_t at = (size_t)((const char *)meta->control - buf);
	size_t misaligned = (uintptr_t)meta->control % sizeof(size_t);
	size_t aligned = misaligned ? at + sizeof(size_t) - misaligned : at;

	if (!meta->control)
		return 0;
	if (aligned + meta->controllen > size)
		return -EMSGSIZE;
	memmove(buf + aligned, meta->control, meta->controllen);
	meta->control = buf + aligned;
	return 0;
}

static ssize_t split_trailer(
	char *buf, size_t size, size_t len, struct bridge_meta *meta)
{
	ssize_t trailer = bridge_trailer_decode(buf, len, meta);

	if (trailer < 0)
		return trailer;
	if (align_control(buf, size, meta) < 0)
		return -EMSGSIZE;
	return (ssize_t)len - trailer;
}

ssize_t bridge_receive(
	struct bridge *bridge, void *buf, size_t size, struct bridge_meta *meta)
{
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct extras extras;
	bool truncated;
	ssize_t n;

	memset(meta, 0, sizeof(*meta));
	if (bridge->state != BRIDGE_OPEN || bridge->at_end)
		return -ESHUTDOWN;
	n = receive(bridge, &iov, 0, &extras, &truncated);
	if (n < 0)
		return n;
	if (!extras.is_datagram) {
		bridge->at_end = bridge->app_shut = true;
		loop_defer(bridge->loop, &bridge->settle);
		return -ESHUTDOWN;
	}
	if (bridge->app_shut) /* was it the last? */
		loop_defer(bridge->loop, &bridge->settle);
	if (!truncated && extras.has_trailer)
		n = split_trailer(buf, size, (size_t)n, meta);
	return truncated || n > BRIDGE_DGRAM_MAX ? -EMSGSIZE : n;
}

bool bridge_dgram_is_over(struct bridge *bridge)
{
	struct iovec iov = { .iov_base = NULL, .iov_len = 0 };
	struct extras extras;
	bool truncated;

	if (!bridge->at_end && bridge->app_shut)
		bridge->at_end = receive(bridge, &iov, MSG_PEEK, &extras,
					 &truncated) == 0 &&
				 !extras.is_datagram;
	return bridge->at_end;
}
