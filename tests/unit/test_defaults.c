/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which stack for which family: tables that processes share. */
#include "defaults.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "stack.h"

#define BIT(family) (1ull << (family))

/* Instead of stack.c: only references count here. */
static int references[2];
static struct stack stacks[2];

struct stack *stack_get(struct stack *stack)
{
	references[stack - stacks]++;
	return stack;
}

void stack_put(struct stack *stack)
{
	references[stack - stacks]--;
}

static struct defaults *with(
	const struct defaults *old, uint64_t families, struct stack *stack)
{
	struct defaults *new;

	assert_int_equal(defaults_with(old, families, stack, &new), 0);
	return new;
}

static void nothing_chosen(void **state)
{
	(void)state;
	assert_int_equal(defaults_chosen(NULL), 0);
}

static void choices_add_up(void **state)
{
	struct defaults *one, *both;

	(void)state;
	one = with(NULL, BIT(AF_INET) | BIT(AF_INET6), &stacks[0]);
	assert_int_equal(references[0], 2);
	both = with(one, BIT(AF_INET6) | BIT(AF_PACKET), &stacks[1]);
	assert_int_equal(defaults_chosen(both),
		BIT(AF_INET) | BIT(AF_INET6) | BIT(AF_PACKET));
	assert_ptr_equal(defaults_stack(both, AF_INET), &stacks[0]);
	assert_ptr_equal(defaults_stack(both, AF_INET6), &stacks[1]);
	assert_ptr_equal(defaults_stack(both, AF_PACKET), &stacks[1]);
	assert_null(defaults_stack(both, AF_NETLINK));
	/* The old table is as it was: others share it. */
	assert_ptr_equal(defaults_stack(one, AF_INET6), &stacks[0]);
	assert_int_equal(defaults_chosen(one), BIT(AF_INET) | BIT(AF_INET6));
	defaults_put(one);
	assert_int_equal(references[0], 1);
	defaults_put(both);
	assert_int_equal(references[0], 0);
	assert_int_equal(references[1], 0);
}

/* To choose the host's own stack is a choice as well. */
static void host_again(void **state)
{
	struct defaults *one, *host;

	(void)state;
	one = with(NULL, BIT(AF_INET), &stacks[0]);
	host = with(one, BIT(AF_INET), NULL);
	assert_int_equal(defaults_chosen(host), BIT(AF_INET));
	assert_null(defaults_stack(host, AF_INET));
	defaults_put(one);
	assert_int_equal(references[0], 0);
	defaults_put(host);
}

static void shared_until_last(void **state)
{
	struct defaults *table = with(NULL, BIT(AF_INET), &stacks[0]);

	(void)state;
	assert_ptr_equal(defaults_get(table), table);
	defaults_put(table);
	assert_int_equal(references[0], 1);
	defaults_put(table);
	assert_int_equal(references[0], 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_chosen),
		cmocka_unit_test(choices_add_up),
		cmocka_unit_test(host_again),
		cmocka_unit_test(shared_until_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
