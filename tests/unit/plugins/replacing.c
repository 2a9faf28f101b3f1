/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * replacing - connect fails and leaves another socket under the number: one of
 * the stack (streams are), or, as another thread might, one that is not
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ioth/plugin.h"

void *ioth_replacing_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions);
int ioth_replacing_connect(
	int fd, const struct sockaddr *addr, socklen_t addrlen);
int ioth_replacing_owns(int fd);

void *ioth_replacing_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	(void)vnlv, (void)options;
	functions->socket = socket;
	functions->listen = listen;
	return functions;
}

int ioth_replacing_connect(
	int fd, const struct sockaddr *addr, socklen_t addrlen)
{
	int type = addr ? SOCK_STREAM : SOCK_DGRAM;
	int new = socket(AF_INET, type, 0);

	(void)addrlen;
	dup2(new, fd);
	close(new);
	errno = ECONNREFUSED;
	return -1;
}

int ioth_replacing_owns(int fd)
{
	int type = 0;
	socklen_t len = sizeof(type);

	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len);
	errno = EPIPE; /* of no interest to the program */
	return type == SOCK_STREAM;
}
