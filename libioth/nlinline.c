/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions of netconf.c on the host's own stack. */
#include "ioth.h"

#include "stack.h"

int nlinline_if_nametoindex(const char *ifname)
{
	return ioth_if_nametoindex(stack_host(), ifname);
}

int nlinline_linksetupdown(unsigned ifindex, int updown)
{
	return ioth_linksetupdown(stack_host(), ifindex, updown);
}

int nlinline_ipaddr_add(int family, void *addr, int prefixlen, int ifindex)
{
	return ioth_ipaddr_add(stack_host(), family, addr, prefixlen, ifindex);
}

int nlinline_ipaddr_del(int family, void *addr, int prefixlen, int ifindex)
{
	return ioth_ipaddr_del(stack_host(), family, addr, prefixlen, ifindex);
}

int nlinline_iproute_add(
	int family, void *dst, int dst_prefixlen, void *gw, int ifindex)
{
	return ioth_iproute_add(
		stack_host(), family, dst, dst_prefixlen, gw, ifindex);
}

int nlinline_iproute_del(
	int family, void *dst, int dst_prefixlen, void *gw, int ifindex)
{
	return ioth_iproute_del(
		stack_host(), family, dst, dst_prefixlen, gw, ifindex);
}

int nlinline_iplink_add(const char *ifname, unsigned ifindex, const char *type,
	const char *data)
{
	return ioth_iplink_add(stack_host(), ifname, ifindex, type, data);
}

int nlinline_iplink_del(const char *ifname, unsigned ifindex)
{
	return ioth_iplink_del(stack_host(), ifname, ifindex);
}

int nlinline_linksetaddr(unsigned ifindex, void *mac)
{
	return ioth_linksetaddr(stack_host(), ifindex, mac);
}

int nlinline_linkgetaddr(unsigned ifindex, void *mac)
{
	return ioth_linkgetaddr(stack_host(), ifindex, mac);
}

int nlinline_linksetmtu(unsigned ifindex, unsigned mtu)
{
	return ioth_linksetmtu(stack_host(), ifindex, mtu);
}
