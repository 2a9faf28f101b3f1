/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * null - the stack without any network
 *
 * It owns the families of the network, so that a default on it cuts a program
 * off, but leaves it those that have nothing to do with the network.
 */
#include <errno.h>

#include "ioth/plugin.h"
#include "netlink_server.h"
#include "procnet.h"

IOTH_EXPORT ioth_newstack_f ioth_null_newstack;
IOTH_EXPORT int ioth_null_socket(int domain, int type, int protocol);
IOTH_EXPORT int ioth_null_supported(int domain);
IOTH_EXPORT int ioth_null_procopen(const char *path, int flags);

IOTH_EXPORT void *ioth_null_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	static char nothing;

	(void)vnlv;
	(void)options;
	(void)functions;
	return &nothing;
}

IOTH_EXPORT int ioth_null_socket(int domain, int type, int protocol)
{
	(void)domain;
	(void)type;
	(void)protocol;
	errno = EAFNOSUPPORT;
	return -1;
}

IOTH_EXPORT int ioth_null_supported(int domain)
{
	return domain != AF_UNIX && domain != AF_ALG;
}

/* The files are there, but nothing is in them. */
IOTH_EXPORT int ioth_null_procopen(const char *path, int flags)
{
	static const struct netlink_stack_ops nothing;
	struct netlink_server *server =
		netlink_server_new(&nothing, NULL, NULL, NULL);
	int fd;

	if (!server)
		return -1;
	fd = procnet_open(server, path, flags);
	netlink_server_free(server);
	if (fd >= 0)
		return fd;
	errno = -fd;
	return -1;
}
