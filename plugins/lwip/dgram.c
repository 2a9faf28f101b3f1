/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dgram.c - UDP, raw and ping sockets: life and addresses */
#include "dgram.h"
#include "netlink_ops.h"
#include "route.h"
#include "sockaddr.h"
#include "stack.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define STATE_CONNECTED 1 /* TCP_ESTABLISHED, as ss shows it */
#define STATE_CLOSED	7 /* TCP_CLOSE */

/* ---- bind, connect ---- */

static bool ident_is_taken(const struct dgram_sock *sock, uint16_t ident)
{
	const struct stack *stack = sock->sock.stack;

	for (unsigned i = 0; i < STACK_BUCKETS; i++)
		for (struct sock *other = stack->bucket[i]; other;
			other = other->next)
			if (other != &sock->sock &&
				other->protocol == sock->sock.protocol &&
				other->type == SOCK_DGRAM &&
				dgram_of(other)->ident == ident)
				return true;
	return false;
}

static int choose_ident(struct dgram_sock *sock, uint16_t ident)
{
	if (ident && ident_is_taken(sock, ident))
		return -EADDRINUSE;
	while (!ident || ident_is_taken(sock, ident))
		ident = (uint16_t)LWIP_RAND();
	sock->ident = ident;
	return 0;
}

static int bind_pcb(struct dgram_sock *sock, const ip_addr_t *ip, u16_t port)
{
	int err;

	if (sock->kind == DGRAM_UDP)
		return sockaddr_errno(udp_bind(sock->pcb.udp, ip, port));
	if (sock->kind == DGRAM_PING) {
		err = choose_ident(sock, port);
		if (err)
			return err;
	}
	return sockaddr_errno(raw_bind(sock->pcb.raw, ip));
}

static int do_bind(
	struct sock *base, const struct sockaddr *addr, socklen_t size)
{
	struct dgram_sock *sock = dgram_of(base);
	ip_addr_t ip;
	u16_t port;
	int err = sockaddr_local(base, addr, size, &ip, &port);

	if (err && !(err == -EADDRNOTAVAIL && sock->free_bind))
		return err;
	if (sock->is_bound && sock->kind == DGRAM_UDP)
		return -EINVAL;
	if (sock->kind != DGRAM_UDP && IP_IS_ANY_TYPE_VAL(ip))
		ip = *IP6_ADDR_ANY;
	err = bind_pcb(sock, &ip, port);
	sock->is_bound = !err;
	return err;
}

static int disconnect(struct dgram_sock *sock)
{
	if (sock->kind == DGRAM_UDP)
		udp_disconnect(sock->pcb.udp);
	else
		raw_disconnect(sock->pcb.raw);
	sock->is_connected = false;
	return 0;
}

/* lwIP leaves the source open; programs ask for it (getsockname). */
static int connect_pcb(struct dgram_sock *sock)
{
	if (sock->kind == DGRAM_UDP)
		return sockaddr_errno(udp_connect(
			sock->pcb.udp, &sock->remote_ip, sock->remote_port));
	return sockaddr_errno(raw_connect(sock->pcb.raw, &sock->remote_ip));
}

static int do_connect(
	struct sock *base, const struct sockaddr *addr, socklen_t size)
{
	struct dgram_sock *sock = dgram_of(base);
	int err;

	if (size >= sizeof(addr->sa_family) && addr->sa_family == AF_UNSPEC)
		return disconnect(sock);
	err = sockaddr_peer(
		base, addr, size, &sock->remote_ip, &sock->remote_port);
	if (!err)
		err = route_check(base->stack, &sock->remote_ip, base->ifindex);
	if (err)
		return err;
	dgram_drain(sock); /* what was written before goes to the old one */
	if (sock->kind == DGRAM_PING && !sock->ident)
		choose_ident(sock, 0);
	err = connect_pcb(sock);
	sock->is_connected = !err;
	return err;
}

/* ---- names ---- */

static u16_t local_port(const struct dgram_sock *sock)
{
	return sock->kind == DGRAM_UDP	  ? sock->pcb.udp->local_port
	       : sock->kind == DGRAM_PING ? sock->ident
					  : (u16_t)sock->sock.protocol;
}

/* The one that packets to the peer carry. */
static void local_ip(const struct dgram_sock *sock, ip_addr_t *ip)
{
	struct netlink_route_key key = { .oif = sock->sock.ifindex };
	struct netlink_route route;

	*ip = sock->pcb.ip->local_ip;
	if (!ip_addr_isany_val(*ip) || !sock->is_connected)
		return;
	key.family = (uint8_t)sockaddr_bytes(&sock->remote_ip, &key.dst);
	if (netlink_tables_route_get(sock->sock.stack->tables, &key, &route))
		return;
	ip_addr_copy(*ip, sock->remote_ip); /* type and zone */
	memcpy(ip_2_ip6(ip)->addr, route.prefsrc.bytes,
		key.family == AF_INET ? 4 : 16);
}

static int do_name(struct sock *base, bool peer, struct sockaddr_storage *addr,
	socklen_t *size)
{
	struct dgram_sock *sock = dgram_of(base);
	bool raw = sock->kind == DGRAM_RAW;
	ip_addr_t ip;

	if (peer && !sock->is_connected)
		return -ENOTCONN;
	if (peer) {
		sockaddr_give(base, &sock->remote_ip,
			raw ? 0 : sock->remote_port, addr, size);
		return 0;
	}
	local_ip(sock, &ip);
	sockaddr_give(base, &ip, local_port(sock), addr, size);
	return 0;
}

static bool describe(struct sock *base, struct netlink_sock *shown)
{
	struct dgram_sock *sock = dgram_of(base);
	u16_t port = local_port(sock);
	ip_addr_t ip;

	if (sock->kind == DGRAM_UDP && !port)
		return false;
	if (sock->kind == DGRAM_RAW) {
		shown->raw_protocol = shown->protocol;
		shown->protocol = IPPROTO_RAW;
	}
	shown->state = sock->is_connected ? STATE_CONNECTED : STATE_CLOSED;
	shown->sport = lwip_htons(port);
	local_ip(sock, &ip);
	sockaddr_shown(base, &ip, &shown->src);
	if (!sock->is_connected)
		return true;
	shown->dport = lwip_htons(sock->remote_port);
	sockaddr_shown(base, &sock->remote_ip, &shown->dst);
	return true;
}

/* ---- life ---- */

static void do_close(struct sock *base, enum bridge_close how)
{
	(void)how;
	if (base->bridge)
		dgram_drain(dgram_of(base));
}

static void do_free(struct sock *base)
{
	struct dgram_sock *sock = dgram_of(base);

	dgram_leave_all(sock);
	if (sock->kind == DGRAM_UDP)
		udp_remove(sock->pcb.udp);
	else
		raw_remove(sock->pcb.raw);
}

static void on_data(struct bridge *bridge, void *owner)
{
	(void)bridge;
	dgram_drain(owner);
}

static const struct bridge_ops bridge_ops = {
	.on_data = on_data,
	.on_close = sock_on_close,
};

static const struct sock_ops ops = {
	.bridge = &bridge_ops,
	.bind = do_bind,
	.connect = do_connect,
	.name = do_name,
	.send = dgram_send,
	.setopt = dgram_setopt,
	.getopt = dgram_getopt,
	.describe = describe,
	.close = do_close,
	.free = do_free,
};

static int make(struct sock **base, enum dgram_kind kind, void *pcb)
{
	struct dgram_sock *sock = pcb ? calloc(1, sizeof(*sock)) : NULL;

	if (!sock)
		return -ENOMEM;
	sock->sock.ops = &ops;
	sock->kind = kind;
	sock->pcb.ip = pcb;
	sock->mcast_loop = true;
	sock->mcast_ttl = 1;
	dgram_recv_attach(sock);
	*base = &sock->sock;
	return 0;
}

int dgram_make_udp(struct stack *stack, int domain, struct sock **sock)
{
	struct udp_pcb *pcb = udp_new_ip_type(
		domain == AF_INET ? IPADDR_TYPE_V4 : IPADDR_TYPE_ANY);
	int err = make(sock, DGRAM_UDP, pcb);

	(void)stack;
	if (err && pcb)
		udp_remove(pcb);
	if (!err) {
		udp_set_flags(pcb, UDP_FLAGS_MULTICAST_LOOP);
		udp_set_multicast_ttl(pcb, 1);
	}
	return err;
}

/* RFC 3542: the stack fills in the checksum of ICMPv6. */
static void set_up_raw(struct raw_pcb *pcb, int domain, int protocol)
{
	raw_set_flags(pcb, RAW_FLAGS_MULTICAST_LOOP);
	raw_set_multicast_ttl(pcb, 1);
	if (domain == AF_INET && protocol == IPPROTO_RAW)
		raw_set_flags(pcb, RAW_FLAGS_HDRINCL);
	if (domain == AF_INET6 && protocol == IPPROTO_ICMPV6) {
		pcb->chksum_reqd = 1;
		pcb->chksum_offset = 2;
	}
}

int dgram_make_raw(struct stack *stack, int domain, int type, int protocol,
	struct sock **sock)
{
	struct raw_pcb *pcb = raw_new_ip_type(
		domain == AF_INET ? IPADDR_TYPE_V4 : IPADDR_TYPE_V6,
		(u8_t)protocol);
	int err = make(sock, type == SOCK_RAW ? DGRAM_RAW : DGRAM_PING, pcb);

	(void)stack;
	if (err) {
		if (pcb)
			raw_remove(pcb);
		return err;
	}
	set_up_raw(pcb, domain, protocol);
	dgram_of(*sock)->header_included =
		domain == AF_INET && protocol == IPPROTO_RAW;
	return 0;
}
