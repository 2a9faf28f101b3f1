/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/filter.h>

#include "packet_filter.h"

static const uint8_t packet[] = { 0x45, 0, 0x12, 0x34, 5, 6, 7, 8 };

#define LEN(array) (sizeof(array) / sizeof(*(array)))
#define RUN(...)                                                               \
	packet_filter_run(                                                     \
		(struct sock_filter[]){ __VA_ARGS__ }, packet, sizeof(packet))
#define VALID(...)                                                             \
	packet_filter_is_valid((struct sock_filter[]){ __VA_ARGS__ },          \
		LEN(((struct sock_filter[]){ __VA_ARGS__ })))
#define RET_A	 BPF_STMT(BPF_RET | BPF_A, 0)
#define RET_K(k) BPF_STMT(BPF_RET | BPF_K, k)

static void load_sizes(void **state)
{
	(void)state;
	assert_int_equal(
		RUN(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), RET_A), 0x45);
	assert_int_equal(
		RUN(BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 2), RET_A), 0x1234);
	assert_int_equal(
		RUN(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4), RET_A), 0x05060708);
	assert_int_equal(RUN(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), RET_A), 8);
}

static void load_beyond_packet_drops(void **state)
{
	(void)state;
	assert_int_equal(
		RUN(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 5), RET_K(9)), 0);
	assert_int_equal(
		RUN(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0xffffffff), RET_K(9)),
		0);
	assert_int_equal(
		RUN(BPF_STMT(BPF_LDX | BPF_IMM, 0xffffffff),
			BPF_STMT(BPF_LD | BPF_B | BPF_IND, 1), RET_K(9)),
		0);
}

static void load_header_length(void **state)
{
	(void)state;
	assert_int_equal(RUN(BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
				 BPF_STMT(BPF_MISC | BPF_TXA, 0), RET_A),
		20);
}

static void divide_by_zero_drops(void **state)
{
	(void)state;
	assert_int_equal(
		RUN(BPF_STMT(BPF_LDX | BPF_IMM, 0),
			BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0), RET_K(9)),
		0);
	assert_false(VALID(BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), RET_K(1)));
}

static void jump_both_ways(void **state)
{
	(void)state;
	for (uint32_t k = 0x45; k <= 0x46; k++)
		assert_int_equal(
			RUN(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
				BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, 1),
				RET_K(1), RET_K(2)),
			k == 0x45 ? 1 : 2);
}

static void refuse_invalid(void **state)
{
	(void)state;
	assert_true(VALID(RET_K(1)));
	assert_false(packet_filter_is_valid(NULL, 0));
	assert_false(VALID(BPF_STMT(BPF_LD | BPF_IMM, 1))); /* no end */
	assert_false(
		VALID(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0), RET_K(1)));
	assert_false(VALID(BPF_STMT(BPF_JMP | BPF_JA, 0xffffffff), RET_K(1)));
	assert_false(VALID(BPF_STMT(BPF_ST, BPF_MEMWORDS), RET_K(1)));
	assert_false(VALID(BPF_STMT(BPF_LD | BPF_MEM, BPF_MEMWORDS), RET_K(1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load_sizes),
		cmocka_unit_test(load_beyond_packet_drops),
		cmocka_unit_test(load_header_length),
		cmocka_unit_test(divide_by_zero_drops),
		cmocka_unit_test(jump_both_ways),
		cmocka_unit_test(refuse_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
