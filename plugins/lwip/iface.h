/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * iface.h - an interface: a wire (none: the loopback) and its netifs
 *
 * lwIP has one IPv4 address per netif. The first one of an interface belongs
 * to its main netif, as do all IPv6 addresses; each further one has a netif of
 * its own on the same wire (alias).
 *
 * Threads: inside the loop.
 */
#ifndef LWIP_IFACE_H
#define LWIP_IFACE_H

#include "netlink_ops.h"
#include "wire.h"

#include <lwip/netif.h>

#pragma GCC visibility push(hidden)

struct stack;

struct alias {
	struct netif netif; /* first */
	struct alias *next;
};

struct iface {
	struct stack *stack;
	struct netif netif; /* state: this interface, as that of aliases */
	struct alias *aliases;
	struct wire *wire; /* NULL: the loopback */
	unsigned index;
	bool has_ipv4; /* the main netif has an address */
	struct iface *next;
};

/*
 * Connects to @locator ([NAME:]VNL; NULL: it is the loopback); then attach
 * makes it the interface that @link describes. Until then only iface_free.
 * Errors: -ENOMEM, those of wire_open.
 */
int iface_open(struct iface **iface, struct stack *stack, const char *locator);

/* Errors: -ENOMEM, also when lwIP has no numbers left; of epoll_ctl(2). */
int iface_attach(struct iface *iface, const struct netlink_link *link);

/* Takes it out of the stack. */
void iface_free(struct iface *iface);

/* NULL: none. */
struct iface *iface_find(const struct stack *stack, unsigned index);
struct iface *iface_of(const struct netif *netif);

/* What has changed in @link, @old: before. */
void iface_change(struct iface *iface, const struct netlink_link *link,
	const struct netlink_link *old);

/* ---- iface_addr.c ---- */

/* Is there room for @addr? Errors: -ENOSPC, *@why says what of. */
int iface_addr_check(
	struct iface *iface, const struct netlink_addr *addr, const char **why);
void iface_addr_add(struct iface *iface, const struct netlink_addr *addr);
void iface_addr_del(struct iface *iface, const struct netlink_addr *addr);

/* The netif that has this address; NULL: none. */
struct netif *iface_netif_of4(const struct stack *stack, uint32_t ip);
struct netif *iface_netif_of6(const struct stack *stack, const void *ip);

/* ---- iface_output.c ---- */

/* The members of a netif that send. */
void iface_output_init(struct netif *netif);

/* ---- iface_input.c ---- */

/* Gives lwIP a frame that came in. */
void iface_input(struct iface *iface, const struct iovec *frame);

/* ---- loopback.c ---- */

/* The members of the loopback's netif. */
void loopback_netif_init(struct netif *netif);
void loopback_init(struct stack *stack);
void loopback_fini(struct stack *stack);

#pragma GCC visibility pop
#endif
