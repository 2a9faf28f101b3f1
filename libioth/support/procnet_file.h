/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * procnet_file.h - inside procnet: a file being written
 */
#ifndef IOTH_PROCNET_FILE_H
#define IOTH_PROCNET_FILE_H

#include "netlink_request.h"
#include "procnet.h"

struct procnet_file {
	struct netlink_server *server;
	procnet_sink *sink;
	void *ctx;
	unsigned line; /* of those that are numbered */
	/* of the sockets that are listed */
	uint8_t family, protocol;
	int err; /* the first that the sink returned; nothing is written then */
};

/*
 * Writes one line without its newline, which comes after blanks that fill it
 * to @width. Returns err.
 */
__attribute__((format(printf, 3, 4))) int procnet_line(
	struct procnet_file *file, int width, const char *format, ...);

/* Returns 0 or what a visit of the stack's has returned. */
typedef int procnet_make(struct procnet_file *file);

procnet_make procnet_dev, procnet_route, procnet_if_inet6, procnet_ipv6_route,
	procnet_arp;
procnet_make procnet_sockets, procnet_sockets6, procnet_sockstat,
	procnet_sockstat6;
procnet_make procnet_snmp;

#endif
