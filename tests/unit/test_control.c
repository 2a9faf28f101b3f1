/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Datagrams in control messages: what a stranger may send, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control.h"

static struct control_message message;

static void put(size_t namelen, size_t controllen, size_t size)
{
	static const char bytes[CONTROL_DATA_MAX + 1] = "payload";
	struct control_datagram d = { .name = "name",
		.namelen = namelen,
		.controllen = controllen,
		.payload = bytes,
		.size = size };

	memset(&message, 0, sizeof(message));
	memset(d.control, 'c', sizeof(d.control));
	assert_true(control_put_datagram(&message, 7, &d));
}

static void datagram_comes_out_as_it_went_in(void **state)
{
	struct control_datagram d;

	(void)state;
	put(4, 3, 7);
	assert_int_equal(message.op, CONTROL_CALL);
	assert_int_equal(message.arg[1], 7);
	assert_true(control_get_datagram(&message, &d));
	assert_int_equal(d.namelen, 4);
	assert_memory_equal(d.name, "name", 4);
	assert_int_equal(d.controllen, 3);
	assert_memory_equal(d.control, "ccc", 3);
	assert_int_equal(d.size, 7);
	assert_memory_equal(d.payload, "payload", 7);
}

static void empty_datagram_is_one(void **state)
{
	struct control_datagram d;

	(void)state;
	put(0, 0, 0);
	assert_true(control_get_datagram(&message, &d));
	assert_int_equal(d.namelen + d.controllen + d.size, 0);
}

static void what_does_not_fit_is_refused(void **state)
{
	static char payload[CONTROL_DATA_MAX];
	struct control_datagram d = { .name = payload, .payload = payload };

	(void)state;
	d.namelen = 1;
	d.size = CONTROL_DATA_MAX - 1;
	assert_true(control_put_datagram(&message, 0, &d));
	d.size = CONTROL_DATA_MAX;
	assert_false(control_put_datagram(&message, 0, &d));
	d.size = 0;
	d.controllen = CALL_CONTROL_MAX + 1;
	assert_false(control_put_datagram(&message, 0, &d));
}

static void lying_sizes_are_refused(void **state)
{
	static const int32_t sizes[][2] = { { -1, 0 }, { 0, -1 }, { 15, 0 },
		{ 4, 11 }, { INT32_MAX, INT32_MAX }, { INT32_MIN, 4 },
		{ 0, 14 } };
	struct control_datagram d;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		put(4, 3, 7); /* 14 bytes */
		message.arg[2] = sizes[i][0];
		message.arg[3] = sizes[i][1];
		if (control_get_datagram(&message, &d))
			assert_int_equal(d.controllen, 14);
	}
	put(0, 0, 1024);
	message.arg[3] = CALL_CONTROL_MAX + 1;
	assert_false(control_get_datagram(&message, &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagram_comes_out_as_it_went_in),
		cmocka_unit_test(empty_datagram_is_one),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(lying_sizes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
