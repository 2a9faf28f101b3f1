/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <sys/socket.h>

void *ioth_ten_newstack(
	const char *vnlv[], const char *options, void *functions)
{
	return functions; /* our data: anything but NULL */
}

int ioth_ten_socket(int domain, int type, int protocol)
{
	if (domain != AF_INET || (type & 0xf) != SOCK_DGRAM)
		return errno = EPROTONOSUPPORT, -1;
	return socket(domain, type, protocol);
}
