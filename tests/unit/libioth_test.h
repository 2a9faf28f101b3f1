/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libioth_test.h - what the tests of libioth share
 */
#ifndef LIBIOTH_TEST_H
#define LIBIOTH_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ioth.h"
#include "ioth/plugin.h"

/* Lets libioth find the plug-ins of tests/unit/plugins. */
static inline void use_test_plugins(void)
{
	setenv("HOME", TEST_HOME, 1);
}

/* A stack with the functions of @mock (plugins/mock.c). */
static inline struct ioth *new_mock(const struct ioth_functions *mock)
{
	char name[64];
	struct ioth *stack;

	snprintf(name, sizeof(name), "mock,%p", (const void *)mock);
	stack = ioth_newstack(name, NULL);
	assert_non_null(stack);
	return stack;
}

/* @call has returned -1 and set errno to @error. */
#define assert_errno(call, error)                                              \
	do {                                                                   \
		errno = 0;                                                     \
		assert_int_equal(call, -1);                                    \
		assert_int_equal(errno, error);                                \
	} while (0)

#endif
