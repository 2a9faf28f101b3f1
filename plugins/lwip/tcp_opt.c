/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tcp_opt.c - options of TCP sockets, TCP_INFO, and what ss(8) shows */
#include "tcp.h"
#include "netlink_ops.h"
#include "sockaddr.h"
#include "stack.h"

#include <lwip/priv/tcp_priv.h>

#include <errno.h>
#include <linux/tcp.h>
#include <string.h>

#define TICK_US 500000u /* TCP_SLOW_INTERVAL */

/* Of netinet/tcp.h, which redefines names of lwIP. */
enum linux_state {
	LINUX_ESTABLISHED = 1,
	LINUX_SYN_SENT,
	LINUX_SYN_RECV,
	LINUX_FIN_WAIT1,
	LINUX_FIN_WAIT2,
	LINUX_TIME_WAIT,
	LINUX_CLOSE,
	LINUX_CLOSE_WAIT,
	LINUX_LAST_ACK,
	LINUX_LISTEN,
	LINUX_CLOSING,
};

int tcp_linux_state(const struct tcp_sock *sock)
{
	static const uint8_t states[] = {
		[CLOSED] = LINUX_CLOSE,
		[LISTEN] = LINUX_LISTEN,
		[SYN_SENT] = LINUX_SYN_SENT,
		[SYN_RCVD] = LINUX_SYN_RECV,
		[ESTABLISHED] = LINUX_ESTABLISHED,
		[FIN_WAIT_1] = LINUX_FIN_WAIT1,
		[FIN_WAIT_2] = LINUX_FIN_WAIT2,
		[CLOSE_WAIT] = LINUX_CLOSE_WAIT,
		[CLOSING] = LINUX_CLOSING,
		[LAST_ACK] = LINUX_LAST_ACK,
		[TIME_WAIT] = LINUX_TIME_WAIT,
	};

	return sock->pcb ? states[sock->pcb->state] : LINUX_CLOSE;
}

/* ---- options that are kept in the pcb ---- */

/* The pcb is there from bind or connect on: until then they wait here. */
void tcp_apply_options(struct tcp_sock *sock)
{
	struct tcp_pcb *pcb = sock->pcb;

	if (sock->sock.reuse_address)
		ip_set_option(pcb, SOF_REUSEADDR);
	if (sock->sock.keepalive)
		ip_set_option(pcb, SOF_KEEPALIVE);
	if (sock->sock.ifindex)
		sockopt_bind_pcb(&sock->sock, &pcb->netif_idx);
	if (sock->options.nodelay && !sock->options.cork)
		tcp_nagle_disable(pcb);
	if (sock->options.ttl)
		pcb->ttl = sock->options.ttl;
	pcb->tos = sock->options.tos;
	if (sock->options.keep_idle_s)
		pcb->keep_idle = sock->options.keep_idle_s * 1000;
	if (sock->options.keep_interval_s)
		pcb->keep_intvl = sock->options.keep_interval_s * 1000;
	if (sock->options.keep_count)
		pcb->keep_cnt = sock->options.keep_count;
}

static void reapply(struct tcp_sock *sock)
{
	struct tcp_pcb *pcb = sock->pcb;

	if (!pcb)
		return;
	if (sock->state == TCP_SOCK_LISTENING) {
		pcb->tos = sock->options.tos;
		return;
	}
	ip_reset_option(pcb, SOF_REUSEADDR);
	ip_reset_option(pcb, SOF_KEEPALIVE);
	tcp_nagle_enable(pcb);
	tcp_apply_options(sock);
	if (sock->options.nodelay && !sock->options.cork &&
		sock->state == TCP_SOCK_OPEN)
		tcp_output(pcb);
}

/* What a change makes lwIP send at once. A cork is Nagle's algorithm here: the
 * last, short segment waits as long as others are on their way. */
static void push_out(struct tcp_sock *sock, int name, int value)
{
	struct tcp_pcb *pcb = sock->pcb;

	if (!pcb || sock->state != TCP_SOCK_OPEN)
		return;
	if (name == TCP_CORK && !value) {
		tcp_nagle_disable(pcb);
		tcp_output(pcb);
		if (!sock->options.nodelay)
			tcp_nagle_enable(pcb);
	} else if (name == TCP_QUICKACK && value && pcb->flags & TF_ACK_DELAY) {
		tcp_ack_now(pcb);
		tcp_output(pcb);
	}
}

static int set_tcp(struct tcp_sock *sock, int name, int value)
{
	struct tcp_options *options = &sock->options;

	switch (name) {
	case TCP_NODELAY:
		options->nodelay = value != 0;
		return 0;
	case TCP_CORK:
		options->cork = value != 0;
		return 0;
	case TCP_QUICKACK:
		options->no_quickack = value == 0;
		return 0;
	case TCP_KEEPIDLE:
	case TCP_KEEPINTVL:
		if (value < 1 || value > 32767)
			return -EINVAL;
		*(name == TCP_KEEPIDLE ? &options->keep_idle_s
				       : &options->keep_interval_s) =
			(unsigned)value;
		return 0;
	case TCP_KEEPCNT:
		if (value < 1 || value > 127)
			return -EINVAL;
		options->keep_count = (unsigned)value;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int set_ip(struct tcp_sock *sock, int level, int name, int value)
{
	bool is_ttl = level == IPPROTO_IP ? name == IP_TTL
					  : name == IPV6_UNICAST_HOPS;
	bool is_tos =
		level == IPPROTO_IP ? name == IP_TOS : name == IPV6_TCLASS;

	if (is_ttl) {
		if (value != -1 && (value < 1 || value > 255))
			return -EINVAL;
		sock->options.ttl = (uint8_t)(value == -1 ? 0 : value);
		return 0;
	}
	if (!is_tos)
		return -ENOPROTOOPT;
	sock->options.tos = (uint8_t)value;
	return 0;
}

int tcp_setopt(struct sock *base, const struct sock_option *option)
{
	struct tcp_sock *sock = tcp_of(base);
	int value, err;

	if (option->level == SOL_SOCKET) { /* sockopt.c has stored it */
		reapply(sock);
		return 0;
	}
	err = sockopt_int(option, &value);
	if (err)
		return err;
	if (option->level == IPPROTO_TCP)
		err = set_tcp(sock, option->name, value);
	else if (option->level == IPPROTO_IP || option->level == IPPROTO_IPV6)
		err = set_ip(sock, option->level, option->name, value);
	else
		err = -ENOPROTOOPT;
	if (err)
		return err;
	reapply(sock);
	if (option->level == IPPROTO_TCP)
		push_out(sock, option->name, value);
	return 0;
}

/* ---- reading ---- */

static void fill_info(const struct tcp_sock *sock, struct tcp_info *info)
{
	const struct tcp_pcb *pcb = sock->pcb;

	memset(info, 0, sizeof(*info));
	info->tcpi_state = (uint8_t)tcp_linux_state(sock);
	info->tcpi_bytes_received = sock->bytes_in;
	info->tcpi_bytes_acked = sock->bytes_out;
	if (!pcb || sock->state == TCP_SOCK_LISTENING)
		return;
	info->tcpi_retransmits = pcb->nrtx;
	info->tcpi_rto = (uint32_t)pcb->rto * TICK_US;
	info->tcpi_snd_mss = info->tcpi_rcv_mss = pcb->mss;
	info->tcpi_advmss = pcb->mss;
	info->tcpi_pmtu = pcb->mss + 40u;
	info->tcpi_rtt = (uint32_t)(pcb->sa >> 3) * TICK_US;
	info->tcpi_rttvar = (uint32_t)(pcb->sv >> 2) * TICK_US;
	info->tcpi_snd_cwnd = pcb->mss ? pcb->cwnd / pcb->mss : 0;
	info->tcpi_snd_ssthresh = pcb->mss ? pcb->ssthresh / pcb->mss : 0;
	info->tcpi_unacked =
		pcb->mss ? (pcb->snd_nxt - pcb->lastack) / pcb->mss : 0;
	info->tcpi_snd_wnd = pcb->snd_wnd;
	info->tcpi_rcv_space = pcb->rcv_wnd;
}

static int get_tcp(struct tcp_sock *sock, struct sock_option *option)
{
	const struct tcp_options *options = &sock->options;
	struct tcp_info info;

	switch (option->name) {
	case TCP_NODELAY:
		return sockopt_give_int(option, options->nodelay);
	case TCP_CORK:
		return sockopt_give_int(option, options->cork);
	case TCP_QUICKACK:
		return sockopt_give_int(option, !options->no_quickack);
	case TCP_KEEPIDLE:
		return sockopt_give_int(
			option, (int)(options->keep_idle_s ?: 7200));
	case TCP_KEEPINTVL:
		return sockopt_give_int(
			option, (int)(options->keep_interval_s ?: 75));
	case TCP_KEEPCNT:
		return sockopt_give_int(
			option, (int)(options->keep_count ?: 9));
	case TCP_MAXSEG:
		return sockopt_give_int(
			option, sock->pcb && sock->state == TCP_SOCK_OPEN
					? sock->pcb->mss
					: 536);
	case TCP_CONGESTION:
		return sockopt_give(option, "reno", sizeof("reno"));
	case TCP_INFO:
		fill_info(sock, &info);
		return sockopt_give(option, &info, sizeof(info));
	default:
		return -ENOPROTOOPT;
	}
}

int tcp_getopt(struct sock *base, struct sock_option *option)
{
	struct tcp_sock *sock = tcp_of(base);
	int name = option->name;

	if (option->level == IPPROTO_TCP)
		return get_tcp(sock, option);
	if ((option->level == IPPROTO_IP && name == IP_TTL) ||
		(option->level == IPPROTO_IPV6 && name == IPV6_UNICAST_HOPS))
		return sockopt_give_int(option,
			sock->options.ttl
				?: (option->level == IPPROTO_IP ? TCP_TTL
								: 64));
	if ((option->level == IPPROTO_IP && name == IP_TOS) ||
		(option->level == IPPROTO_IPV6 && name == IPV6_TCLASS))
		return sockopt_give_int(option, sock->options.tos);
	return -ENOPROTOOPT;
}

/* ---- ss ---- */

bool tcp_describe(struct sock *base, struct netlink_sock *shown)
{
	struct tcp_sock *sock = tcp_of(base);
	static struct tcp_info info; /* valid until the next, by one thread */

	if (!sock->pcb || sock->state == TCP_SOCK_CLOSED)
		return false;
	if (sock->state != TCP_SOCK_LISTENING) {
		sock->local_ip = sock->pcb->local_ip;
		sock->remote_ip = sock->pcb->remote_ip;
		sock->local_port = sock->pcb->local_port;
		sock->remote_port = sock->pcb->remote_port;
	}
	shown->state = (uint8_t)tcp_linux_state(sock);
	shown->sport = lwip_htons(sock->local_port);
	sockaddr_shown(base, &sock->local_ip, &shown->src);
	shown->congestion = "reno";
	if (sock->state == TCP_SOCK_LISTENING) {
		shown->rqueue = sock->pending_len;
		shown->wqueue = (uint32_t)sock->backlog;
		return true;
	}
	shown->dport = lwip_htons(sock->remote_port);
	sockaddr_shown(base, &sock->remote_ip, &shown->dst);
	shown->rqueue = (uint32_t)sock->rx.size;
	shown->wqueue = sock->pcb->snd_lbb - sock->pcb->lastack;
	fill_info(sock, &info);
	shown->tcp_info = &info;
	return true;
}
