/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions of libioth (ioth_linksetupdown, ...) ask the server. */
#include "support_netlink_test.h"

#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libioth_test.h"

/* A socket is an end of a pair; the server answers into the other one. */
static struct {
	struct fixture *fixture;
	int other;
} peer;

static int peer_socket(int domain, int type, int protocol)
{
	int ends[2];

	assert_int_equal(domain, AF_NETLINK);
	if (netlink_socket_init(&peer.fixture->socket, protocol, true)) {
		errno = EPROTONOSUPPORT;
		return -1;
	}
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | (type & ~0xf), 0, ends),
		0);
	peer.fixture->socket.port = 4711;
	peer.other = ends[1];
	return ends[0];
}

static int peer_close(int fd)
{
	close(peer.other);
	return close(fd);
}

static int answer(void *ctx, const void *bytes, size_t size)
{
	(void)ctx;
	return send(peer.other, bytes, size, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static ssize_t peer_sendto(int fd, const void *buf, size_t len, int flags,
	const struct sockaddr *to, socklen_t tolen)
{
	(void)fd;
	(void)flags;
	(void)to;
	assert_int_equal(tolen, sizeof(struct sockaddr_nl));
	assert_int_equal(netlink_server_receive(peer.fixture->server,
				 &peer.fixture->socket, buf, len, answer, NULL),
		0);
	return (ssize_t)len;
}

static ssize_t peer_recv(int fd, void *buf, size_t len, int flags)
{
	return recv(fd, buf, len, flags);
}

static const struct ioth_functions peer_functions = {
	.socket = peer_socket,
	.close = peer_close,
	.sendto = peer_sendto,
	.recv = peer_recv,
};

static struct ioth *stack;

static int setup(void **state)
{
	fixture_new(state);
	peer.fixture = *state;
	stack = new_mock(&peer_functions);
	return 0;
}

static int teardown(void **state)
{
	assert_int_equal(ioth_delstack(stack), 0);
	return fixture_free(state);
}

static void links(void **state)
{
	struct fixture *fixture = *state;
	unsigned char mac[6] = { 2, 0, 0, 0, 0, 9 }, got[6];

	assert_int_equal(ioth_if_nametoindex(stack, "v0"), 2);
	assert_errno(ioth_if_nametoindex(stack, "nope"), ENODEV);
	assert_int_equal(ioth_linksetupdown(stack, 2, 1), 0);
	assert_true(netlink_tables_link(fixture->tables, 2)->flags & IFF_UP);
	assert_int_equal(ioth_linksetupdown(stack, 2, 0), 0);
	assert_errno(ioth_linksetupdown(stack, 9, 1), ENODEV);
	assert_int_equal(ioth_linksetaddr(stack, 2, mac), 0);
	assert_int_equal(ioth_linkgetaddr(stack, 2, got), 0);
	assert_memory_equal(mac, got, sizeof(mac));
	assert_int_equal(ioth_linksetmtu(stack, 2, 1400), 0);
	assert_errno(ioth_linksetmtu(stack, 2, 40), EINVAL);
}

static void iplink(void **state)
{
	struct fixture *fixture = *state;
	const struct netlink_link *link;

	assert_int_equal(
		ioth_iplink_add(stack, "e0", -1, "vde", "vde:///tmp/x"), 0);
	link = netlink_tables_link_named(fixture->tables, "e0");
	assert_string_equal(link->vnl, "vde:///tmp/x");
	assert_string_equal(link->kind, "vde");
	assert_errno(ioth_iplink_add(stack, "e0", -1, "vde", "vde://"), EEXIST);
	assert_errno(ioth_iplink_add(stack, "e1", -1, "foo", NULL), EOPNOTSUPP);
	assert_int_equal(ioth_iplink_del(stack, "e0", 0), 0);
	assert_errno(ioth_iplink_del(stack, "e0", 0), ENODEV);
}

static void addresses_and_routes(void **state)
{
	struct in_addr addr = { htonl(0x0a010203) };
	struct in_addr gateway = { htonl(0x0a010201) };
	struct in6_addr addr6 = { { { 0xfd, [15] = 1 } } };

	(void)state;
	ioth_linksetupdown(stack, 2, 1);
	assert_int_equal(ioth_ipaddr_add(stack, AF_INET, &addr, 24, 2), 0);
	assert_errno(ioth_ipaddr_add(stack, AF_INET, &addr, 24, 2), EEXIST);
	assert_int_equal(ioth_ipaddr_add(stack, AF_INET6, &addr6, 64, 2), 0);
	assert_int_equal(
		ioth_iproute_add(stack, AF_INET, NULL, 0, &gateway, 0), 0);
	assert_errno(
		ioth_iproute_add(stack, AF_INET, NULL, 0, &gateway, 0), EEXIST);
	assert_int_equal(
		ioth_iproute_del(stack, AF_INET, NULL, 0, &gateway, 0), 0);
	assert_errno(
		ioth_iproute_del(stack, AF_INET, NULL, 0, &gateway, 0), ESRCH);
	assert_int_equal(ioth_ipaddr_del(stack, AF_INET, &addr, 24, 2), 0);
	assert_errno(
		ioth_ipaddr_del(stack, AF_INET, &addr, 24, 2), EADDRNOTAVAIL);
	assert_int_equal(ioth_ipaddr_del(stack, AF_INET6, &addr6, 64, 2), 0);
}

static void getifaddrs_of_stack(void **state)
{
	static const int families[] = { AF_PACKET, AF_PACKET, AF_INET, AF_INET,
		AF_INET6, AF_INET6 };
	static const char *const names[] = { "lo", "v0", "lo", "v0", "lo",
		"v0" };
	struct ifaddrs *first;
	size_t i = 0;

	set_up(*state, 1, true);
	set_up(*state, 2, true);
	add_addr(*state, "10.1.2.3", 24);
	add_addr(*state, "fd00::1", 64);
	assert_int_equal(ioth_getifaddrs(stack, &first), 0);
	for (struct ifaddrs *ifa = first; ifa; ifa = ifa->ifa_next, i++) {
		assert_true(i < 6);
		assert_int_equal(ifa->ifa_addr->sa_family, families[i]);
		assert_string_equal(ifa->ifa_name, names[i]);
	}
	assert_int_equal(i, 6);
	ioth_freeifaddrs(first);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(links),
		TEST(iplink),
		TEST(addresses_and_routes),
		TEST(getifaddrs_of_stack),
	};

	use_test_plugins();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
