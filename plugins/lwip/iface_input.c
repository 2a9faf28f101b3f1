/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * iface_input.c - frames from the wire to lwIP
 *
 * lwIP takes every frame and forwards what is not for it, whatever its
 * IP_FORWARD says at run time. So a frame is looked at here first: for another
 * hardware address, or a unicast packet for an address that is not ours, it is
 * dropped as a host that is no router does.
 *
 * ARP goes to all netifs of the interface, as each answers for its one address.
 */
#include "iface.h"
#include "guard.h"
#include "stack.h"

#include <lwip/pbuf.h>
#include <lwip/prot/ethernet.h>
#include <lwip/prot/iana.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/ip6.h>

#include <string.h>

#define ETHER_SIZE 14

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static bool is_for_us(const struct iface *iface, const uint8_t *frame)
{
	return frame[0] & 1 ||
	       !memcmp(frame, iface->netif.hwaddr, ETH_HWADDR_LEN);
}

/* Broadcasts of a subnet look like unicast; the netif knows them. */
static bool is_ours4(const struct iface *iface, const uint8_t *ip)
{
	ip4_addr_t dst;
	struct netif *netif;

	memcpy(&dst.addr, ip + 16, sizeof(dst.addr));
	if (ip4_addr_ismulticast(&dst) || dst.addr == IPADDR_BROADCAST ||
		iface_netif_of4(iface->stack, dst.addr))
		return true;
	NETIF_FOREACH(netif)
	if (netif_ip4_addr(netif)->addr && ip4_addr_isbroadcast(&dst, netif))
		return true;
	return !iface->has_ipv4; /* lwIP may be asking for one */
}

/* A tentative address is not valid yet, but is asked for. */
static bool is_ours6(const uint8_t *ip)
{
	struct netif *netif;

	if (ip[24] == 0xff)
		return true;
	NETIF_FOREACH(netif)
	for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
		if (!ip6_addr_isinvalid(netif_ip6_addr_state(netif, i)) &&
			!memcmp(netif_ip6_addr(netif, i)->addr, ip + 24, 16))
			return true;
	return false;
}

static bool take4(struct iface *iface, const uint8_t *ip, size_t size)
{
	if (size < IP_HLEN)
		return false;
	if (get16(ip + 6) & (IP_MF | IP_OFFMASK))
		clock_note_fragment(&iface->stack->clock);
	return is_ours4(iface, ip);
}

static bool take6(struct iface *iface, const uint8_t *ip, size_t size)
{
	struct stack *stack = iface->stack;

	if (size < IP6_HLEN || !guard_ip6(ip, size))
		return false;
	if (ip[6] == IP6_NEXTH_FRAGMENT)
		clock_note_fragment(&stack->clock);
	if (ip[6] == IP6_NEXTH_ICMP6)
		loop_defer(stack->loop, &stack->autoconf);
	return is_ours6(ip);
}

static void give(struct netif *netif, const struct iovec *frame)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)frame->iov_len, PBUF_RAM);

	if (!p)
		return;
	memcpy(p->payload, frame->iov_base, frame->iov_len);
	if (netif->input(p, netif) != ERR_OK)
		pbuf_free(p);
}

void iface_input(struct iface *iface, const struct iovec *frame)
{
	const uint8_t *bytes = frame->iov_base;
	const uint8_t *ip = bytes + ETHER_SIZE;
	size_t size = frame->iov_len - ETHER_SIZE;
	uint16_t type = get16(bytes + 12);

	if (!is_for_us(iface, bytes) || frame->iov_len > UINT16_MAX)
		return;
	if ((type == ETHTYPE_IP && !take4(iface, ip, size)) ||
		(type == ETHTYPE_IPV6 && !take6(iface, ip, size)) ||
		(type == ETHTYPE_ARP && !guard_arp(size)))
		return;
	give(&iface->netif, frame);
	if (type != ETHTYPE_ARP)
		return;
	for (struct alias *alias = iface->aliases; alias; alias = alias->next)
		give(&alias->netif, frame);
}
