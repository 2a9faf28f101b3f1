/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tcp_accept.c - listening sockets
 *
 * lwIP completes connections and hands them over, its library has no backlog.
 * They wait here, one token each in the listener's bridge; what comes over the
 * full queue is reset. Linux would leave the SYN unanswered and take the next
 * one, so the queue is at least QUEUE_MIN long, however short the program wants
 * it: bursts of connections are not lost.
 */
#include "tcp.h"
#include "stack.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define QUEUE_MIN 128
#define QUEUE_MAX 4096

static void inherit(struct tcp_sock *sock, const struct tcp_sock *listener)
{
	sock->options = listener->options;
	sock->sock.v6only = listener->sock.v6only;
	sock->sock.keepalive = listener->sock.keepalive;
	sock->sock.reuse_address = listener->sock.reuse_address;
	sock->sock.linger = listener->sock.linger;
	sock->sock.receive_size = listener->sock.receive_size;
	sock->sock.send_size = listener->sock.send_size;
	sock->sock.ifindex = listener->sock.ifindex;
	sock->sock.priority = listener->sock.priority;
	sock->sock.mark = listener->sock.mark;
}

static void append(struct tcp_sock *listener, struct tcp_sock *sock)
{
	struct tcp_sock **at = &listener->pending;

	while (*at)
		at = &(*at)->next_pending;
	*at = sock;
	sock->listener = listener;
	listener->pending_len++;
}

static err_t refuse(struct tcp_pcb *pcb)
{
	tcp_abort(pcb);
	return ERR_ABRT;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct tcp_sock *listener = arg, *sock;

	if (err != ERR_OK || !pcb)
		return ERR_VAL;
	if (!listener || listener->pending_len >= (unsigned)listener->backlog)
		return refuse(pcb);
	sock = tcp_alloc_sock(listener->sock.stack, listener->sock.domain);
	if (!sock)
		return refuse(pcb);
	sock->state = TCP_SOCK_OPEN;
	sock->connect_told = true;
	inherit(sock, listener);
	tcp_attach(sock, pcb);
	tcp_apply_options(sock);
	append(listener, sock);
	bridge_pending(listener->sock.bridge, 1);
	return ERR_OK;
}

static int to_backlog(int backlog)
{
	if (backlog < 0 || backlog >= QUEUE_MAX)
		return QUEUE_MAX;
	return backlog + 1 < QUEUE_MIN ? QUEUE_MIN : backlog + 1;
}

/* A socket that is not bound gets a port. */
static int bind_any(struct tcp_sock *sock)
{
	const ip_addr_t *any = sock->sock.domain == AF_INET ? IP4_ADDR_ANY
			       : sock->sock.v6only	    ? IP6_ADDR_ANY
							    : IP_ANY_TYPE;
	struct tcp_pcb *pcb = sock->pcb;

	if (!pcb) {
		pcb = tcp_new_ip_type(IP_GET_TYPE(any));
		if (!pcb)
			return -ENOBUFS;
		tcp_attach(sock, pcb);
		tcp_apply_options(sock);
	}
	if (sock->is_bound)
		return 0;
	if (tcp_bind(pcb, any, 0) != ERR_OK)
		return -EADDRINUSE;
	sock->is_bound = true;
	sock->bound_ip = pcb->local_ip;
	sock->bound_port = pcb->local_port;
	return 0;
}

int tcp_listen_sock(struct sock *base, int backlog)
{
	struct tcp_sock *sock = tcp_of(base);
	struct tcp_pcb *listener;
	err_t lwip_err = ERR_OK;
	int err;

	sock->backlog = to_backlog(backlog);
	if (sock->state == TCP_SOCK_LISTENING)
		return 0;
	if (sock->state != TCP_SOCK_CLOSED)
		return -EINVAL;
	err = bind_any(sock);
	if (err)
		return err;
	sock->local_ip = sock->pcb->local_ip;
	sock->local_port = sock->pcb->local_port;
	listener = tcp_listen_with_backlog_and_err(
		sock->pcb, TCP_DEFAULT_LISTEN_BACKLOG, &lwip_err);
	if (!listener)
		return lwip_err == ERR_USE ? -EADDRINUSE : -ENOBUFS;
	sock->pcb = listener;
	sock->state = TCP_SOCK_LISTENING;
	tcp_arg(listener, sock);
	tcp_accept(listener, on_accept);
	bridge_listening(base->bridge);
	return 0;
}

static struct tcp_sock *take(struct tcp_sock *listener)
{
	struct tcp_sock *sock = listener->pending;

	if (!sock)
		return NULL;
	listener->pending = sock->next_pending;
	listener->pending_len--;
	sock->next_pending = NULL;
	sock->listener = NULL;
	return sock;
}

static void put_back(struct tcp_sock *listener, struct tcp_sock *sock)
{
	sock->next_pending = listener->pending;
	sock->listener = listener;
	listener->pending = sock;
	listener->pending_len++;
	bridge_pending(listener->sock.bridge, 1);
}

int tcp_accept_next(struct sock *base)
{
	struct tcp_sock *listener = tcp_of(base), *sock;
	int fd, err;

	if (base->type != SOCK_STREAM)
		return -EOPNOTSUPP;
	if (listener->state != TCP_SOCK_LISTENING)
		return -EINVAL;
	sock = take(listener);
	if (!sock)
		return -EAGAIN;
	err = sock_open(&sock->sock, BRIDGE_OPEN, 0, &fd);
	if (err) {
		put_back(listener, sock);
		return err;
	}
	err = sock_start(&sock->sock);
	if (err) {
		close(fd);
		sock_free(&sock->sock);
		return err;
	}
	loop_defer(base->stack->loop, &sock->deliver);
	return fd;
}

void tcp_free_pending(struct tcp_sock *listener)
{
	struct tcp_sock *sock;

	while ((sock = take(listener)))
		sock_free(&sock->sock);
}
