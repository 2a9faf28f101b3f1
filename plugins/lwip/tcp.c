/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tcp.c - TCP sockets: from connect to close
 *
 * Theory of operation
 *
 * A socket has a pcb of lwIP until its connection is over. lwIP frees pcbs by
 * itself: it says so by the error callback (reset, timed out, ended by an ACK),
 * but not for one in TIME_WAIT. So when both FINs have been seen the socket
 * lets go of the pcb (tcp_detach), having kept its addresses.
 *
 * From a callback of lwIP no pcb may be aborted; what has to be done to the
 * socket is done to its bridge there, and to lwIP from the loop.
 */
#include "tcp.h"
#include "route.h"
#include "sockaddr.h"
#include "stack.h"

#include <lwip/priv/tcp_priv.h>

#include <errno.h>
#include <stdlib.h>

/* ---- ends ---- */

static void keep_names(struct tcp_sock *sock)
{
	sock->local_ip = sock->pcb->local_ip;
	sock->remote_ip = sock->pcb->remote_ip;
	sock->local_port = sock->pcb->local_port;
	sock->remote_port = sock->pcb->remote_port;
}

void tcp_detach(struct tcp_sock *sock)
{
	struct tcp_pcb *pcb = sock->pcb;

	if (!pcb)
		return;
	tcp_output_now(sock);
	if (sock->state != TCP_SOCK_LISTENING) {
		keep_names(sock);
		tcp_recv(pcb, NULL);
		tcp_sent(pcb, NULL);
		tcp_err(pcb, NULL);
	} else {
		tcp_accept(pcb, NULL);
	}
	tcp_arg(pcb, NULL);
	sock->pcb = NULL;
	sock->state = TCP_SOCK_OVER;
}

void tcp_kill(struct tcp_sock *sock)
{
	struct tcp_pcb *pcb = sock->pcb;

	if (!pcb)
		return;
	tcp_detach(sock);
	tcp_abort(pcb);
}

static int errno_of_end(const struct tcp_sock *sock, err_t err)
{
	bool connecting = sock->state == TCP_SOCK_CONNECTING;

	if (err == ERR_RST)
		return connecting ? ECONNREFUSED : ECONNRESET;
	if (err == ERR_ABRT) /* tcp_slowtmr has given up */
		return ETIMEDOUT;
	return -sockaddr_errno(err);
}

/* The pcb has gone. ERR_CLSD: in good order. */
static void on_err(void *arg, err_t err)
{
	struct tcp_sock *sock = arg;
	bool connecting = sock->state == TCP_SOCK_CONNECTING;

	sock->pcb = NULL;
	if (err == ERR_CLSD) {
		sock->state = TCP_SOCK_OVER;
		return;
	}
	sock->sock.error = errno_of_end(sock, err);
	sock->state = TCP_SOCK_OVER;
	sock->was_reset = true;
	if (!sock->sock.bridge)
		return; /* accept finds it so */
	if (connecting) {
		bridge_failed(sock->sock.bridge);
		sock_bury(&sock->sock);
		return;
	}
	loop_defer(sock->sock.stack->loop, &sock->deliver);
}

/* ---- connect ---- */

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct tcp_sock *sock = arg;

	(void)pcb;
	(void)err;
	keep_names(sock);
	sock->state = TCP_SOCK_OPEN;
	bridge_connected(sock->sock.bridge);
	return ERR_OK;
}

void tcp_attach(struct tcp_sock *sock, struct tcp_pcb *pcb)
{
	sock->pcb = pcb;
	tcp_arg(pcb, sock);
	tcp_err(pcb, on_err);
	tcp_data_attach(sock);
}

static u8_t pcb_type(const struct sock *sock)
{
	return sock->domain == AF_INET ? IPADDR_TYPE_V4
	       : sock->v6only	       ? IPADDR_TYPE_V6
				       : IPADDR_TYPE_ANY;
}

static int need_pcb(struct tcp_sock *sock)
{
	struct tcp_pcb *pcb;

	if (sock->pcb)
		return 0;
	pcb = tcp_new_ip_type(pcb_type(&sock->sock));
	if (!pcb)
		return -ENOBUFS;
	tcp_attach(sock, pcb);
	tcp_apply_options(sock);
	return 0;
}

static int state_error(struct tcp_sock *sock)
{
	switch (sock->state) {
	case TCP_SOCK_CONNECTING:
		return -EALREADY;
	case TCP_SOCK_OPEN:
		if (sock->connect_told)
			return -EISCONN;
		sock->connect_told = true;
		return 0;
	case TCP_SOCK_LISTENING:
		return -EISCONN;
	default:
		return 1;
	}
}

/* What an earlier attempt has left is told first, as Linux does. */
static int earlier_error(struct tcp_sock *sock)
{
	int error = sock->sock.error;

	sock->sock.error = 0;
	if (error)
		return -error;
	return sock->state == TCP_SOCK_OVER ? -ECONNABORTED : 0;
}

static int start_connect(struct tcp_sock *sock, const ip_addr_t *ip, u16_t port)
{
	err_t err;
	int result = need_pcb(sock);

	if (result)
		return result;
	if (IP_IS_V4(ip) && IP_IS_ANY_TYPE_VAL(sock->pcb->local_ip))
		ip_addr_set_any(false, &sock->pcb->local_ip);
	else if (IP_IS_ANY_TYPE_VAL(sock->pcb->local_ip))
		ip_addr_set_any(true, &sock->pcb->local_ip);
	sock->state = TCP_SOCK_CONNECTING;
	err = tcp_connect(sock->pcb, ip, port, on_connected);
	if (err == ERR_OK)
		return -EINPROGRESS;
	sock->state = TCP_SOCK_CLOSED;
	return err == ERR_USE ? -EADDRNOTAVAIL : sockaddr_errno(err);
}

static int do_connect(
	struct sock *base, const struct sockaddr *addr, socklen_t size)
{
	struct tcp_sock *sock = tcp_of(base);
	int err = state_error(sock);
	ip_addr_t ip = { 0 };
	u16_t port;

	if (err <= 0)
		return err;
	err = earlier_error(sock) ?: sockaddr_peer(base, addr, size, &ip, &port)
			  ?: route_check(base->stack, &ip, base->ifindex);
	if (err)
		return err;
	if (ip_addr_ismulticast(&ip) ||
		(IP_IS_V4_VAL(ip) && ip_2_ip4(&ip)->addr == IPADDR_BROADCAST))
		return -ENETUNREACH;
	return start_connect(sock, &ip, port);
}

int tcp_reopen(struct sock *base, int flags, int *fd)
{
	struct tcp_sock *sock = tcp_of(base);
	int err = bridge_reopen(base->bridge, flags, fd);

	if (err)
		return err;
	sock_exhume(base);
	sock->state = TCP_SOCK_CLOSED;
	sock->got_fin = sock->told_fin = sock->sent_fin = false;
	sock->was_reset = sock->connect_told = sock->is_bound = false;
	tcp_rx_free(&sock->rx);
	return sock_start(base);
}

/* ---- bind, names ---- */

static int do_bind(
	struct sock *base, const struct sockaddr *addr, socklen_t size)
{
	struct tcp_sock *sock = tcp_of(base);
	ip_addr_t ip;
	u16_t port;
	err_t err;
	int result = sockaddr_local(base, addr, size, &ip, &port);

	if (result)
		return result;
	if (sock->state != TCP_SOCK_CLOSED || sock->is_bound)
		return -EINVAL;
	result = need_pcb(sock);
	if (result)
		return result;
	err = tcp_bind(sock->pcb, &ip, port);
	if (err)
		return sockaddr_errno(err);
	sock->is_bound = true;
	return 0;
}

static int do_name(struct sock *base, bool peer, struct sockaddr_storage *addr,
	socklen_t *size)
{
	struct tcp_sock *sock = tcp_of(base);

	if (peer && (sock->state != TCP_SOCK_OPEN || !sock->pcb))
		return -ENOTCONN;
	if (sock->pcb && sock->state != TCP_SOCK_LISTENING)
		keep_names(sock);
	sockaddr_give(base, peer ? &sock->remote_ip : &sock->local_ip,
		peer ? sock->remote_port : sock->local_port, addr, size);
	return 0;
}

/* ---- close ---- */

static void close_pcb(struct tcp_sock *sock)
{
	struct tcp_pcb *pcb = sock->pcb;

	tcp_detach(sock);
	if (tcp_close(pcb) != ERR_OK)
		tcp_abort(pcb);
}

static void do_close(struct sock *base, enum bridge_close how)
{
	struct tcp_sock *sock = tcp_of(base);

	if (!sock->pcb)
		return;
	if (sock->state == TCP_SOCK_LISTENING || sock->state == TCP_SOCK_CLOSED)
		close_pcb(sock);
	else if (how == BRIDGE_CLOSE_UNREAD || sock->rx.size ||
		 (base->linger.l_onoff && !base->linger.l_linger))
		tcp_kill(sock);
	else
		close_pcb(sock);
}

static int do_destroy(struct sock *base)
{
	struct tcp_sock *sock = tcp_of(base);

	if (!sock->pcb || sock->state == TCP_SOCK_LISTENING)
		return -EOPNOTSUPP;
	tcp_kill(sock);
	base->error = ECONNABORTED;
	if (base->bridge) {
		bridge_reset(base->bridge);
		sock_bury(base);
	}
	return 0;
}

static void do_free(struct sock *base)
{
	struct tcp_sock *sock = tcp_of(base);

	tcp_free_pending(sock);
	loop_forget(base->stack->loop, &sock->deliver);
	tcp_rx_free(&sock->rx);
	if (sock->state == TCP_SOCK_LISTENING && sock->pcb)
		close_pcb(sock);
	tcp_kill(sock);
}

static const struct sock_ops ops = {
	.bridge = &tcp_bridge_ops,
	.bind = do_bind,
	.connect = do_connect,
	.listen = tcp_listen_sock,
	.name = do_name,
	.setopt = tcp_setopt,
	.getopt = tcp_getopt,
	.describe = tcp_describe,
	.destroy = do_destroy,
	.close = do_close,
	.free = do_free,
};

/* Nothing is delivered before a socket is accepted, but acknowledged. */
static void run_deliver(struct loop_task *task)
{
	struct tcp_sock *sock =
		(struct tcp_sock *)((char *)task -
				    offsetof(struct tcp_sock, deliver));

	tcp_deliver(sock);
	tcp_output_now(sock);
}

struct tcp_sock *tcp_alloc_sock(struct stack *stack, int domain)
{
	struct tcp_sock *sock = calloc(1, sizeof(*sock));

	if (!sock)
		return NULL;
	sock->sock.ops = &ops;
	sock->sock.stack = stack;
	sock->sock.domain = domain;
	sock->sock.type = SOCK_STREAM;
	sock->sock.protocol = IPPROTO_TCP;
	sock->deliver.run = run_deliver;
	return sock;
}

int tcp_make(struct stack *stack, int domain, struct sock **sock)
{
	struct tcp_sock *new = tcp_alloc_sock(stack, domain);

	if (!new)
		return -ENOMEM;
	*sock = &new->sock;
	return 0;
}
