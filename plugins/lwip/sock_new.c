/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sock_new.c - socket(2): which types there are */
#include "sock.h"
#include "packet.h"
#include "stack.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

static int make_inet(struct stack *stack, int domain, int type, int protocol,
	struct sock **sock)
{
	switch (type) {
	case SOCK_STREAM:
		if (protocol && protocol != IPPROTO_TCP)
			return -EPROTONOSUPPORT;
		return tcp_make(stack, domain, sock);
	case SOCK_DGRAM:
		if (!protocol || protocol == IPPROTO_UDP)
			return dgram_make_udp(stack, domain, sock);
		if (protocol ==
			(domain == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6))
			return dgram_make_raw(
				stack, domain, type, protocol, sock);
		return -EPROTONOSUPPORT;
	case SOCK_RAW:
		if (protocol <= 0 || protocol > 255)
			return -EPROTONOSUPPORT;
		return dgram_make_raw(stack, domain, type, protocol, sock);
	default:
		return -ESOCKTNOSUPPORT;
	}
}

static int make(struct stack *stack, int domain, int type, int protocol,
	struct sock **sock)
{
	switch (domain) {
	case AF_INET:
	case AF_INET6:
		return make_inet(stack, domain, type, protocol, sock);
	case AF_PACKET:
		return packet_make(stack, type, protocol, sock);
	case AF_NETLINK:
		return nlsock_make(stack, type, protocol, sock);
	default:
		return -EAFNOSUPPORT;
	}
}

static int protocol_of(int domain, int type, int protocol)
{
	if (protocol || (domain != AF_INET && domain != AF_INET6))
		return protocol;
	return type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
}

static void set_defaults(struct sock *sock, int domain, int type, int protocol)
{
	sock->domain = domain;
	sock->type = type;
	sock->protocol = protocol_of(domain, type, protocol);
	sock->receive_size = sock->send_size = 212992;
}

int sock_new(struct stack *stack, int domain, int type, int protocol)
{
	int base = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC), fd, err;
	struct sock *sock;

	if (base < 0 || base > SOCK_PACKET)
		return -EINVAL;
	if (domain == AF_PACKET) {
		fd = packet_open(stack, type, protocol);
		if (fd >= 0)
			return fd;
	}
	err = make(stack, domain, base, protocol, &sock);
	if (err)
		return err;
	sock->stack = stack;
	set_defaults(sock, domain, base, protocol);
	err = sock_open(sock, base == SOCK_STREAM ? BRIDGE_FRESH : BRIDGE_OPEN,
		type, &fd);
	if (err)
		goto free_sock;
	err = sock_start(sock);
	if (err)
		goto close_fd;
	return fd;

close_fd:
	close(fd);
free_sock:
	sock_free(sock);
	return err;
}
