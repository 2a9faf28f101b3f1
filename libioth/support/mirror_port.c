/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mirror_port.c - an interface of the mirror: a veth end or the loopback
 *
 * Theory of operation
 *
 *	near name space				far name space
 *	vde0 ---------------- veth ------------ far2
 *	  fd[NEAR]				  fd[FAR]
 *
 * A frame that has come from the wire is written to fd[FAR] and so received by
 * vde0. One that the stack has sent is written to fd[NEAR] and so sent by vde0:
 * every packet socket sees it as outgoing except the one that sent it. What
 * programs send on vde0 is therefore all that fd[NEAR] sees as outgoing; it goes
 * to the wire; when that is nearly full it waits in the socket. At the far end
 * nobody reads.
 *
 * So frames of the stack take their usual way, whatever happens here, and none
 * can go round.
 *
 * The loopback is that of the name space: what is written to fd[NEAR] is sent
 * and received, as packets on a loopback are.
 */
#include "mirror_impl.h"

#include <ioth/pass.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH	    WIRE_BATCH
#define SOCKET_SIZE (4 << 20) /* of what programs send in one go */
#define PAUSE_NS    1000000   /* for a wire that is full */

/* ---- frames ---- */

/*
 * A socket that has seen its interface down tells so once, instead of sending.
 * Other errors (no room): programs miss the frame.
 */
static void show(const struct mirror_port *port, enum mirror_side side,
	const struct iovec *iov, int iovcnt)
{
	ssize_t n = writev(port->fd[side], iov, iovcnt);

	if (n < 0 && errno == ENETDOWN)
		n = writev(port->fd[side], iov, iovcnt);
	(void)n;
}

static void seen(
	struct wire_tap *tap, const void *frame, size_t size, bool outgoing)
{
	struct mirror_port *port =
		(struct mirror_port *)((char *)tap -
				       offsetof(struct mirror_port, tap));
	struct iovec iov = { (void *)frame, size };

	if (!port->is_forwarding)
		show(port, outgoing ? MIRROR_NEAR : MIRROR_FAR, &iov, 1);
}

static void forward(struct mirror_port *port, void *frame, size_t size)
{
	const struct mirror *mirror = port->room->mirror;

	if (port->wire) {
		port->is_forwarding = true;
		wire_send(port->wire, &(struct iovec){ frame, size }, 1);
		port->is_forwarding = false;
	} else if (mirror->ops->loopback && size > WIRE_HEADER_SIZE) {
		mirror->ops->loopback((char *)frame + WIRE_HEADER_SIZE,
			size - WIRE_HEADER_SIZE, mirror->owner);
	}
}

static int start_watching(struct mirror_port *port)
{
	int err =
		loop_watch_add(port->room->mirror->loop, &port->sent, EPOLLIN);

	port->is_watching = !err;
	return err;
}

static void stop_watching(struct mirror_port *port)
{
	if (port->is_watching)
		loop_watch_del(port->room->mirror->loop, &port->sent);
	port->is_watching = false;
}

static void pause_watching(struct mirror_port *port)
{
	struct loop *loop = port->room->mirror->loop;

	stop_watching(port);
	loop_timer_set(loop, &port->resume, loop_now(loop) + PAUSE_NS);
}

static void resume_fired(struct loop_timer *timer)
{
	struct mirror_port *port =
		(struct mirror_port *)((char *)timer -
				       offsetof(struct mirror_port, resume));

	if (start_watching(port) < 0)
		pause_watching(port);
}

/* The stack shall find room for its own frames. */
static bool has_room(const struct mirror_port *port)
{
	return !port->wire || wire_room(port->wire) > WIRE_BATCH;
}

/* Errors (the interface went down) are gone when they have been read. */
static void sent_ready(struct loop_watch *watch, uint32_t events)
{
	struct mirror_port *port =
		(struct mirror_port *)((char *)watch -
				       offsetof(struct mirror_port, sent));
	char *frame = port->room->frame;
	ssize_t n;

	(void)events;
	for (int i = 0; i < BATCH; i++) {
		if (!has_room(port)) {
			pause_watching(port);
			return;
		}
		n = read(watch->fd, frame, WIRE_FRAME_MAX);
		if (n < 0)
			return;
		forward(port, frame, (size_t)n);
	}
}

void mirror_show_loopback(
	struct mirror *mirror, const struct iovec *packet, unsigned iovcnt)
{
	const struct mirror_port *port =
		mirror->room ? mirror->room->ports : NULL;
	struct iovec iov[1 + 64];
	struct ethhdr header = { .h_proto = htons(ETH_P_IP) };

	while (port && port->wire)
		port = port->next;
	if (!port || !iovcnt || iovcnt > 64 || !packet->iov_len)
		return;
	if (*(const uint8_t *)packet->iov_base >> 4 == 6)
		header.h_proto = htons(ETH_P_IPV6);
	iov[0] = (struct iovec){ &header, sizeof(header) };
	memcpy(&iov[1], packet, iovcnt * sizeof(*packet));
	show(port, MIRROR_NEAR, iov, (int)iovcnt + 1);
}

void mirror_port_watch(struct mirror_port *port, bool on)
{
	if (!port->wire || port->is_tapped == on)
		return;
	if (on)
		wire_tap_add(port->wire, &port->tap);
	else
		wire_tap_del(port->wire, &port->tap);
	port->is_tapped = on;
}

/* ---- making it ---- */

static int bind_to(int fd, unsigned index, uint16_t protocol)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = (int)index };

	return ioth_pass(SYS_bind, fd, (long)&ll, sizeof(ll), 0, 0) < 0 ? -errno
									: 0;
}

static int packet_socket(const struct mirror_port *port, enum mirror_side side)
{
	return mirror_net_socket(&port->room->net, side, AF_PACKET,
		SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static int open_near(struct mirror_port *port)
{
	struct sock_filter outgoing[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
			(uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { 4, outgoing };
	int fd = packet_socket(port, MIRROR_NEAR), size = SOCKET_SIZE;

	if (fd < 0)
		return fd;
	port->fd[MIRROR_NEAR] = fd;
	if (ioth_pass_setsockopt(
		    fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		ioth_pass_setsockopt(
			fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (ioth_pass_setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		    sizeof(program)) < 0)
		return -errno;
	return bind_to(fd, port->index, ETH_P_ALL);
}

/*
 * Its queue begins to work a moment after the carrier has come, and loses
 * frames until then: past it.
 */
static int open_far(struct mirror_port *port)
{
	int fd = packet_socket(port, MIRROR_FAR), one = 1;

	if (fd < 0)
		return fd;
	port->fd[MIRROR_FAR] = fd;
	ioth_pass_setsockopt(
		fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one));
	return bind_to(fd, port->index, 0);
}

static int make_pair(struct mirror_port *port, const struct netlink_link *link)
{
	const struct mirror_room *room = port->room;
	int err = mirror_rtnl_add(
		room->rtnl_fd[MIRROR_NEAR], link, room->net.net_fd[MIRROR_FAR]);

	if (!err)
		err = mirror_rtnl_set_up(
			room->rtnl_fd[MIRROR_FAR], link->index, true);
	return err ?: open_far(port);
}

int mirror_port_change(const struct mirror_port *port,
	const struct netlink_link *link, const struct netlink_link *old)
{
	int fd = port->room->rtnl_fd[MIRROR_NEAR];
	int err = mirror_rtnl_change(fd, link, old);

	if (!err && !port->wire && link->flags & IFF_UP)
		err = mirror_rtnl_strip_loopback(fd, link->index);
	return err;
}

static int make(struct mirror_port *port, const struct netlink_link *link)
{
	int err = port->wire ? make_pair(port, link) : 0;

	if (!err)
		err = open_near(port);
	if (!err && link->flags & IFF_UP)
		err = mirror_port_change(port, link, link);
	if (err)
		return err;
	port->sent.ready = sent_ready;
	port->sent.fd = port->fd[MIRROR_NEAR];
	port->resume.fired = resume_fired;
	return start_watching(port);
}

int mirror_port_new(struct mirror_port **result, struct mirror_room *room,
	const struct netlink_link *link, struct wire *wire)
{
	struct mirror_port *port = calloc(1, sizeof(*port));
	int err;

	if (!port)
		return -ENOMEM;
	port->room = room;
	port->wire = wire;
	port->tap.seen = seen;
	port->index = link->index;
	port->fd[MIRROR_NEAR] = port->fd[MIRROR_FAR] = -1;
	err = make(port, link);
	if (err) {
		mirror_port_free(port);
		return err;
	}
	*result = port;
	return 0;
}

void mirror_port_leave(struct mirror_port *port)
{
	mirror_port_watch(port, false);
	stop_watching(port);
	loop_timer_cancel(port->room->mirror->loop, &port->resume);
}

/* A child of the program may have the descriptors: closing is not enough. */
void mirror_port_free(struct mirror_port *port)
{
	int rtnl_fd = port->room->rtnl_fd[MIRROR_NEAR];

	if (port->wire)
		mirror_rtnl_del(rtnl_fd, port->index);
	else
		mirror_rtnl_set_up(rtnl_fd, port->index, false);
	for (int i = 0; i < MIRROR_SIDES; i++)
		if (port->fd[i] >= 0)
			close(port->fd[i]);
	free(port);
}
