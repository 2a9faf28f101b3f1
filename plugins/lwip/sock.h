/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sock.h - a socket of the stack: a bridge and what lwIP has behind it
 *
 * Each type of socket is a struct that begins with struct sock, and a struct
 * sock_ops. Addresses are checked by the types (sockaddr.h).
 *
 * Threads: inside the loop. Errors are negative errnos.
 */
#ifndef LWIP_SOCK_H
#define LWIP_SOCK_H

#include "bridge.h"

#include <sys/socket.h>
#include <sys/uio.h>

#pragma GCC visibility push(hidden)

struct netlink_sock;
struct sock;
struct stack;

/* A datagram that the program sends with a name or control data. */
struct sock_message {
	const struct iovec *iov;
	unsigned iovcnt;
	const struct bridge_meta *meta; /* NULL: to whom it is connected */
};

/* An option's value on its way in or out. */
struct sock_option {
	int level, name;
	void *value;
	socklen_t size; /* in: of value; out: what was stored */
};

/*
 * What is NULL is answered EOPNOTSUPP.
 *
 * connect  returns -EINPROGRESS when the bridge will show the end of it.
 * send     the message leaves before it returns. @flags: MSG_*.
 * setopt, getopt  -ENOPROTOOPT: not theirs.
 * describe fills in what ss(8) shows. False: it shows nothing.
 * close    the program has closed it; then free.
 * free     gives back everything, but for struct sock itself.
 */
struct sock_ops {
	const struct bridge_ops *bridge;
	int (*bind)(
		struct sock *sock, const struct sockaddr *addr, socklen_t size);
	int (*connect)(
		struct sock *sock, const struct sockaddr *addr, socklen_t size);
	int (*listen)(struct sock *sock, int backlog);
	int (*name)(struct sock *sock, bool peer, struct sockaddr_storage *addr,
		socklen_t *size);
	ssize_t (*send)(struct sock *sock, const struct sock_message *message,
		int flags);
	int (*setopt)(struct sock *sock, const struct sock_option *option);
	int (*getopt)(struct sock *sock, struct sock_option *option);
	bool (*describe)(struct sock *sock, struct netlink_sock *shown);
	int (*destroy)(struct sock *sock); /* SOCK_DESTROY */
	void (*close)(struct sock *sock, enum bridge_close how);
	void (*free)(struct sock *sock);
};

struct sock {
	const struct sock_ops *ops;
	struct stack *stack;
	struct bridge *bridge; /* NULL: not accepted yet */
	uint64_t cookie;       /* of the app end; 0: none yet */
	int domain, type, protocol;
	int error;	  /* SO_ERROR */
	int marked_error; /* that waits in the bridge (bridge_deliver_error) */
	/* options that are the same for all types */
	bool reuse_address, reuse_port, broadcast, keepalive, oob_inline;
	bool dont_route, timestamp, v6only;
	struct linger linger;
	int receive_size, send_size, priority, mark;
	unsigned ifindex;	/* SO_BINDTODEVICE */
	struct sock *next;	/* in its bucket */
	struct sock *next_dead; /* see sock.c */
	bool is_dead;
};

/*
 * Fills in a new struct sock (which is zero) and makes its bridge, in @state;
 * *@fd is the app end. @type with SOCK_NONBLOCK and SOCK_CLOEXEC.
 * Errors: of bridge_open.
 */
int sock_open(struct sock *sock, enum bridge_state state, int type, int *fd);

/* Its bridge's callbacks may come from now on. */
int sock_start(struct sock *sock);

/* Frees @sock, its bridge, and by ops.free what is behind it. */
void sock_free(struct sock *sock);

/* The bridge is DEAD: nobody will tell when the program closes it. It lives
 * until that is found out, or until sock_exhume. */
void sock_bury(struct sock *sock);
/* It lives again (bridge_reopen): its cookie is new. */
void sock_exhume(struct sock *sock);

/* NULL: none. */
struct sock *sock_find(const struct stack *stack, uint64_t cookie);

/* For ops.bridge: what on_close of all types does. */
void sock_on_close(struct bridge *bridge, enum bridge_close how, void *owner);

void sock_init(struct stack *stack);
void sock_free_all(struct stack *stack);
void sock_fini(struct stack *stack);

/* ---- sock_new.c ---- */

/*
 * socket(2): a new socket and its descriptor. Returns the descriptor.
 * Errors: -EAFNOSUPPORT, -ESOCKTNOSUPPORT, -EPROTONOSUPPORT, -EPERM never,
 * -EINVAL, of bridge_open.
 */
int sock_new(struct stack *stack, int domain, int type, int protocol);

/* Makers, one per type of socket: *@sock, its ops set, without bridge. */
int tcp_make(struct stack *stack, int domain, struct sock **sock);
int dgram_make_udp(struct stack *stack, int domain, struct sock **sock);
int dgram_make_raw(struct stack *stack, int domain, int type, int protocol,
	struct sock **sock);
/* The second choice, see packet.h. */
int packet_make(
	struct stack *stack, int type, int protocol, struct sock **sock);
int nlsock_make(
	struct stack *stack, int type, int protocol, struct sock **sock);

/* ---- tcp_accept.c ---- */

/*
 * accept(2), after the token was taken: the next connection's descriptor.
 * Errors: -EAGAIN none waits, -EINVAL not listening, of bridge_open.
 */
int tcp_accept_next(struct sock *listener);

/* ---- tcp.c ---- */

/*
 * A call of connect(2) that waits: with it registered, a failure is told by the
 * call, and the descriptor stays as it is.
 */
struct tcp_waiter {
	int event_fd; /* the call's: readable at the end */
	struct tcp_waiter *next;
};

/*
 * When connect has said -EINPROGRESS or -EALREADY. Makes event_fd. Errors:
 * -ENOBUFS no descriptor is left; the connect goes on.
 * tcp_end_wait: 0 (connected), why that has failed, or @otherwise: it goes on.
 */
int tcp_begin_wait(struct sock *sock, struct tcp_waiter *waiter);
int tcp_end_wait(struct sock *sock, struct tcp_waiter *waiter, int otherwise);

/* shutdown(2) of a connect that goes on ends it. False: there is none. */
bool tcp_shutdown_connect(struct sock *sock);

/* After connect(2), when its bridge is DEAD: *@fd takes the old one's place. */
int tcp_reopen(struct sock *sock, int flags, int *fd);

/* ---- nlsock.c ---- */

/* Answers the requests that waited for the stack (-ERESTART). */
void nlsock_resume(struct stack *stack);

/* See netlink_server.h. @ctx: the stack. */
void sock_publish(void *ctx, unsigned group, uint32_t except, const void *bytes,
	size_t size);

/* ---- sockopt.c ---- */

int sockopt_set(struct sock *sock, const struct sock_option *option);
int sockopt_get(struct sock *sock, struct sock_option *option);

/* Values in and out. -EINVAL: too short. */
int sockopt_int(const struct sock_option *option, int *value);
int sockopt_give_int(struct sock_option *option, int value);
int sockopt_give(struct sock_option *option, const void *value, size_t size);

/* SO_BINDTODEVICE of lwIP's kind: the pcb's netif_idx. */
void sockopt_bind_pcb(const struct sock *sock, uint8_t *netif_idx);

#pragma GCC visibility pop
#endif
