/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dgram_opt.c - options of UDP, raw and ping sockets, a row for each */
#include "dgram.h"
#include "iface.h"
#include "stack.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#define SOL_RAW_LINUX 255
#define DEFAULT_TTL   64

enum value_kind {
	VALUE_FLAG,  /* bool */
	VALUE_BYTE,  /* uint8_t, 0 is the default, -1 sets that */
	VALUE_INT,   /* int */
	VALUE_INDEX, /* unsigned, of an interface */
};

static const struct row {
	int level, name;
	enum value_kind kind;
	size_t offset; /* in struct dgram_sock */
} rows[] = {
#define ROW(level, name, kind, member)                                         \
	{                                                                      \
		level, name, kind, offsetof(struct dgram_sock, member)         \
	}
	ROW(IPPROTO_IP, IP_TTL, VALUE_BYTE, ttl),
	ROW(IPPROTO_IP, IP_TOS, VALUE_BYTE, tos),
	ROW(IPPROTO_IP, IP_PKTINFO, VALUE_FLAG, packet_info),
	ROW(IPPROTO_IP, IP_RECVTTL, VALUE_FLAG, receive_ttl),
	ROW(IPPROTO_IP, IP_RECVTOS, VALUE_FLAG, receive_tos),
	ROW(IPPROTO_IP, IP_RECVERR, VALUE_FLAG, receive_error),
	ROW(IPPROTO_IP, IP_RETOPTS, VALUE_FLAG, return_options),
	ROW(IPPROTO_IP, IP_HDRINCL, VALUE_FLAG, header_included),
	ROW(IPPROTO_IP, IP_FREEBIND, VALUE_FLAG, free_bind),
	ROW(IPPROTO_IP, IP_MTU_DISCOVER, VALUE_INT, mtu_discover),
	ROW(IPPROTO_IP, IP_MULTICAST_TTL, VALUE_BYTE, mcast_ttl),
	ROW(IPPROTO_IP, IP_MULTICAST_LOOP, VALUE_FLAG, mcast_loop),
	ROW(IPPROTO_IPV6, IPV6_UNICAST_HOPS, VALUE_BYTE, ttl),
	ROW(IPPROTO_IPV6, IPV6_TCLASS, VALUE_BYTE, tos),
	ROW(IPPROTO_IPV6, IPV6_RECVPKTINFO, VALUE_FLAG, packet_info6),
	ROW(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, VALUE_FLAG, receive_hops),
	ROW(IPPROTO_IPV6, IPV6_RECVERR, VALUE_FLAG, receive_error),
	ROW(IPPROTO_IPV6, IPV6_MTU_DISCOVER, VALUE_INT, mtu_discover),
	ROW(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, VALUE_BYTE, mcast_ttl),
	ROW(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, VALUE_FLAG, mcast_loop),
	ROW(IPPROTO_IPV6, IPV6_MULTICAST_IF, VALUE_INDEX, mcast_ifindex),
};

static const struct row *find_row(const struct sock_option *option)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].level == option->level &&
			rows[i].name == option->name)
			return &rows[i];
	return NULL;
}

/* What lwIP keeps itself. */
static void apply(struct dgram_sock *sock)
{
	struct raw_pcb *raw = sock->pcb.raw;
	struct udp_pcb *udp = sock->pcb.udp;

	if (sock->sock.reuse_address || sock->sock.reuse_port)
		ip_set_option(sock->pcb.ip, SOF_REUSEADDR);
	else
		ip_reset_option(sock->pcb.ip, SOF_REUSEADDR);
	sockopt_bind_pcb(&sock->sock, &sock->pcb.ip->netif_idx);
	if (sock->kind == DGRAM_UDP) {
		udp_set_multicast_ttl(udp, sock->mcast_ttl);
		udp_clear_flags(udp, UDP_FLAGS_MULTICAST_LOOP);
		if (sock->mcast_loop)
			udp_set_flags(udp, UDP_FLAGS_MULTICAST_LOOP);
		return;
	}
	raw_set_multicast_ttl(raw, sock->mcast_ttl);
	raw_clear_flags(raw, RAW_FLAGS_MULTICAST_LOOP | RAW_FLAGS_HDRINCL);
	if (sock->mcast_loop)
		raw_set_flags(raw, RAW_FLAGS_MULTICAST_LOOP);
	if (sock->header_included)
		raw_set_flags(raw, RAW_FLAGS_HDRINCL);
}

static int store(struct dgram_sock *sock, const struct row *row, int value)
{
	void *at = (char *)sock + row->offset;

	switch (row->kind) {
	case VALUE_FLAG:
		*(bool *)at = value != 0;
		return 0;
	case VALUE_BYTE:
		if (value < -1 || value > 255)
			return -EINVAL;
		*(uint8_t *)at = (uint8_t)(value == -1 ? 0 : value);
		return 0;
	case VALUE_INT:
		*(int *)at = value;
		return 0;
	case VALUE_INDEX:
		if (value && !iface_find(sock->sock.stack, (unsigned)value))
			return -ENODEV;
		*(unsigned *)at = (unsigned)value;
		return 0;
	}
	return -EINVAL;
}

/* An address, struct ip_mreq, or struct ip_mreqn */
static int set_mcast_if4(
	struct dgram_sock *sock, const struct sock_option *option)
{
	struct ip_mreqn mreq = { .imr_ifindex = 0 };
	const struct iface *iface = NULL;

	if (option->size >= sizeof(mreq))
		memcpy(&mreq, option->value, sizeof(mreq));
	else if (option->size >= sizeof(mreq.imr_address))
		memcpy(&mreq.imr_address,
			(char *)option->value +
				(option->size >= sizeof(struct ip_mreq) ? 4
									: 0),
			sizeof(mreq.imr_address));
	else
		return -EINVAL;
	if (mreq.imr_ifindex)
		iface = iface_find(
			sock->sock.stack, (unsigned)mreq.imr_ifindex);
	else if (mreq.imr_address.s_addr)
		iface = iface_of(iface_netif_of4(
			sock->sock.stack, mreq.imr_address.s_addr));
	else {
		sock->mcast_ifindex = 0;
		return 0;
	}
	if (!iface)
		return -EADDRNOTAVAIL;
	sock->mcast_ifindex = iface->index;
	return 0;
}

static bool is_filter(
	const struct dgram_sock *sock, const struct sock_option *option)
{
	return sock->kind == DGRAM_RAW &&
	       ((option->level == SOL_RAW_LINUX &&
			option->name == ICMP_FILTER &&
			sock->sock.protocol == IPPROTO_ICMP) ||
		       (option->level == IPPROTO_ICMPV6 &&
			       option->name == ICMP6_FILTER &&
			       sock->sock.protocol == IPPROTO_ICMPV6));
}

static int set_filter(struct dgram_sock *sock, const struct sock_option *option)
{
	size_t size = sock->sock.protocol == IPPROTO_ICMP
			      ? sizeof(sock->filter[0])
			      : sizeof(sock->filter);

	if (option->size < 1)
		return -EINVAL;
	memcpy(sock->filter, option->value,
		option->size < size ? option->size : size);
	return 0;
}

/* IPV6_CHECKSUM: where lwIP writes the checksum of raw packets. */
static int set_checksum(
	struct dgram_sock *sock, const struct sock_option *option)
{
	int value, err = sockopt_int(option, &value);

	if (err)
		return err;
	if (sock->sock.protocol == IPPROTO_ICMPV6)
		return value == 2 ? 0 : -EINVAL;
	if (value > 0 && value & 1)
		return -EINVAL;
	sock->pcb.raw->chksum_reqd = value >= 0;
	sock->pcb.raw->chksum_offset = (u16_t)(value < 0 ? 0 : value);
	return 0;
}

int dgram_setopt(struct sock *base, const struct sock_option *option)
{
	struct dgram_sock *sock = dgram_of(base);
	const struct row *row = find_row(option);
	int value, err;

	if (option->level == SOL_SOCKET) {
		apply(sock);
		return 0;
	}
	if (option->level == IPPROTO_IP && option->name == IP_MULTICAST_IF)
		return set_mcast_if4(sock, option);
	if (is_filter(sock, option))
		return set_filter(sock, option);
	if (sock->kind == DGRAM_RAW && base->domain == AF_INET6 &&
		(option->level == IPPROTO_IPV6 ||
			option->level == SOL_RAW_LINUX) &&
		option->name == IPV6_CHECKSUM)
		return set_checksum(sock, option);
	if (!row)
		return dgram_group_setopt(sock, option);
	err = sockopt_int(option, &value);
	if (!err)
		err = store(sock, row, value);
	if (!err)
		apply(sock);
	return err;
}

static int read_row(const struct dgram_sock *sock, const struct row *row)
{
	const void *at = (const char *)sock + row->offset;

	switch (row->kind) {
	case VALUE_FLAG:
		return *(const bool *)at;
	case VALUE_BYTE:
		if (row->offset == offsetof(struct dgram_sock, ttl))
			return *(const uint8_t *)at ?: DEFAULT_TTL;
		return *(const uint8_t *)at;
	default:
		return *(const int *)at;
	}
}

int dgram_getopt(struct sock *base, struct sock_option *option)
{
	struct dgram_sock *sock = dgram_of(base);
	const struct row *row = find_row(option);

	if (is_filter(sock, option))
		return sockopt_give(option, sock->filter,
			base->protocol == IPPROTO_ICMP ? sizeof(sock->filter[0])
						       : sizeof(sock->filter));
	return row ? sockopt_give_int(option, read_row(sock, row))
		   : -ENOPROTOOPT;
}
