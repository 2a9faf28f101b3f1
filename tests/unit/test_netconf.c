/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interfaces, addresses, routes: against the kernel in a network name space of
 * the test's own, and against a peer that answers what the test wants.
 */
#include "libioth_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ioth/linkservice.h"

/* --- hardware addresses --------------------------------------------------- */

static void ntomac_and_back(void **state)
{
	unsigned char mac[6];
	char text[MAC_ADDRSTRLEN];

	(void)state;
	assert_int_equal(ioth_macton("02:0:00:aB:Cd:ff", mac), 1);
	assert_string_equal(
		ioth_ntomac(mac, text, sizeof(text)), "02:00:00:ab:cd:ff");
	errno = 0;
	assert_null(ioth_ntomac(mac, text, sizeof(text) - 1));
	assert_int_equal(errno, ENOSPC);
}

static void macton_malformed(void **state)
{
	static const char *const malformed[] = { "", "02", "02:00:00:00:00",
		"02:00:00:00:00:00:00", "02:00:00:00:00:00 ", "02:00::00:00:00",
		"02:000:00:00:00:00", "g2:00:00:00:00:00", "02-00-00-00-00-00",
		"+2:00:00:00:00:00" };
	unsigned char mac[6];

	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(*malformed); i++)
		assert_int_equal(ioth_macton(malformed[i], mac), 0);
}

/* --- a peer of the test --------------------------------------------------- */

static struct {
	char request[8192]; /* the last one */
	uint32_t port;	    /* that it was sent to */
	int protocol;	    /* of the last socket */
	int route_error;    /* answers of NETLINK_ROUTE */
	int service_error;  /* and of the link service: 0 or negative, or */
	int sendto_errno;   /* nobody listens there: positive */
} peer;

static int peer_socket(int domain, int type, int protocol)
{
	assert_int_equal(domain, AF_NETLINK);
	assert_int_equal(type & 0xf, SOCK_RAW);
	peer.protocol = protocol;
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static ssize_t peer_sendto(int fd, const void *buf, size_t len, int flags,
	const struct sockaddr *to, socklen_t tolen)
{
	(void)fd;
	(void)flags;
	assert_int_equal(tolen, sizeof(struct sockaddr_nl));
	assert_true(len <= sizeof(peer.request));
	peer.port = ((const struct sockaddr_nl *)to)->nl_pid;
	if (peer.port && peer.sendto_errno) {
		errno = peer.sendto_errno;
		return -1;
	}
	memcpy(peer.request, buf, len);
	return (ssize_t)len;
}

static const struct nlmsghdr *request(void)
{
	return (const struct nlmsghdr *)peer.request;
}

static ssize_t peer_recv(int fd, void *buf, size_t len, int flags)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} answer = {
		.header = { .nlmsg_len = sizeof(answer),
			.nlmsg_type = NLMSG_ERROR,
			.nlmsg_seq = request()->nlmsg_seq },
		.error = { .error = peer.port ? peer.service_error
					      : peer.route_error,
			.msg = *request() },
	};

	(void)fd;
	(void)flags;
	assert_true(len >= sizeof(answer));
	memcpy(buf, &answer, sizeof(answer));
	return sizeof(answer);
}

static const struct ioth_functions peer_functions = {
	.socket = peer_socket,
	.sendto = peer_sendto,
	.recv = peer_recv,
};

static int make_peer(void **state)
{
	memset(&peer, 0, sizeof(peer));
	*state = new_mock(&peer_functions);
	return 0;
}

/* No function has left a socket open. */
static int unmake_peer(void **state)
{
	return ioth_delstack(*state);
}

static void all_peer_error(void **state)
{
	struct ioth *stack = *state;
	struct ifaddrs *ifa;
	struct in6_addr addr = { 0 };
	unsigned char mac[6] = { 0 };

	peer.route_error = -EXDEV;
	assert_errno(ioth_getifaddrs(stack, &ifa), EXDEV);
	assert_errno(ioth_if_nametoindex(stack, "x"), EXDEV);
	assert_errno(ioth_linksetupdown(stack, 1, 1), EXDEV);
	assert_errno(ioth_ipaddr_add(stack, AF_INET, &addr, 8, 1), EXDEV);
	assert_errno(ioth_ipaddr_del(stack, AF_INET6, &addr, 8, 1), EXDEV);
	assert_errno(
		ioth_iproute_add(stack, AF_INET, &addr, 8, &addr, 1), EXDEV);
	assert_errno(
		ioth_iproute_del(stack, AF_INET, NULL, 0, &addr, 1), EXDEV);
	assert_errno(ioth_iplink_add(stack, "x", 0, "vde", "y://"), EXDEV);
	assert_errno(ioth_iplink_del(stack, "x", 0), EXDEV);
	assert_errno(ioth_linksetaddr(stack, 1, mac), EXDEV);
	assert_errno(ioth_linkgetaddr(stack, 1, mac), EXDEV);
	assert_errno(ioth_linksetmtu(stack, 1, 1500), EXDEV);
}

static void ipaddr_bad_arguments(void **state)
{
	struct in6_addr addr = { 0 };

	assert_errno(
		ioth_ipaddr_add(*state, AF_UNIX, &addr, 8, 1), EAFNOSUPPORT);
	assert_errno(ioth_ipaddr_add(*state, AF_INET, &addr, 33, 1), EINVAL);
	assert_errno(ioth_ipaddr_add(*state, AF_INET6, &addr, 129, 1), EINVAL);
	assert_errno(ioth_ipaddr_add(*state, AF_INET, &addr, -1, 1), EINVAL);
	assert_errno(ioth_ipaddr_add(*state, AF_INET, NULL, 8, 1), EINVAL);
	assert_errno(
		ioth_iproute_add(*state, AF_INET, &addr, 33, NULL, 1), EINVAL);
	assert_errno(
		ioth_if_nametoindex(*state, "a-name-far-too-long"), EINVAL);
	assert_errno(ioth_if_nametoindex(*state, NULL), EINVAL);
	assert_errno(ioth_iplink_add(*state, "x", 0, NULL, NULL), EINVAL);
}

/* The payload of the first attribute of @type in [@at, @end). */
static const char *attribute(
	const char *at, const char *end, int type, const char **attr_end)
{
	while (at + sizeof(struct nlattr) <= end) {
		const struct nlattr *attr = (const struct nlattr *)at;

		*attr_end = at + attr->nla_len;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return at + NLA_HDRLEN;
		at += NLA_ALIGN(attr->nla_len);
	}
	fail();
	return NULL;
}

static void assert_vde_request(void)
{
	const char *at = peer.request + NLMSG_LENGTH(sizeof(struct ifinfomsg));
	const char *end = peer.request + request()->nlmsg_len;
	const char *attr_end;

	assert_int_equal(request()->nlmsg_type, RTM_NEWLINK);
	assert_int_equal(request()->nlmsg_flags,
		NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	assert_string_equal(attribute(at, end, IFLA_IFNAME, &attr_end), "v0");
	at = attribute(at, end, IFLA_LINKINFO, &end);
	assert_string_equal(
		attribute(at, end, IFLA_INFO_KIND, &attr_end), "vde");
	at = attribute(at, end, IFLA_INFO_DATA, &end);
	assert_string_equal(
		attribute(at, end, IOTH_LINKDATA_VNL, &attr_end), "vde:///x");
}

static void iplink_add_by_service(void **state)
{
	peer.route_error = -EOPNOTSUPP;
	assert_int_equal(
		ioth_iplink_add(*state, "v0", -1, "vde", "vde:///x"), 0);
	assert_int_equal(peer.protocol, NETLINK_USERSOCK);
	assert_int_equal(peer.port, IOTH_LINKSERVICE_PORT);
	assert_vde_request();
	peer.service_error = -ENOENT;
	assert_errno(
		ioth_iplink_add(*state, "v0", -1, "vde", "vde:///x"), ENOENT);
}

static void iplink_add_without_service(void **state)
{
	peer.route_error = -EOPNOTSUPP;
	peer.sendto_errno = ECONNREFUSED;
	assert_errno(ioth_iplink_add(*state, "v0", -1, "vde", "vde:///x"),
		EOPNOTSUPP);
}

static void iplink_add_by_stack(void **state)
{
	assert_int_equal(
		ioth_iplink_add(*state, "v0", -1, "vde", "vde:///x"), 0);
	assert_int_equal(peer.protocol, NETLINK_ROUTE);
	assert_vde_request();
}

static void iplink_add_too_long(void **state)
{
	char *locator = calloc(1, 10000);

	memset(locator, 'x', 9999);
	assert_errno(
		ioth_iplink_add(*state, "v0", 0, "vde", locator), EMSGSIZE);
	free(locator);
}

/* --- the kernel ----------------------------------------------------------- */

static bool same_address(const struct sockaddr *a, const struct sockaddr *b)
{
	static const size_t sizes[] = {
		[AF_INET] = sizeof(struct sockaddr_in),
		[AF_INET6] = sizeof(struct sockaddr_in6),
		[AF_PACKET] = sizeof(struct sockaddr_ll),
	};

	if (!a || !b)
		return a == b;
	return a->sa_family == b->sa_family &&
	       memcmp(a, b, sizes[a->sa_family]) == 0;
}

static void getifaddrs_like_glibc(void **state)
{
	struct ifaddrs *ours, *glibcs, *a, *b;

	(void)state;
	assert_int_equal(ioth_getifaddrs(NULL, &ours), 0);
	assert_int_equal(getifaddrs(&glibcs), 0);
	for (a = ours, b = glibcs; a && b; a = a->ifa_next, b = b->ifa_next) {
		assert_string_equal(a->ifa_name, b->ifa_name);
		assert_int_equal(a->ifa_flags, b->ifa_flags);
		assert_true(same_address(a->ifa_addr, b->ifa_addr));
		assert_true(same_address(a->ifa_netmask, b->ifa_netmask));
		assert_true(same_address(a->ifa_broadaddr, b->ifa_broadaddr));
		assert_int_equal(!a->ifa_data, !b->ifa_data);
	}
	assert_null(a);
	assert_null(b);
	ioth_freeifaddrs(ours);
	freeifaddrs(glibcs);
}

/* A network name space in which the test may do what it wants. */
static bool own_network(void)
{
	return unshare(CLONE_NEWNET) == 0 || own_user_space(CLONE_NEWNET);
}

static int enter_network(void **state)
{
	static bool entered;

	if (!entered)
		entered = own_network();
	*state = &entered;
	return 0;
}

#define skip_unless_own(state)                                                 \
	do {                                                                   \
		if (!*(bool *)*(state))                                        \
			skip();                                                \
	} while (0)

/* Is @text among the addresses of getifaddrs? */
static bool has_address(int family, const void *addr, size_t size)
{
	struct ifaddrs *first;
	bool found = false;

	assert_int_equal(ioth_getifaddrs(NULL, &first), 0);
	for (struct ifaddrs *ifa = first; ifa; ifa = ifa->ifa_next) {
		const void *bytes;

		if (!ifa->ifa_addr || ifa->ifa_addr->sa_family != family)
			continue;
		bytes = family == AF_INET
				? (void *)&((struct sockaddr_in *)ifa->ifa_addr)
					  ->sin_addr
				: (void *)&(
					  (struct sockaddr_in6 *)ifa->ifa_addr)
					  ->sin6_addr;
		found = found || memcmp(bytes, addr, size) == 0;
	}
	ioth_freeifaddrs(first);
	return found;
}

static void linksetupdown_lo(void **state)
{
	struct in_addr loopback = { htonl(INADDR_LOOPBACK) };
	int lo;

	skip_unless_own(state);
	lo = nlinline_if_nametoindex("lo");
	assert_int_equal(lo, 1);
	assert_false(has_address(AF_INET, &loopback, sizeof(loopback)));
	assert_int_equal(nlinline_linksetupdown(lo, 1), 0);
	assert_true(has_address(AF_INET, &loopback, sizeof(loopback)));
	getifaddrs_like_glibc(state);
	assert_errno(nlinline_linksetupdown(77, 1), ENODEV);
	assert_errno(nlinline_if_nametoindex("nosuch"), ENODEV);
}

static void ipaddr_added_and_deleted(void **state)
{
	struct in_addr v4 = { htonl(0x0a000001) };
	struct in6_addr v6;

	skip_unless_own(state);
	inet_pton(AF_INET6, "fd00::1", &v6);
	assert_int_equal(nlinline_ipaddr_add(AF_INET, &v4, 24, 1), 0);
	assert_errno(nlinline_ipaddr_add(AF_INET, &v4, 24, 1), EEXIST);
	assert_true(has_address(AF_INET, &v4, sizeof(v4)));
	assert_int_equal(nlinline_ipaddr_add(AF_INET6, &v6, 64, 1), 0);
	assert_true(has_address(AF_INET6, &v6, sizeof(v6)));
	getifaddrs_like_glibc(state);
	assert_int_equal(nlinline_ipaddr_del(AF_INET, &v4, 24, 1), 0);
	assert_false(has_address(AF_INET, &v4, sizeof(v4)));
	assert_errno(nlinline_ipaddr_del(AF_INET, &v4, 24, 1), EADDRNOTAVAIL);
	assert_int_equal(nlinline_ipaddr_del(AF_INET6, &v6, 64, 1), 0);
	assert_false(has_address(AF_INET6, &v6, sizeof(v6)));
}

static void iproute_added_and_deleted(void **state)
{
	struct in_addr own = { htonl(0x0a000001) };
	struct in_addr gw = { htonl(0x0a000002) };
	struct in_addr net = { htonl(0x0b000000) };
	struct in6_addr net6;

	skip_unless_own(state);
	inet_pton(AF_INET6, "fd01::", &net6);
	nlinline_linksetupdown(1, 1);
	assert_int_equal(nlinline_ipaddr_add(AF_INET, &own, 24, 1), 0);
	assert_int_equal(nlinline_iproute_add(AF_INET, &net, 8, &gw, 0), 0);
	assert_errno(nlinline_iproute_add(AF_INET, &net, 8, &gw, 0), EEXIST);
	assert_int_equal(nlinline_iproute_add(AF_INET, NULL, 0, &gw, 1), 0);
	assert_int_equal(nlinline_iproute_del(AF_INET, &net, 8, &gw, 0), 0);
	assert_errno(nlinline_iproute_del(AF_INET, &net, 8, &gw, 0), ESRCH);
	assert_int_equal(nlinline_iproute_del(AF_INET, NULL, 0, &gw, 0), 0);
	assert_int_equal(nlinline_iproute_add(AF_INET6, &net6, 64, NULL, 1), 0);
	assert_int_equal(nlinline_iproute_del(AF_INET6, &net6, 64, NULL, 1), 0);
	assert_int_equal(nlinline_ipaddr_del(AF_INET, &own, 24, 1), 0);
}

static void link_added_and_deleted(void **state)
{
	unsigned char mac[6] = { 2, 0, 0, 0, 0, 1 }, got[6];
	int ifindex;

	skip_unless_own(state);
	/* A type that does not need a second interface or data. */
	if (nlinline_iplink_add("d0", 9, "dummy", NULL) < 0 &&
		nlinline_iplink_add("d0", 9, "veth", NULL) < 0)
		skip();
	ifindex = nlinline_if_nametoindex("d0");
	assert_int_equal(ifindex, 9);
	assert_int_equal(nlinline_linksetaddr(ifindex, mac), 0);
	assert_int_equal(nlinline_linkgetaddr(ifindex, got), 0);
	assert_memory_equal(got, mac, 6);
	assert_int_equal(nlinline_linksetmtu(ifindex, 1400), 0);
	getifaddrs_like_glibc(state);
	assert_int_equal(nlinline_iplink_del("d0", 0), 0);
	assert_errno(nlinline_iplink_del("d0", 0), ENODEV);
	assert_errno(nlinline_iplink_del(NULL, ifindex), ENODEV);
}

static void iplink_add_type_unknown(void **state)
{
	skip_unless_own(state);
	assert_errno(
		nlinline_iplink_add("v0", -1, "vde", "vde:///x"), EOPNOTSUPP);
}

#define peer_test(name)                                                        \
	cmocka_unit_test_setup_teardown(name, make_peer, unmake_peer)
#define network_test(name) cmocka_unit_test_setup(name, enter_network)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ntomac_and_back),
		cmocka_unit_test(macton_malformed),
		peer_test(all_peer_error),
		peer_test(ipaddr_bad_arguments),
		peer_test(iplink_add_by_service),
		peer_test(iplink_add_without_service),
		peer_test(iplink_add_by_stack),
		peer_test(iplink_add_too_long),
		cmocka_unit_test(getifaddrs_like_glibc),
		network_test(linksetupdown_lo),
		network_test(ipaddr_added_and_deleted),
		network_test(iproute_added_and_deleted),
		network_test(link_added_and_deleted),
		network_test(iplink_add_type_unknown),
	};

	use_test_plugins();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
