/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sockaddr.h"
#include "iface.h"
#include "sock.h"
#include "stack.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#define IN6_SIZE_MIN                                                           \
	offsetof(struct sockaddr_in6,                                          \
		sin6_scope_id) /* RFC 2133               \
						      */

static void set4(ip_addr_t *ip, uint32_t addr)
{
	memset(ip, 0, sizeof(*ip));
	ip_2_ip4(ip)->addr = addr;
	IP_SET_TYPE(ip, IPADDR_TYPE_V4);
}

static int set_zone(const struct stack *stack, ip6_addr_t *ip, unsigned scope,
	unsigned bound)
{
	struct iface *iface;

	ip6_addr_clear_zone(ip);
	if (!ip6_addr_has_scope(ip, IP6_UNKNOWN))
		return 0;
	if (!scope)
		scope = bound;
	if (!scope)
		return ip6_addr_ismulticast(ip) ? 0 : -EINVAL;
	iface = iface_find(stack, scope);
	if (!iface)
		return -ENODEV;
	ip6_addr_assign_zone(ip, IP6_UNKNOWN, &iface->netif);
	return 0;
}

static int get4(
	const struct sockaddr *addr, socklen_t size, ip_addr_t *ip, u16_t *port)
{
	struct sockaddr_in in;

	if (size < sizeof(in))
		return -EINVAL;
	memcpy(&in, addr, sizeof(in));
	set4(ip, in.sin_addr.s_addr);
	*port = ntohs(in.sin_port);
	return 0;
}

static int get6(const struct sock *sock, const struct sockaddr *addr,
	socklen_t size, ip_addr_t *ip, u16_t *port)
{
	struct sockaddr_in6 in = { .sin6_scope_id = 0 };
	uint32_t mapped;

	if (size < IN6_SIZE_MIN)
		return -EINVAL;
	memcpy(&in, addr, size < sizeof(in) ? size : sizeof(in));
	*port = ntohs(in.sin6_port);
	if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr)) {
		memcpy(&mapped, in.sin6_addr.s6_addr + 12, sizeof(mapped));
		set4(ip, mapped);
		return sock->v6only ? -ENETUNREACH : 0;
	}
	memset(ip, 0, sizeof(*ip));
	IP_SET_TYPE(ip, IPADDR_TYPE_V6);
	memcpy(ip_2_ip6(ip)->addr, &in.sin6_addr, 16);
	return set_zone(
		sock->stack, ip_2_ip6(ip), in.sin6_scope_id, sock->ifindex);
}

static int get(const struct sock *sock, const struct sockaddr *addr,
	socklen_t size, ip_addr_t *ip, u16_t *port)
{
	if (size < sizeof(addr->sa_family) ||
		size > sizeof(struct sockaddr_storage))
		return -EINVAL;
	if (addr->sa_family == AF_INET &&
		(sock->domain == AF_INET || sock->type != SOCK_STREAM))
		return get4(addr, size, ip, port);
	if (addr->sa_family == AF_INET6 && sock->domain == AF_INET6)
		return get6(sock, addr, size, ip, port);
	return -EAFNOSUPPORT;
}

int sockaddr_peer(const struct sock *sock, const struct sockaddr *addr,
	socklen_t size, ip_addr_t *ip, u16_t *port)
{
	int err = get(sock, addr, size, ip, port);

	if (err)
		return err;
	if (ip_addr_isany_val(*ip) && IP_IS_V4_VAL(*ip))
		set4(ip, PP_HTONL(IPADDR_LOOPBACK));
	else if (ip_addr_isany_val(*ip))
		ip_2_ip6(ip)->addr[3] = PP_HTONL(1);
	return 0;
}

static bool is_ours(const struct sock *sock, const ip_addr_t *ip)
{
	union netlink_ip bytes;
	int family = sockaddr_bytes(ip, &bytes);
	struct netlink_route route;
	struct netlink_route_key key = { .family = (uint8_t)family,
		.dst = bytes };

	if (ip_addr_ismulticast(ip))
		return true;
	/* not while duplicates are looked for (RFC 4862 5.4) */
	if (netlink_tables_addr_of(sock->stack->tables, family, &bytes, 0))
		return family != AF_INET6 ||
		       iface_netif_of6(sock->stack, &bytes);
	return netlink_tables_route_get(sock->stack->tables, &key, &route) ==
		       0 &&
	       (route.type == RTN_LOCAL || (route.type == RTN_BROADCAST &&
						   sock->type != SOCK_STREAM));
}

int sockaddr_local(const struct sock *sock, const struct sockaddr *addr,
	socklen_t size, ip_addr_t *ip, u16_t *port)
{
	int err;

	if (size >= sizeof(struct sockaddr_in) &&
		addr->sa_family == AF_UNSPEC && sock->domain == AF_INET) {
		err = get4(addr, size, ip, port);
		if (!err && !ip_addr_isany_val(*ip))
			err = -EAFNOSUPPORT;
		return err;
	}
	if (size >= sizeof(addr->sa_family) && addr->sa_family != sock->domain)
		return size < (sock->domain == AF_INET6
					      ? IN6_SIZE_MIN
					      : sizeof(struct sockaddr_in))
			       ? -EINVAL
			       : -EAFNOSUPPORT;
	err = get(sock, addr, size, ip, port);
	if (err)
		return err == -ENETUNREACH ? -EINVAL : err;
	if (!ip_addr_isany_val(*ip))
		return is_ours(sock, ip) ? 0 : -EADDRNOTAVAIL;
	if (IP_IS_V6_VAL(*ip) && !sock->v6only)
		*ip = *IP_ANY_TYPE;
	return 0;
}

static unsigned scope_of(const ip6_addr_t *ip)
{
	struct netif *netif;

	if (!ip6_addr_has_zone(ip))
		return 0;
	netif = netif_get_by_index(ip6_addr_zone(ip));
	return netif ? iface_of(netif)->index : 0;
}

static void give6(const ip_addr_t *ip, u16_t port, struct sockaddr_in6 *in)
{
	memset(in, 0, sizeof(*in));
	in->sin6_family = AF_INET6;
	in->sin6_port = htons(port);
	if (IP_IS_V6(ip)) {
		memcpy(&in->sin6_addr, ip_2_ip6(ip)->addr, 16);
		in->sin6_scope_id = scope_of(ip_2_ip6(ip));
	} else if (IP_IS_V4(ip) && ip_2_ip4(ip)->addr) {
		memset(in->sin6_addr.s6_addr + 10, 0xff, 2);
		memcpy(in->sin6_addr.s6_addr + 12, &ip_2_ip4(ip)->addr, 4);
	}
}

void sockaddr_give(const struct sock *sock, const ip_addr_t *ip, u16_t port,
	struct sockaddr_storage *addr, socklen_t *size)
{
	struct sockaddr_in *in = (struct sockaddr_in *)addr;

	if (sock->domain == AF_INET6) {
		give6(ip, port, (struct sockaddr_in6 *)addr);
		*size = sizeof(struct sockaddr_in6);
		return;
	}
	memset(in, 0, sizeof(*in));
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	in->sin_addr.s_addr = IP_IS_V4(ip) ? ip_2_ip4(ip)->addr : 0;
	*size = sizeof(*in);
}

int sockaddr_bytes(const ip_addr_t *ip, union netlink_ip *bytes)
{
	memset(bytes, 0, sizeof(*bytes));
	if (IP_IS_V4(ip)) {
		bytes->v4.s_addr = ip_2_ip4(ip)->addr;
		return AF_INET;
	}
	memcpy(bytes->bytes, ip_2_ip6(ip)->addr, 16);
	return AF_INET6;
}

void sockaddr_shown(
	const struct sock *sock, const ip_addr_t *ip, union netlink_ip *shown)
{
	struct sockaddr_storage addr;
	socklen_t size;

	memset(shown, 0, sizeof(*shown));
	sockaddr_give(sock, ip, 0, &addr, &size);
	if (sock->domain == AF_INET6)
		shown->v6 = ((struct sockaddr_in6 *)&addr)->sin6_addr;
	else
		shown->v4 = ((struct sockaddr_in *)&addr)->sin_addr;
}

int sockaddr_errno(err_t err)
{
	static const int errnos[] = {
		[-ERR_OK] = 0,
		[-ERR_MEM] = -ENOBUFS,
		[-ERR_BUF] = -EMSGSIZE,
		[-ERR_TIMEOUT] = -ETIMEDOUT,
		[-ERR_RTE] = -ENETUNREACH,
		[-ERR_INPROGRESS] = -EINPROGRESS,
		[-ERR_VAL] = -EINVAL,
		[-ERR_WOULDBLOCK] = -EAGAIN,
		[-ERR_USE] = -EADDRINUSE,
		[-ERR_ALREADY] = -EALREADY,
		[-ERR_ISCONN] = -EISCONN,
		[-ERR_CONN] = -ENOTCONN,
		[-ERR_IF] = -ENETDOWN,
		[-ERR_ABRT] = -ECONNABORTED,
		[-ERR_RST] = -ECONNRESET,
		[-ERR_CLSD] = -EPIPE,
		[-ERR_ARG] = -EINVAL,
	};
	unsigned i = (unsigned)-err;

	return i < sizeof(errnos) / sizeof(*errnos) ? errnos[i] : -EIO;
}
