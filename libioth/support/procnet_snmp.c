/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* snmp: a line of names and a line of values per protocol */
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>

#include "procnet_file.h"

struct cell {
	const char *name;
	int64_t value;
};

#define LINE 512

static void show(struct procnet_file *file, const char *protocol,
	const struct cell *cells, size_t len)
{
	char names[LINE], values[LINE];
	size_t n = 0, v = 0;

	names[0] = values[0] = '\0';
	for (size_t i = 0; i < len; i++) {
		n += (size_t)snprintf(
			names + n, LINE - n, " %s", cells[i].name);
		v += (size_t)snprintf(
			values + v, LINE - v, " %" PRId64, cells[i].value);
	}
	procnet_line(file, 0, "%s:%s", protocol, names);
	procnet_line(file, 0, "%s:%s", protocol, values);
}

#define SHOW(file, protocol, ...)                                              \
	show(file, protocol, (const struct cell[]){ __VA_ARGS__ },             \
		sizeof((const struct cell[]){ __VA_ARGS__ }) /                 \
			sizeof(struct cell))

/* A counter of struct netlink_counters; one that no stack of ours keeps. */
#define COUNTER(name, member)                                                  \
	{                                                                      \
		name, (int64_t)c->member                                       \
	}
#define ZERO(name)                                                             \
	{                                                                      \
		name, 0                                                        \
	}

static void show_ip(struct procnet_file *file, const struct netlink_counters *c)
{
	SHOW(file, "Ip", { "Forwarding", c->forwarding ? 1 : 2 },
		{ "DefaultTTL", c->default_ttl ? c->default_ttl : 64 },
		COUNTER("InReceives", ip_in),
		COUNTER("InHdrErrors", ip_in_hdr_errors),
		COUNTER("InAddrErrors", ip_in_addr_errors),
		COUNTER("ForwDatagrams", ip_forwarded),
		COUNTER("InUnknownProtos", ip_in_unknown),
		COUNTER("InDiscards", ip_in_discards),
		COUNTER("InDelivers", ip_in_delivers),
		COUNTER("OutRequests", ip_out),
		COUNTER("OutDiscards", ip_out_discards),
		COUNTER("OutNoRoutes", ip_out_no_routes), ZERO("ReasmTimeout"),
		ZERO("ReasmReqds"), ZERO("ReasmOKs"), ZERO("ReasmFails"),
		ZERO("FragOKs"), ZERO("FragFails"), ZERO("FragCreates"));
}

static void show_icmp(
	struct procnet_file *file, const struct netlink_counters *c)
{
	SHOW(file, "Icmp", COUNTER("InMsgs", icmp_in),
		COUNTER("InErrors", icmp_in_errors), ZERO("InCsumErrors"),
		ZERO("InDestUnreachs"), ZERO("InTimeExcds"),
		ZERO("InParmProbs"), ZERO("InSrcQuenchs"), ZERO("InRedirects"),
		ZERO("InEchos"), ZERO("InEchoReps"), ZERO("InTimestamps"),
		ZERO("InTimestampReps"), ZERO("InAddrMasks"),
		ZERO("InAddrMaskReps"), COUNTER("OutMsgs", icmp_out),
		COUNTER("OutErrors", icmp_out_errors),
		ZERO("OutRateLimitGlobal"), ZERO("OutRateLimitHost"),
		ZERO("OutDestUnreachs"), ZERO("OutTimeExcds"),
		ZERO("OutParmProbs"), ZERO("OutSrcQuenchs"),
		ZERO("OutRedirects"), ZERO("OutEchos"), ZERO("OutEchoReps"),
		ZERO("OutTimestamps"), ZERO("OutTimestampReps"),
		ZERO("OutAddrMasks"), ZERO("OutAddrMaskReps"));
}

static void show_tcp(struct procnet_file *file,
	const struct netlink_counters *c, unsigned established)
{
	SHOW(file, "Tcp", { "RtoAlgorithm", 1 }, { "RtoMin", 200 },
		{ "RtoMax", 120000 }, { "MaxConn", -1 },
		COUNTER("ActiveOpens", tcp_active_opens),
		COUNTER("PassiveOpens", tcp_passive_opens),
		COUNTER("AttemptFails", tcp_attempt_fails),
		COUNTER("EstabResets", tcp_estab_resets),
		{ "CurrEstab", established }, COUNTER("InSegs", tcp_in),
		COUNTER("OutSegs", tcp_out),
		COUNTER("RetransSegs", tcp_retrans),
		COUNTER("InErrs", tcp_in_errors),
		COUNTER("OutRsts", tcp_out_resets),
		COUNTER("InCsumErrors", tcp_in_csum_errors));
}

static void show_udp(
	struct procnet_file *file, const struct netlink_counters *c)
{
	SHOW(file, "Udp", COUNTER("InDatagrams", udp_in),
		COUNTER("NoPorts", udp_no_ports),
		COUNTER("InErrors", udp_in_errors),
		COUNTER("OutDatagrams", udp_out),
		COUNTER("RcvbufErrors", udp_rcvbuf_errors),
		COUNTER("SndbufErrors", udp_sndbuf_errors),
		COUNTER("InCsumErrors", udp_in_csum_errors),
		ZERO("IgnoredMulti"), ZERO("MemErrors"));
}

static int count_established(void *ctx, const struct netlink_sock *sock)
{
	unsigned *established = ctx;

	*established += sock->protocol == IPPROTO_TCP &&
			(sock->state == TCP_ESTABLISHED ||
				sock->state == TCP_CLOSE_WAIT);
	return 0;
}

int procnet_snmp(struct procnet_file *file)
{
	const struct netlink_server *server = file->server;
	struct netlink_counters counters = { 0 };
	unsigned established = 0;
	int err = server->ops->counters
			  ? server->ops->counters(server->stack, &counters)
			  : 0;

	if (!err)
		err = netlink_sock_each(
			file->server, count_established, &established);
	if (err)
		return err;
	show_ip(file, &counters);
	show_icmp(file, &counters);
	show_tcp(file, &counters, established);
	show_udp(file, &counters);
	return 0;
}
