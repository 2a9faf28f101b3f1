/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loopback.c - the interface lo, and packets to ourselves
 *
 * The library has no loopback interface (LWIP_HAVE_LOOPIF 0) but all netifs
 * queue what is for their own address (netif_loop_output) and ask lwIP's thread
 * to take it in later, by tcpip_try_callback. There is no such thread here:
 * that function is replaced, and the loop does it at the end of the round.
 */
#include "iface.h"
#include "stack.h"

#include <lwip/tcpip.h>

#include <stddef.h>

static void run(struct loop_task *task)
{
	struct netif *netif;

	(void)task;
	NETIF_FOREACH(netif)
	if (netif->loop_first)
		netif_poll(netif);
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
