/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * counter - counts the sockets that it has made in a variable of its file, so
 * that copies of it can be told apart; each of its calls fails in its own way.
 * It says that its descriptors can be used as they are
 */
#include <ctype.h>
#include <errno.h>
#include <unistd.h>

#include "ioth/plugin.h"

void *ioth_counter_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions);
int ioth_counter_socket(int domain, int type, int protocol);
int ioth_counter_bind(int fd, const struct sockaddr *addr, socklen_t addrlen);
int ioth_counter_listen(int fd, int backlog);
int ioth_counter_delstack(void *stackdata);

extern const int ioth_plain_descriptors;
const int ioth_plain_descriptors = 1;

static int sockets;

void *ioth_counter_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	(void)vnlv;
	(void)options;
	(void)functions;
	return &sockets;
}

int ioth_counter_socket(int domain, int type, int protocol)
{
	sockets++;
	return socket(domain, type, protocol);
}

int ioth_counter_bind(int fd, const struct sockaddr *addr, socklen_t addrlen)
{
	(void)fd;
	(void)addr;
	/* a look into a table of libc, which belongs to the thread */
	errno = isspace((unsigned char)addrlen) ? EDOM : EXDEV;
	return -1;
}

/* The number of sockets made. */
int ioth_counter_listen(int fd, int backlog)
{
	(void)fd;
	(void)backlog;
	return sockets;
}

/* Refuses as often as sockets were made. */
int ioth_counter_delstack(void *stackdata)
{
	(void)stackdata;
	if (sockets == 0)
		return 0;
	sockets--;
	errno = EDOM;
	return -1;
}
