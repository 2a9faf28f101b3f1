/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pump_impl.h - what the files of the pump share
 *
 * Threads: inside the loop, unless said otherwise. Errors are negative errnos.
 */
#ifndef PUMP_IMPL_H
#define PUMP_IMPL_H

#include <semaphore.h>
#include <sys/socket.h>
#include "../control.h"
#include "bridge.h"
#include "ioth.h"
#include "loop.h"

#define PUMP_BUCKETS 512u
#define PUMP_ROUNDS  16 /* of one socket, before others have their turn */

/* Functions of the plug-in that carry data, the best that it has. */
struct pump_io {
	unsigned stream_in, stream_out, dgram_in, dgram_out;
};

struct pump {
	struct ioth *stack;
	struct loop *loop;
	struct loop_watch closings; /* inotify; fd -1: none to be had */
	struct pump_io io;
	unsigned char *buffer; /* BRIDGE_RECEIVE_SIZE, for whoever is moved */
	struct pump_sock *bucket[PUMP_BUCKETS]; /* by cookie */
};

/* What one side has given and the other has not taken yet. */
struct pump_held {
	size_t at, size;	 /* of bytes: the rest begins at @at */
	struct bridge_meta meta; /* of a datagram; its control is in @control */
	char control[BRIDGE_CONTROL_MAX];
	unsigned char bytes[];
};

/* A connection that the plug-in has accepted. */
struct pump_pending {
	int fd;
	struct sockaddr_storage addr;
	socklen_t addrlen;
	struct pump_pending *next;
};

/* A thread that waits for the end of a connect. */
struct pump_waiter {
	sem_t done;
	int result;
	struct pump_waiter *next;
};

/*
 * NEW         stream: made by socket(). Next: CONNECTING, LISTENING.
 * CONNECTING  stream. Next: OPEN, OVER, NEW (who waited was told the failure).
 * LISTENING   stream.
 * OPEN        data flow. All others than streams, from the beginning.
 * OVER        the bridge has ended: failed, reset, or closed by the guest. The
 *             plug-in's socket lives until the guest has closed its last
 *             duplicate (options and names may still be asked for), and what
 *             it wrote has gone.
 */
enum pump_state {
	PUMP_NEW,
	PUMP_CONNECTING,
	PUMP_LISTENING,
	PUMP_OPEN,
	PUMP_OVER,
};

struct pump_sock {
	struct pump *pump;
	struct pump_sock *next; /* in its bucket */
	struct bridge *bridge;
	uint64_t cookie; /* of the app end */
	int closing;	 /* the watch for its last close; -1: cannot be told */
	bool is_closed;	 /* it has come */
	int domain, type, protocol;
	int fd; /* the plug-in's */
	enum pump_state state;
	int error;     /* SO_ERROR, before the plug-in's own */
	unsigned busy; /* threads that use fd outside of the loop */

	/* pump_ready.c */
	struct loop_watch watch; /* fd */
	uint32_t events;	 /* asked for */
	struct loop_timer retry;
	uint64_t pause_ns; /* before the next retry */
	bool polls;	   /* fd can be polled at all */
	bool tells_space;  /* EPOLLOUT of fd means something */

	/* What a step is for: the descriptor has news, or an urgent byte. */
	bool news, urgent;

	/* results of a step, for pump_ready.c */
	bool moved;  /* something was */
	bool again;  /* there is more to do, others first */
	bool unsure; /* no event may come although there is something to do */

	/* pump_stream.c, pump_dgram.c */
	struct pump_held *in, *out; /* to the guest, from it; or NULL */
	bool in_ended;		    /* the plug-in gives no more */
	bool out_waits;		    /* the plug-in takes no more for now */
	bool out_ended;		    /* it never will */
	bool guest_shut;	    /* the guest sends no more */
	bool told_shut;		    /* the plug-in knows */
	struct loop_timer linger;
	bool may_linger; /* the guest wants close to wait */

	/* pump_connect.c */
	bool connect_told;
	bool has_failed; /* its last connect */
	struct pump_waiter *waiters;

	/* pump_accept.c */
	struct pump_pending *pending;
	unsigned pending_len, backlog;
};

static inline bool pump_is_stream(const struct pump_sock *s)
{
	return s->type == SOCK_STREAM;
}

/* ---- pump.c ---- */

/* NULL: not ours, or no more. */
struct pump_sock *pump_find(const struct pump *pump, uint64_t cookie);

/* pump_adopt, with a bridge that is connected already (@state BRIDGE_OPEN). */
int pump_adopt_in(struct pump *pump, int fd, int domain, int type, int protocol,
	enum bridge_state state);

/*
 * A bridge that is DEAD begins anew; *@app_fd, of @flags (SOCK_NONBLOCK), has to
 * take the place of the guest's descriptor. Errors: of bridge_open, bridge_start.
 */
int pump_reopen(struct pump_sock *s, int flags, int *app_fd);

/* Is this one of the plug-in's sockets that the pump has already? */
bool pump_knows_fd(const struct pump *pump, int fd);

/* Closes a socket of the plug-in's. */
void pump_close_fd(int fd);

/* The bridge has ended. Frees @s if all else has, too. */
void pump_over(struct pump_sock *s);

/* Frees @s if it is OVER and nothing keeps it any more. */
void pump_free_if_done(struct pump_sock *s);

/* ---- pump_ready.c ---- */

/* Watches the plug-in's descriptor. */
void pump_ready_start(struct pump_sock *s);
void pump_ready_stop(struct pump_sock *s);

/* Does what can be done for @s now, and sees to it that more is done later.
 * @s may be gone afterwards. */
void pump_step(struct pump_sock *s);

/* Does its descriptor say that @events (POLLIN, POLLOUT) are there? True if it
 * cannot tell. */
bool pump_ready_now(const struct pump_sock *s, short events);

/* ---- pump_io.c ---- */

/*
 * Receive and send by the plug-in's functions, without waiting: bytes, or
 * -EAGAIN, -EIO nonsense came back, or what the plug-in says. pump_io_recv: 0 is
 * the end of a stream. For datagrams @meta has the address, and control data at
 * @control, which has BRIDGE_CONTROL_MAX bytes.
 */
ssize_t pump_io_recv(struct pump_sock *s, void *buf, size_t size);
ssize_t pump_io_send(struct pump_sock *s, const void *buf, size_t size);
ssize_t pump_io_recv_dgram(struct pump_sock *s, void *buf, size_t size,
	struct bridge_meta *meta, void *control);
ssize_t pump_io_send_dgram(struct pump_sock *s, const void *buf, size_t size,
	const struct bridge_meta *meta);

/* As the guest's MSG_OOB. */
void pump_io_send_urgent(struct pump_sock *s, unsigned char byte);
/* False: there is none. *@here: it is the next byte. */
bool pump_io_recv_urgent(struct pump_sock *s, unsigned char *byte, bool *here);

/* The plug-in's SO_ERROR, 0 if it has none. */
int pump_io_error(const struct pump_sock *s);

/* SO_LINGER: @on with no time makes its close a reset. */
void pump_io_set_linger(int fd, bool on);

/* Tells the plug-in that calls on @fd must not wait. */
void pump_io_set_nonblock(int fd);

/* ---- pump_stream.c, pump_dgram.c ---- */

extern const struct bridge_ops pump_stream_ops, pump_dgram_ops;

/* The steps of an OPEN socket, or of one that is OVER with something left. */
void pump_stream_step(struct pump_sock *s);
void pump_dgram_step(struct pump_sock *s);

/* Sends one behind what the guest has written. -EAGAIN: not now; or what the
 * plug-in says. */
ssize_t pump_dgram_send(struct pump_sock *s, const void *bytes, size_t size,
	const struct bridge_meta *meta);

/* A copy of @size bytes. NULL: no memory. */
struct pump_held *pump_hold(const void *bytes, size_t size);

/* For bridge_ops. */
void pump_on_close(struct bridge *bridge, enum bridge_close how, void *owner);
void pump_on_ready(struct bridge *bridge, void *owner);

/* ---- pump_connect.c ---- */

/* Has a connection that was begun come about? */
void pump_connect_step(struct pump_sock *s);

/* Nobody shall wait for it any more. */
void pump_connect_abort(struct pump_sock *s);

/* Outside of the loop; see pump_call(). */
int pump_connect(struct pump *pump, uint64_t cookie,
	const struct control_message *in, int fd);

/* ---- pump_accept.c ---- */

int pump_listen(struct pump_sock *s, int backlog);
void pump_accept_step(struct pump_sock *s);
/* accept4: a new app end; @fd is one of the listening socket. Errors: -EINVAL,
 * -EOPNOTSUPP, -EAGAIN, of pump_adopt. */
int pump_accept(struct pump_sock *s, const struct control_message *in, int fd,
	struct control_message *out);
void pump_accept_free(struct pump_sock *s);

#endif
