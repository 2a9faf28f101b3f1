/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netns.h - which network a socket belongs to */
#ifndef NETNS_H
#define NETNS_H

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

static inline uint64_t netns_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	/* Trapped in a view, so a signal can interrupt it. */
	while (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) < 0 &&
		errno == EINTR)
		;
	return cookie;
}

/* Of a new socket of the caller's default stack; 0: none. */
static inline uint64_t netns_now(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t cookie = fd < 0 ? 0 : netns_of(fd);

	if (fd >= 0)
		close(fd);
	return cookie;
}

#endif
