/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "repair.h"

#include <net/ethernet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#define UDP_SIZE 8
#define TCP_SIZE 20

/* Where things are in a packet. */
struct packet {
	uint8_t *ip, *inner;
	size_t inner_size;
	unsigned version, protocol;
	bool is_fragment;
};

uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

void put16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

uint32_t get32(const uint8_t *bytes)
{
	return (uint32_t)get16(bytes) << 16 | get16(bytes + 2);
}

void put32(uint8_t *bytes, uint32_t value)
{
	put16(bytes, (uint16_t)(value >> 16));
	put16(bytes + 2, (uint16_t)value);
}

/* ---- reading ---- */

static bool find4(struct packet *p, size_t size)
{
	size_t header = (size_t)(p->ip[0] & 15) * 4;

	if (size < 20 || header < 20 || header > size)
		return false;
	p->version = 4;
	p->protocol = p->ip[9];
	p->is_fragment = get16(p->ip + 6) & 0x3fff;
	p->inner = p->ip + header;
	p->inner_size = size - header;
	return true;
}

static bool is_extension(unsigned protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT;
}

static bool find6(struct packet *p, size_t size)
{
	size_t at = 40, len;

	if (size < at)
		return false;
	p->version = 6;
	p->protocol = p->ip[6];
	while (is_extension(p->protocol) && at + 8 <= size) {
		p->is_fragment |= p->protocol == IPPROTO_FRAGMENT;
		len = p->protocol == IPPROTO_FRAGMENT
			      ? 8
			      : ((size_t)p->ip[at + 1] + 1) * 8;
		p->protocol = p->ip[at];
		at += len;
	}
	if (at > size)
		return false;
	p->inner = p->ip + at;
	p->inner_size = size - at;
	return true;
}

static bool find(struct packet *p, uint8_t *frame, size_t size)
{
	*p = (struct packet){ .ip = frame + ETHER_SIZE };
	if (size <= ETHER_SIZE)
		return false;
	size -= ETHER_SIZE;
	switch (get16(frame + 12)) {
	case ETHERTYPE_IP:
		return find4(p, size);
	case ETHERTYPE_IPV6:
		return find6(p, size);
	default:
		return false;
	}
}

/* ---- repairs ---- */

void repair_lengths(uint8_t *frame, size_t size)
{
	struct packet p;

	if (!find(&p, frame, size))
		return;
	size -= ETHER_SIZE;
	if (p.version == 4)
		put16(p.ip + 2, (uint16_t)size);
	else
		put16(p.ip + 4, (uint16_t)(size - 40));
	if (p.protocol == IPPROTO_UDP && p.inner_size >= UDP_SIZE &&
		!p.is_fragment)
		put16(p.inner + 4, (uint16_t)p.inner_size);
}

static uint32_t sum(uint32_t start, const uint8_t *bytes, size_t size)
{
	uint64_t total = start;

	for (; size > 1; bytes += 2, size -= 2)
		total += get16(bytes);
	if (size)
		total += (uint32_t)*bytes << 8;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint32_t)total;
}

/* Where the checksum of what is inside lies; -1: it has none. */
static int checksum_offset(const struct packet *p)
{
	switch (p->protocol) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
		return 6;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
	case IPPROTO_IGMP:
		return 2;
	default:
		return -1;
	}
}

static uint32_t pseudo_header(const struct packet *p)
{
	uint32_t start = p->protocol + (uint32_t)p->inner_size;

	if (p->protocol == IPPROTO_ICMP || p->protocol == IPPROTO_IGMP)
		return 0;
	if (p->version == 4)
		return sum(start, p->ip + 12, 8);
	return sum(start, p->ip + 8, 32);
}

static void repair_inner(const struct packet *p)
{
	int at = checksum_offset(p);
	uint16_t value;

	if (at < 0 || p->inner_size < (size_t)at + 2)
		return;
	put16(p->inner + at, 0);
	value = (uint16_t)~sum(pseudo_header(p), p->inner, p->inner_size);
	put16(p->inner + at, value ?: 0xffff);
}

void repair_checksums(uint8_t *frame, size_t size)
{
	struct packet p;

	if (!find(&p, frame, size))
		return;
	if (p.version == 4) {
		put16(p.ip + 10, 0);
		put16(p.ip + 10,
			(uint16_t)~sum(0, p.ip, (size_t)(p.inner - p.ip)));
	}
	if (!p.is_fragment)
		repair_inner(&p);
}

static bool is_tcp(const struct packet *p)
{
	return p->protocol == IPPROTO_TCP && p->inner_size >= TCP_SIZE &&
	       !p->is_fragment;
}

void repair_flow(uint8_t *frame, size_t size, const struct flow *flow)
{
	struct packet p;

	if (!find(&p, frame, size) || !is_tcp(&p) ||
		(p.version == 4 ? 4 : 16) != flow->ip_size)
		return;
	memcpy(p.ip + (p.version == 4 ? 12 : 8), flow->theirs, flow->ip_size);
	memcpy(p.ip + (p.version == 4 ? 16 : 24), flow->ours, flow->ip_size);
	put16(p.inner, flow->their_port);
	put16(p.inner + 2, flow->our_port);
	put32(p.inner + 4, get32(p.inner + 4) + flow->wanted);
	put32(p.inner + 8, get32(p.inner + 8) + flow->next);
}

/* ---- what the stack sends ---- */

int flow_read(struct flow *flow, const uint8_t *frame, size_t size)
{
	struct packet p;
	size_t header;

	if (!find(&p, (uint8_t *)frame, size) || !is_tcp(&p))
		return -1;
	header = (size_t)(p.inner[12] >> 4) * 4;
	if (header > p.inner_size)
		return -1;
	*flow = (struct flow){ .ip_size = p.version == 4 ? 4 : 16,
		.our_port = get16(p.inner),
		.their_port = get16(p.inner + 2),
		.next = get32(p.inner + 4) + (uint32_t)(p.inner_size - header) +
			(p.inner[13] & 1) + (p.inner[13] >> 1 & 1),
		.wanted = get32(p.inner + 8) };
	memcpy(flow->ours, p.ip + (p.version == 4 ? 12 : 8), flow->ip_size);
	memcpy(flow->theirs, p.ip + (p.version == 4 ? 16 : 24), flow->ip_size);
	return 0;
}
