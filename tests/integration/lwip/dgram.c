/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dgram.c - UDP, raw sockets and ping between two stacks */
#include "lt.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/icmp6.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int udp(struct ioth *stack, const char *ip, unsigned port)
{
	union lt_addr addr = lt_addr(ip, port);
	int fd = lt_socket(stack, addr.sa.sa_family, SOCK_DGRAM, 0);

	CHECK(ioth_bind(fd, &addr.sa, lt_size(&addr)) == 0);
	return fd;
}

static size_t receive(int fd, char *buf, size_t size, union lt_addr *from)
{
	socklen_t len = sizeof(*from);
	ssize_t n;

	CHECK(lt_poll(fd, POLLIN, 5000) == POLLIN);
	n = ioth_recvfrom(fd, buf, size, 0, &from->sa, &len);
	CHECK(n >= 0 && len == lt_size(from));
	return (size_t)n;
}

static void test_unconnected(struct ioth *stack[2], const char *ip)
{
	union lt_addr to = lt_addr(ip, 30), from;
	int server = udp(stack[0], ip, 30), n;
	int client = lt_socket(stack[1], to.sa.sa_family, SOCK_DGRAM, 0);
	char buf[16];

	CHECK(ioth_sendto(client, "one", 3, 0, &to.sa, lt_size(&to)) == 3);
	CHECK(ioth_sendto(client, "three", 5, 0, &to.sa, lt_size(&to)) == 5);
	CHECK(ioth_sendto(client, "", 0, 0, &to.sa, lt_size(&to)) == 0);
	CHECK(lt_poll(server, POLLIN, 5000) == POLLIN);
	CHECK(ioth_ioctl(server, FIONREAD, &n) == 0 && n == 3);
	CHECK(receive(server, buf, sizeof(buf), &from) == 3);
	CHECK(receive(server, buf, 2, &from) == 2); /* the rest is dropped */
	CHECK(receive(server, buf, sizeof(buf), &from) == 0);
	CHECK(ioth_sendto(server, "re", 2, 0, &from.sa, lt_size(&from)) == 2);
	CHECK(receive(client, buf, sizeof(buf), &from) == 2);
	CHECK(lt_port(&from) == 30);
	close(server);
	close(client);
}

static void test_connected(struct ioth *stack[2], const char *ip)
{
	union lt_addr to = lt_addr(ip, 31), from, name;
	int server = udp(stack[0], ip, 31);
	int client = lt_socket(stack[1], to.sa.sa_family, SOCK_DGRAM, 0);
	socklen_t size = sizeof(name);
	char buf[16];

	FAILS(ioth_getpeername(client, &name.sa, &size), ENOTCONN);
	CHECK(ioth_connect(client, &to.sa, lt_size(&to)) == 0);
	size = sizeof(name);
	CHECK(ioth_getsockname(client, &name.sa, &size) == 0);
	CHECK(lt_port(&name) != 0);
	CHECK(write(client, "plain", 5) == 5);
	CHECK(receive(server, buf, sizeof(buf), &from) == 5);
	CHECK(!memcmp(&name.in6.sin6_addr, &from.in6.sin6_addr,
		name.sa.sa_family == AF_INET6 ? 16 : 0));
	CHECK(ioth_sendto(server, "back", 4, 0, &from.sa, lt_size(&from)) == 4);
	CHECK(lt_poll(client, POLLIN, 5000) == POLLIN);
	CHECK(read(client, buf, sizeof(buf)) == 4 && !memcmp(buf, "back", 4));
	CHECK(ioth_sendto(server, "back", 4, 0, &from.sa, lt_size(&from)) == 4);
	CHECK(receive(client, buf, sizeof(buf), &from) == 4);
	CHECK(lt_port(&from) == 31);
	close(server);
	close(client);
}

static void test_large(struct ioth *stack[2])
{
	static char out[60000], in[65536];
	union lt_addr to = lt_addr("10.0.0.1", 32), from;
	int server = udp(stack[0], "10.0.0.1", 32);
	int client = lt_socket(stack[1], AF_INET, SOCK_DGRAM, 0);

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 >> 3);
	/* lwIP takes ten fragments of a datagram */
	CHECK(ioth_sendto(client, out, 9000, 0, &to.sa, sizeof(to.in)) == 9000);
	CHECK(receive(server, in, sizeof(in), &from) == 9000);
	CHECK(!memcmp(in, out, 9000));
	FAILS(ioth_sendto(client, in, 65508, 0, &to.sa, sizeof(to.in)),
		EMSGSIZE);
	close(server);
	close(client);
}

static void test_mapped(struct ioth *stack[2])
{
	union lt_addr to = lt_addr("10.0.0.1", 33), from;
	int server = udp(stack[0], "::", 33);
	int client = lt_socket(stack[1], AF_INET, SOCK_DGRAM, 0);
	char buf[16];

	CHECK(ioth_sendto(client, "v4", 2, 0, &to.sa, sizeof(to.in)) == 2);
	CHECK(receive(server, buf, sizeof(buf), &from) == 2);
	CHECK(from.sa.sa_family == AF_INET6);
	CHECK(IN6_IS_ADDR_V4MAPPED(&from.in6.sin6_addr));
	CHECK(ioth_sendto(server, "re", 2, 0, &from.sa, sizeof(from.in6)) == 2);
	CHECK(receive(client, buf, sizeof(buf), &from) == 2);
	CHECK(from.sa.sa_family == AF_INET);
	close(server);
	close(client);
}

static void test_broadcast(struct ioth *stack[2])
{
	union lt_addr to = lt_addr("10.0.0.255", 34), from;
	int server = udp(stack[0], "0.0.0.0", 34), one = 1;
	int client = lt_socket(stack[1], AF_INET, SOCK_DGRAM, 0);
	char buf[16];

	FAILS(ioth_sendto(client, "all", 3, 0, &to.sa, sizeof(to.in)), EACCES);
	CHECK(ioth_setsockopt(client, SOL_SOCKET, SO_BROADCAST, &one,
		      sizeof(one)) == 0);
	CHECK(ioth_sendto(client, "all", 3, 0, &to.sa, sizeof(to.in)) == 3);
	CHECK(receive(server, buf, sizeof(buf), &from) == 3);
	close(server);
	close(client);
}

static void test_multicast(struct ioth *stack[2])
{
	union lt_addr to = lt_addr("239.1.2.3", 35), from;
	int server = udp(stack[0], "0.0.0.0", 35);
	int client = lt_socket(stack[1], AF_INET, SOCK_DGRAM, 0);
	struct ip_mreqn mreq = { .imr_multiaddr = to.in.sin_addr,
		.imr_ifindex = 2 };
	char buf[16];

	CHECK(ioth_setsockopt(client, IPPROTO_IP, IP_MULTICAST_IF, &mreq,
		      sizeof(mreq)) == 0);
	CHECK(ioth_sendto(client, "lost", 4, 0, &to.sa, sizeof(to.in)) == 4);
	CHECK(lt_poll(server, POLLIN, 100) == 0);
	CHECK(ioth_setsockopt(server, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq,
		      sizeof(mreq)) == 0);
	FAILS(ioth_setsockopt(server, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq,
		      sizeof(mreq)),
		EADDRINUSE);
	CHECK(ioth_sendto(client, "group", 5, 0, &to.sa, sizeof(to.in)) == 5);
	CHECK(receive(server, buf, sizeof(buf), &from) == 5);
	CHECK(ioth_setsockopt(server, IPPROTO_IP, IP_DROP_MEMBERSHIP, &mreq,
		      sizeof(mreq)) == 0);
	close(server);
	close(client);
}

static void test_pktinfo(struct ioth *stack[2])
{
	union lt_addr to = lt_addr("10.0.0.1", 36), from;
	int server = udp(stack[0], "0.0.0.0", 36), one = 1;
	int client = lt_socket(stack[1], AF_INET, SOCK_DGRAM, 0);
	char buf[16], control[256];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { &from, sizeof(from), &iov, 1, control,
		sizeof(control), 0 };
	struct in_pktinfo info;

	CHECK(ioth_setsockopt(
		      server, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one)) == 0);
	CHECK(ioth_sendto(client, "i", 1, 0, &to.sa, sizeof(to.in)) == 1);
	CHECK(lt_poll(server, POLLIN, 5000) == POLLIN);
	CHECK(ioth_recvmsg(server, &msg, 0) == 1);
	CHECK(CMSG_FIRSTHDR(&msg) &&
		CMSG_FIRSTHDR(&msg)->cmsg_type == IP_PKTINFO);
	memcpy(&info, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(info));
	CHECK(info.ipi_ifindex == 2);
	CHECK(info.ipi_addr.s_addr == to.in.sin_addr.s_addr);
	close(server);
	close(client);
}

/* Control data that is shorter than its header says. */
static void test_lying_control(struct ioth *stack)
{
	union lt_addr to = lt_addr("10.0.0.2", 38);
	struct cmsghdr cmsg = { .cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo)),
		.cmsg_level = IPPROTO_IP,
		.cmsg_type = IP_PKTINFO };
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { &to, sizeof(to.in), &iov, 1, &cmsg, sizeof(cmsg),
		0 };
	int fd = lt_socket(stack, AF_INET, SOCK_DGRAM, 0);

	FAILS(ioth_sendmsg(fd, &msg, 0), EINVAL);
	cmsg.cmsg_len = sizeof(cmsg);
	CHECK(ioth_sendmsg(fd, &msg, 0) == 1);
	close(fd);
}

static void test_errors(struct ioth *stack)
{
	union lt_addr far = lt_addr("192.0.2.1", 37);
	int fd = lt_socket(stack, AF_INET, SOCK_DGRAM, 0);

	FAILS(ioth_sendto(fd, "x", 1, 0, &far.sa, sizeof(far.in)), ENETUNREACH);
	FAILS(ioth_connect(fd, &far.sa, sizeof(far.in)), ENETUNREACH);
	FAILS(ioth_connect(fd, &far.sa, 4), EINVAL);
	far = lt_addr("10.0.0.77", 37);
	FAILS(ioth_bind(fd, &far.sa, sizeof(far.in)), EADDRNOTAVAIL);
	close(fd);
}

void dgram_run(void)
{
	struct ioth *stack[2];

	lt_pair(stack);
	test_unconnected(stack, "10.0.0.1");
	test_connected(stack, "10.0.0.1");
	test_large(stack);
	test_mapped(stack);
	test_broadcast(stack);
	test_multicast(stack);
	test_pktinfo(stack);
	test_errors(stack[0]);
	test_lying_control(stack[0]);
	lt_wait6(stack[0], 1);
	lt_wait6(stack[1], 2);
	test_unconnected(stack, "fd00::1");
	test_connected(stack, "fd00::1");
	test_unconnected((struct ioth *[2]){ stack[0], stack[0] }, "127.0.0.1");
	lt_unpair(stack);
}

/* ---- ping ---- */

/* A raw socket of another protocol, both ways. */
static void test_raw(struct ioth *stack[2])
{
	union lt_addr to = lt_addr("10.0.0.1", 0);
	int server = lt_socket(stack[0], AF_INET, SOCK_RAW, 200);
	int client = lt_socket(stack[1], AF_INET, SOCK_RAW, 200);
	unsigned char buf[64];

	CHECK(ioth_sendto(client, "raw", 3, 0, &to.sa, sizeof(to.in)) == 3);
	CHECK(lt_poll(server, POLLIN, 5000) == POLLIN);
	CHECK(read(server, buf, sizeof(buf)) == 23);
	CHECK(buf[0] == 0x45 && buf[9] == 200 && !memcmp(buf + 20, "raw", 3));
	close(server);
	close(client);
}

static void test_filter(struct ioth *stack)
{
	struct icmp6_filter filter;
	int fd = lt_socket(stack, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);

	ICMP6_FILTER_SETBLOCKALL(&filter);
	CHECK(ioth_setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter,
		      sizeof(filter)) == 0);
	CHECK(lt_ping(stack, "fd00::1", SOCK_RAW, 3000));
	CHECK(lt_poll(fd, POLLIN, 0) == 0);
	close(fd);
}

void ping_run(void)
{
	struct ioth *stack[2];

	lt_pair(stack);
	CHECK(lt_ping(stack[1], "10.0.0.1", SOCK_RAW, 3000));
	CHECK(lt_ping(stack[1], "10.0.0.1", SOCK_DGRAM, 3000));
	CHECK(lt_ping(stack[1], "10.0.0.2", SOCK_RAW, 3000));
	CHECK(lt_ping(stack[1], "127.0.0.1", SOCK_DGRAM, 3000));
	CHECK(!lt_ping(stack[1], "10.0.0.3", SOCK_RAW, 300));
	test_raw(stack);
	lt_wait6(stack[0], 1);
	lt_wait6(stack[1], 2);
	CHECK(lt_ping(stack[1], "fd00::1", SOCK_RAW, 3000));
	CHECK(lt_ping(stack[1], "fd00::1", SOCK_DGRAM, 3000));
	CHECK(lt_ping(stack[1], "::1", SOCK_RAW, 3000));
	test_filter(stack[1]);
	lt_unpair(stack);
}
