/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tcp, tcp6, udp, udp6, raw, raw6, sockstat, sockstat6 */
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "procnet_file.h"

#define TCP_WIDTH 149
#define UDP_WIDTH 127

/* Longer than two addresses with their ports. */
#define ENDS_SIZE 96

/* "LOCAL:PORT REMOTE:PORT", the addresses as the machine's words. */
static void format_ends(
	char *text, size_t size, const struct netlink_sock *sock)
{
	const union netlink_ip *ips[] = { &sock->src, &sock->dst };
	const uint16_t ports[] = {
		sock->protocol == IPPROTO_RAW ? htons(sock->raw_protocol)
					      : sock->sport,
		sock->dport,
	};
	size_t words = netlink_ip_size(sock->family) / 4, used = 0;

	for (size_t end = 0; end < 2; end++) {
		for (size_t i = 0; i < words; i++)
			used += (size_t)snprintf(text + used, size - used,
				"%08X", ips[end]->v6.s6_addr32[i]);
		used += (size_t)snprintf(text + used, size - used, ":%04X%s",
			ntohs(ports[end]), end ? "" : " ");
	}
}

static int show_tcp(struct procnet_file *file, const struct netlink_sock *sock)
{
	bool idle = sock->state == TCP_TIME_WAIT || sock->state == TCP_SYN_RECV;
	char ends[ENDS_SIZE];

	format_ends(ends, sizeof(ends), sock);
	return procnet_line(file, sock->family == AF_INET ? TCP_WIDTH : 0,
		idle ? "%4u: %s %02X %08X:%08X %02X:%08X %08X %5u %8d %u %d "
		       "%016x"
		     : "%4u: %s %02X %08X:%08X %02X:%08X %08X %5u %8d %u %d "
		       "%016x 100 0 0 10 %d",
		file->line++, ends, sock->state,
		sock->state == TCP_LISTEN ? 0 : sock->wqueue, sock->rqueue,
		sock->timer, sock->timer_ms / 10, sock->retransmits, sock->uid,
		0, sock->inode, 1, 0, sock->state == TCP_LISTEN ? 0 : -1);
}

static int show_datagram(
	struct procnet_file *file, const struct netlink_sock *sock)
{
	bool padded = sock->family == AF_INET && sock->protocol == IPPROTO_UDP;
	char ends[ENDS_SIZE];

	format_ends(ends, sizeof(ends), sock);
	return procnet_line(file, padded ? UDP_WIDTH : 0,
		"%5u: %s %02X %08X:%08X %02X:%08X %08X %5u %8d %u %d %016x %u",
		file->line++, ends, sock->state, sock->wqueue, sock->rqueue, 0,
		0, 0, sock->uid, 0, sock->inode, 2, 0, 0);
}

static int show(void *ctx, const struct netlink_sock *sock)
{
	struct procnet_file *file = ctx;

	if (sock->family != file->family || sock->protocol != file->protocol)
		return 0;
	return sock->protocol == IPPROTO_TCP ? show_tcp(file, sock)
					     : show_datagram(file, sock);
}

int procnet_sockets(struct procnet_file *file)
{
	file->family = AF_INET;
	if (file->protocol == IPPROTO_TCP)
		procnet_line(file, TCP_WIDTH,
			"  sl  local_address rem_address   st tx_queue "
			"rx_queue tr tm->when retrnsmt   uid  timeout inode");
	else
		procnet_line(file,
			file->protocol == IPPROTO_UDP ? UDP_WIDTH : 0,
			"%s  local_address rem_address   st tx_queue "
			"rx_queue tr tm->when retrnsmt   uid  timeout "
			"inode ref pointer drops",
			file->protocol == IPPROTO_UDP ? "   sl" : "  sl");
	return netlink_sock_each(file->server, show, file);
}

int procnet_sockets6(struct procnet_file *file)
{
	file->family = AF_INET6;
	procnet_line(file, 0,
		"  sl  local_address                         "
		"remote_address                        "
		"st tx_queue rx_queue tr tm->when retrnsmt"
		"   uid  timeout inode%s",
		file->protocol == IPPROTO_TCP ? "" : " ref pointer drops");
	return netlink_sock_each(file->server, show, file);
}

/* --- counts --------------------------------------------------------------- */

struct counts {
	uint8_t family; /* of what is counted apart */
	unsigned all, tcp, orphans, time_wait, udp, raw;
};

static int count(void *ctx, const struct netlink_sock *sock)
{
	struct counts *counts = ctx;

	counts->all++;
	if (sock->family != counts->family)
		return 0;
	if (sock->protocol == IPPROTO_UDP)
		counts->udp++;
	else if (sock->protocol == IPPROTO_RAW)
		counts->raw++;
	else if (sock->protocol != IPPROTO_TCP)
		return 0;
	else if (sock->state == TCP_TIME_WAIT)
		counts->time_wait++;
	else if (sock->state != TCP_CLOSE)
		counts->tcp++;
	return 0;
}

int procnet_sockstat(struct procnet_file *file)
{
	struct counts counts = { .family = AF_INET };
	int err = netlink_sock_each(file->server, count, &counts);

	procnet_line(file, 0, "sockets: used %u", counts.all);
	procnet_line(file, 0, "TCP: inuse %u orphan %u tw %u alloc %u mem %u",
		counts.tcp, counts.orphans, counts.time_wait, counts.tcp, 0);
	procnet_line(file, 0, "UDP: inuse %u mem %u", counts.udp, 0);
	procnet_line(file, 0, "UDPLITE: inuse 0");
	procnet_line(file, 0, "RAW: inuse %u", counts.raw);
	procnet_line(file, 0, "FRAG: inuse 0 memory 0");
	return err;
}

int procnet_sockstat6(struct procnet_file *file)
{
	struct counts counts = { .family = AF_INET6 };
	int err = netlink_sock_each(file->server, count, &counts);

	procnet_line(file, 0, "TCP6: inuse %u", counts.tcp);
	procnet_line(file, 0, "UDP6: inuse %u", counts.udp);
	procnet_line(file, 0, "UDPLITE6: inuse 0");
	procnet_line(file, 0, "RAW6: inuse %u", counts.raw);
	procnet_line(file, 0, "FRAG6: inuse 0 memory 0");
	return err;
}
