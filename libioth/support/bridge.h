/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge.h - sockets of a user-space stack as real descriptors
 *
 * A bridge is an AF_UNIX pair. The program owns the *app end*, and uses it
 * with plain read, write, poll, dup, fork ...; the stack owns the *stack end*,
 * inside struct bridge. Nobody on the stack's side keeps a copy of the app end,
 * or its closing would not be seen: bridge_open hands it out once.
 * What is spoken at the app end besides data (accept, addresses) is in
 * bridge_app.h. Theory of operation: bridge.c, bridge_stream.c, bridge_dgram.c.
 *
 * STREAM bridges carry TCP; DGRAM bridges (SEQPACKET pairs) carry datagram,
 * raw, packet and netlink sockets.
 *
 * Threads: everything inside the loop, except bridge_open, which may be called
 * by any thread as long as the bridge is then given to the loop with
 * bridge_start. Callbacks come from the loop, never from inside a function of
 * this header, and may call any of them, bridge_free included.
 * Errors are negative errnos.
 */
#ifndef SUPPORT_BRIDGE_H
#define SUPPORT_BRIDGE_H

#include "loop.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>

#pragma GCC visibility push(hidden)

struct bridge;

enum bridge_kind { BRIDGE_STREAM, BRIDGE_DGRAM };

/*
 * FRESH      (stream) made by socket(): not connected, perhaps connecting. App:
 *            not readable, not writable. Allowed: connected, failed, listening.
 * LISTENING  (stream) as FRESH, readable while connections wait. Allowed:
 *            pending.
 * OPEN       data flows, both ways, until fin, shutdown. All datagram bridges
 *            are. Allowed: read, deliver, fin, reset (stream).
 * DEAD       failed or reset by the stack: the app end shows it, the stack end
 *            is closed, no callback comes. Allowed: reopen.
 * GONE       the app end is closed (on_close came). Only bridge_free.
 * bridge_free is allowed in every state.
 */
enum bridge_state {
	BRIDGE_FRESH,
	BRIDGE_LISTENING,
	BRIDGE_OPEN,
	BRIDGE_DEAD,
	BRIDGE_GONE,
};

/*
 * CLEAN   the last duplicate was closed, or both directions are shut down, the
 *         app's by shutdown(2), the other by that or by bridge_fin (the kernel
 *         does not tell these apart): all the app's data has been read before.
 *         The connection is over either way; what the program may still ask of
 *         a descriptor that it has not closed (getpeername) lives elsewhere.
 * UNREAD  it was closed although delivered data had not been read: a TCP sends
 *         RST. Data of the app that was not read yet is lost, as it is there.
 */
enum bridge_close { BRIDGE_CLOSE_CLEAN, BRIDGE_CLOSE_UNREAD };

/*
 * on_data      there is something to read. Not repeated until more comes: a
 *              stack that does not read all now calls bridge_read later, when
 *              it has room (back-pressure: the app end fills up).
 * on_space     after a bridge_deliver that took less than all: try again.
 * on_shutdown  (stream) the app has shut down its sending; everything it sent
 *              has been read: send FIN.
 * on_urgent    (stream) the app sent a byte with MSG_OOB; the data before it is
 *              offered to on_data first. NULL: the byte is dropped.
 * on_close     see enum bridge_close; the state is GONE.
 */
struct bridge_ops {
	void (*on_data)(struct bridge *bridge, void *owner);
	void (*on_space)(struct bridge *bridge, void *owner);
	void (*on_shutdown)(struct bridge *bridge, void *owner);
	void (*on_urgent)(
		struct bridge *bridge, unsigned char byte, void *owner);
	void (*on_close)(
		struct bridge *bridge, enum bridge_close how, void *owner);
};

struct bridge_config {
	enum bridge_kind kind;
	enum bridge_state state; /* FRESH or OPEN (accepted, connected) */
	int flags;		 /* SOCK_NONBLOCK | SOCK_CLOEXEC, app end's */
	const struct bridge_ops *ops;
	void *owner;
};

/*
 * Makes a bridge and its app end, *@app_fd, which is the caller's. SO_SNDBUF of
 * the app end must not be made smaller by anybody (bridge_stream.c): options of
 * the program are the stack's and never set on the pair. Costs 3 us, a FRESH
 * stream 17 us, and bridge_connected as much again.
 * Errors: -EMFILE, -ENFILE, -ENOMEM, -EINVAL (state).
 */
int bridge_open(struct bridge **bridge, int *app_fd, struct loop *loop,
	const struct bridge_config *config);

/* Callbacks may come from now on. Errors: those of epoll_ctl(2). */
int bridge_start(struct bridge *bridge);

/*
 * The stack has no more use for it. An app end that is still open reads what
 * was delivered, then EOF, and its writes give EPIPE; if it is FRESH, or the
 * stack left data of the app unread, it reads ECONNRESET instead.
 */
void bridge_free(struct bridge *bridge);

enum bridge_state bridge_state(const struct bridge *bridge);
void *bridge_owner(const struct bridge *bridge);
void bridge_set_owner(struct bridge *bridge, void *owner);

/* What bridge_app_cookie says of the app end: who is this descriptor? */
uint64_t bridge_cookie(const struct bridge *bridge);

/* The app end's inode, by which ss -p finds whose descriptor it is (/proc/PID/fd). */
uint32_t bridge_inode(const struct bridge *bridge);

/* ---- streams ---- */

/* FRESH -> OPEN: the app end becomes writable. */
void bridge_connected(struct bridge *bridge);

/*
 * FRESH -> DEAD: the app end polls IN, OUT, ERR, HUP; read says ECONNRESET. The
 * errno of the failure is the stack's to tell (SO_ERROR), and to be known
 * before: for a moment the app end polls OUT only.
 */
void bridge_failed(struct bridge *bridge);

/*
 * DEAD -> FRESH with a new pair, for a program that connects the same socket
 * again: put *@app_fd in the place of the old one (bridge_app_replace, ADDFD
 * SETFD). bridge_start again. Errors as bridge_open.
 */
int bridge_reopen(struct bridge *bridge, int flags, int *app_fd);

/* FRESH -> LISTENING. */
void bridge_listening(struct bridge *bridge);

/*
 * @count more connections wait (or are put back): one token each. Returns the
 * number of tokens that fitted, -EPIPE when the app has closed.
 */
int bridge_pending(struct bridge *bridge, unsigned count);

/* Bytes that bridge_read would give. */
size_t bridge_readable(struct bridge *bridge);

/*
 * What the app wrote. Returns bytes, 0: it has shut down its sending, -EAGAIN:
 * on_data will come.
 */
ssize_t bridge_read(
	struct bridge *bridge, const struct iovec *iov, unsigned iovcnt);

/*
 * Gives data to the app. Returns the bytes taken; when that is not all (or
 * -EAGAIN: none), on_space comes: keep the rest, do not open TCP's window for
 * it. -EPIPE: the app will never read (shutdown(SHUT_RD) or close): discard.
 */
ssize_t bridge_deliver(
	struct bridge *bridge, const struct iovec *iov, unsigned iovcnt);

/* The byte that TCP's urgent pointer marks. Errors as bridge_deliver. */
int bridge_deliver_urgent(struct bridge *bridge, unsigned char byte);

/* The peer's FIN: the app reads EOF after the data. It may still send. */
void bridge_fin(struct bridge *bridge);

/* The peer's RST: OPEN -> DEAD. The app reads what is there, then ECONNRESET.
 */
void bridge_reset(struct bridge *bridge);

/* ---- datagrams ---- */

#define BRIDGE_DGRAM_MAX   65536
#define BRIDGE_CONTROL_MAX 512
/* a buffer that bridge_receive never finds too small */
#define BRIDGE_RECEIVE_SIZE                                                    \
	(BRIDGE_DGRAM_MAX + BRIDGE_CONTROL_MAX +                               \
		sizeof(struct sockaddr_storage) + 16)

/*
 * What goes along with a datagram. @addr: its source or destination, addrlen 0:
 * none. @control: as msg_control in recvmsg(2), NULL: none.
 */
struct bridge_meta {
	struct sockaddr_storage addr;
	socklen_t addrlen;
	const void *control;
	size_t controllen;
};

/*
 * The next datagram of the app, and where to (addrlen 0: the app named nobody,
 * it goes to the connected peer, or nowhere). @meta->control lies in @buf,
 * after the payload. Returns its size, 0 included; -EAGAIN: none, on_data will
 * come; -ESHUTDOWN: none, and none will come; -EMSGSIZE: one of more than
 * BRIDGE_DGRAM_MAX bytes was dropped, -EBADMSG: one with a malformed trailer
 * was (go on).
 */
ssize_t bridge_receive(struct bridge *bridge, void *buf, size_t size,
	struct bridge_meta *meta);

/*
 * Gives the app a datagram from @meta (NULL: from its connected peer; the app
 * asks the stack for the name). All or nothing. -EAGAIN: the pair is full; a
 * stack may drop it, or wait for on_space. -EMSGSIZE it never fits, -EPIPE,
 * -ENOMEM, -EMFILE: drop it.
 */
int bridge_deliver_from(struct bridge *bridge, const struct iovec *iov,
	unsigned iovcnt, const struct bridge_meta *meta);

/*
 * An error that belongs to no call, of a connected socket (ICMP says that its
 * peer is not there): wakes the app, whose next receive tells it once if it goes
 * through bridge_app.h, and sees an empty datagram if not. -EAGAIN: datagrams
 * wait already, keep it until somebody asks; -EPIPE, -ENOMEM, -EMFILE.
 */
int bridge_deliver_error(struct bridge *bridge, int error);

/* How much may wait in the app end, as SO_RCVBUF; the kernel bounds it. */
int bridge_set_receive_size(struct bridge *bridge, int size);

#pragma GCC visibility pop
#endif
