/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loopback.c - the interface lo, and packets to ourselves
 *
 * The library has no loopback interface (LWIP_HAVE_LOOPIF 0) but all netifs
 * queue what is for their own address (netif_loop_output) and ask lwIP's thread
 * to take it in later, by tcpip_try_callback. There is no such thread here:
 * that function is replaced, and the loop does it at the end of the round.
 * It does so itself, not by netif_poll, to show each packet to who watches.
 */
#include "iface.h"
#include "packet.h"
#include "stack.h"

#include <lwip/ip.h>
#include <lwip/pbuf.h>
#include <lwip/tcpip.h>

#include <stddef.h>

/* The queue is one chain; a packet ends where len is tot_len. */
static struct pbuf *take_first(struct netif *netif)
{
	struct pbuf *first = netif->loop_first, *last = first;

	while (last->len != last->tot_len)
		last = last->next;
	netif->loop_first = last->next;
	if (!netif->loop_first)
		netif->loop_last = NULL;
	last->next = NULL;
	return first;
}

static void take_in(struct netif *netif)
{
	struct pbuf *p = take_first(netif);

	packet_show_loopback(iface_of(netif)->stack, p);
	p->if_idx = netif_get_index(netif);
	if (ip_input(p, netif) != ERR_OK)
		pbuf_free(p);
}

static void run(struct loop_task *task)
{
	struct netif *netif;

	(void)task;
	NETIF_FOREACH(netif)
	while (netif->loop_first)
		take_in(netif);
}

#pragma GCC visibility push(default)
err_t tcpip_try_callback(tcpip_callback_fn function, void *ctx)
{
	struct stack *stack = stack_current();

	(void)function; /* only ever netif_poll */
	(void)ctx;
	if (!stack)
		return ERR_MEM;
	loop_defer(stack->loop, &stack->loopback);
	return ERR_OK;
}
#pragma GCC visibility pop

static err_t output4(struct netif *netif, struct pbuf *p, const ip4_addr_t *dst)
{
	(void)dst;
	return netif_loop_output(netif, p);
}

static err_t output6(struct netif *netif, struct pbuf *p, const ip6_addr_t *dst)
{
	(void)dst;
	return netif_loop_output(netif, p);
}

void loopback_netif_init(struct netif *netif)
{
	netif->output = output4;
	netif->output_ip6 = output6;
}

void loopback_init(struct stack *stack)
{
	stack->loopback.run = run;
}

void loopback_fini(struct stack *stack)
{
	loop_forget(stack->loop, &stack->loopback);
}
