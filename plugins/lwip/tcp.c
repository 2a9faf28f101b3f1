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
#include <sys/eventfd.h>
#include <unistd.h>

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

static void close_pcb(struct tcp_sock *sock)
{
	struct tcp_pcb *pcb = sock->pcb;

	tcp_detach(sock);
	if (tcp_close(pcb) != ERR_OK)
		tcp_abort(pcb);
}

static int errno_of_end(const struct tcp_sock *sock, err_t err)
{
	bool connecting = sock->state == TCP_SOCK_CONNECTING;

	if (err == ERR_RST)
		return connecting ? ECONNREFUSED : ECONNRESET;
	if (err == ERR_ABRT) /* tcp_slowtmr has given up */
		return sock->soft_error ?: ETIMEDOUT;
	return -sockaddr_errno(err);
}

/* CONNECTING has ended. False: nobody waits for that. */
static bool wake_waiters(const struct tcp_sock *sock)
{
	const uint64_t one = 1;
	const struct tcp_waiter *waiter;

	for (waiter = sock->waiters; waiter; waiter = waiter->next)
		(void)!write(waiter->event_fd, &one, sizeof(one));
	return sock->waiters;
}

/*
 * A connect has failed; the pcb has gone. A call that waits for it tells of it,
 * and the descriptor stays. Otherwise the descriptor has to show it.
 */
static void connect_failed(struct tcp_sock *sock, int error)
{
	tcp_neigh_end(sock);
	sock->state = TCP_SOCK_FAILED;
	sock->sock.error = error;
	sock->local_ip = sock->bound_ip;
	sock->local_port = sock->bound_port;
	if (wake_waiters(sock))
		return;
	bridge_failed(sock->sock.bridge);
	sock_bury(&sock->sock);
}

void tcp_tell_error(struct tcp_sock *sock, int error)
{
	struct tcp_pcb *pcb = sock->pcb;

	if (sock->state != TCP_SOCK_CONNECTING) {
		sock->soft_error = error;
		return;
	}
	tcp_detach(sock);
	tcp_abandon(pcb, 0);
	connect_failed(sock, error);
}

/* The pcb has gone. ERR_CLSD: in good order. */
static void on_err(void *arg, err_t err)
{
	struct tcp_sock *sock = arg;
	int error = errno_of_end(sock, err);

	sock->pcb = NULL;
	if (sock->state == TCP_SOCK_CONNECTING) {
		connect_failed(sock, error);
		return;
	}
	sock->state = TCP_SOCK_OVER;
	if (err == ERR_CLSD)
		return;
	sock->sock.error = error;
	sock->was_reset = true;
	if (sock->sock.bridge) /* accept finds it so */
		loop_defer(sock->sock.stack->loop, &sock->deliver);
}

/* ---- connect ---- */

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct tcp_sock *sock = arg;

	(void)err;
	tcp_neigh_end(sock);
	keep_names(sock);
	sock->rx_end = pcb->rcv_nxt;
	sock->state = TCP_SOCK_OPEN;
	bridge_connected(sock->sock.bridge);
	wake_waiters(sock);
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

static int rebind(struct tcp_sock *sock)
{
	struct tcp_pcb *pcb = sock->pcb;

	if (tcp_bind(pcb, &sock->bound_ip, sock->bound_port) == ERR_OK)
		return 0;
	tcp_err(pcb, NULL);
	sock->pcb = NULL;
	tcp_close(pcb);
	return -EADDRINUSE; /* by somebody else meanwhile */
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
	return sock->is_bound ? rebind(sock) : 0;
}

/* Of a connect that has failed. It is told once, as by Linux, which says
 * ECONNABORTED to a connect when SO_ERROR has told the error. */
static int take_failure(struct tcp_sock *sock)
{
	int error = sock->sock.error ?: ECONNABORTED;

	sock->sock.error = 0;
	if (!sock->waiters)
		sock->state = TCP_SOCK_CLOSED;
	return -error;
}

/* Why no connection can be begun now; 1: it can. */
static int state_error(struct tcp_sock *sock)
{
	switch (sock->state) {
	case TCP_SOCK_CLOSED:
		return 1;
	case TCP_SOCK_CONNECTING:
		return -EALREADY;
	case TCP_SOCK_FAILED:
		return sock->waiters ? -EALREADY : take_failure(sock);
	case TCP_SOCK_OPEN:
		if (sock->connect_told)
			return -EISCONN;
		sock->connect_told = true;
		return 0;
	default:
		return -EISCONN;
	}
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
	sock->soft_error = 0;
	err = tcp_connect(sock->pcb, ip, port, on_connected);
	if (err == ERR_OK) {
		tcp_neigh_begin(sock);
		return -EINPROGRESS;
	}
	sock->state = TCP_SOCK_CLOSED;
	return err == ERR_USE ? -EADDRNOTAVAIL : sockaddr_errno(err);
}

/* connect to nobody (AF_UNSPEC): as good as new, but for what it is bound to.
 * A bridge that has shown more than connecting is given up (needs_pair). */
static int disconnect(struct tcp_sock *sock)
{
	switch (sock->state) {
	case TCP_SOCK_CLOSED:
		return 0;
	case TCP_SOCK_FAILED:
		if (!sock->waiters)
			take_failure(sock);
		return 0;
	case TCP_SOCK_CONNECTING:
		tcp_neigh_end(sock);
		tcp_kill(sock);
		sock->state = TCP_SOCK_CLOSED;
		if (sock->waiters)
			connect_failed(sock, ECONNABORTED);
		return 0;
	case TCP_SOCK_LISTENING:
		tcp_free_pending(sock);
		close_pcb(sock);
		break;
	default:
		tcp_kill(sock);
		break;
	}
	if (bridge_state(sock->sock.bridge) != BRIDGE_DEAD)
		bridge_reset(sock->sock.bridge);
	sock_bury(&sock->sock);
	return 0;
}

static int do_connect(
	struct sock *base, const struct sockaddr *addr, socklen_t size)
{
	struct tcp_sock *sock = tcp_of(base);
	ip_addr_t ip = { 0 };
	u16_t port;
	int err;

	if (size >= sizeof(addr->sa_family) && addr->sa_family == AF_UNSPEC)
		return disconnect(sock);
	err = state_error(sock);
	if (err <= 0)
		return err;
	err = sockaddr_peer(base, addr, size, &ip, &port)
		      ?: route_check(base->stack, &ip, base->ifindex);
	if (err)
		return err;
	if (ip_addr_ismulticast(&ip) ||
		(IP_IS_V4_VAL(ip) && ip_2_ip4(&ip)->addr == IPADDR_BROADCAST))
		return -ENETUNREACH;
	return start_connect(sock, &ip, port);
}

int tcp_begin_wait(struct sock *base, struct tcp_waiter *waiter)
{
	struct tcp_sock *sock = tcp_of(base);

	waiter->event_fd = eventfd(0, EFD_CLOEXEC);
	if (waiter->event_fd < 0)
		return -ENOBUFS;
	waiter->next = sock->waiters;
	sock->waiters = waiter;
	if (sock->state != TCP_SOCK_CONNECTING)
		wake_waiters(sock);
	return 0;
}

static void leave_waiters(struct tcp_sock *sock, struct tcp_waiter *waiter)
{
	struct tcp_waiter **at = &sock->waiters;

	while (*at != waiter)
		at = &(*at)->next;
	*at = waiter->next;
}

int tcp_end_wait(struct sock *base, struct tcp_waiter *waiter, int otherwise)
{
	struct tcp_sock *sock = tcp_of(base);
	int error;

	leave_waiters(sock, waiter);
	switch (sock->state) {
	case TCP_SOCK_CONNECTING:
		return otherwise;
	case TCP_SOCK_CLOSED: /* another one that waited has told it */
		return -ECONNABORTED;
	case TCP_SOCK_FAILED:
		return take_failure(sock);
	default:
		error = base->error;
		base->error = 0;
		sock->connect_told = true;
		return -error;
	}
}

bool tcp_shutdown_connect(struct sock *base)
{
	struct tcp_sock *sock = tcp_of(base);

	if (sock->state != TCP_SOCK_CONNECTING)
		return false;
	tcp_kill(sock);
	connect_failed(sock, ECONNRESET);
	return true;
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
	sock->was_reset = sock->connect_told = false;
	sock->wants_data = sock->urgent_waits = sock->has_urgent = false;
	base->error = 0;
	tcp_rx_free(&sock->rx);
	loop_forget(base->stack->loop, &sock->deliver);
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
	sock->bound_ip = sock->pcb->local_ip;
	sock->bound_port = sock->pcb->local_port;
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

	wake_waiters(sock);
	tcp_free_pending(sock);
	tcp_neigh_end(sock);
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
