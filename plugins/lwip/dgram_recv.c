/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dgram_recv.c - UDP, raw and ping sockets: receiving */
#include "dgram.h"
#include "iface.h"
#include "sockaddr.h"
#include "stack.h"

#include <lwip/icmp.h>
#include <lwip/ip.h>
#include <lwip/prot/icmp6.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/time.h>

#define IOV_MAX_PBUFS 64

/* ---- control data ---- */

struct control {
	size_t size;
	union {
		size_t align;
		char bytes[256];
	} buf;
};

static void put(struct control *control, int level, int type, const void *value,
	size_t size)
{
	struct cmsghdr *cmsg =
		(struct cmsghdr *)(control->buf.bytes + control->size);

	if (control->size + CMSG_SPACE(size) > sizeof(control->buf))
		return;
	cmsg->cmsg_level = level;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(cmsg), value, size);
	control->size += CMSG_SPACE(size);
}

static void put_int(struct control *control, int level, int type, int value)
{
	put(control, level, type, &value, sizeof(value));
}

static int arrival_index(void)
{
	const struct iface *iface = iface_of(ip_current_input_netif());

	return iface ? (int)iface->index : 0;
}

static void put_info4(const struct dgram_sock *sock, struct control *control)
{
	const struct ip_hdr *header = ip4_current_header();
	struct in_pktinfo info = { .ipi_ifindex = arrival_index() };
	uint8_t tos = IPH_TOS(header);

	info.ipi_addr.s_addr = ip4_current_dest_addr()->addr;
	info.ipi_spec_dst = info.ipi_addr;
	if (sock->packet_info)
		put(control, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	if (sock->receive_ttl)
		put_int(control, IPPROTO_IP, IP_TTL, IPH_TTL(header));
	if (sock->receive_tos)
		put(control, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
}

static void put_info6(const struct dgram_sock *sock, struct control *control)
{
	struct in6_pktinfo info = { .ipi6_ifindex = (unsigned)arrival_index() };

	memcpy(&info.ipi6_addr, ip6_current_dest_addr()->addr, 16);
	if (sock->packet_info6)
		put(control, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	if (sock->receive_hops)
		put_int(control, IPPROTO_IPV6, IPV6_HOPLIMIT,
			IP6H_HOPLIM(ip6_current_header()));
}

static void make_control(const struct dgram_sock *sock, struct control *control)
{
	struct timeval now;

	control->size = 0;
	if (sock->sock.timestamp) {
		gettimeofday(&now, NULL);
		put(control, SOL_SOCKET, SCM_TIMESTAMP, &now, sizeof(now));
	}
	if (ip_current_is_v6())
		put_info6(sock, control);
	else
		put_info4(sock, control);
}

/* ---- delivery ---- */

/* @p from byte @offset on. What finds the bridge full is lost, as with UDP. */
static void deliver(struct dgram_sock *sock, const struct pbuf *p,
	size_t offset, const struct bridge_meta *meta)
{
	struct iovec iov[IOV_MAX_PBUFS];
	unsigned len = 0;

	for (; p && len < IOV_MAX_PBUFS; p = p->next) {
		if (offset >= p->len) {
			offset -= p->len;
			continue;
		}
		iov[len].iov_base = (char *)p->payload + offset;
		iov[len++].iov_len = p->len - offset;
		offset = 0;
	}
	bridge_deliver_from(sock->sock.bridge, iov, len, meta);
}

static void deliver_from(struct dgram_sock *sock, const struct pbuf *p,
	size_t offset, const ip_addr_t *ip, u16_t port)
{
	struct bridge_meta meta;
	struct control control;

	make_control(sock, &control);
	if (sock->is_connected && !control.size) {
		deliver(sock, p, offset, NULL);
		return;
	}
	memset(&meta, 0, sizeof(meta));
	sockaddr_give(&sock->sock, ip, port, &meta.addr, &meta.addrlen);
	meta.control = control.size ? &control.buf : NULL;
	meta.controllen = control.size;
	deliver(sock, p, offset, &meta);
}

/* When something else waits already, SO_ERROR and the next directed send tell. */
void dgram_tell_error(struct dgram_sock *sock, int error)
{
	if (bridge_deliver_error(sock->sock.bridge, error))
		sock->sock.error = error;
	else
		sock->sock.marked_error = error;
}

static void on_udp(void *arg, struct udp_pcb *pcb, struct pbuf *p,
	const ip_addr_t *ip, u16_t port)
{
	struct dgram_sock *sock = arg;

	(void)pcb;
	if (!(sock->sock.v6only && IP_IS_V4(ip)))
		deliver_from(sock, p, 0, ip, port);
	pbuf_free(p);
}

/* ---- raw ---- */

static bool is_blocked(const struct dgram_sock *sock, const uint8_t *icmp)
{
	if (sock->sock.protocol == IPPROTO_ICMPV6)
		return sock->filter[icmp[0] >> 5] >> (icmp[0] & 31) & 1;
	if (sock->sock.protocol == IPPROTO_ICMP && icmp[0] < 32)
		return sock->filter[0] >> icmp[0] & 1;
	return false;
}

/* An answer to one of our echoes? */
static bool is_our_echo(const struct dgram_sock *sock, const uint8_t *icmp)
{
	uint16_t ident = (uint16_t)(icmp[4] << 8 | icmp[5]);

	return icmp[0] == (ip_current_is_v6() ? ICMP6_TYPE_EREP : ICMP_ER) &&
	       ident == sock->ident;
}

/*
 * Returns 0: lwIP goes on with the packet, and to other sockets. IPv6 packets
 * come with their headers here, too, which Linux does not show.
 */
static u8_t on_raw(
	void *arg, struct raw_pcb *pcb, struct pbuf *p, const ip_addr_t *ip)
{
	struct dgram_sock *sock = arg;
	size_t header = ip_current_header_tot_len();
	uint8_t icmp[8] = { 0 };

	(void)pcb;
	pbuf_copy_partial(p, icmp, sizeof(icmp), (u16_t)header);
	if (sock->kind == DGRAM_PING && !is_our_echo(sock, icmp))
		return 0;
	if (is_blocked(sock, icmp))
		return 0;
	if (sock->kind == DGRAM_RAW && !ip_current_is_v6())
		header = 0;
	deliver_from(sock, p, header, ip, 0);
	return 0;
}

void dgram_recv_attach(struct dgram_sock *sock)
{
	if (sock->kind == DGRAM_UDP)
		udp_recv(sock->pcb.udp, on_udp, sock);
	else
		raw_recv(sock->pcb.raw, on_raw, sock);
}
