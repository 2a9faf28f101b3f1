/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz target: what comes over the wire to a stack of the lwip plug-in.
 *
 * The input is a row of records (records.h): frames, and what else happens.
 * Each input has a stack of its own, with sockets of all types (apps.h). The
 * stack must not die, keep memory, or use more than MEMORY_MAX while floods go
 * on; afterwards it must answer a ping and a datagram, of either IP version.
 */
#include "apps.h"
#include "fuzz.h"
#include "net.h"
#include "records.h"
#include "repair.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Half-open connections, two windows, queues: all that a stranger may have us
 * keep. A window full of segments of one byte each, as lwIP has them, is more.
 */
#define MEMORY_MAX ((size_t)2 << 20)

static size_t memory_before;

static void check_memory(void)
{
	size_t used = net_memory();

	if (used < memory_before + MEMORY_MAX)
		return;
	fprintf(stderr, "frames: %zu bytes in use\n", used - memory_before);
	abort();
}

/* ---- records ---- */

static void give(uint8_t *frame, size_t size, unsigned repairs)
{
	if (repairs & REPAIR_ETHER && size >= 6 && !(frame[0] & 1))
		memcpy(frame, net_our_mac, 6);
	if (repairs & REPAIR_TCP)
		repair_flow(frame, size, net_flow(repairs >> 4 & 3));
	if (repairs & REPAIR_LENGTHS)
		repair_lengths(frame, size);
	if (repairs & REPAIR_CHECKSUMS)
		repair_checksums(frame, size);
	net_input(frame, size);
}

static void do_frame(const struct record *record)
{
	static uint8_t frame[UINT16_MAX + ETHER_SIZE];

	memcpy(frame, record->bytes, record->size);
	give(frame, record->size, record->arg);
}

static void count_up(uint8_t *number, size_t size)
{
	while (size > 0 && ++number[size - 1] == 0)
		size--;
}

static void do_flood(const struct record *record)
{
	static uint8_t frame[UINT16_MAX], sent[UINT16_MAX];
	const struct record_flood *flood =
		(const struct record_flood *)record->bytes;
	size_t size = record->size, offset, count;

	if (size < sizeof(*flood))
		return;
	count = (size_t)(flood->count[0] | flood->count[1] << 8);
	offset = (size_t)(flood->offset[0] | flood->offset[1] << 8);
	size -= sizeof(*flood);
	if (offset + flood->size[0] > size)
		return;
	memcpy(frame, record->bytes + sizeof(*flood), size);
	for (size_t i = 0; i < count; i++) {
		memcpy(sent, frame, size);
		give(sent, size, record->arg);
		count_up(frame + offset, flood->size[0]);
		if (i % 1024 == 0)
			check_memory();
	}
}

static void do_record(const struct record *record)
{
	switch ((enum record_op)record->op) {
	case RECORD_FRAME:
		do_frame(record);
		break;
	case RECORD_FLOOD:
		do_flood(record);
		break;
	case RECORD_WAIT:
		net_wait((uint64_t)1 << record->arg % 23);
		break;
	case RECORD_APP:
		apps_do((enum app)(record->arg % APP_LEN), record->bytes,
			record->size);
		break;
	case RECORD_OPS:
		break;
	}
	check_memory();
}

/* ---- is it still there? ---- */

static void expect(
	uint8_t *frame, size_t size, uint8_t protocol, const char *what)
{
	memcpy(frame, net_our_mac, 6);
	memcpy(frame + 6, net_peer_mac, 6);
	repair_lengths(frame, size);
	repair_checksums(frame, size);
	net_watch();
	net_input(frame, size);
	apps_echo();
	net_wait(2000);
	if (net_answers(protocol) > 0)
		return;
	fprintf(stderr, "frames: no answer to %s any more\n", what);
	abort();
}

/* From hosts that garbage has hardly spoken of. */
static void check_alive(void)
{
	uint8_t arp[42] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 6, 0, 1, 8,
		0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, 10, 0, 0, 77, 0, 0, 0, 0, 0, 0,
		10, 0, 0, 1 };
	uint8_t ping[42] = { [12] = 8,
		[14] = 0x45,
		[22] = 64,
		[23] = 1,
		[26] = 10,
		[29] = 77,
		[30] = 10,
		[33] = 1,
		[34] = 8 };
	uint8_t udp[46] = { [12] = 8,
		[14] = 0x45,
		[22] = 64,
		[23] = 17,
		[26] = 10,
		[29] = 77,
		[30] = 10,
		[33] = 1,
		[35] = 99,
		[37] = APPS_PORT };
	uint8_t ping6[62] = { [12] = 0x86,
		[13] = 0xdd,
		[14] = 0x60,
		[20] = IPPROTO_ICMPV6,
		[21] = 64,
		[22] = 0xfd,
		[37] = 0x77,
		[38] = 0xfd,
		[53] = 1,
		[54] = 128 };
	uint8_t udp6[66] = { [12] = 0x86,
		[13] = 0xdd,
		[14] = 0x60,
		[20] = 17,
		[21] = 64,
		[22] = 0xfd,
		[37] = 0x77,
		[38] = 0xfd,
		[53] = 1,
		[55] = 99,
		[57] = APPS_PORT };

	apps_do(APP_READ, NULL, 0);
	net_wait(20000);
	net_input(arp, sizeof(arp));
	expect(ping, sizeof(ping), IPPROTO_ICMP, "ping");
	expect(udp, sizeof(udp), IPPROTO_UDP, "UDP");
	expect(ping6, sizeof(ping6), IPPROTO_ICMPV6, "ping6");
	expect(udp6, sizeof(udp6), IPPROTO_UDP, "UDP6");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_warm;
	size_t left;
	struct record record;

	memory_before = net_memory();
	net_open();
	apps_open();
	while (record_take(&data, &size, &record))
		do_record(&record);
	check_alive();
	apps_close();
	net_close();
	/* the first one leaves what is kept for ever */
	left = net_memory() - memory_before;
	if (is_warm && net_memory_is_exact() && left > 0) {
		fprintf(stderr, "frames: %zu bytes are left\n", left);
		abort();
	}
	is_warm = true;
	return 0;
}
