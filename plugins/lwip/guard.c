/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard.h"
#include "stack.h"

#include <lwip/priv/tcp_priv.h>
#include <lwip/prot/etharp.h>
#include <lwip/prot/icmp6.h>
#include <lwip/prot/ip6.h>

#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>

/* etharp_input does not look at the length. */
bool guard_arp(size_t size)
{
	return size >= SIZEOF_ETHARP_HDR;
}

/* ---- IPv6 ---- */

/* What the extension headers lead to. */
struct upper {
	uint8_t protocol;
	const uint8_t *at;
	size_t size;
};

static bool is_extension(uint8_t protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT;
}

/* Walks over all but a fragment header. */
static bool skip_extensions(struct upper *upper)
{
	size_t len;

	while (is_extension(upper->protocol) && upper->size >= 8) {
		if (upper->protocol == IPPROTO_FRAGMENT)
			return false;
		len = ((size_t)upper->at[1] + 1) * 8;
		if (len > upper->size)
			return false;
		upper->protocol = upper->at[0];
		upper->at += len;
		upper->size -= len;
	}
	return true;
}

/* Where the options of a message of neighbour discovery begin; 0: none. */
static size_t options_offset(uint8_t type)
{
	switch (type) {
	case ICMP6_TYPE_RS:
		return 8;
	case ICMP6_TYPE_RA:
		return 16;
	case ICMP6_TYPE_NS:
	case ICMP6_TYPE_NA:
		return 24;
	case ICMP6_TYPE_RD:
		return 40;
	default:
		return 0;
	}
}

/* RFC 4861, 6.1 and 7.1: each option has a length, which is not 0. */
static bool are_good_options(const uint8_t *at, size_t size)
{
	while (size > 0) {
		size_t len = size < 8 ? 0 : (size_t)at[1] * 8;

		if (len == 0 || len > size)
			return false;
		at += len;
		size -= len;
	}
	return true;
}

/*
 * lwIP takes what is behind the header of a solicitation or advertisement for a
 * link-layer address, of whatever length.
 */
static bool is_good_icmp6(const struct upper *upper)
{
	size_t offset = upper->size ? options_offset(upper->at[0]) : 0;

	if (!offset)
		return true;
	return upper->size >= offset &&
	       are_good_options(upper->at + offset, upper->size - offset);
}

/*
 * Two things end the program, by assertions: a fragment header in what has been
 * put together from fragments, and its being longer than a packet can be. Which
 * protocol is inside lwIP takes from the fragment that came first, whatever its
 * offset. So no fragment may lead to another extension header, and none may
 * follow one, whose length would have to be counted. Nobody needs either.
 */
static bool is_good_fragment(const struct upper *fragment)
{
	const uint8_t *at = fragment->at;
	size_t offset, len;

	if (fragment->size < 8 || is_extension(at[0]))
		return false;
	offset = (size_t)(at[2] << 8 | (at[3] & 0xf8));
	len = fragment->size - 8;
	if (offset + len > UINT16_MAX - IP6_HLEN)
		return false;
	/* RFC 6980: neighbour discovery is not sent in fragments */
	return offset || at[0] != IPPROTO_ICMPV6 || !len ||
	       !options_offset(at[8]);
}

bool guard_ip6(const uint8_t *ip, size_t size)
{
	struct upper upper = { ip[6], ip + IP6_HLEN,
		(size_t)(ip[4] << 8 | ip[5]) };

	if (upper.size > size - IP6_HLEN)
		return false;
	if (upper.protocol == IPPROTO_FRAGMENT)
		return is_good_fragment(&upper);
	return skip_extensions(&upper) &&
	       (upper.protocol != IPPROTO_ICMPV6 || is_good_icmp6(&upper));
}

/* ---- limits ---- */

/* The last one is the oldest: new ones are put in front. */
static void limit_half_open(void)
{
	struct tcp_pcb *pcb, *oldest = NULL;
	unsigned len = 0;

	for (pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
		if (pcb->state == SYN_RCVD) {
			oldest = pcb;
			len++;
		}
	if (len > GUARD_HALF_OPEN_MAX)
		tcp_abandon(oldest, 0);
}

static void limit_time_wait(void)
{
	struct tcp_pcb *pcb = tcp_tw_pcbs;
	unsigned len = 1;

	for (; pcb->next; pcb = pcb->next)
		len++;
	if (len > GUARD_TIME_WAIT_MAX)
		tcp_abandon(pcb, 0);
}

static void limit_early(struct tcp_pcb *pcb)
{
	const struct tcp_seg *seg = pcb->ooseq;
	unsigned len = 0;

	for (; seg && len <= GUARD_EARLY_MAX; seg = seg->next)
		len++;
	if (len > GUARD_EARLY_MAX)
		tcp_free_ooseq(pcb);
}

/*
 * The pcb of the last segment is the first: lwIP has moved it there. Lists are
 * walked only when something has come to the front of them.
 */
static void limit(struct guard *guard)
{
	struct tcp_pcb *pcb = tcp_active_pcbs;

	if (pcb && pcb->state == SYN_RCVD && pcb != guard->active)
		limit_half_open();
	else if (pcb && pcb->ooseq)
		limit_early(pcb);
	if (tcp_tw_pcbs && tcp_tw_pcbs != guard->time_wait)
		limit_time_wait();
	guard->active = tcp_active_pcbs;
	guard->time_wait = tcp_tw_pcbs;
}

/*
 * A segment of one byte, or a bare FIN, half of the sequence numbers away from
 * what is expected lies "between" for tcp_receive, and ends the program by an
 * assertion.
 */
static bool is_half_away(const struct pbuf *p)
{
	const struct tcp_hdr *header = p->payload;
	const struct tcp_pcb *pcb = tcp_active_pcbs;
	uint32_t number;
	size_t size;

	if (p->len < TCP_HLEN)
		return false;
	size = TCPH_HDRLEN_BYTES(header);
	if (p->tot_len != size + !(TCPH_FLAGS(header) & (TCP_FIN | TCP_SYN)))
		return false;
	number = lwip_ntohl(header->seqno) ^ 0x80000000u;
	while (pcb && !(pcb->rcv_nxt == number &&
			      pcb->local_port == lwip_ntohs(header->dest) &&
			      pcb->remote_port == lwip_ntohs(header->src)))
		pcb = pcb->next;
	return pcb;
}

bool guard_init(struct guard *guard)
{
	void *symbol = dlsym(RTLD_NEXT, "tcp_input");

	memcpy(&guard->tcp_input, &symbol, sizeof(symbol));
	return symbol;
}

/* In the place of the library's: all segments pass here, put together. */
#pragma GCC visibility push(default)
void tcp_input(struct pbuf *p, struct netif *netif)
{
	struct stack *stack = stack_current();

	if (!stack || is_half_away(p)) {
		pbuf_free(p);
		return;
	}
	stack->guard.tcp_input(p, netif);
	limit(&stack->guard);
}
#pragma GCC visibility pop
