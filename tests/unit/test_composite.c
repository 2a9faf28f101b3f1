/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the words of a composite mean, and which of them wins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "composite.h"
#include "module.h"
#include "stack.h"

#define HOST (&stacks[3])

/* The stacks /a, /b and /c; HOST only stands for it in the tests' tables. */
static struct stack stacks[4];
static int refusal; /* what open_may_use() says */

/* --- what composite.c uses -------------------------------------------------
 */

int umvu_call_name(
	const struct umvu_call *call, const char *path, struct umvu_name **name)
{
	(void)call;
	if (path[0] != '/' || strlen(path) != 2)
		return -ENOENT;
	if (path[1] < 'a' || path[1] > 'c')
		return -ENOTSUP;
	*name = (struct umvu_name *)(void *)&stacks[path[1] - 'a'];
	return 0;
}

void *umvu_name_private(const struct umvu_name *name)
{
	return (void *)(uintptr_t)name;
}

int open_may_use(const struct umvu_call *call, const struct umvu_name *name)
{
	(void)call;
	(void)name;
	return refusal;
}

struct stack *stack_get(struct stack *stack)
{
	stack->references++;
	return stack;
}

void stack_put(struct stack *stack)
{
	stack->references--;
}

/* --- the tests -------------------------------------------------------------
 */

static int setup(void **state)
{
	int i;

	(void)state;
	memset(stacks, 0, sizeof(stacks));
	refusal = 0;
	for (i = 0; i < 3; i++)
		stacks[i].state = STACK_RUNNING;
	return 0;
}

static struct composite *make(const char *options)
{
	char why[256] = "";
	int err;
	struct composite *c =
		composite_new(NULL, options, why, sizeof(why), &err);

	if (!c)
		print_message("%s: %s\n", options, why);
	assert_non_null(c);
	assert_int_equal(err, 0);
	return c;
}

static void assert_unused(void)
{
	int i;

	for (i = 0; i < 3; i++) {
		assert_int_equal(stacks[i].references, 0);
		assert_int_equal(stacks[i].users, 0);
	}
}

/* @error: 0: somebody's, @expected. */
static void check(const struct composite *c, int domain, int type, int protocol,
	const struct stack *expected, int error)
{
	struct stack *stack = NULL;
	int chosen = composite_choose(c, domain, type, protocol, &stack);

	if (error)
		assert_int_equal(chosen, error);
	else if (expected == HOST)
		assert_int_equal(chosen, 0);
	else {
		assert_int_equal(chosen, 1);
		assert_ptr_equal(stack, expected);
	}
}

static void choose_sorts_protocols(void **state)
{
	struct composite *c = make("tcp=/a,udp=/b,icmp=/c,raw=host");
	static const int domains[] = { AF_INET, AF_INET6 };
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		int d = domains[i];

		check(c, d, SOCK_STREAM, 0, &stacks[0], 0);
		check(c, d, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			IPPROTO_TCP, &stacks[0], 0);
		check(c, d, SOCK_STREAM, 262, &stacks[0], 0); /* MPTCP */
		check(c, d, SOCK_STREAM, IPPROTO_SCTP, NULL, -EPROTONOSUPPORT);
		check(c, d, SOCK_SEQPACKET, 0, NULL, -EPROTONOSUPPORT);
		check(c, d, SOCK_DGRAM, 0, &stacks[1], 0);
		check(c, d, SOCK_DGRAM, IPPROTO_UDPLITE, &stacks[1], 0);
		check(c, d, SOCK_DGRAM, IPPROTO_ICMP, &stacks[2], 0);
		check(c, d, SOCK_DGRAM, IPPROTO_ICMPV6, &stacks[2], 0);
		check(c, d, SOCK_RAW, IPPROTO_ICMP, &stacks[2], 0);
		check(c, d, SOCK_RAW, IPPROTO_RAW, HOST, 0);
		check(c, d, SOCK_RAW, IPPROTO_TCP, HOST, 0);
	}
	check(c, AF_NETLINK, SOCK_RAW, 0, NULL, -EAFNOSUPPORT);
	check(c, AF_PACKET, SOCK_RAW, 0, NULL, -EAFNOSUPPORT);
	composite_free(c);
	assert_unused();
}

static void choose_prefers_the_more_precise_word(void **state)
{
	static const char *const options[] = {
		"all=/a,inet=/b,tcp=/c,inet6=none,udp6=host",
		"udp6=host,inet6=none,tcp=/c,inet=/b,all=/a",
	};
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct composite *c = make(options[i]);

		check(c, AF_INET, SOCK_STREAM, 0, &stacks[2], 0);
		check(c, AF_INET, SOCK_DGRAM, 0, &stacks[1], 0);
		check(c, AF_INET, SOCK_SEQPACKET, 0, &stacks[1], 0);
		check(c, AF_INET6, SOCK_DGRAM, 0, HOST, 0);
		check(c, AF_INET6, SOCK_STREAM, 0, NULL, -EPROTONOSUPPORT);
		check(c, AF_NETLINK, SOCK_RAW, 0, &stacks[0], 0);
		check(c, 63, SOCK_RAW, 0, &stacks[0], 0);
		composite_free(c);
	}
}

static void choose_refuses_families_of_nobody(void **state)
{
	struct composite *c = make("all=/a,inet6=none,netlink=none");

	(void)state;
	check(c, AF_INET6, SOCK_STREAM, 0, NULL, -EAFNOSUPPORT);
	check(c, AF_NETLINK, SOCK_RAW, 0, NULL, -EAFNOSUPPORT);
	check(c, AF_UNIX, SOCK_STREAM, 0, NULL, -EAFNOSUPPORT);
	check(c, 0, SOCK_STREAM, 0, NULL, -EAFNOSUPPORT);
	check(c, -1, SOCK_STREAM, 0, NULL, -EAFNOSUPPORT);
	check(c, 64, SOCK_STREAM, 0, NULL, -EAFNOSUPPORT);
	check(c, 1 << 30, SOCK_STREAM, 0, NULL, -EAFNOSUPPORT);
	composite_free(c);
}

static void families_never_hold_unix(void **state)
{
	struct composite *c = make("all=/a");
	uint64_t families = composite_families(c);

	(void)state;
	assert_false(families >> AF_UNIX & 1);
	assert_false(families >> AF_UNSPEC & 1);
	assert_true(families >> AF_INET6 & 1);
	assert_true(families >> 63 & 1);
	composite_free(c);
	/* what is cut off is its own, lest it reach the host's network */
	c = make("tcp4=/a");
	families = composite_families(c);
	assert_true(families >> AF_INET6 & 1);
	assert_true(families >> AF_NETLINK & 1);
	assert_true(families >> AF_PACKET & 1);
	assert_false(families >> AF_CAN & 1);
	composite_free(c);
}

static void parts_are_held(void **state)
{
	struct composite *c = make("tcp=/a,udp=/a,inet6=/b");

	(void)state;
	assert_int_equal(stacks[0].references, 2);
	assert_int_equal(stacks[0].users, 2);
	assert_int_equal(stacks[1].users, 1);
	composite_free(c);
	assert_unused();
	composite_free(NULL);
}

static void refuse(const char *options, int expected, const char *part_of_why)
{
	char why[256] = "";
	int err = 0;

	assert_null(composite_new(NULL, options, why, sizeof(why), &err));
	assert_int_equal(err, expected);
	assert_non_null(strstr(why, part_of_why));
	assert_unused();
}

static void new_refuses_bad_words(void **state)
{
	static const char *const bad[] = { "tcp", "=", "=/a", "tcp5=/a",
		"tcp44=/a", "TCP=/a", "ip=/a", "inet,=/a", "unix=/a", "1=/a",
		"0=/a", "64=/a", "-1=/a", "none=/a", "tcp =/a" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(bad[i], -EINVAL, "no such word");
	refuse("", -EINVAL, "needs parts");
	/* what was taken before it is given back */
	refuse("udp=/a,inet6=/b,tpc=/c", -EINVAL, "\"tpc=/c\"");
}

static void new_refuses_a_word_twice(void **state)
{
	(void)state;
	refuse("tcp=/a,tcp=/a", -EINVAL, "given twice");
	refuse("inet=none,inet=host", -EINVAL, "given twice");
	refuse("inet=/a,ip4=/b", -EINVAL, "given twice");
	refuse("all=/a,all=none", -EINVAL, "given twice");
	composite_free(make("tcp=/a,tcp4=/a,tcp6=/b,inet=/a,all=/a,udp=/c"));
}

static void new_refuses_bad_parts(void **state)
{
	(void)state;
	refuse("tcp=", -ENOENT, "no such stack");
	refuse("tcp=Host", -ENOENT, "no such stack");
	refuse("tcp=/x", -ENOTSUP, "not a stack");
	refuse("tcp=/a=/b", -ENOENT, "no such stack");
	stacks[0].state = STACK_STARTING;
	refuse("tcp=/a", -ENODEV, "\"tcp=/a\"");
	stacks[0].state = STACK_DEAD;
	refuse("udp=/b,tcp=/a", -ENODEV, "\"tcp=/a\"");
	stacks[1].deleting = (struct unmounting *)(void *)stacks;
	refuse("udp=/b", -EBUSY, "being unmounted");
	refusal = -EACCES;
	refuse("tcp=/c", -EACCES, "\"tcp=/c\"");
}

static void new_takes_at_most_64_parts(void **state)
{
	char options[1024] = "tcp=/a,udp=/a,icmp=/a,raw=/a,all=/a";
	size_t used = strlen(options);
	int family;

	(void)state;
	for (family = 2; family < 46; family++)
		used += (size_t)snprintf(options + used, sizeof(options) - used,
			",%d=/b", family);
	composite_free(make(options));
	for (; family < 64; family++)
		used += (size_t)snprintf(options + used, sizeof(options) - used,
			",%d=/b", family);
	refuse(options, -E2BIG, "option");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(choose_sorts_protocols, setup),
		cmocka_unit_test_setup(
			choose_prefers_the_more_precise_word, setup),
		cmocka_unit_test_setup(
			choose_refuses_families_of_nobody, setup),
		cmocka_unit_test_setup(families_never_hold_unix, setup),
		cmocka_unit_test_setup(parts_are_held, setup),
		cmocka_unit_test_setup(new_refuses_bad_words, setup),
		cmocka_unit_test_setup(new_refuses_a_word_twice, setup),
		cmocka_unit_test_setup(new_refuses_bad_parts, setup),
		cmocka_unit_test_setup(new_takes_at_most_64_parts, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
