/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tcp_urgent.c - urgent data, which lwIP does not know
 *
 * Out: the byte is written like any other, and the header of the segment that
 * it ends, which still waits to be sent, gets the flag and the pointer. It
 * points behind the byte, as all systems have it (RFC 6093).
 *
 * In: raw pcbs of our own see the segments before lwIP's TCP does (and only
 * look, return 0). The sequence number of the urgent byte is noted, and when the
 * stream has come to it the bridge gets it apart from the others. As the program
 * sees it, it is announced when it is there, not before.
 */
#include "tcp.h"

#include <lwip/inet_chksum.h>
#include <lwip/ip.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/raw.h>

#include <errno.h>

#define FLAGS_OFFSET 13

/* ---- out ---- */

bool tcp_urgent_send(struct tcp_sock *sock, unsigned char byte)
{
	struct tcp_seg *seg;

	if (tcp_write(sock->pcb, &byte, 1, TCP_WRITE_FLAG_COPY) != ERR_OK)
		return false;
	sock->bytes_out++;
	for (seg = sock->pcb->unsent; seg->next; seg = seg->next)
		;
	TCPH_SET_FLAG(seg->tcphdr, TCP_URG);
	seg->tcphdr->urgp = lwip_htons(seg->len);
	tcp_output(sock->pcb);
	return true;
}

/* ---- in ---- */

size_t tcp_urgent_distance(struct tcp_sock *sock)
{
	u32_t first = sock->rx_end - (u32_t)sock->rx.size;
	u32_t distance = sock->urgent_seqno - first;

	if (sock->has_urgent && distance > INT32_MAX)
		sock->has_urgent = false; /* it had gone by then */
	return sock->has_urgent && distance < sock->rx.size ? distance
							    : sock->rx.size;
}

ssize_t tcp_urgent_deliver(struct tcp_sock *sock)
{
	int err = bridge_deliver_urgent(sock->sock.bridge,
		*(const unsigned char *)sock->rx.first->payload);

	if (err == -EAGAIN || err == -EPIPE)
		return err;
	sock->has_urgent = false;
	return err ? 0 : 1; /* a kernel without: an ordinary one */
}

static struct tcp_sock *find(const struct tcp_hdr *tcp)
{
	struct tcp_pcb *pcb;

	for (pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
		if (pcb->remote_port == lwip_ntohs(tcp->src) &&
			pcb->local_port == lwip_ntohs(tcp->dest) &&
			ip_addr_cmp(&pcb->remote_ip, ip_current_src_addr()) &&
			ip_addr_cmp(&pcb->local_ip, ip_current_dest_addr()))
			break;
	return pcb && pcb->state >= ESTABLISHED ? pcb->callback_arg : NULL;
}

static void note(struct tcp_sock *sock, const struct tcp_hdr *tcp)
{
	u32_t seqno = lwip_ntohl(tcp->seqno) + lwip_ntohs(tcp->urgp) - 1;

	if (TCP_SEQ_LT(seqno, sock->pcb->rcv_nxt) ||
		TCP_SEQ_GT(seqno, sock->pcb->rcv_nxt + UINT16_MAX))
		return;
	sock->urgent_seqno = seqno;
	sock->has_urgent = true;
}

/* lwIP looks at the checksum later. */
static bool is_intact(struct pbuf *p, u16_t offset)
{
	bool intact;

	if (pbuf_remove_header(p, offset))
		return false;
	intact = !ip_chksum_pseudo(p, IP_PROTO_TCP, p->tot_len,
		ip_current_src_addr(), ip_current_dest_addr());
	pbuf_add_header_force(p, offset);
	return intact;
}

static u8_t on_segment(
	void *arg, struct raw_pcb *pcb, struct pbuf *p, const ip_addr_t *from)
{
	u16_t offset = ip_current_header_tot_len();
	struct tcp_sock *sock;
	struct tcp_hdr tcp;

	(void)arg, (void)pcb, (void)from;
	if (!(pbuf_get_at(p, (u16_t)(offset + FLAGS_OFFSET)) & TCP_URG) ||
		pbuf_copy_partial(p, &tcp, sizeof(tcp), offset) !=
			sizeof(tcp) ||
		!tcp.urgp)
		return 0;
	sock = find(&tcp);
	if (sock && sock->pcb && is_intact(p, offset))
		note(sock, &tcp);
	return 0;
}

/* ---- life; lwIP's state is global, and so are these ---- */

static struct raw_pcb *listening[2];

int tcp_urgent_listen(void)
{
	listening[0] = raw_new_ip_type(IPADDR_TYPE_V4, IP_PROTO_TCP);
	listening[1] = raw_new_ip_type(IPADDR_TYPE_V6, IP_PROTO_TCP);
	if (!listening[0] || !listening[1])
		return -ENOMEM;
	raw_recv(listening[0], on_segment, NULL);
	raw_recv(listening[1], on_segment, NULL);
	return 0;
}

void tcp_urgent_unlisten(void)
{
	for (unsigned i = 0; i < LWIP_ARRAYSIZE(listening); i++) {
		if (listening[i])
			raw_remove(listening[i]);
		listening[i] = NULL;
	}
}
