/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ways.c - plain calls, or those of libioth
 */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <ioth.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct way on;
static struct ioth *stack;

/* The calls of the C library that have variable arguments, or attributes. */
static int plain_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg);
}

static int plain_fcntl(int fd, int cmd, long value)
{
	return fcntl(fd, cmd, value);
}

static int plain_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	return bind(fd, addr, len);
}

static int plain_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	return connect(fd, addr, len);
}

static int plain_accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	return accept(fd, addr, len);
}

static int plain_getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
	return getsockname(fd, addr, len);
}

static int plain_getpeername(int fd, struct sockaddr *addr, socklen_t *len)
{
	return getpeername(fd, addr, len);
}

static ssize_t plain_recvfrom(int fd, void *buf, size_t size, int flags,
	struct sockaddr *from, socklen_t *len)
{
	return recvfrom(fd, buf, size, flags, from, len);
}

static ssize_t plain_sendto(int fd, const void *buf, size_t size, int flags,
	const struct sockaddr *to, socklen_t len)
{
	return sendto(fd, buf, size, flags, to, len);
}

void way_plain(void)
{
	on = (struct way){
		.socket = socket,
		.default_socket = socket,
		.close = close,
		.bind = plain_bind,
		.connect = plain_connect,
		.listen = listen,
		.accept = plain_accept,
		.getsockname = plain_getsockname,
		.getpeername = plain_getpeername,
		.setsockopt = setsockopt,
		.getsockopt = getsockopt,
		.shutdown = shutdown,
		.ioctl = plain_ioctl,
		.fcntl = plain_fcntl,
		.read = read,
		.readv = readv,
		.recv = recv,
		.recvfrom = plain_recvfrom,
		.recvmsg = recvmsg,
		.write = write,
		.writev = writev,
		.send = send,
		.sendto = plain_sendto,
		.sendmsg = sendmsg,
		.ifindex = nlinline_if_nametoindex,
		.updown = nlinline_linksetupdown,
		.addr_add = nlinline_ipaddr_add,
		.addr_del = nlinline_ipaddr_del,
		.route_add = nlinline_iproute_add,
		.route_del = nlinline_iproute_del,
		.link_del = nlinline_iplink_del,
		.getmac = nlinline_linkgetaddr,
		.link_add = nlinline_iplink_add,
		.setmac = nlinline_linksetaddr,
		.setmtu = nlinline_linksetmtu,
		.getifaddrs = getifaddrs,
		.freeifaddrs = freeifaddrs,
	};
}

static int linked_socket(int domain, int type, int protocol)
{
	return ioth_msocket(stack, domain, type, protocol);
}

static int linked_default_socket(int domain, int type, int protocol)
{
	int fd;

	ioth_set_defstack(stack);
	fd = ioth_get_defstack() == stack ? ioth_socket(domain, type, protocol)
					  : -1;
	ioth_set_defstack(NULL);
	return fd;
}

static int linked_getifaddrs(struct ifaddrs **all)
{
	return ioth_getifaddrs(stack, all);
}

static int linked_ifindex(const char *name)
{
	return ioth_if_nametoindex(stack, name);
}

static int linked_updown(unsigned ifindex, int up)
{
	return ioth_linksetupdown(stack, ifindex, up);
}

static int linked_addr_add(int family, void *addr, int prefix, int ifindex)
{
	return ioth_ipaddr_add(stack, family, addr, prefix, ifindex);
}

static int linked_addr_del(int family, void *addr, int prefix, int ifindex)
{
	return ioth_ipaddr_del(stack, family, addr, prefix, ifindex);
}

static int linked_route_add(
	int family, void *dst, int prefix, void *gw, int ifindex)
{
	return ioth_iproute_add(stack, family, dst, prefix, gw, ifindex);
}

static int linked_route_del(
	int family, void *dst, int prefix, void *gw, int ifindex)
{
	return ioth_iproute_del(stack, family, dst, prefix, gw, ifindex);
}

static int linked_link_del(const char *name, unsigned ifindex)
{
	return ioth_iplink_del(stack, name, ifindex);
}

static int linked_link_add(
	const char *name, unsigned ifindex, const char *type, const char *data)
{
	return ioth_iplink_add(stack, name, ifindex, type, data);
}

static int linked_setmac(unsigned ifindex, void *mac)
{
	return ioth_linksetaddr(stack, ifindex, mac);
}

static int linked_getmac(unsigned ifindex, void *mac)
{
	return ioth_linkgetaddr(stack, ifindex, mac);
}

static int linked_setmtu(unsigned ifindex, unsigned mtu)
{
	return ioth_linksetmtu(stack, ifindex, mtu);
}

void way_libioth(void)
{
	on = (struct way){
		.socket = linked_socket,
		.default_socket = linked_default_socket,
		.close = ioth_close,
		.bind = ioth_bind,
		.connect = ioth_connect,
		.listen = ioth_listen,
		.accept = ioth_accept,
		.getsockname = ioth_getsockname,
		.getpeername = ioth_getpeername,
		.setsockopt = ioth_setsockopt,
		.getsockopt = ioth_getsockopt,
		.shutdown = ioth_shutdown,
		.ioctl = ioth_ioctl,
		.fcntl = ioth_fcntl,
		.read = ioth_read,
		.readv = ioth_readv,
		.recv = ioth_recv,
		.recvfrom = ioth_recvfrom,
		.recvmsg = ioth_recvmsg,
		.write = ioth_write,
		.writev = ioth_writev,
		.send = ioth_send,
		.sendto = ioth_sendto,
		.sendmsg = ioth_sendmsg,
		.ifindex = linked_ifindex,
		.updown = linked_updown,
		.addr_add = linked_addr_add,
		.addr_del = linked_addr_del,
		.route_add = linked_route_add,
		.route_del = linked_route_del,
		.link_del = linked_link_del,
		.getmac = linked_getmac,
		.link_add = linked_link_add,
		.setmac = linked_setmac,
		.setmtu = linked_setmtu,
		.getifaddrs = linked_getifaddrs,
		.freeifaddrs = ioth_freeifaddrs,
	};
}

void way_linked(const char *name)
{
	way_libioth();
	stack = ioth_newstack(name, "null://");
	if (!stack)
		give_up(ioth_errmsg());
	if (on.updown(on.ifindex("lo"), 1) < 0)
		give_up("lo up");
	/* ::1 may be tentative for a moment */
	nap(1);
}

/* Only sockets that were closed a moment ago may keep it for a while. */
int way_end(void)
{
	int tries = 100;

	if (!stack)
		return 0;
	while (ioth_delstack(stack) < 0) {
		if (errno != EBUSY || --tries == 0)
			return -1;
		nap(10);
	}
	stack = NULL;
	return 0;
}
