/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stack.c - a stack as a whole: the default, its interfaces
 */
#include "conform.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

static void as_default(int family)
{
	int lfd = listener(family),
	    fd = on.default_socket(family, SOCK_STREAM, 0);
	union address to = name_of(lfd);

	line("a socket of the default stack");
	worked("socket", fd);
	did("connect", connect_to(fd, &to));
	worked("accept", on.accept(lfd, NULL, NULL));
	line("of a family that there is not");
	did("socket", on.default_socket(99, SOCK_STREAM, 0));
}

static const char *family_name(const struct sockaddr *addr)
{
	return !addr			      ? "none"
	       : addr->sa_family == AF_PACKET ? "packet"
	       : addr->sa_family == AF_INET   ? "inet"
	       : addr->sa_family == AF_INET6  ? "inet6"
					      : "other";
}

static bool is_loopback(const struct sockaddr *addr, int family)
{
	union address a, b = address(family, 0);

	if (!addr || addr->sa_family != family)
		return false;
	memset(&a, 0, sizeof(a));
	memcpy(&a, addr, address_size(family));
	return same_address(&a, &b);
}

static void interfaces(int family)
{
	struct ifaddrs *all, *i;

	(void)family;
	line("getifaddrs");
	if (did("getifaddrs", on.getifaddrs(&all)) < 0)
		return;
	for (i = all; i; i = i->ifa_next) {
		if (strcmp(i->ifa_name, "lo") != 0)
			continue;
		line("lo, %s", family_name(i->ifa_addr));
		note("up %d; loopback %d", !!(i->ifa_flags & IFF_UP),
			!!(i->ifa_flags & IFF_LOOPBACK));
		note("netmask %s", family_name(i->ifa_netmask));
		note("its address %d",
			is_loopback(i->ifa_addr, AF_INET) ||
				is_loopback(i->ifa_addr, AF_INET6));
	}
	on.freeifaddrs(all);
}

static void hardware(int family)
{
	unsigned char mac[6] = { 2, 3, 4, 5, 6, 7 }, now[6] = { 0 },
		      group[6] = { 1, 0, 0, 0, 0, 1 };
	unsigned index = (unsigned)on.ifindex("vde0");

	(void)family;
	line("hardware address");
	did("set", on.setmac(index, mac));
	did("get", on.getmac(index, now));
	note("%s", memcmp(mac, now, sizeof(mac)) ? "another" : "the same");
	line("of a group");
	did("set", on.setmac(index, group));
	line("of what is not there");
	did("set", on.setmac(4321, mac));
	line("MTU");
	did("set", on.setmtu(index, 1400));
	did("set", on.setmtu(index, 10));
	did("set", on.setmtu(index, 1500));
}

static void links(int family)
{
	(void)family;
	line("a link of an unknown type");
	did("add", on.link_add("new0", 0, "nonsense", NULL));
	line("of a name that is too long");
	did("add", on.link_add("a-name-that-is-too-long", 0, "vde", "null://"));
	line("of no name that is there");
	did("del", on.link_del("new0", 0));
	did("del", on.link_del(NULL, 4321));
	note("index %d", on.ifindex("new0"));
}

const struct conform_case stack_cases[] = {
	{ "default", BOTH, as_default },
	{ "interfaces", V4, interfaces },
	{ "hardware", V4, hardware },
	{ "link", V4, links },
	{ NULL, 0, NULL },
};
