/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is kept from lwIP. That lwIP needs it shows in the fuzz target frames,
 * and fully only with an lwIP built with sanitizers (tests/fuzz/README.md).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

#include "guard.h"
#include "stack.h"

#define IP6_SIZE 40

static uint8_t packet[256];

struct stack *stack_current(void)
{
	return NULL;
}

/* A packet whose payload is @size bytes that begin with @bytes. */
static bool passes(uint8_t protocol, const char *bytes, size_t size)
{
	memset(packet, 0, sizeof(packet));
	packet[0] = 0x60;
	packet[5] = (uint8_t)size;
	packet[6] = protocol;
	memcpy(packet + IP6_SIZE, bytes, size);
	return guard_ip6(packet, IP6_SIZE + size);
}

static void arp_must_be_whole(void **state)
{
	(void)state;
	assert_false(guard_arp(27));
	assert_true(guard_arp(28));
}

static void payload_must_be_there(void **state)
{
	(void)state;
	assert_true(passes(IPPROTO_UDP, "12345678", 8));
	assert_true(guard_ip6(packet, IP6_SIZE + 100)); /* padding */
	assert_false(guard_ip6(packet, IP6_SIZE + 7));
}

static void extensions_must_end(void **state)
{
	(void)state;
	assert_true(passes(IPPROTO_HOPOPTS, "\x11\0......udpudpud", 16));
	assert_false(passes(IPPROTO_HOPOPTS, "\x11\2......udpudpud", 16));
}

static void options_of_discovery_have_lengths(void **state)
{
	static const char ns[] = "\x87......................."; /* 24 */
	char with[32];

	(void)state;
	assert_true(passes(IPPROTO_ICMPV6, ns, 24));
	assert_false(passes(IPPROTO_ICMPV6, ns, 23));
	memcpy(with, ns, 24);
	memcpy(with + 24, "\1\1......", 8);
	assert_true(passes(IPPROTO_ICMPV6, with, 32));
	assert_false(passes(IPPROTO_ICMPV6, with, 26));
	with[25] = 0;
	assert_false(passes(IPPROTO_ICMPV6, with, 32));
	with[25] = 2;
	assert_false(passes(IPPROTO_ICMPV6, with, 32));
	assert_true(passes(IPPROTO_ICMPV6, "\x80.......", 8)); /* an echo */
}

static void fragments_have_no_extensions(void **state)
{
	(void)state;
	assert_true(passes(IPPROTO_FRAGMENT, "\x11.\0\1idid12345678", 16));
	assert_false(passes(IPPROTO_FRAGMENT, "\x11.\0\1idi", 7));
	assert_false(passes(IPPROTO_FRAGMENT, "\x2c.\0\1idid12345678", 16));
	assert_false(passes(IPPROTO_FRAGMENT, "\x3c.\0\x10idid12345678", 16));
	assert_false(passes(
		IPPROTO_HOPOPTS, "\x2c\0......\x11.\0\1idid12345678", 24));
}

static void fragments_end_within_a_packet(void **state)
{
	(void)state;
	/* 65488 + 7, + 8 */
	assert_true(passes(IPPROTO_FRAGMENT, "\x11.\xff\xd0idid1234567", 15));
	assert_false(passes(IPPROTO_FRAGMENT, "\x11.\xff\xd0idid12345678", 16));
}

static void fragments_hide_no_discovery(void **state)
{
	(void)state;
	assert_false(passes(IPPROTO_FRAGMENT, "\x3a.\0\1idid\x87.......", 16));
	assert_true(passes(IPPROTO_FRAGMENT, "\x3a.\0\1idid\x80.......", 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_must_be_whole),
		cmocka_unit_test(payload_must_be_there),
		cmocka_unit_test(extensions_must_end),
		cmocka_unit_test(options_of_discovery_have_lengths),
		cmocka_unit_test(fragments_have_no_extensions),
		cmocka_unit_test(fragments_end_within_a_packet),
		cmocka_unit_test(fragments_hide_no_discovery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
