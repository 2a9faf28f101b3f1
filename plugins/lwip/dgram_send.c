/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dgram_send.c - UDP, raw and ping sockets: sending */
#include "dgram.h"
#include "iface.h"
#include "route.h"
#include "sockaddr.h"
#include "stack.h"

#include <lwip/icmp.h>
#include <lwip/inet_chksum.h>
#include <lwip/prot/icmp6.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define UDP_MAX	     65507
#define IDENT_OFFSET 4
#define DEFAULT_TTL  64

struct target {
	ip_addr_t ip;
	u16_t port;
	unsigned ifindex; /* 0: by the routing table */
	int ttl;	  /* -1: as always */
};

/* ---- where to ---- */

static int find_target(const struct dgram_sock *sock,
	const struct bridge_meta *meta, struct target *target)
{
	target->ifindex = sock->sock.ifindex;
	target->ttl = -1;
	if (meta && meta->addrlen)
		return sockaddr_peer(&sock->sock,
			(const struct sockaddr *)&meta->addr, meta->addrlen,
			&target->ip, &target->port);
	if (!sock->is_connected)
		return -EDESTADDRREQ;
	target->ip = sock->remote_ip;
	target->port = sock->remote_port;
	return 0;
}

static bool is_type(
	const struct cmsghdr *cmsg, int level, int type, size_t size)
{
	return cmsg->cmsg_level == level && cmsg->cmsg_type == type &&
	       cmsg->cmsg_len >= CMSG_LEN(size);
}

static void take_control(const struct cmsghdr *cmsg, struct target *target)
{
	struct in_pktinfo info;
	struct in6_pktinfo info6;

	if (is_type(cmsg, IPPROTO_IP, IP_PKTINFO, sizeof(info))) {
		memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
		target->ifindex = (unsigned)info.ipi_ifindex ?: target->ifindex;
	} else if (is_type(cmsg, IPPROTO_IPV6, IPV6_PKTINFO, sizeof(info6))) {
		memcpy(&info6, CMSG_DATA(cmsg), sizeof(info6));
		target->ifindex = info6.ipi6_ifindex ?: target->ifindex;
	} else if (is_type(cmsg, IPPROTO_IP, IP_TTL, sizeof(int)) ||
		   is_type(cmsg, IPPROTO_IPV6, IPV6_HOPLIMIT, sizeof(int))) {
		memcpy(&target->ttl, CMSG_DATA(cmsg), sizeof(int));
	}
}

/* Is it as long as it says? The program has written that. */
static bool is_whole(const struct msghdr *msg, const struct cmsghdr *cmsg)
{
	size_t at =
		(size_t)((const char *)cmsg - (const char *)msg->msg_control);

	return cmsg->cmsg_len >= sizeof(*cmsg) &&
	       cmsg->cmsg_len <= msg->msg_controllen - at;
}

static int take_controls(const struct bridge_meta *meta, struct target *target)
{
	struct msghdr msg = { .msg_control = (void *)meta->control,
		.msg_controllen = meta->controllen };

	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg); cmsg;
		cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (!is_whole(&msg, cmsg))
			return -EINVAL;
		take_control(cmsg, target);
	}
	return 0;
}

static bool is_broadcast(const struct dgram_sock *sock, const ip_addr_t *ip)
{
	struct netlink_route_key key = { .family = AF_INET };
	struct netlink_route route;

	if (!IP_IS_V4(ip))
		return false;
	key.dst.v4.s_addr = ip_2_ip4(ip)->addr;
	return ip_2_ip4(ip)->addr == IPADDR_BROADCAST ||
	       (netlink_tables_route_get(
			sock->sock.stack->tables, &key, &route) == 0 &&
		       route.type == RTN_BROADCAST);
}

static int check(struct dgram_sock *sock, struct target *target, size_t size)
{
	bool broadcast = is_broadcast(sock, &target->ip);

	if (size > UDP_MAX)
		return -EMSGSIZE;
	if (sock->kind == DGRAM_UDP && !target->port)
		return -EINVAL;
	if (broadcast && !sock->sock.broadcast)
		return -EACCES;
	if (ip_addr_ismulticast(&target->ip) && !target->ifindex)
		target->ifindex = sock->mcast_ifindex;
	if (target->ifindex && (broadcast || ip_addr_ismulticast(&target->ip)))
		return 0;
	return route_check(sock->sock.stack, &target->ip, target->ifindex);
}

/* ---- out ---- */

static u8_t ttl_of(const struct dgram_sock *sock, const struct target *target)
{
	if (target->ttl >= 0)
		return (u8_t)target->ttl;
	return sock->ttl ?: DEFAULT_TTL;
}

static err_t send_pcb(
	struct dgram_sock *sock, struct pbuf *p, const struct target *target)
{
	const struct iface *iface =
		iface_find(sock->sock.stack, target->ifindex);
	struct ip_pcb *pcb = sock->pcb.ip;
	err_t err;

	pcb->ttl = ttl_of(sock, target);
	pcb->tos = sock->tos;
	pcb->netif_idx =
		iface ? netif_get_index(&iface->netif) : NETIF_NO_INDEX;
	if (sock->kind == DGRAM_UDP)
		err = udp_sendto(sock->pcb.udp, p, &target->ip, target->port);
	else
		err = raw_sendto(sock->pcb.raw, p, &target->ip);
	/* bound to an interface it also receives only from there */
	if (!sock->sock.ifindex)
		pcb->netif_idx = NETIF_NO_INDEX;
	return err;
}

/* The source that the routing table has for @ip; any if none. */
static uint32_t source_for(const struct dgram_sock *sock, const ip4_addr_t *ip)
{
	struct netlink_route_key key = { .family = AF_INET };
	struct netlink_route route;

	key.dst.v4.s_addr = ip->addr;
	if (netlink_tables_route_get(sock->sock.stack->tables, &key, &route))
		return IPADDR_ANY;
	return route.prefsrc.v4.s_addr;
}

/* What raw(7) says that is filled in of a header that the program has made. */
static int complete_header(const struct dgram_sock *sock, struct pbuf *p)
{
	struct ip_hdr *header = p->payload;
	ip4_addr_t dst;

	if (p->len < IP_HLEN || IPH_HL_BYTES(header) < IP_HLEN ||
		IPH_HL_BYTES(header) > p->len)
		return -EINVAL;
	ip4_addr_copy(dst, header->dest);
	IPH_LEN_SET(header, lwip_htons(p->tot_len));
	if (!IPH_ID(header))
		IPH_ID_SET(header, (u16_t)LWIP_RAND());
	if (!header->src.addr)
		header->src.addr = source_for(sock, &dst);
	IPH_CHKSUM_SET(header, 0);
	IPH_CHKSUM_SET(header, inet_chksum(header, IPH_HL_BYTES(header)));
	return 0;
}

/* Echo requests only, with our identifier in them. */
static int make_ping(struct dgram_sock *sock, struct pbuf *p)
{
	bool v4 = sock->sock.domain == AF_INET;
	uint8_t *icmp = p->payload;
	uint16_t ident = lwip_htons(sock->ident), sum;

	if (p->len < sizeof(struct icmp_echo_hdr) ||
		icmp[0] != (v4 ? ICMP_ECHO : ICMP6_TYPE_EREQ) || icmp[1])
		return -EINVAL;
	memcpy(icmp + IDENT_OFFSET, &ident, sizeof(ident));
	memset(icmp + 2, 0, 2);
	if (!v4)
		return 0; /* lwIP does it */
	sum = inet_chksum(icmp, p->len);
	memcpy(icmp + 2, &sum, sizeof(sum));
	return 0;
}

static void prepare_ident(struct dgram_sock *sock)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	struct sockaddr_in6 any6 = { .sin6_family = AF_INET6 };

	if (sock->kind != DGRAM_PING || sock->ident)
		return;
	if (sock->sock.domain == AF_INET)
		sock->sock.ops->bind(&sock->sock, (const struct sockaddr *)&any,
			sizeof(any));
	else
		sock->sock.ops->bind(&sock->sock,
			(const struct sockaddr *)&any6, sizeof(any6));
}

/* It would be written beyond the end; lwIP ends the program then. */
static int check_checksum(const struct dgram_sock *sock, const struct pbuf *p,
	const struct target *target)
{
	const struct raw_pcb *pcb = sock->pcb.raw;

	if (sock->kind == DGRAM_UDP || !pcb->chksum_reqd ||
		!IP_IS_V6_VAL(target->ip))
		return 0;
	return p->len < pcb->chksum_offset + 2 ? -EINVAL : 0;
}

static ssize_t send_pbuf(
	struct dgram_sock *sock, struct pbuf *p, const struct bridge_meta *meta)
{
	struct target target;
	int err = find_target(sock, meta, &target);

	if (!err && meta && meta->controllen)
		err = take_controls(meta, &target);
	if (!err)
		err = check(sock, &target, p->tot_len);
	if (!err && sock->kind == DGRAM_RAW && sock->header_included)
		err = complete_header(sock, p);
	if (!err && sock->kind == DGRAM_PING) {
		prepare_ident(sock);
		err = make_ping(sock, p);
	}
	err = err ?: check_checksum(sock, p, &target);
	return err ?: sockaddr_errno(send_pcb(sock, p, &target));
}

static pbuf_layer layer_of(const struct dgram_sock *sock)
{
	return sock->kind == DGRAM_UDP ? PBUF_TRANSPORT
	       : sock->header_included ? PBUF_LINK
				       : PBUF_IP;
}

static ssize_t total(const struct sock_message *message)
{
	size_t size = 0;

	for (unsigned i = 0; i < message->iovcnt; i++) {
		if (message->iov[i].iov_len > UDP_MAX)
			return -EMSGSIZE;
		size += message->iov[i].iov_len;
	}
	return size > UDP_MAX ? -EMSGSIZE : (ssize_t)size;
}

static ssize_t send_one(
	struct dgram_sock *sock, const struct sock_message *message)
{
	ssize_t size = total(message), err;
	struct pbuf *p;
	char *at;

	if (size < 0)
		return size;
	p = pbuf_alloc(layer_of(sock), (u16_t)size, PBUF_RAM);
	if (!p)
		return -ENOBUFS;
	at = p->payload;
	for (unsigned i = 0; i < message->iovcnt; i++) {
		memcpy(at, message->iov[i].iov_base, message->iov[i].iov_len);
		at += message->iov[i].iov_len;
	}
	err = send_pbuf(sock, p, message->meta);
	pbuf_free(p);
	return err ?: size;
}

void dgram_drain(struct dgram_sock *sock)
{
	struct stack *stack = sock->sock.stack;
	struct bridge_meta meta;
	struct iovec iov = { .iov_base = stack->buffer };
	struct sock_message message = {
		.iov = &iov, .iovcnt = 1, .meta = &meta
	};
	ssize_t n;

	for (;;) {
		n = bridge_receive(sock->sock.bridge, stack->buffer,
			STACK_BUFFER_SIZE, &meta);
		if (n == -EMSGSIZE || n == -EBADMSG)
			continue;
		if (n < 0)
			return;
		iov.iov_len = (size_t)n;
		n = send_one(sock, &message);
		if (n < 0)
			sock->sock.error = (int)-n;
	}
}

ssize_t dgram_send(
	struct sock *base, const struct sock_message *message, int flags)
{
	struct dgram_sock *sock = dgram_of(base);

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	dgram_drain(sock); /* what was written before */
	return send_one(sock, message);
}
