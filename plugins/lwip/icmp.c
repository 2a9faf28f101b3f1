/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * icmp.c - what ICMP tells of packets that were sent
 *
 * Raw pcbs of our own see every ICMP packet that is for us, from the wires and
 * the loopback, reassembled. They only look (return 0): lwIP and the program's
 * raw sockets get it, too.
 *
 * Anybody can send such a packet. It has to quote the four numbers of a
 * connection, for TCP also a sequence number that is in flight (RFC 5927).
 */
#include "icmp.h"
#include "dgram.h"
#include "tcp.h"

#include <lwip/inet_chksum.h>
#include <lwip/ip.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/prot/icmp.h>
#include <lwip/prot/icmp6.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define HEADER_SIZE 8	/* of ICMP */
#define QUOTED_MAX  120 /* of a packet: its header, 8 bytes; some options */

/* What a code stands for. Not final: it may pass (RFC 1122, 3.2.2.1). */
struct meaning {
	int error;
	bool is_final;
};

static const struct meaning meanings4[] = {
	[0] = { ENETUNREACH, false },	/* network */
	[1] = { EHOSTUNREACH, false },	/* host */
	[2] = { ENOPROTOOPT, true },	/* protocol */
	[3] = { ECONNREFUSED, true },	/* port */
	[4] = { 0, false },		/* fragmentation needed: lwIP lets do */
	[5] = { EOPNOTSUPP, false },	/* source route failed */
	[6] = { ENETUNREACH, true },	/* network unknown */
	[7] = { EHOSTDOWN, true },	/* host unknown */
	[8] = { ENONET, true },		/* source isolated */
	[9] = { ENETUNREACH, true },	/* network prohibited */
	[10] = { EHOSTUNREACH, true },	/* host prohibited */
	[11] = { ENETUNREACH, false },	/* network, for this type of service */
	[12] = { EHOSTUNREACH, false }, /* host, for this type of service */
	[13] = { EHOSTUNREACH, true },	/* prohibited (RFC 1812) */
	[14] = { EHOSTUNREACH, true },	/* precedence violation */
	[15] = { EHOSTUNREACH, true },	/* precedence cutoff */
};

static const struct meaning meanings6[] = {
	/* RFC 4443, 3.1 */
	[0] = { ENETUNREACH, false },  /* no route */
	[1] = { EACCES, true },	       /* prohibited */
	[2] = { EHOSTUNREACH, false }, /* beyond scope */
	[3] = { EHOSTUNREACH, false }, /* address */
	[4] = { ECONNREFUSED, true },  /* port */
	[5] = { EACCES, true },	       /* source address failed policy */
	[6] = { EACCES, true },	       /* reject route */
};

/* The packet that is quoted: one of ours. */
struct quoted {
	ip_addr_t src, dst;
	u16_t sport, dport;
	u8_t protocol;
	u32_t seqno; /* TCP */
};

/* ---- reading ---- */

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void read_ports(const uint8_t *bytes, struct quoted *quoted)
{
	quoted->sport = get16(bytes);
	quoted->dport = get16(bytes + 2);
	quoted->seqno = (u32_t)get16(bytes + 4) << 16 | get16(bytes + 6);
}

static bool read4(const uint8_t *ip, size_t size, struct quoted *quoted)
{
	size_t header = (size_t)(ip[0] & 0xf) * 4;

	if (size < IP_HLEN || ip[0] >> 4 != 4 || header < IP_HLEN ||
		header + HEADER_SIZE > size)
		return false;
	IP_SET_TYPE(&quoted->src, IPADDR_TYPE_V4);
	IP_SET_TYPE(&quoted->dst, IPADDR_TYPE_V4);
	memcpy(&ip_2_ip4(&quoted->src)->addr, ip + 12, 4);
	memcpy(&ip_2_ip4(&quoted->dst)->addr, ip + 16, 4);
	quoted->protocol = ip[9];
	read_ports(ip + header, quoted);
	return true;
}

/* We send no extension headers in front of TCP and UDP. */
static bool read6(const uint8_t *ip, size_t size, struct quoted *quoted)
{
	if (size < IP6_HLEN + HEADER_SIZE || ip[0] >> 4 != 6)
		return false;
	IP_SET_TYPE(&quoted->src, IPADDR_TYPE_V6);
	IP_SET_TYPE(&quoted->dst, IPADDR_TYPE_V6);
	memcpy(ip_2_ip6(&quoted->src)->addr, ip + 8, 16);
	memcpy(ip_2_ip6(&quoted->dst)->addr, ip + 24, 16);
	quoted->protocol = ip[6];
	read_ports(ip + IP6_HLEN, quoted);
	return true;
}

/* ---- whose ---- */

/* Zones are not in the packet. */
static bool is_same(const ip_addr_t *a, const ip_addr_t *b)
{
	if (IP_GET_TYPE(a) != IP_GET_TYPE(b))
		return false;
	return IP_IS_V4(a) ? ip4_addr_cmp(ip_2_ip4(a), ip_2_ip4(b))
			   : ip6_addr_cmp_zoneless(ip_2_ip6(a), ip_2_ip6(b));
}

static void tell_udp(const struct quoted *quoted, const struct meaning *meaning)
{
	struct udp_pcb *pcb;

	for (pcb = udp_pcbs; pcb; pcb = pcb->next)
		if (pcb->local_port == quoted->sport &&
			pcb->flags & UDP_FLAGS_CONNECTED &&
			pcb->remote_port == quoted->dport &&
			is_same(&pcb->remote_ip, &quoted->dst))
			break;
	if (pcb && pcb->recv_arg && meaning->is_final)
		dgram_tell_error(pcb->recv_arg, meaning->error);
}

static void tell_tcp(const struct quoted *quoted, const struct meaning *meaning)
{
	struct tcp_pcb *pcb;

	for (pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
		if (pcb->local_port == quoted->sport &&
			pcb->remote_port == quoted->dport &&
			is_same(&pcb->remote_ip, &quoted->dst) &&
			is_same(&pcb->local_ip, &quoted->src))
			break;
	if (pcb && pcb->callback_arg &&
		TCP_SEQ_BETWEEN(quoted->seqno, pcb->lastack - 1, pcb->snd_nxt))
		tcp_tell_error(pcb->callback_arg, meaning->error);
}

static void tell(const struct quoted *quoted, const struct meaning *meaning)
{
	if (!meaning->error)
		return;
	if (quoted->protocol == IPPROTO_TCP)
		tell_tcp(quoted, meaning);
	else if (quoted->protocol == IPPROTO_UDP)
		tell_udp(quoted, meaning);
}

/* ---- arrival ---- */

/* An ICMP message at @offset of @p; lwIP has not looked at its checksum yet. */
static size_t copy_message(
	struct pbuf *p, u16_t offset, uint8_t *buf, size_t size)
{
	if (p->tot_len < offset + HEADER_SIZE)
		return 0;
	return pbuf_copy_partial(p, buf, (u16_t)size, offset);
}

static u16_t checksum4(struct pbuf *p, u16_t offset)
{
	u16_t sum;

	if (pbuf_remove_header(p, offset))
		return 1;
	sum = inet_chksum_pbuf(p);
	pbuf_add_header_force(p, offset);
	return sum;
}

static u16_t checksum6(struct pbuf *p, u16_t offset)
{
	u16_t sum;

	if (pbuf_remove_header(p, offset))
		return 1;
	sum = ip6_chksum_pseudo(p, IP6_NEXTH_ICMP6, p->tot_len,
		ip6_current_src_addr(), ip6_current_dest_addr());
	pbuf_add_header_force(p, offset);
	return sum;
}

/* What differs between ICMP and ICMPv6. */
struct family {
	uint8_t unreachable; /* type */
	const struct meaning *meanings;
	size_t meanings_len;
	bool (*read)(const uint8_t *ip, size_t size, struct quoted *quoted);
	u16_t (*checksum)(struct pbuf *p, u16_t offset);
};

static const struct family family4 = { ICMP_DUR, meanings4,
	LWIP_ARRAYSIZE(meanings4), read4, checksum4 };
static const struct family family6 = { ICMP6_TYPE_DUR, meanings6,
	LWIP_ARRAYSIZE(meanings6), read6, checksum6 };

/* @arg: the family. */
static u8_t on_icmp(
	void *arg, struct raw_pcb *pcb, struct pbuf *p, const ip_addr_t *from)
{
	const struct family *family = arg;
	uint8_t message[HEADER_SIZE + QUOTED_MAX];
	u16_t offset = ip_current_header_tot_len();
	size_t size = copy_message(p, offset, message, sizeof(message));
	struct quoted quoted = { .protocol = 0 };

	(void)pcb, (void)from;
	if (size && message[0] == family->unreachable &&
		message[1] < family->meanings_len &&
		family->read(
			message + HEADER_SIZE, size - HEADER_SIZE, &quoted) &&
		!family->checksum(p, offset))
		tell(&quoted, &family->meanings[message[1]]);
	return 0;
}

/* ---- life; lwIP's state is global, and so are these ---- */

static struct raw_pcb *listening[2];

int icmp_listen(void)
{
	listening[0] = raw_new_ip_type(IPADDR_TYPE_V4, IP_PROTO_ICMP);
	listening[1] = raw_new_ip_type(IPADDR_TYPE_V6, IP6_NEXTH_ICMP6);
	if (!listening[0] || !listening[1])
		return -ENOMEM;
	raw_recv(listening[0], on_icmp, (void *)&family4);
	raw_recv(listening[1], on_icmp, (void *)&family6);
	return 0;
}

void icmp_unlisten(void)
{
	for (unsigned i = 0; i < LWIP_ARRAYSIZE(listening); i++) {
		if (listening[i])
			raw_remove(listening[i]);
		listening[i] = NULL;
	}
}
