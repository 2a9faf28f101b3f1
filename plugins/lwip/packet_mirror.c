/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* packet_mirror.c - the interfaces of this stack, in a mirror */
#include "iface.h"
#include "packet.h"
#include "stack.h"

#include <lwip/pbuf.h>

#include <errno.h>
#include <string.h>

#define IOV_MAX_PBUFS 64

static int fill(struct mirror *mirror, void *owner)
{
	const struct stack *stack = owner;
	int err = 0;

	for (const struct iface *iface = stack->ifaces; iface && !err;
		iface = iface->next)
		err = mirror_link_add(mirror,
			netlink_tables_link(stack->tables, iface->index),
			iface->wire);
	return err;
}

/* As if it came by netif_loop_output. */
static void on_loopback(const void *packet, size_t size, void *owner)
{
	struct stack *stack = owner;
	struct iface *lo = stack->ifaces;
	struct pbuf *p;

	while (lo && lo->wire)
		lo = lo->next;
	p = lo && size <= UINT16_MAX
		    ? pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_RAM)
		    : NULL;
	if (!p)
		return;
	memcpy(p->payload, packet, size);
	clock_catch_up(&stack->clock);
	if (lo->netif.input(p, &lo->netif) != ERR_OK)
		pbuf_free(p);
	clock_touch(&stack->clock);
}

static const struct mirror_ops mirror_ops = { fill, on_loopback };

struct mirror *packet_mirror_new(struct stack *stack)
{
	return mirror_new(stack->loop, &mirror_ops, stack);
}

int packet_open(struct stack *stack, int type, int protocol)
{
	return mirror_socket(stack->mirror, type, protocol);
}

void packet_show_loopback(const struct stack *stack, const struct pbuf *p)
{
	struct iovec iov[IOV_MAX_PBUFS];
	unsigned len = 0;

	if (!mirror_is_watched(stack->mirror))
		return;
	for (; p && len < IOV_MAX_PBUFS; p = p->next)
		iov[len++] = (struct iovec){ p->payload, p->len };
	mirror_show_loopback(stack->mirror, iov, len);
}
