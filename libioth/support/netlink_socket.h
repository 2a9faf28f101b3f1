/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink_socket.h - what the kernel remembers of a netlink socket
 *
 * The owner of the descriptor keeps one per socket and passes it to the server
 * with each datagram. Its members may be set directly, or through the calls
 * below, which take the arguments of the system calls.
 */
#ifndef IOTH_NETLINK_SOCKET_H
#define IOTH_NETLINK_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>
#include <sys/socket.h>

/* NETLINK_ROUTE has about forty groups; numbers begin at 1. */
#define NETLINK_SOCKET_GROUPS 64

struct netlink_socket {
	int protocol;	  /* NETLINK_ROUTE, NETLINK_SOCK_DIAG */
	uint32_t port;	  /* nl_pid; 0: not bound */
	bool may_change;  /* Linux: CAP_NET_ADMIN; otherwise EPERM */
	bool strict;	  /* NETLINK_GET_STRICT_CHK */
	bool ext_ack;	  /* NETLINK_EXT_ACK */
	bool cap_ack;	  /* NETLINK_CAP_ACK */
	uint32_t options; /* others that are only remembered, a bit each */
	uint64_t groups;  /* bit n - 1: is in group n */
	/*
	 * The longest datagram of a dump, the longest buffer that the guest has
	 * received with. Linux's rules: 0 and less than 3776 count as 3776,
	 * more than 32768 as that.
	 */
	size_t receive_size;
};

/*
 * Errors: -EPROTONOSUPPORT @protocol is neither NETLINK_ROUTE nor
 * NETLINK_SOCK_DIAG.
 */
int netlink_socket_init(
	struct netlink_socket *socket, int protocol, bool may_change);

/*
 * bind(2): takes port and groups. nl_pid 0 gives @free_port (chosen by the
 * owner, who knows the others: Linux gives the process id to the first), unless
 * it is bound already. The owner checks that a port is not taken (EADDRINUSE).
 * Errors: -EINVAL length, family, or another port than the present one.
 */
int netlink_socket_bind(struct netlink_socket *socket,
	const struct sockaddr *addr, socklen_t size, uint32_t free_port);

/* getsockname(2). */
void netlink_socket_name(
	const struct netlink_socket *socket, struct sockaddr_nl *name);

/*
 * Level SOL_NETLINK. Errors: -ENOPROTOOPT, -EINVAL, -EFAULT never.
 * Of *@size what was needed is stored.
 */
int netlink_socket_setopt(struct netlink_socket *socket, int optname,
	const void *value, socklen_t size);
int netlink_socket_getopt(const struct netlink_socket *socket, int optname,
	void *value, socklen_t *size);

/* Is it a member of @group (RTNLGRP_LINK, ...)? */
bool netlink_socket_hears(const struct netlink_socket *socket, unsigned group);

#endif
