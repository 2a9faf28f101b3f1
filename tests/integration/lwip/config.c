/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* config.c - interfaces, addresses, routes and neighbours through netlink */
#include "lt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/icmp6.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <unistd.h>

static bool has_addr(struct ioth *stack, const char *ifname, const char *ip)
{
	union lt_addr want = lt_addr(ip, 0);
	struct ifaddrs *all;
	bool found = false;

	CHECK(ioth_getifaddrs(stack, &all) == 0);
	for (struct ifaddrs *ifa = all; ifa; ifa = ifa->ifa_next) {
		const union lt_addr *addr = (union lt_addr *)ifa->ifa_addr;

		if (!addr || addr->sa.sa_family != want.sa.sa_family ||
			strcmp(ifa->ifa_name, ifname) != 0)
			continue;
		found = found ||
			(want.sa.sa_family == AF_INET
					? addr->in.sin_addr.s_addr ==
						  want.in.sin_addr.s_addr
					: !memcmp(&addr->in6.sin6_addr,
						  &want.in6.sin6_addr, 16));
	}
	ioth_freeifaddrs(all);
	return found;
}

static void add(struct ioth *stack, int index, const char *ip, int prefix)
{
	union lt_addr addr = lt_addr(ip, 0);
	bool v4 = addr.sa.sa_family == AF_INET;

	CHECK(ioth_ipaddr_add(stack, addr.sa.sa_family,
		      v4 ? (void *)&addr.in.sin_addr : &addr.in6.sin6_addr,
		      prefix, index) == 0);
}

static void del(struct ioth *stack, int index, const char *ip, int prefix)
{
	union lt_addr addr = lt_addr(ip, 0);
	bool v4 = addr.sa.sa_family == AF_INET;

	CHECK(ioth_ipaddr_del(stack, addr.sa.sa_family,
		      v4 ? (void *)&addr.in.sin_addr : &addr.in6.sin6_addr,
		      prefix, index) == 0);
}

static int route(struct ioth *stack, bool adds, const char *dst, int prefix,
	const char *gw)
{
	union lt_addr to = lt_addr(dst, 0), by = lt_addr(gw, 0);
	bool v4 = to.sa.sa_family == AF_INET;

	return (adds ? ioth_iproute_add : ioth_iproute_del)(stack,
		to.sa.sa_family,
		v4 ? (void *)&to.in.sin_addr : &to.in6.sin6_addr, prefix,
		v4 ? (void *)&by.in.sin_addr : &by.in6.sin6_addr, 0);
}

/* Further addresses work both as source and as destination. */
static void test_addresses(struct ioth *stack[2])
{
	union lt_addr addr = lt_addr("10.0.0.1", 0);

	CHECK(has_addr(stack[0], "vde0", "10.0.0.1"));
	CHECK(has_addr(stack[0], "lo", "127.0.0.1"));
	CHECK(has_addr(stack[0], "lo", "::1"));
	FAILS(ioth_ipaddr_add(stack[0], AF_INET, &addr.in.sin_addr, 24, 2),
		EEXIST);
	add(stack[0], 2, "10.0.0.11", 24);
	add(stack[0], 2, "172.16.0.1", 24);
	add(stack[1], 2, "172.16.0.2", 24);
	CHECK(lt_ping(stack[1], "10.0.0.11", SOCK_RAW, 3000));
	CHECK(lt_ping(stack[1], "172.16.0.1", SOCK_RAW, 3000));
	del(stack[0], 2, "10.0.0.1", 24);
	CHECK(!has_addr(stack[0], "vde0", "10.0.0.1"));
	CHECK(!lt_ping(stack[1], "10.0.0.1", SOCK_RAW, 300));
	CHECK(lt_ping(stack[1], "172.16.0.1", SOCK_RAW, 3000));
	del(stack[0], 2, "172.16.0.1", 24);
	CHECK(!lt_ping(stack[1], "172.16.0.1", SOCK_RAW, 300));
	add(stack[0], 2, "10.0.0.1", 24);
	CHECK(lt_ping(stack[1], "10.0.0.1", SOCK_RAW, 3000));
}

/* Six per interface; the seventh is refused. */
static void test_limit(struct ioth *stack)
{
	union lt_addr addr;
	char text[64];
	int n = 0;

	do {
		snprintf(text, sizeof(text), "fd01::%d", ++n);
		addr = lt_addr(text, 0);
	} while (n < 10 && ioth_ipaddr_add(stack, AF_INET6, &addr.in6.sin6_addr,
				   64, 2) == 0);
	CHECK(n == 5 && errno == ENOSPC);
	while (--n) {
		snprintf(text, sizeof(text), "fd01::%d", n);
		del(stack, 2, text, 64);
	}
}

/* stack[1] reaches 192.168.9.0/24 by its gateway 10.0.0.1. */
static void test_routes(struct ioth *stack[2])
{
	add(stack[0], 2, "192.168.9.1", 24);
	CHECK(!lt_ping(stack[0], "192.168.8.1", SOCK_DGRAM, 100));
	CHECK(route(stack[1], true, "192.168.9.0", 24, "10.0.0.1") == 0);
	FAILS(route(stack[1], true, "192.168.9.0", 24, "10.0.0.1"), EEXIST);
	FAILS(route(stack[1], true, "192.168.7.0", 24, "203.0.113.1"),
		ENETUNREACH);
	CHECK(lt_ping(stack[1], "192.168.9.1", SOCK_RAW, 3000));
	CHECK(route(stack[1], false, "192.168.9.0", 24, "10.0.0.1") == 0);
	CHECK(!lt_ping(stack[1], "192.168.9.1", SOCK_RAW, 100));
	CHECK(route(stack[1], true, "0.0.0.0", 0, "10.0.0.1") == 0);
	CHECK(lt_ping(stack[1], "192.168.9.1", SOCK_RAW, 3000));
	CHECK(route(stack[1], false, "0.0.0.0", 0, "10.0.0.1") == 0);
	del(stack[0], 2, "192.168.9.1", 24);
}

static void test_routes6(struct ioth *stack[2])
{
	lt_wait6(stack[0], 1);
	lt_wait6(stack[1], 2);
	add(stack[0], 2, "fd77::1", 128);
	usleep(2500000); /* DAD */
	CHECK(route(stack[1], true, "fd77::", 16, "fd00::1") == 0);
	CHECK(lt_ping(stack[1], "fd77::1", SOCK_RAW, 3000));
	CHECK(route(stack[1], false, "fd77::", 16, "fd00::1") == 0);
	CHECK(!lt_ping(stack[1], "fd77::1", SOCK_RAW, 100));
	del(stack[0], 2, "fd77::1", 128);
}

static void test_links(struct ioth *stack[2])
{
	unsigned char mac[6] = { 2, 0, 0, 1, 2, 3 }, is[6];
	struct ifreq ifr = { .ifr_name = "vde0" };
	int fd = lt_socket(stack[0], AF_INET, SOCK_DGRAM, 0), index;

	CHECK(ioth_ioctl(fd, SIOCGIFMTU, &ifr) == 0 && ifr.ifr_mtu == 1500);
	CHECK(ioth_linksetmtu(stack[0], 2, 1400) == 0);
	CHECK(ioth_ioctl(fd, SIOCGIFMTU, &ifr) == 0 && ifr.ifr_mtu == 1400);
	CHECK(ioth_linksetmtu(stack[0], 2, 1500) == 0);
	CHECK(ioth_linksetaddr(stack[0], 2, mac) == 0);
	CHECK(ioth_linkgetaddr(stack[0], 2, is) == 0 && !memcmp(mac, is, 6));
	CHECK(lt_ping(stack[1], "10.0.0.1", SOCK_RAW, 3000));
	CHECK(ioth_linksetupdown(stack[0], 2, 0) == 0);
	CHECK(!lt_ping(stack[1], "10.0.0.1", SOCK_RAW, 200));
	CHECK(ioth_linksetupdown(stack[0], 2, 1) == 0);
	CHECK(lt_ping(stack[1], "10.0.0.1", SOCK_RAW, 3000));
	/* a second interface, added and removed */
	CHECK(ioth_iplink_add(stack[1], "extra", 0, "vde", lt_plug) == 0);
	index = ioth_if_nametoindex(stack[1], "extra");
	CHECK(index == 3);
	CHECK(ioth_linksetupdown(stack[1], 3, 1) == 0);
	add(stack[1], 3, "10.5.0.2", 24);
	add(stack[0], 2, "10.5.0.1", 24);
	CHECK(lt_ping(stack[1], "10.5.0.1", SOCK_RAW, 3000));
	CHECK(ioth_iplink_del(stack[1], "extra", 0) == 0);
	CHECK(ioth_if_nametoindex(stack[1], "extra") == -1);
	FAILS(ioth_iplink_del(stack[1], "lo", 0), EOPNOTSUPP);
	FAILS(ioth_iplink_add(stack[1], "x", 0, "bridge", NULL), EOPNOTSUPP);
	del(stack[0], 2, "10.5.0.1", 24);
	close(fd);
}

struct adder {
	struct ioth *stack;
	const char *locator;
	int result, error;
};

static void *add_link(void *arg)
{
	struct adder *adder = arg;

	adder->result =
		ioth_iplink_add(adder->stack, "x", 0, "vde", adder->locator);
	adder->error = errno;
	return NULL;
}

/* A switch that does not answer: only who asked for it waits. */
static void test_silent_switch(struct ioth *stack)
{
	char dir[] = "/tmp/lwip-silent.XXXXXX", locator[64];
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct adder adder = { stack, locator, 0, 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), client;
	pthread_t thread;

	CHECK(mkdtemp(dir) != NULL);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s/ctl", dir);
	snprintf(locator, sizeof(locator), "vde://%s", dir);
	CHECK(bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
	CHECK(listen(fd, 1) == 0);
	CHECK(pthread_create(&thread, NULL, add_link, &adder) == 0);
	client = accept(fd, NULL, NULL); /* it waits for an answer now */
	CHECK(ioth_if_nametoindex(stack, "vde0") == 2);
	FAILS(ioth_iplink_add(stack, "y", 0, "vde", "vde:///no/switch"),
		ENOENT);
	CHECK(close(client) == 0 && close(fd) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(adder.result == -1 && adder.error > 0);
	CHECK(ioth_if_nametoindex(stack, "x") == -1);
	CHECK(unlink(name.sun_path) == 0 && rmdir(dir) == 0);
}

/* A locator whose switch the stack itself serves; nobody hangs. */
static void test_own_switch(struct ioth *stack[2])
{
	CHECK(ioth_iplink_add(stack[0], "own", 0, "vde", lt_plug) == 0);
	CHECK(ioth_if_nametoindex(stack[0], "own") == 3);
	FAILS(ioth_iplink_add(stack[0], "own", 0, "vde", lt_plug), EEXIST);
	FAILS(ioth_iplink_add(stack[0], "x", 0, "vde", "vde:///no/switch"),
		ENOENT);
	CHECK(ioth_linksetupdown(stack[0], 3, 1) == 0);
	add(stack[0], 3, "10.6.0.1", 24);
	add(stack[1], 2, "10.6.0.2", 24);
	CHECK(lt_ping(stack[1], "10.6.0.1", SOCK_RAW, 3000));
	del(stack[1], 2, "10.6.0.2", 24);
	CHECK(ioth_iplink_del(stack[0], "own", 0) == 0);
}

/* stack[1] plays the router: an advertisement of fd55::/64 and of itself. */
static void advertise(struct ioth *stack)
{
	struct {
		struct nd_router_advert ra;
		struct nd_opt_prefix_info prefix;
		unsigned char lladdr[8];
	} packet = { .ra.nd_ra_type = ND_ROUTER_ADVERT,
		.ra.nd_ra_router_lifetime = htons(600),
		.prefix = { .nd_opt_pi_type = ND_OPT_PREFIX_INFORMATION,
			.nd_opt_pi_len = 4,
			.nd_opt_pi_prefix_len = 64,
			.nd_opt_pi_flags_reserved = 0xc0,
			.nd_opt_pi_valid_time = htonl(3600),
			.nd_opt_pi_preferred_time = htonl(1800) },
		.lladdr = { ND_OPT_SOURCE_LINKADDR, 1 } };
	union lt_addr to = lt_addr("ff02::1", 0), prefix = lt_addr("fd55::", 0);
	int fd = lt_socket(stack, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	int hops = 255;

	packet.prefix.nd_opt_pi_prefix = prefix.in6.sin6_addr;
	CHECK(ioth_linkgetaddr(stack, 2, packet.lladdr + 2) == 0);
	CHECK(ioth_setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops,
		      sizeof(hops)) == 0);
	to.in6.sin6_scope_id = 2;
	CHECK(ioth_sendto(fd, &packet, sizeof(packet), 0, &to.sa,
		      sizeof(to.in6)) == sizeof(packet));
	close(fd);
}

static bool has_slaac_addr(struct ioth *stack)
{
	struct ifaddrs *all;
	bool found = false;

	CHECK(ioth_getifaddrs(stack, &all) == 0);
	for (struct ifaddrs *ifa = all; ifa; ifa = ifa->ifa_next)
		if (ifa->ifa_addr && ifa->ifa_addr->sa_family == AF_INET6)
			found = found ||
				((union lt_addr *)ifa->ifa_addr)
						->in6.sin6_addr.s6_addr[1] ==
					0x55;
	ioth_freeifaddrs(all);
	return found;
}

static void test_slaac(struct ioth *stack[2])
{
	union lt_addr far = lt_addr("2001:db8::1", 9);
	int fd = lt_socket(stack[0], AF_INET6, SOCK_DGRAM, 0), tries = 50;

	FAILS(ioth_sendto(fd, "x", 1, 0, &far.sa, sizeof(far.in6)),
		ENETUNREACH);
	advertise(stack[1]);
	while (!has_slaac_addr(stack[0]) && tries--)
		usleep(100000);
	/* by the router, when no duplicate of the address was found */
	while (ioth_sendto(fd, "x", 1, 0, &far.sa, sizeof(far.in6)) < 0 &&
		tries--)
		usleep(100000);
	CHECK(tries > 0);
	close(fd);
}

/* A member of a group hears of changes. */
static void test_monitor(struct ioth *stack)
{
	struct sockaddr_nl name = { .nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_IPV4_IFADDR };
	int fd = lt_socket(stack, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	union {
		struct nlmsghdr header;
		char bytes[4096];
	} msg;

	CHECK(ioth_bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
	add(stack, 2, "10.6.0.1", 24);
	CHECK(lt_poll(fd, POLLIN, 1000) == POLLIN);
	CHECK(read(fd, &msg, sizeof(msg)) > 0);
	CHECK(msg.header.nlmsg_type == RTM_NEWADDR);
	del(stack, 2, "10.6.0.1", 24);
	CHECK(lt_poll(fd, POLLIN, 1000) == POLLIN);
	CHECK(read(fd, &msg, sizeof(msg)) > 0);
	CHECK(msg.header.nlmsg_type == RTM_DELADDR);
	close(fd);
}

void config_run(void)
{
	struct ioth *stack[2];

	lt_pair(stack);
	test_addresses(stack);
	test_routes(stack);
	test_routes6(stack);
	test_limit(stack[0]);
	test_links(stack);
	test_own_switch(stack);
	test_silent_switch(stack[0]);
	test_monitor(stack[0]);
	test_slaac(stack);
	lt_unpair(stack);
}
