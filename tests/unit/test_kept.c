/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Datagrams that are kept for the next guest that asks. */
#include "bridged_kept.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A message in memory: what there is, or room for it. */
struct buffer {
	char name[16], control[32], payload[64];
	struct iovec iov;
	struct msghdr msg;
};

static struct msghdr *room(struct buffer *b, size_t payload, size_t control)
{
	memset(b, 0, sizeof(*b));
	b->iov = (struct iovec){ b->payload, payload };
	b->msg = (struct msghdr){ .msg_iov = &b->iov,
		.msg_iovlen = 1,
		.msg_name = b->name,
		.msg_namelen = sizeof(b->name),
		.msg_control = b->control,
		.msg_controllen = control };
	return &b->msg;
}

/* As recvmsg leaves it. */
static void add(struct kept **list, const char *payload, size_t given)
{
	struct buffer b;
	struct msghdr *msg = room(&b, given, 8);
	size_t size = strlen(payload);

	memcpy(b.payload, payload, given < size ? given : size);
	memcpy(b.name, "name", 4);
	memcpy(b.control, "control", 8);
	msg->msg_namelen = 4;
	msg->msg_flags = given < size ? MSG_TRUNC : 0;
	assert_int_equal(kept_add(list, msg, size), 0);
}

static void take_gives_what_was_added(void **state)
{
	struct kept *list = NULL;
	struct buffer b;

	(void)state;
	assert_int_equal(kept_take(&list, room(&b, 64, 32), 0), -EAGAIN);
	add(&list, "first", 64);
	add(&list, "second", 64);
	assert_int_equal(kept_take(&list, room(&b, 64, 32), 0), 5);
	assert_memory_equal(b.payload, "first", 5);
	assert_int_equal(b.msg.msg_namelen, 4);
	assert_memory_equal(b.name, "name", 4);
	assert_int_equal(b.msg.msg_controllen, 8);
	assert_string_equal(b.control, "control");
	assert_int_equal(b.msg.msg_flags, 0);
	assert_int_equal(kept_take(&list, room(&b, 64, 32), 0), 6);
	assert_null(list);
}

static void peek_leaves_it(void **state)
{
	struct kept *list = NULL;
	struct buffer b;

	(void)state;
	add(&list, "it", 64);
	assert_int_equal(kept_take(&list, room(&b, 64, 32), MSG_PEEK), 2);
	assert_int_equal(kept_take(&list, room(&b, 64, 32), 0), 2);
	assert_null(list);
}

static void little_room_truncates(void **state)
{
	struct kept *list = NULL;
	struct buffer b;

	(void)state;
	add(&list, "datagram", 64);
	add(&list, "datagram", 64);
	assert_int_equal(kept_take(&list, room(&b, 3, 4), 0), 3);
	assert_string_equal(b.payload, "dat");
	assert_int_equal(b.msg.msg_flags, MSG_TRUNC | MSG_CTRUNC);
	assert_int_equal(b.msg.msg_controllen, 0);
	assert_int_equal(kept_take(&list, room(&b, 3, 32), MSG_TRUNC), 8);
	assert_int_equal(b.msg.msg_flags, MSG_TRUNC);
}

/* What was cut when it was taken first stays cut, and says so. */
static void truncated_before(void **state)
{
	struct kept *list = NULL;
	struct buffer b;

	(void)state;
	add(&list, "datagram", 4);
	assert_int_equal(kept_take(&list, room(&b, 64, 32), 0), 4);
	assert_string_equal(b.payload, "data");
	assert_int_equal(b.msg.msg_flags, MSG_TRUNC);
}

static void append_keeps_the_order(void **state)
{
	struct kept *list = NULL, *more = NULL;
	struct buffer b;

	(void)state;
	add(&list, "1", 64);
	add(&more, "22", 64);
	add(&more, "333", 64);
	kept_append(&list, &more);
	assert_null(more);
	for (int size = 1; size <= 3; size++)
		assert_int_equal(kept_take(&list, room(&b, 64, 32), 0), size);
	add(&list, "left", 64);
	kept_free(&list);
	assert_null(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(take_gives_what_was_added),
		cmocka_unit_test(peek_leaves_it),
		cmocka_unit_test(little_room_truncates),
		cmocka_unit_test(truncated_before),
		cmocka_unit_test(append_keeps_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
