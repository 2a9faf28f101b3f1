/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * oneline - built by the command that ioth/plugin.h gives, and offering the
 * least that makes all calls that carry data
 */
#include "ioth/plugin.h"

void *ioth_oneline_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	(void)vnlv;
	(void)options;
	functions->sendmsg = sendmsg;
	return functions;
}

int ioth_oneline_socket(int domain, int type, int protocol)
{
	return socket(domain, type, protocol);
}

int ioth_oneline_connect(int fd, const struct sockaddr *addr, socklen_t addrlen)
{
	return connect(fd, addr, addrlen);
}

ssize_t ioth_oneline_recvmsg(int fd, struct msghdr *msg, int flags)
{
	return recvmsg(fd, msg, flags);
}
