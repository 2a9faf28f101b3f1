/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* errors.c - what is refused, and how */
#include "lt.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

static void test_types(struct ioth *stack)
{
	FAILS(ioth_msocket(stack, AF_UNIX, SOCK_STREAM, 0), EAFNOSUPPORT);
	FAILS(ioth_msocket(stack, AF_BLUETOOTH, SOCK_RAW, 0), EAFNOSUPPORT);
	FAILS(ioth_msocket(stack, AF_INET, SOCK_SEQPACKET, 0), ESOCKTNOSUPPORT);
	FAILS(ioth_msocket(stack, AF_INET, SOCK_STREAM, IPPROTO_UDP),
		EPROTONOSUPPORT);
	FAILS(ioth_msocket(stack, AF_INET, SOCK_STREAM, IPPROTO_SCTP),
		EPROTONOSUPPORT);
	FAILS(ioth_msocket(stack, AF_INET, SOCK_DGRAM, IPPROTO_TCP),
		EPROTONOSUPPORT);
	FAILS(ioth_msocket(stack, AF_INET, SOCK_RAW, 0), EPROTONOSUPPORT);
	FAILS(ioth_msocket(stack, AF_NETLINK, SOCK_RAW, 31), EPROTONOSUPPORT);
	FAILS(ioth_msocket(stack, AF_NETLINK, SOCK_STREAM, 0), ESOCKTNOSUPPORT);
	FAILS(ioth_msocket(stack, AF_INET, 77, 0), EINVAL);
	CHECK(ioth_supported(stack, AF_INET6) == 1);
	CHECK(ioth_supported(stack, AF_UNIX) == 0);
}

static void test_addresses(struct ioth *stack)
{
	union lt_addr v4 = lt_addr("127.0.0.1", 40), v6 = lt_addr("::1", 40);
	int fd = lt_socket(stack, AF_INET, SOCK_STREAM, 0);
	int fd6 = lt_socket(stack, AF_INET6, SOCK_STREAM, 0);

	FAILS(ioth_bind(fd, &v6.sa, sizeof(v6.in6)), EAFNOSUPPORT);
	FAILS(ioth_bind(fd, &v4.sa, 8), EINVAL);
	FAILS(ioth_bind(fd6, &v4.sa, sizeof(v4.in)), EINVAL);
	FAILS(ioth_connect(fd, &v6.sa, sizeof(v6.in6)), EAFNOSUPPORT);
	v6 = lt_addr("fe80::1", 40);
	FAILS(ioth_connect(fd6, &v6.sa, sizeof(v6.in6)), EINVAL);
	CHECK(ioth_bind(fd, &v4.sa, sizeof(v4.in)) == 0);
	FAILS(ioth_bind(fd, &v4.sa, sizeof(v4.in)), EINVAL);
	FAILS(ioth_shutdown(fd, SHUT_WR), ENOTCONN);
	FAILS(ioth_accept(fd, NULL, NULL), EINVAL);
	close(fd);
	fd = lt_socket(stack, AF_INET, SOCK_DGRAM, 0);
	FAILS(ioth_listen(fd, 1), EOPNOTSUPP);
	close(fd);
	close(fd6);
}

/* No room for the checksum, as in Linux; and the stack lives on. */
static void test_raw(struct ioth *stack)
{
	int fd = lt_socket(stack, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	union lt_addr to = lt_addr("::1", 0);

	for (size_t size = 0; size < 4; size++)
		FAILS(ioth_sendto(
			      fd, "\200\0\0", size, 0, &to.sa, sizeof(to.in6)),
			EINVAL);
	CHECK(ioth_sendto(fd, "\200\0\0\0", 4, 0, &to.sa, sizeof(to.in6)) == 4);
	close(fd);
}

static void test_options(struct ioth *stack)
{
	int fd = lt_socket(stack, AF_INET, SOCK_STREAM, 0), one = 1;
	socklen_t size = sizeof(one);

	FAILS(ioth_setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &one, sizeof(one)),
		ENOPROTOOPT);
	FAILS(ioth_setsockopt(fd, SOL_SOCKET, 9999, &one, sizeof(one)),
		ENOPROTOOPT);
	FAILS(ioth_setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, 2), EINVAL);
	FAILS(ioth_setsockopt(fd, 9999, 1, &one, sizeof(one)), ENOPROTOOPT);
	FAILS(ioth_getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &one, &size),
		ENOPROTOOPT);
	FAILS(ioth_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "nix", 4),
		ENODEV);
	close(fd);
}

static void test_stacks(void)
{
	FAILS(ioth_newstack("lwip,what", NULL) ? 0 : -1, EINVAL);
	CHECK(strstr(ioth_errmsg(), "unknown option"));
	FAILS(ioth_newstack("lwip", "vde:///tmp/there/is/none") ? 0 : -1,
		ENOENT);
	CHECK(*ioth_errmsg());
	FAILS(ioth_newstack("lwip", "averyverylongname0:vde:///tmp/x") ? 0 : -1,
		EINVAL);
	FAILS(ioth_newstack("lwip", "nothing://x") ? 0 : -1, EPROTONOSUPPORT);
}

void errors_run(void)
{
	struct ioth *stack = lt_stack("lwip", NULL, 0);

	test_types(stack);
	test_addresses(stack);
	test_raw(stack);
	test_options(stack);
	lt_delete(stack);
	test_stacks();
}
