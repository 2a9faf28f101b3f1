/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h - what the test programs share: checks that name what failed, and
 * which network a socket belongs to
 */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

static int failures;

#define CHECK(condition)                                                       \
	do {                                                                   \
		errno = 0;                                                     \
		if (!(condition)) {                                            \
			fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__,  \
				__LINE__, #condition, strerror(errno));        \
			failures++;                                            \
		}                                                              \
	} while (0)

#define CHECK_FAILS(expected, call)                                            \
	do {                                                                   \
		long result_;                                                  \
                                                                               \
		errno = 0;                                                     \
		result_ = (call);                                              \
		if (result_ != -1 || errno != (expected)) {                    \
			fprintf(stderr, "%s:%d: %s: %ld, %s, not %s\n",        \
				__FILE__, __LINE__, #call, result_,            \
				strerrorname_np(errno), #expected);            \
			failures++;                                            \
		}                                                              \
	} while (0)

/* The network that socket @fd belongs to, 0 if it is none; closes it. */
static inline uint64_t network_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) < 0)
		cookie = 0;
	close(fd);
	return cookie;
}

static inline int checked(void)
{
	if (failures)
		fprintf(stderr, "%d checks failed\n", failures);
	return failures != 0;
}

#endif
