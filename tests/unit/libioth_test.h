/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libioth_test.h - what the tests of libioth share
 */
#ifndef LIBIOTH_TEST_H
#define LIBIOTH_TEST_H

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static inline bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return written;
}

/* Puts the process, as root, into a user name space and those of @flags. */
static inline bool own_user_space(int flags)
{
	char map[64];

	snprintf(map, sizeof(map), "0 %u 1", (unsigned)geteuid());
	return unshare(CLONE_NEWUSER | flags) == 0 &&
	       write_file("/proc/self/uid_map", map);
}

/* @call has returned -1 and set errno to @error. */
#define assert_errno(call, error)                                              \
	do {                                                                   \
		errno = 0;                                                     \
		assert_int_equal(call, -1);                                    \
		assert_int_equal(errno, error);                                \
	} while (0)

#endif
