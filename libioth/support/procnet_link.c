/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dev, route, if_inet6, ipv6_route, arp */
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <stdio.h>
#include <string.h>

#include "procnet_file.h"

/* The name of an interface; "*" if there is none. */
struct name {
	char text[IFNAMSIZ];
};

static struct name name_of(struct netlink_server *server, unsigned index)
{
	struct netlink_link link;
	struct name name = { "*" };

	if (netlink_find_link(server, index, NULL, &link) == 0)
		memcpy(name.text, link.name, sizeof(name.text));
	return name;
}

/* An IPv6 address in the form of these files. */
struct digits {
	char text[33];
};

static struct digits digits_of(const union netlink_ip *ip)
{
	struct digits digits;

	for (size_t i = 0; i < sizeof(ip->bytes); i++)
		sprintf(digits.text + 2 * i, "%02x", ip->bytes[i]);
	return digits;
}

/* --- dev ------------------------------------------------------------------ */

#define U(width) "%" #width PRIu64 " "

static int show_dev(void *ctx, const struct netlink_link *link)
{
	const struct rtnl_link_stats64 *s = &link->stats;

	return procnet_line(ctx, 0,
		"%6s: " U(7) U(7) U(4) U(4) U(4) U(5) U(10) U(9) U(8) U(7) U(4)
			U(4) U(4) U(5) U(7) "%10" PRIu64,
		link->name, (uint64_t)s->rx_bytes, (uint64_t)s->rx_packets,
		(uint64_t)s->rx_errors,
		(uint64_t)(s->rx_dropped + s->rx_missed_errors),
		(uint64_t)s->rx_fifo_errors,
		(uint64_t)(s->rx_length_errors + s->rx_over_errors +
			   s->rx_crc_errors + s->rx_frame_errors),
		(uint64_t)s->rx_compressed, (uint64_t)s->multicast,
		(uint64_t)s->tx_bytes, (uint64_t)s->tx_packets,
		(uint64_t)s->tx_errors, (uint64_t)s->tx_dropped,
		(uint64_t)s->tx_fifo_errors, (uint64_t)s->collisions,
		(uint64_t)(s->tx_carrier_errors + s->tx_aborted_errors +
			   s->tx_window_errors + s->tx_heartbeat_errors),
		(uint64_t)s->tx_compressed);
}

int procnet_dev(struct procnet_file *file)
{
	procnet_line(file, 0,
		"Inter-|   Receive                            "
		"                    |  Transmit");
	procnet_line(file, 0,
		" face |bytes    packets errs drop fifo frame "
		"compressed multicast|bytes    packets errs "
		"drop fifo colls carrier compressed");
	return netlink_link_each(file->server, show_dev, file);
}

/* --- route ---------------------------------------------------------------- */

#define ROUTE_WIDTH 127

/* Of linux/ipv6_route.h, which cannot be had beside net/route.h. */
#define FLAG_NONEXTHOP 0x00200000u
#define FLAG_LOCAL     0x80000000u

static bool is_refusal(uint8_t type)
{
	return type == RTN_UNREACHABLE || type == RTN_PROHIBIT ||
	       type == RTN_BLACKHOLE;
}

static unsigned flags_of(const struct netlink_route *route, unsigned host_len)
{
	return RTF_UP |
	       (unsigned)(netlink_ip_none(&route->gateway) ? 0 : RTF_GATEWAY) |
	       (route->dst_len == host_len ? RTF_HOST : 0) |
	       (is_refusal(route->type) ? RTF_REJECT : 0);
}

static uint32_t mask_of(unsigned len)
{
	return len ? htonl(UINT32_MAX << (32 - len)) : 0;
}

static int show_route(void *ctx, const struct netlink_route *route)
{
	struct procnet_file *file = ctx;
	uint32_t advmss = route->metrics[RTAX_ADVMSS];

	if (route->family != AF_INET || route->table != RT_TABLE_MAIN ||
		route->type == RTN_BROADCAST || route->type == RTN_MULTICAST)
		return 0;
	return procnet_line(file, ROUTE_WIDTH,
		"%s\t%08X\t%08X\t%04X\t%d\t%u\t%u\t%08X\t%u\t%u\t%u",
		name_of(file->server, route->oif).text, route->dst.v4.s_addr,
		route->gateway.v4.s_addr, flags_of(route, 32), 0, 0,
		route->priority, mask_of(route->dst_len),
		advmss ? advmss + 40 : 0, route->metrics[RTAX_WINDOW],
		route->metrics[RTAX_RTT] >> 3);
}

int procnet_route(struct procnet_file *file)
{
	procnet_line(file, ROUTE_WIDTH,
		"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric"
		"\tMask\t\tMTU\tWindow\tIRTT");
	return netlink_route_each(file->server, show_route, file);
}

/* --- if_inet6 ------------------------------------------------------------- */

/* The scope of an address as IPv6 numbers it: IPV6_ADDR_SCOPE_MASK. */
static unsigned scope6(uint8_t scope)
{
	return scope == RT_SCOPE_LINK	? 0x20
	       : scope == RT_SCOPE_HOST ? 0x10
	       : scope == RT_SCOPE_SITE ? 0x40
					: 0;
}

static int show_addr6(void *ctx, const struct netlink_addr *addr)
{
	struct procnet_file *file = ctx;

	if (addr->family != AF_INET6)
		return 0;
	return procnet_line(file, 0, "%s %02x %02x %02x %02x %8s",
		digits_of(&addr->local).text, addr->index, addr->prefixlen,
		scope6(addr->scope), addr->flags & 0xff,
		name_of(file->server, addr->index).text);
}

int procnet_if_inet6(struct procnet_file *file)
{
	return netlink_addr_each(file->server, show_addr6, file);
}

/* --- ipv6_route ----------------------------------------------------------- */

static int show_route6(void *ctx, const struct netlink_route *route)
{
	static const union netlink_ip none;
	struct procnet_file *file = ctx;
	unsigned flags = flags_of(route, 128 + 1);

	if (route->family != AF_INET6)
		return 0;
	if (route->type == RTN_LOCAL)
		flags |= FLAG_LOCAL | FLAG_NONEXTHOP;
	return procnet_line(file, 0, "%s %02x %s 00 %s %08x %08x %08x %08x %8s",
		digits_of(&route->dst).text, route->dst_len,
		digits_of(&none).text, digits_of(&route->gateway).text,
		route->priority, 1, 0, flags,
		name_of(file->server, route->oif).text);
}

int procnet_ipv6_route(struct procnet_file *file)
{
	return netlink_route_each(file->server, show_route6, file);
}

/* --- arp ------------------------------------------------------------------ */

static void format_hwaddr(
	char *text, size_t size, const struct netlink_neigh *neigh)
{
	size_t used = 0;

	snprintf(text, size, "00:00:00:00:00:00");
	for (size_t i = 0; i < neigh->hwaddr_size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%02x",
			i ? ":" : "", neigh->hwaddr[i]);
}

static int show_arp(void *ctx, const struct netlink_neigh *neigh)
{
	struct procnet_file *file = ctx;
	struct netlink_link link = { .name = "*" };
	char ip[INET_ADDRSTRLEN], hwaddr[NETLINK_HWADDR_MAX * 3 + 18];
	unsigned flags =
		neigh->state & NUD_PERMANENT ? ATF_COM | ATF_PERM
		: neigh->hwaddr_size > 0 &&
				!(neigh->state & (NUD_FAILED | NUD_INCOMPLETE))
			? ATF_COM
			: 0;

	if (neigh->family != AF_INET || neigh->state & NUD_NOARP)
		return 0;
	netlink_find_link(file->server, neigh->index, NULL, &link);
	inet_ntop(AF_INET, &neigh->dst, ip, sizeof(ip));
	format_hwaddr(hwaddr, sizeof(hwaddr), neigh);
	return procnet_line(file, 0,
		"%-16s 0x%-10x0x%-10x%-17s     *        %s", ip, link.type,
		flags, hwaddr, link.name);
}

int procnet_arp(struct procnet_file *file)
{
	procnet_line(file, 0,
		"IP address       HW type     Flags       "
		"HW address            Mask     Device");
	return netlink_neigh_each(file->server, show_arp, file);
}
