/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a netlink socket remembers. */
#include "support_netlink_test.h"

static void init_protocols(void **state)
{
	struct netlink_socket socket;

	(void)state;
	assert_int_equal(netlink_socket_init(&socket, NETLINK_ROUTE, true), 0);
	assert_int_equal(
		netlink_socket_init(&socket, NETLINK_SOCK_DIAG, true), 0);
	assert_int_equal(netlink_socket_init(&socket, NETLINK_GENERIC, true),
		-EPROTONOSUPPORT);
}

static void bind_and_name(void **state)
{
	struct sockaddr_nl name = { .nl_family = AF_NETLINK,
		.nl_groups = 1 << (RTNLGRP_LINK - 1) };
	const struct sockaddr *addr = (const void *)&name;
	struct netlink_socket socket;

	(void)state;
	netlink_socket_init(&socket, NETLINK_ROUTE, true);
	assert_int_equal(netlink_socket_bind(&socket, addr, 4, 9), -EINVAL);
	assert_int_equal(
		netlink_socket_bind(&socket, addr, sizeof(name), 9), 0);
	assert_int_equal(socket.port, 9);
	assert_true(netlink_socket_hears(&socket, RTNLGRP_LINK));
	assert_false(netlink_socket_hears(&socket, RTNLGRP_NEIGH));
	name.nl_pid = 10;
	assert_int_equal(
		netlink_socket_bind(&socket, addr, sizeof(name), 9), -EINVAL);
	memset(&name, 0, sizeof(name));
	netlink_socket_name(&socket, &name);
	assert_int_equal(name.nl_pid, 9);
	assert_int_equal(name.nl_groups, 1);
}

static void options(void **state)
{
	static const int names[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK,
		NETLINK_GET_STRICT_CHK, NETLINK_PKTINFO, NETLINK_NO_ENOBUFS };
	struct netlink_socket socket;
	int on = 1, got;
	socklen_t size;

	(void)state;
	netlink_socket_init(&socket, NETLINK_ROUTE, true);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size = sizeof(got);
		assert_int_equal(netlink_socket_setopt(
					 &socket, names[i], &on, sizeof(on)),
			0);
		assert_int_equal(
			netlink_socket_getopt(&socket, names[i], &got, &size),
			0);
		assert_int_equal(got, 1);
	}
	size = 2;
	assert_int_equal(
		netlink_socket_getopt(&socket, NETLINK_EXT_ACK, &got, &size),
		-EINVAL);
	assert_int_equal(netlink_socket_setopt(&socket, 99, &on, sizeof(on)),
		-ENOPROTOOPT);
}

static void memberships(void **state)
{
	struct netlink_socket socket;
	int group = RTNLGRP_IPV6_ROUTE;
	uint64_t groups = 0;
	socklen_t size = sizeof(groups);

	(void)state;
	netlink_socket_init(&socket, NETLINK_ROUTE, true);
	assert_int_equal(netlink_socket_setopt(&socket, NETLINK_ADD_MEMBERSHIP,
				 &group, sizeof(group)),
		0);
	assert_true(netlink_socket_hears(&socket, RTNLGRP_IPV6_ROUTE));
	assert_int_equal(netlink_socket_getopt(&socket,
				 NETLINK_LIST_MEMBERSHIPS, &groups, &size),
		0);
	assert_int_equal(groups, 1 << (RTNLGRP_IPV6_ROUTE - 1));
	assert_int_equal(netlink_socket_setopt(&socket, NETLINK_DROP_MEMBERSHIP,
				 &group, sizeof(group)),
		0);
	assert_int_equal(socket.groups, 0);
	group = 0;
	assert_int_equal(netlink_socket_setopt(&socket, NETLINK_ADD_MEMBERSHIP,
				 &group, sizeof(group)),
		-EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_protocols),
		cmocka_unit_test(bind_and_name),
		cmocka_unit_test(options),
		cmocka_unit_test(memberships),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
