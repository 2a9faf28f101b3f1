/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tcp_data.c - TCP sockets: data, their ends, and back-pressure
 *
 * Theory of operation
 *
 * Out: as much is read from the bridge as lwIP is certain to take (room), so
 * that nothing has to be kept in between; the rest waits in the app end until
 * acknowledgements make room (on_sent).
 *
 * In: segments are queued and given to the bridge at the end of the round, all
 * of a batch in one call. lwIP's window opens (tcp_recved) by what the bridge
 * has taken: at most a window waits here.
 */
#include "tcp.h"
#include "stack.h"

#include <lwip/priv/tcp_priv.h>

#include <errno.h>

#define IOV_MAX_PBUFS	64
#define RX_SMALL	256u /* on average; see rx_copy */
#define RX_CHUNK	2048
#define RESERVE		4 /* pbufs: FIN, a cut segment, ... */
#define TCP_MSS_LIBRARY 1460

/* ---- out ---- */

/* tcp_write makes segments of this size. */
static size_t segment_size(const struct tcp_pcb *pcb)
{
	size_t half = pcb->snd_wnd_max / 2;

	return half && half < pcb->mss ? half : pcb->mss;
}

/* Bytes that tcp_write takes for certain, memory aside. */
static size_t room(const struct tcp_pcb *pcb)
{
	size_t pbufs, size = tcp_sndbuf(pcb);

	if (pcb->snd_queuelen + RESERVE >= TCP_SND_QUEUELEN)
		return 0;
	pbufs = TCP_SND_QUEUELEN - RESERVE - pcb->snd_queuelen;
	if (size > pbufs * segment_size(pcb))
		size = pbufs * segment_size(pcb);
	return size < STACK_BUFFER_SIZE ? size : STACK_BUFFER_SIZE;
}

/* No memory: the stream has a gap, it cannot go on. */
static void fail(struct tcp_sock *sock)
{
	tcp_kill(sock);
	sock->sock.error = ENOBUFS;
	bridge_reset(sock->sock.bridge);
	sock_bury(&sock->sock);
}

static bool push_some(struct tcp_sock *sock)
{
	struct iovec iov = { .iov_base = sock->sock.stack->buffer,
		.iov_len = room(sock->pcb) };
	ssize_t n;

	if (!iov.iov_len) {
		sock->wants_data = true;
		return false;
	}
	n = bridge_read(sock->sock.bridge, &iov, 1);
	if (n <= 0)
		return false;
	sock->bytes_out += (size_t)n;
	if (tcp_write(sock->pcb, iov.iov_base, (u16_t)n, TCP_WRITE_FLAG_COPY) ==
		ERR_OK)
		return true;
	fail(sock);
	return false;
}

void tcp_push(struct tcp_sock *sock)
{
	if (!sock->pcb || sock->state != TCP_SOCK_OPEN || sock->sent_fin)
		return;
	sock->wants_data = false;
	if (sock->urgent_waits)
		sock->urgent_waits = sock->wants_data =
			!tcp_urgent_send(sock, sock->urgent_out);
	while (!sock->urgent_waits && push_some(sock))
		;
	if (sock->pcb)
		tcp_output(sock->pcb);
}

static void on_data(struct bridge *bridge, void *owner)
{
	struct tcp_sock *sock = owner;

	(void)bridge;
	tcp_push(sock);
}

static void on_urgent(struct bridge *bridge, unsigned char byte, void *owner)
{
	struct tcp_sock *sock = owner;

	(void)bridge;
	sock->urgent_out = byte;
	sock->urgent_waits = true;
	tcp_push(sock);
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t size)
{
	struct tcp_sock *sock = arg;

	sock->soft_error = 0;
	tcp_output_grow(pcb, size);
	if (sock->wants_data && sock->sock.bridge)
		loop_defer(sock->sock.stack->loop, &sock->deliver);
	return ERR_OK;
}

/* ---- in ---- */

void tcp_rx_free(struct tcp_rx *rx)
{
	struct pbuf *p;

	while ((p = rx->first)) {
		rx->first = p->next;
		p->next = NULL;
		pbuf_free(p);
	}
	rx->last = NULL;
	rx->size = rx->room = 0;
}

/*
 * A segment of a byte takes a hundred in lwIP, and a window may be full of
 * them: what is small is copied together. False: nothing was done.
 */
static bool rx_copy(struct tcp_rx *rx, const struct pbuf *p)
{
	struct pbuf *chunk = rx->last;
	u16_t size = p->tot_len;

	if (!chunk || size > RX_SMALL * pbuf_clen(p))
		return false;
	if (rx->room < size) {
		rx->room = size > RX_CHUNK ? size : RX_CHUNK;
		chunk = pbuf_alloc(PBUF_RAW, rx->room, PBUF_RAM);
		if (!chunk) {
			rx->room = 0;
			return false;
		}
		chunk->len = chunk->tot_len = 0;
		rx->last->next = chunk;
		rx->last = chunk;
	}
	pbuf_copy_partial(p, (char *)chunk->payload + chunk->len, size, 0);
	chunk->len = (u16_t)(chunk->len + size);
	rx->room = (u16_t)(rx->room - size);
	rx->size += size;
	return true;
}

/* But for empty ones, which lwIP leaves where it has cut something off. */
static void rx_append(struct tcp_rx *rx, struct pbuf *p)
{
	struct pbuf *next;

	rx->room = 0;
	for (; p; p = next) {
		next = p->next;
		p->next = NULL;
		if (!p->len) {
			pbuf_free(p);
			continue;
		}
		if (rx->last)
			rx->last->next = p;
		else
			rx->first = p;
		rx->last = p;
		rx->size += p->len;
	}
}

static void rx_drop(struct tcp_rx *rx, size_t size)
{
	struct pbuf *p;

	rx->size -= size;
	while ((p = rx->first) && size >= p->len) {
		size -= p->len;
		rx->first = p->next;
		p->next = NULL;
		pbuf_free(p);
	}
	if (!rx->first) {
		rx->last = NULL;
		rx->room = 0;
	}
	if (!size || !p)
		return;
	p->payload = (char *)p->payload + size;
	p->len = (u16_t)(p->len - size);
}

static ssize_t deliver_some(struct tcp_sock *sock)
{
	struct iovec iov[IOV_MAX_PBUFS];
	size_t left = tcp_urgent_distance(sock);
	unsigned len = 0;
	ssize_t n = left ? 0 : tcp_urgent_deliver(sock);

	if (n)
		return n;
	left = left ?: sock->rx.size;
	for (const struct pbuf *p = sock->rx.first;
		p && left && len < IOV_MAX_PBUFS; p = p->next) {
		iov[len].iov_base = p->payload;
		iov[len].iov_len = p->len < left ? p->len : left;
		left -= iov[len++].iov_len;
	}
	return bridge_deliver(sock->sock.bridge, iov, len);
}

static void open_window(struct tcp_sock *sock, size_t size)
{
	sock->bytes_in += size;
	if (sock->pcb)
		tcp_recved(sock->pcb, (u16_t)size);
}

/* Both directions have ended: lwIP needs us no more. */
static void end_if_over(struct tcp_sock *sock)
{
	struct tcp_pcb *pcb = sock->pcb;

	if (!pcb || !sock->got_fin || !sock->sent_fin || sock->rx.size)
		return;
	tcp_detach(sock);
	if (tcp_close(pcb) != ERR_OK)
		tcp_abort(pcb);
}

static void tell_ends(struct tcp_sock *sock)
{
	if (sock->was_reset) {
		tcp_rx_free(&sock->rx);
		bridge_reset(sock->sock.bridge);
		sock_bury(&sock->sock);
		return;
	}
	if (sock->rx.size || !sock->got_fin)
		return;
	if (!sock->told_fin)
		bridge_fin(sock->sock.bridge);
	sock->told_fin = true;
	end_if_over(sock);
}

void tcp_deliver(struct tcp_sock *sock)
{
	ssize_t n = 0;

	if (!sock->sock.bridge ||
		bridge_state(sock->sock.bridge) != BRIDGE_OPEN)
		return;
	while (sock->rx.size && (n = deliver_some(sock)) > 0) {
		rx_drop(&sock->rx, (size_t)n);
		open_window(sock, (size_t)n);
	}
	if (n == -EPIPE) { /* it does not want to read any more */
		open_window(sock, sock->rx.size);
		tcp_rx_free(&sock->rx);
	}
	if (sock->wants_data)
		tcp_push(sock);
	tcp_output_now(sock);
	if (bridge_state(sock->sock.bridge) == BRIDGE_OPEN)
		tell_ends(sock);
}

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct tcp_sock *sock = arg;

	(void)pcb;
	(void)err;
	if (p)
		sock->rx_end += p->tot_len;
	if (p && rx_copy(&sock->rx, p))
		pbuf_free(p);
	else if (p)
		rx_append(&sock->rx, p);
	else
		sock->got_fin = true;
	if (sock->sock.bridge)
		loop_defer(sock->sock.stack->loop, &sock->deliver);
	return ERR_OK;
}

static void on_space(struct bridge *bridge, void *owner)
{
	(void)bridge;
	tcp_deliver(owner);
}

static void on_shutdown(struct bridge *bridge, void *owner)
{
	struct tcp_sock *sock = owner;

	(void)bridge;
	sock->sent_fin = true;
	if (!sock->pcb)
		return;
	tcp_shutdown(sock->pcb, 0, 1);
	tcp_output(sock->pcb);
	end_if_over(sock);
}

void tcp_data_attach(struct tcp_sock *sock)
{
	sock->rx_end = sock->pcb->rcv_nxt;
	tcp_recv(sock->pcb, on_recv);
	tcp_sent(sock->pcb, on_sent);
}

const struct bridge_ops tcp_bridge_ops = {
	.on_data = on_data,
	.on_space = on_space,
	.on_shutdown = on_shutdown,
	.on_urgent = on_urgent,
	.on_close = sock_on_close,
};
