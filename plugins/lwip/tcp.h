/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tcp.h - TCP sockets; inside the plug-in's tcp_*.c
 *
 * Threads: inside the loop.
 */
#ifndef LWIP_TCPSOCK_H
#define LWIP_TCPSOCK_H

#include "sock.h"

#include <lwip/tcp.h>

#pragma GCC visibility push(hidden)

/*
 * CLOSED      made, perhaps bound. Allowed: bind, connect, listen.
 * CONNECTING  until the callback of tcp_connect or the error's.
 * FAILED      not connected, there is no pcb. Whoever waits for it, or the next
 *             connect, takes the error: then CLOSED.
 * OPEN        data flow; each direction ends on its own (got_fin, sent_fin).
 * LISTENING
 * OVER        reset, or both directions have ended: there is no pcb.
 */
enum tcp_sock_state {
	TCP_SOCK_CLOSED,
	TCP_SOCK_CONNECTING,
	TCP_SOCK_FAILED,
	TCP_SOCK_OPEN,
	TCP_SOCK_LISTENING,
	TCP_SOCK_OVER,
};

/* Received, not yet taken by the bridge: pbufs linked by next. */
struct tcp_rx {
	struct pbuf *first, *last;
	size_t size;
	u16_t room; /* behind the end of the last one */
};

/* Zero: lwIP's own. */
struct tcp_options {
	bool nodelay, cork, no_quickack;
	uint8_t ttl, tos;
	unsigned keep_idle_s, keep_interval_s, keep_count;
};

struct tcp_sock {
	struct sock sock; /* first */
	struct tcp_options options;
	enum tcp_sock_state state;
	struct tcp_pcb *pcb; /* NULL: none yet, FAILED, OVER */
	struct tcp_rx rx;
	u32_t rx_end;	    /* sequence number behind what has come */
	bool has_urgent;    /* a byte to come, or in rx, is */
	u32_t urgent_seqno; /* this one */
	bool urgent_waits;  /* to be written: */
	unsigned char urgent_out;
	bool got_fin, told_fin, sent_fin, was_reset;
	bool connect_told; /* connect has said that it is connected */
	bool wants_data;   /* the bridge has more than we could take */
	bool wants_output; /* tcp_output waits for the end of the round */
	struct tcp_waiter *waiters; /* for the end of CONNECTING */
	bool is_bound; /* by the program: to this, also when it connects
			    * again */
	ip_addr_t bound_ip;
	u16_t bound_port;
	struct loop_task deliver;  /* rx to the bridge, at the round's end */
	int soft_error;		   /* of ICMP, since the last acknowledgement */
	struct loop_timer no_host; /* see tcp_neigh.c */
	ip_addr_t local_ip, remote_ip; /* when the pcb has gone */
	u16_t local_port, remote_port;
	uint64_t bytes_in, bytes_out;
	/* LISTENING: */
	int backlog;
	unsigned pending_len;
	struct tcp_sock *pending, *next_pending; /* in order */
	/* not accepted yet: */
	struct tcp_sock *listener;
};

static inline struct tcp_sock *tcp_of(struct sock *sock)
{
	return (struct tcp_sock *)sock;
}

/* Connects the pcb's callbacks to @sock. */
void tcp_attach(struct tcp_sock *sock, struct tcp_pcb *pcb);

/* Lets go of the pcb, which lives on or not as lwIP likes. */
void tcp_detach(struct tcp_sock *sock);

/* Ends the connection with RST. */
void tcp_kill(struct tcp_sock *sock);

/* What ICMP says: the end of a connect, the reason of a time-out. */
void tcp_tell_error(struct tcp_sock *sock, int error);

/* A new struct of domain and ops, without pcb. NULL: no memory. */
struct tcp_sock *tcp_alloc_sock(struct stack *stack, int domain);

/* ---- tcp_data.c ---- */

/* What the program has written, to lwIP. */
void tcp_push(struct tcp_sock *sock);
/* What was received, to the bridge. */
void tcp_deliver(struct tcp_sock *sock);
void tcp_rx_free(struct tcp_rx *rx);
void tcp_data_attach(struct tcp_sock *sock);
extern const struct bridge_ops tcp_bridge_ops;

/* ---- tcp_output.c ---- */

/* What tcp_output has put off. */
void tcp_output_now(struct tcp_sock *sock);
/* lwIP has counted an acknowledgement of @acked bytes for slow start. */
void tcp_output_grow(struct tcp_pcb *pcb, unsigned acked);

/* ---- tcp_urgent.c ---- */

/* Once per stack. Errors: -ENOMEM. */
int tcp_urgent_listen(void);
void tcp_urgent_unlisten(void);
/* False: lwIP has no room for it now. */
bool tcp_urgent_send(struct tcp_sock *sock, unsigned char byte);
/* How much of rx is before the urgent byte: all, if that is not there. */
size_t tcp_urgent_distance(struct tcp_sock *sock);
/* The first byte of rx is urgent. As bridge_deliver; 0: it is not any more. */
ssize_t tcp_urgent_deliver(struct tcp_sock *sock);

/* ---- tcp_neigh.c ---- */

/* Ends the connect that begins when no neighbour takes its packets. */
void tcp_neigh_begin(struct tcp_sock *sock);
void tcp_neigh_end(struct tcp_sock *sock);

/* ---- tcp_accept.c ---- */

int tcp_listen_sock(struct sock *sock, int backlog);
void tcp_free_pending(struct tcp_sock *listener);

/* ---- tcp_opt.c ---- */

int tcp_setopt(struct sock *sock, const struct sock_option *option);
int tcp_getopt(struct sock *sock, struct sock_option *option);
/* The options of struct sock, to a new pcb. */
void tcp_apply_options(struct tcp_sock *sock);
bool tcp_describe(struct sock *sock, struct netlink_sock *shown);
/* Linux's number of the state. */
int tcp_linux_state(const struct tcp_sock *sock);

#pragma GCC visibility pop
#endif
