/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* netdevice(7), routes, arp(7). */
#include "support_netlink_test.h"

#include <net/if_arp.h>
#include <net/route.h>
#include <sys/ioctl.h>

static struct ifreq named(const char *name)
{
	struct ifreq ifr = { 0 };

	strcpy(ifr.ifr_name, name);
	return ifr;
}

static void set_ip(struct sockaddr *to, const char *text)
{
	struct sockaddr_in name = { .sin_family = AF_INET };

	inet_pton(AF_INET, text, &name.sin_addr);
	memcpy(to, &name, sizeof(name));
}

static void assert_ip(const struct sockaddr *got, const char *text)
{
	struct sockaddr wanted = { 0 };

	set_ip(&wanted, text);
	assert_memory_equal(got, &wanted, sizeof(wanted));
}

static int call(struct fixture *fixture, unsigned long request, void *arg)
{
	return netlink_ioctl(fixture->server, request, arg);
}

static void names_and_indices(void **state)
{
	struct ifreq ifr = named("v0");

	assert_int_equal(call(*state, SIOCGIFINDEX, &ifr), 0);
	assert_int_equal(ifr.ifr_ifindex, 2);
	ifr.ifr_ifindex = 1;
	assert_int_equal(call(*state, SIOCGIFNAME, &ifr), 0);
	assert_string_equal(ifr.ifr_name, "lo");
	ifr.ifr_ifindex = 0;
	assert_int_equal(call(*state, SIOCGIFNAME, &ifr), -ENODEV);
	ifr = named("nope");
	assert_int_equal(call(*state, SIOCGIFINDEX, &ifr), -ENODEV);
}

static void link_values(void **state)
{
	struct ifreq ifr = named("v0");

	ifr.ifr_flags = IFF_UP;
	assert_int_equal(call(*state, SIOCSIFFLAGS, &ifr), 0);
	assert_int_equal(call(*state, SIOCGIFFLAGS, &ifr), 0);
	assert_int_equal(ifr.ifr_flags & (IFF_UP | IFF_BROADCAST | IFF_RUNNING),
		IFF_UP | IFF_BROADCAST | IFF_RUNNING);
	ifr.ifr_mtu = 1400;
	assert_int_equal(call(*state, SIOCSIFMTU, &ifr), 0);
	assert_int_equal(call(*state, SIOCGIFMTU, &ifr), 0);
	assert_int_equal(ifr.ifr_mtu, 1400);
	ifr.ifr_mtu = 5;
	assert_int_equal(call(*state, SIOCSIFMTU, &ifr), -EINVAL);
	assert_int_equal(call(*state, SIOCGIFTXQLEN, &ifr), 0);
	assert_int_equal(ifr.ifr_qlen, 1000);
	assert_int_equal(call(*state, SIOCGIFHWADDR, &ifr), 0);
	assert_int_equal(ifr.ifr_hwaddr.sa_family, ARPHRD_ETHER);
	ifr.ifr_hwaddr.sa_data[5] = 9;
	assert_int_equal(call(*state, SIOCSIFHWADDR, &ifr), 0);
	strcpy(ifr.ifr_newname, "w0");
	assert_int_equal(call(*state, SIOCSIFNAME, &ifr), 0);
	assert_int_equal(call(*state, SIOCGIFMTU, &ifr), -ENODEV);
}

/* As ifconfig v0 10.1.2.3 netmask 255.255.0.0 does. */
static void addresses(void **state)
{
	struct ifreq ifr = named("v0");

	assert_int_equal(call(*state, SIOCGIFADDR, &ifr), -EADDRNOTAVAIL);
	set_ip(&ifr.ifr_addr, "10.1.2.3");
	assert_int_equal(call(*state, SIOCSIFADDR, &ifr), 0);
	assert_int_equal(call(*state, SIOCGIFNETMASK, &ifr), 0);
	assert_ip(&ifr.ifr_netmask, "255.0.0.0");
	set_ip(&ifr.ifr_netmask, "255.255.0.0");
	assert_int_equal(call(*state, SIOCSIFNETMASK, &ifr), 0);
	assert_int_equal(call(*state, SIOCGIFBRDADDR, &ifr), 0);
	assert_ip(&ifr.ifr_broadaddr, "10.1.255.255");
	set_ip(&ifr.ifr_netmask, "255.0.255.0");
	assert_int_equal(call(*state, SIOCSIFNETMASK, &ifr), -EINVAL);
	assert_int_equal(call(*state, SIOCGIFADDR, &ifr), 0);
	assert_ip(&ifr.ifr_addr, "10.1.2.3");
	ifr = named("v0:1");
	set_ip(&ifr.ifr_addr, "192.168.7.7");
	assert_int_equal(call(*state, SIOCSIFADDR, &ifr), 0);
	assert_int_equal(call(*state, SIOCGIFBRDADDR, &ifr), 0);
	assert_ip(&ifr.ifr_broadaddr, "192.168.7.255");
	ifr.ifr_addr.sa_family = AF_INET6;
	assert_int_equal(call(*state, SIOCSIFADDR, &ifr), -EINVAL);
}

static void ifconf(void **state)
{
	struct ifreq two[2];
	struct ifconf conf = { .ifc_len = sizeof(*two), .ifc_buf = NULL };

	add_addr(*state, "10.1.2.3", 24);
	add_addr(*state, "10.1.2.4", 24);
	assert_int_equal(call(*state, SIOCGIFCONF, &conf), 0);
	assert_int_equal(conf.ifc_len, sizeof(two));
	conf.ifc_req = two;
	conf.ifc_len = sizeof(*two) + 3;
	assert_int_equal(call(*state, SIOCGIFCONF, &conf), 0);
	assert_int_equal(conf.ifc_len, sizeof(*two));
	assert_string_equal(two[0].ifr_name, "v0");
	assert_ip(&two[0].ifr_addr, "10.1.2.3");
}

static void routes(void **state)
{
	struct fixture *fixture = *state;
	struct rtentry entry = { .rt_flags = RTF_UP | RTF_GATEWAY,
		.rt_metric = 4 };
	const struct netlink_route_key key = { .family = AF_INET,
		.dst.bytes = { 8, 8, 8, 8 } };
	struct netlink_route route;
	char device[] = "nope";

	set_up(fixture, 2, true);
	add_addr(fixture, "10.1.2.3", 24);
	set_ip(&entry.rt_dst, "0.0.0.0");
	set_ip(&entry.rt_gateway, "10.1.2.1");
	assert_int_equal(call(fixture, SIOCADDRT, &entry), 0);
	assert_int_equal(
		netlink_tables_route_get(fixture->tables, &key, &route), 0);
	assert_int_equal(route.priority, 3);
	assert_int_equal(route.oif, 2);
	assert_int_equal(call(fixture, SIOCADDRT, &entry), -EEXIST);
	assert_int_equal(call(fixture, SIOCDELRT, &entry), 0);
	assert_int_equal(call(fixture, SIOCDELRT, &entry), -ESRCH);
	set_ip(&entry.rt_genmask, "255.0.0.0");
	set_ip(&entry.rt_dst, "8.1.0.0");
	assert_int_equal(call(fixture, SIOCADDRT, &entry), -EINVAL);
	set_ip(&entry.rt_dst, "8.0.0.0");
	entry.rt_dev = device;
	assert_int_equal(call(fixture, SIOCADDRT, &entry), -ENODEV);
}

static void arp(void **state)
{
	struct fixture *fixture = *state;
	struct arpreq arp = { .arp_flags = ATF_PERM,
		.arp_ha = { ARPHRD_ETHER, { 2, 0, 0, 0, 0, 7 } },
		.arp_dev = "v0" };

	set_ip(&arp.arp_pa, "10.1.2.7");
	assert_int_equal(call(fixture, SIOCGARP, &arp), -ENXIO);
	assert_int_equal(call(fixture, SIOCSARP, &arp), 0);
	memset(&arp.arp_ha, 0, sizeof(arp.arp_ha));
	arp.arp_flags = 0;
	assert_int_equal(call(fixture, SIOCGARP, &arp), 0);
	assert_int_equal(arp.arp_flags, ATF_PERM | ATF_COM);
	assert_int_equal(arp.arp_ha.sa_data[5], 7);
	assert_int_equal(call(fixture, SIOCDARP, &arp), 0);
	assert_int_equal(call(fixture, SIOCDARP, &arp), -ENXIO);
	arp.arp_pa.sa_family = AF_INET6;
	assert_int_equal(call(fixture, SIOCGARP, &arp), -EPFNOSUPPORT);
}

static void unknown_request(void **state)
{
	struct ifreq ifr = named("v0");

	assert_int_equal(call(*state, 0x8946, &ifr), -ENOTTY);
	assert_int_equal(netlink_ioctl_size(0x8946), 0);
	assert_int_equal(netlink_ioctl_size(SIOCADDRT), sizeof(struct rtentry));
	assert_true(netlink_ioctl_changes(SIOCSIFADDR));
	assert_false(netlink_ioctl_changes(SIOCGIFADDR));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_new, fixture_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_and_indices),
		TEST(link_values),
		TEST(addresses),
		TEST(ifconf),
		TEST(routes),
		TEST(arp),
		TEST(unknown_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
