/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tcp_neigh.c - connecting to a host that is not there
 *
 * lwIP asks for a neighbour as often as TCP sends it something, and tells nobody
 * that there is no answer, so that a connect ends when TCP has given up, after a
 * minute or more. Linux gives up the neighbour after three questions, a second
 * apart, and the connect with it (EHOSTUNREACH). So that is looked at here, after
 * that time: is the next hop known?
 */
#include "iface.h"
#include "route.h"
#include "stack.h"
#include "tcp.h"

#include <lwip/etharp.h>
#include <lwip/priv/nd6_priv.h>

#include <errno.h>
#include <stddef.h>

#define PATIENCE_NS 3100000000ull

static bool knows4(const struct iface *iface, const ip4_addr_t *next)
{
	struct netif *netif;
	struct eth_addr *hwaddr;
	const ip4_addr_t *ip;

	NETIF_FOREACH(netif)
	if (iface_of(netif) == iface &&
		etharp_find_addr(netif, next, &hwaddr, &ip) >= 0)
		return true;
	return false;
}

static bool knows6(const ip6_addr_t *next)
{
	for (int i = 0; i < LWIP_ND6_NUM_NEIGHBORS; i++)
		if (neighbor_cache[i].state != ND6_NO_ENTRY &&
			neighbor_cache[i].state != ND6_INCOMPLETE &&
			ip6_addr_cmp_zoneless(
				&neighbor_cache[i].next_hop_address, next))
			return true;
	return false;
}

/* What is looped or has no route is none of ours. */
static bool has_next_hop(const struct tcp_pcb *pcb)
{
	struct netif *netif = ip_route(&pcb->local_ip, &pcb->remote_ip);
	const struct iface *iface = netif ? iface_of(netif) : NULL;
	ip4_addr_t next4;
	ip6_addr_t next6;

	if (!iface || !iface->wire)
		return true;
	if (IP_IS_V6_VAL(pcb->remote_ip)) {
		if (iface_netif_of6(
			    iface->stack, ip_2_ip6(&pcb->remote_ip)->addr))
			return true;
		return !route_next_hop6(iface->stack, netif,
			       ip_2_ip6(&pcb->remote_ip), &next6) ||
		       knows6(&next6);
	}
	if (iface_netif_of4(iface->stack, ip_2_ip4(&pcb->remote_ip)->addr))
		return true;
	route_next_hop4(
		iface->stack, iface->index, ip_2_ip4(&pcb->remote_ip), &next4);
	return knows4(iface, &next4);
}

static void fired(struct loop_timer *timer)
{
	struct tcp_sock *sock =
		(struct tcp_sock *)((char *)timer -
				    offsetof(struct tcp_sock, no_host));
	struct stack *stack = sock->sock.stack;

	clock_catch_up(&stack->clock);
	if (sock->state == TCP_SOCK_CONNECTING && !has_next_hop(sock->pcb))
		tcp_tell_error(sock, EHOSTUNREACH);
	clock_touch(&stack->clock);
}

void tcp_neigh_begin(struct tcp_sock *sock)
{
	struct loop *loop = sock->sock.stack->loop;

	sock->no_host.fired = fired;
	loop_timer_set(loop, &sock->no_host, loop_now(loop) + PATIENCE_NS);
}

void tcp_neigh_end(struct tcp_sock *sock)
{
	loop_timer_cancel(sock->sock.stack->loop, &sock->no_host);
}
