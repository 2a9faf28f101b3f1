/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink_ioctl.h - inside the netlink server: ioctls by subject
 *
 * @arg is the structure that belongs to the request, as in netlink_ioctl().
 */
#ifndef IOTH_NETLINK_IOCTL_H
#define IOTH_NETLINK_IOCTL_H

#include "netlink_request.h"

typedef int netlink_ioctl_handle(
	struct netlink_server *server, unsigned long request, void *arg);

/* struct ifreq: addresses */
netlink_ioctl_handle netlink_ioctl_getaddr, netlink_ioctl_setaddr;
/* struct ifconf */
netlink_ioctl_handle netlink_ioctl_ifconf;
/* struct rtentry, struct arpreq */
netlink_ioctl_handle netlink_ioctl_route, netlink_ioctl_arp;

/*
 * The interface called @name, which may have the suffix of an alias ("eth0:1").
 * Errors: -ENODEV.
 */
int netlink_ioctl_link(struct netlink_server *server, const char *name,
	struct netlink_link *link);

#endif
