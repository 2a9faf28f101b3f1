/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dgram.h - UDP, raw and ping sockets; inside the plug-in's dgram_*.c
 *
 * The three differ in what lwIP has behind them (enum dgram_kind).
 * Threads: inside the loop.
 */
#ifndef LWIP_DGRAM_H
#define LWIP_DGRAM_H

#include "sock.h"

#include <lwip/raw.h>
#include <lwip/udp.h>

#pragma GCC visibility push(hidden)

enum dgram_kind {
	DGRAM_UDP,
	DGRAM_RAW,
	DGRAM_PING, /* SOCK_DGRAM of ICMP: echoes of an own identifier */
};

/* A group that was joined. */
struct dgram_group {
	struct dgram_group *next;
	unsigned ifindex;
	ip_addr_t ip;
};

struct dgram_sock {
	struct sock sock; /* first */
	enum dgram_kind kind;
	union {
		struct ip_pcb *ip; /* what they have in common */
		struct udp_pcb *udp;
		struct raw_pcb *raw;
	} pcb;
	bool is_connected, is_bound;
	ip_addr_t remote_ip;
	u16_t remote_port;
	u16_t ident; /* PING: of echoes, host order */
	/* options */
	bool packet_info, packet_info6, receive_ttl, receive_hops;
	bool receive_tos, header_included, free_bind;
	bool receive_error, return_options; /* nothing ever comes of these */
	uint8_t ttl, tos, mcast_ttl;
	int mtu_discover;
	bool mcast_loop;
	unsigned mcast_ifindex;
	uint32_t filter[8]; /* ICMP_FILTER, ICMP6_FILTER: set bits block */
	struct dgram_group *groups;
};

static inline struct dgram_sock *dgram_of(struct sock *sock)
{
	return (struct dgram_sock *)sock;
}

/* ---- dgram_send.c ---- */

/* Sends one, to @to or, when that is NULL, to whom it is connected. */
ssize_t dgram_send(
	struct sock *base, const struct sock_message *message, int flags);
/* Sends what the program has written. */
void dgram_drain(struct dgram_sock *sock);

/* ---- dgram_recv.c ---- */

void dgram_recv_attach(struct dgram_sock *sock);

/* What ICMP says of a connected one. */
void dgram_tell_error(struct dgram_sock *sock, int error);

/* ---- dgram_opt.c ---- */

int dgram_setopt(struct sock *base, const struct sock_option *option);
int dgram_getopt(struct sock *base, struct sock_option *option);

/* ---- dgram_group.c ---- */

/* Membership options. -ENOPROTOOPT: it is none. */
int dgram_group_setopt(
	struct dgram_sock *sock, const struct sock_option *option);
void dgram_leave_all(struct dgram_sock *sock);

#pragma GCC visibility pop
#endif
