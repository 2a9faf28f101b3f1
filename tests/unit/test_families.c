/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words for protocol families that vustack -f takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "families.h"

static void expect(const char *list, size_t len, const int *family)
{
	struct families f = { 0 };
	const char *bad;
	int bad_len;

	assert_int_equal(families_parse(&f, list, &bad, &bad_len), 0);
	assert_int_equal(f.len, len);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(f.family[i], family[i]);
}

#define EXPECT(list, ...)                                                      \
	expect(list, sizeof((int[]){ __VA_ARGS__ }) / sizeof(int),             \
		(int[]){ __VA_ARGS__ })

static void expect_bad(const char *list, int err, const char *word)
{
	struct families f = { 0 };
	const char *bad = NULL;
	int bad_len = -1;

	assert_int_equal(families_parse(&f, list, &bad, &bad_len), err);
	assert_int_equal(bad_len, strlen(word));
	assert_memory_equal(bad, word, strlen(word));
}

static void parse_every_family_by_its_word(void **state)
{
	(void)state;
	for (int family = 0; family < PF_MAX; family++) {
		const char *word = families_word(family);

		assert_non_null(word);
		EXPECT(word, family);
	}
}

static void parse_every_family_by_its_number(void **state)
{
	(void)state;
	for (int family = 0; family < PF_MAX; family++) {
		char number[12];

		snprintf(number, sizeof(number), "%d", family);
		EXPECT(number, family);
	}
}

static void parse_aliases_of_one_family(void **state)
{
	(void)state;
	EXPECT("local", PF_UNIX);
	EXPECT("file", PF_UNIX);
	EXPECT("route", PF_NETLINK);
	EXPECT("ipv4", PF_INET);
	EXPECT("ip4", PF_INET);
	EXPECT("ipv6", PF_INET6);
	EXPECT("ip6", PF_INET6);
	EXPECT("bt", PF_BLUETOOTH);
	EXPECT("ir", PF_IRDA);
}

static void parse_ip_as_four_families(void **state)
{
	(void)state;
	EXPECT("ip", PF_INET, PF_INET6, PF_NETLINK, PF_PACKET);
}

static void parse_list_keeps_order_and_drops_repetitions(void **state)
{
	(void)state;
	EXPECT("packet,ip,2,bt,ip6", PF_PACKET, PF_INET, PF_INET6, PF_NETLINK,
		PF_BLUETOOTH);
}

static void parse_adds_to_families_of_an_earlier_list(void **state)
{
	struct families f = { 0 };
	const char *bad;
	int bad_len;

	(void)state;
	assert_int_equal(families_parse(&f, "inet", &bad, &bad_len), 0);
	assert_int_equal(families_parse(&f, "inet6,inet", &bad, &bad_len), 0);
	assert_int_equal(f.len, 2);
	assert_int_equal(f.family[1], PF_INET6);
}

static void parse_refuses_bad_words(void **state)
{
	(void)state;
	expect_bad("foo", -EINVAL, "foo");
	expect_bad("inet,foo,ip", -EINVAL, "foo");
	expect_bad("INET", -EINVAL, "INET");
	expect_bad("pf_inet", -EINVAL, "pf_inet");
	expect_bad("ine", -EINVAL, "ine");
	expect_bad("inet 6", -EINVAL, "inet 6");
	expect_bad("max", -EINVAL, "max");
}

static void parse_refuses_empty_words(void **state)
{
	(void)state;
	expect_bad("", -EINVAL, "");
	expect_bad("inet,", -EINVAL, "");
	expect_bad(",inet", -EINVAL, "");
	expect_bad("inet,,ip", -EINVAL, "");
}

static void parse_refuses_bad_numbers(void **state)
{
	(void)state;
	EXPECT("65535", 65535);
	expect_bad("65536", -EINVAL, "65536");
	expect_bad("99999999999999999999", -EINVAL, "99999999999999999999");
	expect_bad("-1", -EINVAL, "-1");
	expect_bad("2x", -EINVAL, "2x");
	expect_bad("0x2", -EINVAL, "0x2");
}

static void parse_refuses_too_many_families(void **state)
{
	char list[FAMILIES_MAX * 4 + 8] = "";
	size_t used = 0;

	(void)state;
	for (int i = 0; i < FAMILIES_MAX; i++)
		used += (size_t)snprintf(
			list + used, sizeof(list) - used, "%d,", 100 + i);
	snprintf(list + used, sizeof(list) - used, "inet");
	expect_bad(list, -ENOSPC, "inet");
}

static void word_of_unknown_family_is_null(void **state)
{
	(void)state;
	assert_null(families_word(PF_MAX));
	assert_null(families_word(-1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_every_family_by_its_word),
		cmocka_unit_test(parse_every_family_by_its_number),
		cmocka_unit_test(parse_aliases_of_one_family),
		cmocka_unit_test(parse_ip_as_four_families),
		cmocka_unit_test(parse_list_keeps_order_and_drops_repetitions),
		cmocka_unit_test(parse_adds_to_families_of_an_earlier_list),
		cmocka_unit_test(parse_refuses_bad_words),
		cmocka_unit_test(parse_refuses_empty_words),
		cmocka_unit_test(parse_refuses_bad_numbers),
		cmocka_unit_test(parse_refuses_too_many_families),
		cmocka_unit_test(word_of_unknown_family_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
