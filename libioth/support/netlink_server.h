/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink_server.h - rtnetlink and sock_diag for stacks that are no kernel
 *
 * A guest's datagram goes in, the datagrams that Linux would have answered
 * come out: ip(8), ss(8), libc and everything else that speaks
 * NETLINK_ROUTE or NETLINK_SOCK_DIAG cannot tell the difference, except that
 * what a stack doesn't have is refused with EOPNOTSUPP.
 *
 * No descriptors, no threads, no globals: who owns the sockets calls
 * netlink_server_receive() and delivers what comes out. Each datagram that the
 * server makes comes from the kernel as the guest sees it: struct sockaddr_nl
 * with nl_pid 0 and, of a notification, the group's bit in nl_groups.
 *
 * Threads: one at a time per server.
 */
#ifndef IOTH_NETLINK_SERVER_H
#define IOTH_NETLINK_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "netlink_ops.h"
#include "netlink_socket.h"

struct netlink_server;

/*
 * Takes one datagram for the socket that asked; copies it if it needs it later.
 * Returns 0 or a negative errno (such as -ENOBUFS); the rest of the answers to
 * this request is dropped then.
 */
typedef int netlink_emit(void *ctx, const void *bytes, size_t size);

/*
 * Takes a notification for all sockets with netlink_socket_hears(), but for the
 * one with port @except (0: no exception), which has been answered already.
 */
typedef void netlink_publish(void *ctx, unsigned group, uint32_t except,
	const void *bytes, size_t size);

/*
 * A server of @stack, whose operations are @ops; both must outlive it.
 * @publish (NULL: no notifications) is called with @ctx.
 * NULL: no memory.
 */
struct netlink_server *netlink_server_new(const struct netlink_stack_ops *ops,
	void *stack, netlink_publish *publish, void *ctx);
void netlink_server_free(struct netlink_server *server);

/*
 * Answers the datagram that @from has sent: any bytes, any number of messages.
 * Replies (acknowledgements, errors, dumps) go to @emit, each not longer than
 * @from's receive_size as long as one message fits in it.
 * Returns 0, or the number of bytes at the end of the datagram that are not
 * answered because an operation has said -ERESTART: the caller keeps them and
 * calls again when the stack is ready.
 * Errors: what @emit has returned; -ENOMEM. Errors of requests are answers.
 */
int netlink_server_receive(struct netlink_server *server,
	const struct netlink_socket *from, const void *bytes, size_t size,
	netlink_emit *emit, void *ctx);

/*
 * Announces a change to the multicast groups of NETLINK_ROUTE; @type is
 * RTM_NEWLINK or RTM_DELLINK, RTM_NEWADDR or ... Inside an operation that the
 * server has called, the notification carries the request's port and sequence
 * number, like Linux's.
 */
void netlink_notify_link(struct netlink_server *server, uint16_t type,
	const struct netlink_link *link);
void netlink_notify_addr(struct netlink_server *server, uint16_t type,
	const struct netlink_addr *addr);
void netlink_notify_route(struct netlink_server *server, uint16_t type,
	const struct netlink_route *route);
void netlink_notify_neigh(struct netlink_server *server, uint16_t type,
	const struct netlink_neigh *neigh);

/*
 * The ioctls of netdevice(7), routes (SIOCADDRT, SIOCDELRT) and arp(7), as on
 * an AF_INET socket. @arg is a copy in this process of the structure that
 * belongs to @request (struct ifreq, rtentry, arpreq, ifconf); what the
 * structure points to (ifc_buf, rt_dev) must have been copied, too.
 * Errors: as Linux's, -ENOTTY no such request, -EOPNOTSUPP.
 */
int netlink_ioctl(
	struct netlink_server *server, unsigned long request, void *arg);

/* The size of @arg; 0: netlink_ioctl() does not know @request. */
size_t netlink_ioctl_size(unsigned long request);

/* Does @request change something? Then Linux wants CAP_NET_ADMIN. */
bool netlink_ioctl_changes(unsigned long request);

#endif
