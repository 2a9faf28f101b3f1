/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables: what follows from a change, and the choice of a route. */
#include "support_netlink_test.h"

struct counter {
	int family, table;
	unsigned n;
};

static int count(void *ctx, const struct netlink_route *route)
{
	struct counter *counter = ctx;

	counter->n += route->family == counter->family &&
		      (int)route->table == counter->table;
	return 0;
}

static unsigned count_routes(struct fixture *fixture, int family, int table)
{
	struct counter counter = { family, table, 0 };

	netlink_tables_ops.route_each(fixture->tables, count, &counter);
	return counter.n;
}

static int get(
	struct fixture *fixture, const char *dst, struct netlink_route *route)
{
	struct netlink_route_key key = {
		.family = strchr(dst, ':') ? AF_INET6 : AF_INET,
	};

	key.dst = ip_of(key.family, dst);
	return netlink_tables_route_get(fixture->tables, &key, route);
}

static void assert_ip(const union netlink_ip *ip, int family, const char *text)
{
	const union netlink_ip wanted = ip_of(family, text);

	assert_memory_equal(ip, &wanted, sizeof(wanted));
}

static int add_route(struct fixture *fixture, const char *dst, uint8_t len,
	const char *gateway, uint32_t priority)
{
	int family = strchr(dst, ':') ? AF_INET6 : AF_INET;
	struct netlink_route route =
		route_of(family, dst, len, gateway, gateway ? 0 : 2);

	route.priority = priority;
	return netlink_tables_route_add(
		fixture->tables, &route, NLM_F_CREATE | NLM_F_EXCL);
}

/* --- addresses ------------------------------------------------------------ */

static void connected_routes_follow_link(void **state)
{
	struct fixture *fixture = *state;

	add_addr(fixture, "10.1.2.3", 24);
	assert_int_equal(count_routes(fixture, AF_INET, RT_TABLE_MAIN), 0);
	assert_int_equal(count_routes(fixture, AF_INET, RT_TABLE_LOCAL), 1);
	set_up(fixture, 2, true);
	assert_int_equal(count_routes(fixture, AF_INET, RT_TABLE_MAIN), 1);
	assert_int_equal(count_routes(fixture, AF_INET, RT_TABLE_LOCAL), 2);
	assert_int_equal(add_route(fixture, "0.0.0.0", 0, "10.1.2.1", 0), 0);
	set_up(fixture, 2, false);
	assert_int_equal(count_routes(fixture, AF_INET, RT_TABLE_MAIN), 0);
	assert_int_equal(count_routes(fixture, AF_INET, RT_TABLE_LOCAL), 1);
	del_addr(fixture, "10.1.2.3", 24);
	assert_int_equal(count_routes(fixture, AF_INET, RT_TABLE_LOCAL), 0);
}

static void ipv6_goes_down_with_link(void **state)
{
	struct fixture *fixture = *state;
	const union netlink_ip ip = ip_of(AF_INET6, "fd00::1");

	set_up(fixture, 2, true);
	add_addr(fixture, "fd00::1", 64);
	assert_int_equal(count_routes(fixture, AF_INET6, RT_TABLE_MAIN), 1);
	assert_int_equal(count_routes(fixture, AF_INET6, RT_TABLE_LOCAL), 2);
	set_up(fixture, 2, false);
	assert_int_equal(count_routes(fixture, AF_INET6, RT_TABLE_MAIN), 0);
	assert_null(netlink_tables_addr_of(fixture->tables, AF_INET6, &ip, 0));
}

static void second_address_is_promoted(void **state)
{
	struct fixture *fixture = *state;
	const union netlink_ip ip = ip_of(AF_INET, "10.1.2.4");
	struct netlink_route route;

	set_up(fixture, 2, true);
	add_addr(fixture, "10.1.2.3", 24);
	add_addr(fixture, "10.1.2.4", 24);
	assert_true(netlink_tables_addr_of(fixture->tables, AF_INET, &ip, 2)
			    ->flags &
		    IFA_F_SECONDARY);
	del_addr(fixture, "10.1.2.3", 24);
	assert_false(netlink_tables_addr_of(fixture->tables, AF_INET, &ip, 2)
			     ->flags &
		     IFA_F_SECONDARY);
	assert_int_equal(get(fixture, "10.1.2.9", &route), 0);
	assert_ip(&route.prefsrc, AF_INET, "10.1.2.4");
}

static void addr_add_twice(void **state)
{
	struct fixture *fixture = *state;
	struct netlink_addr addr = addr_of("10.1.2.3", 24);

	assert_int_equal(add_addr(fixture, "10.1.2.3", 24), 0);
	assert_int_equal(add_addr(fixture, "10.1.2.3", 24), -EEXIST);
	assert_int_equal(add_addr(fixture, "10.1.2.3", 16), 0);
	assert_int_equal(
		netlink_tables_addr_add(fixture->tables, &addr, NLM_F_REPLACE),
		0);
	assert_int_equal(del_addr(fixture, "10.1.2.4", 24), -EADDRNOTAVAIL);
	addr.index = 9;
	assert_int_equal(
		netlink_tables_addr_add(fixture->tables, &addr, 0), -ENODEV);
}

static void loopback_gets_addresses(void **state)
{
	struct fixture *fixture = *state;
	struct netlink_route route;

	set_up(fixture, 1, true);
	assert_int_equal(get(fixture, "127.5.5.5", &route), 0);
	assert_int_equal(route.type, RTN_LOCAL);
	assert_int_equal(get(fixture, "::1", &route), 0);
	assert_int_equal(route.oif, 1);
}

/* --- routes --------------------------------------------------------------- */

static void longest_prefix_then_metric(void **state)
{
	struct fixture *fixture = *state;
	struct netlink_route route;

	set_up(fixture, 2, true);
	add_addr(fixture, "10.1.2.3", 24);
	assert_int_equal(get(fixture, "8.8.8.8", &route), -ENETUNREACH);
	assert_int_equal(add_route(fixture, "0.0.0.0", 0, "10.1.2.1", 0), 0);
	assert_int_equal(add_route(fixture, "8.0.0.0", 8, "10.1.2.2", 9), 0);
	assert_int_equal(add_route(fixture, "8.0.0.0", 8, "10.1.2.5", 5), 0);
	assert_int_equal(get(fixture, "8.8.8.8", &route), 0);
	assert_ip(&route.gateway, AF_INET, "10.1.2.5");
	assert_ip(&route.prefsrc, AF_INET, "10.1.2.3");
	assert_int_equal(get(fixture, "9.8.8.8", &route), 0);
	assert_ip(&route.gateway, AF_INET, "10.1.2.1");
	assert_int_equal(get(fixture, "10.1.2.3", &route), 0);
	assert_int_equal(route.type, RTN_LOCAL);
	assert_int_equal(get(fixture, "10.1.2.255", &route), 0);
	assert_int_equal(route.type, RTN_BROADCAST);
}

static void route_add_impossible(void **state)
{
	struct fixture *fixture = *state;

	add_addr(fixture, "10.1.2.3", 24);
	assert_int_equal(add_route(fixture, "9.0.0.0", 8, NULL, 0), -ENETDOWN);
	set_up(fixture, 2, true);
	assert_int_equal(
		add_route(fixture, "9.0.0.0", 8, "11.0.0.1", 0), -ENETUNREACH);
	assert_int_equal(
		add_route(fixture, "9.0.0.0", 8, "10.1.2.3", 0), -EINVAL);
	assert_int_equal(
		add_route(fixture, "fd01::", 64, "fd77::1", 0), -EHOSTUNREACH);
	assert_int_equal(add_route(fixture, "9.0.0.0", 8, "10.1.2.1", 0), 0);
	assert_int_equal(
		add_route(fixture, "9.0.0.0", 8, "10.1.2.2", 0), -EEXIST);
}

static void refusing_routes(void **state)
{
	static const struct {
		uint8_t type;
		int err;
	} cases[] = { { RTN_UNREACHABLE, -EHOSTUNREACH },
		{ RTN_BLACKHOLE, -EINVAL }, { RTN_PROHIBIT, -EACCES } };
	struct netlink_route got;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture *fixture = *state;
		struct netlink_route route =
			route_of(AF_INET, "9.0.0.0", 8, NULL, 0);

		route.type = cases[i].type;
		route.oif = 0;
		assert_int_equal(netlink_tables_route_add(fixture->tables,
					 &route, NLM_F_CREATE | NLM_F_EXCL),
			0);
		assert_int_equal(get(fixture, "9.1.1.1", &got), cases[i].err);
		assert_int_equal(
			netlink_tables_route_del(fixture->tables, &route), 0);
		assert_int_equal(
			netlink_tables_route_del(fixture->tables, &route),
			-ESRCH);
	}
}

/* --- links and hooks ------------------------------------------------------ */

static void link_del_takes_all(void **state)
{
	struct fixture *fixture = *state;
	const struct netlink_neigh neigh = {
		.family = AF_INET, .index = 2, .dst.bytes = { 10, 1, 2, 9 }
	};

	set_up(fixture, 2, true);
	add_addr(fixture, "10.1.2.3", 24);
	add_addr(fixture, "fd00::1", 64);
	assert_int_equal(
		netlink_tables_neigh_add(fixture->tables, &neigh, NLM_F_CREATE),
		0);
	assert_int_equal(netlink_tables_link_del(fixture->tables, 2), 0);
	assert_int_equal(count_routes(fixture, AF_INET, RT_TABLE_LOCAL), 0);
	assert_int_equal(count_routes(fixture, AF_INET6, RT_TABLE_MAIN), 0);
	assert_int_equal(
		netlink_tables_neigh_del(fixture->tables, &neigh), -ENOENT);
	assert_int_equal(netlink_tables_link_del(fixture->tables, 2), -ENODEV);
}

static void carrier(void **state)
{
	struct fixture *fixture = *state;
	const struct netlink_link *link =
		netlink_tables_link(fixture->tables, 2);

	set_up(fixture, 2, true);
	assert_true(link->flags & IFF_RUNNING);
	assert_int_equal(link->operstate, NETLINK_OPER_UP);
	netlink_tables_set_carrier(fixture->tables, 2, false);
	assert_false(link->flags & IFF_RUNNING);
	assert_true(link->flags & IFF_UP);
	assert_int_equal(link->operstate, NETLINK_OPER_DOWN);
	assert_int_equal(
		netlink_tables_set_carrier(fixture->tables, 9, true), -ENODEV);
}

static void name_taken(void **state)
{
	struct fixture *fixture = *state;
	struct netlink_link_change change = { .fields = NETLINK_LINK_NAME,
		.name = "lo" };
	struct netlink_link link = { .name = "v0" };

	assert_int_equal(
		netlink_tables_link_set(fixture->tables, 2, &change), -EEXIST);
	strcpy(change.name, "a b");
	assert_int_equal(
		netlink_tables_link_set(fixture->tables, 2, &change), -EINVAL);
	assert_int_equal(
		netlink_tables_link_add(fixture->tables, &link), -EEXIST);
	strcpy(link.name, "w0");
	link.index = 2;
	assert_int_equal(
		netlink_tables_link_add(fixture->tables, &link), -EEXIST);
}

static void apply_refuses(void **state)
{
	struct fixture *fixture = *state;
	const struct netlink_addr addr = addr_of("10.1.2.3", 24);
	const char *why = NULL;

	fixture->apply_error = -EXDEV;
	assert_int_equal(
		netlink_tables_ops.addr_add(fixture->tables, &addr, 0, &why),
		-EXDEV);
	assert_string_equal(why, "the stack says no");
	assert_int_equal(fixture->changed, 0);
	assert_null(netlink_tables_addr_of(
		fixture->tables, AF_INET, &addr.local, 0));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_new, fixture_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(connected_routes_follow_link),
		TEST(ipv6_goes_down_with_link),
		TEST(second_address_is_promoted),
		TEST(addr_add_twice),
		TEST(loopback_gets_addresses),
		TEST(longest_prefix_then_metric),
		TEST(route_add_impossible),
		TEST(refusing_routes),
		TEST(link_del_takes_all),
		TEST(carrier),
		TEST(name_taken),
		TEST(apply_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
