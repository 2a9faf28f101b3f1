/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sockopt.c - options that all sockets have, and values in and out
 *
 * Values are those of Linux: 0 or 1, sizes doubled. Options about the waiting
 * of the program's calls (SO_RCVTIMEO, ...) are set on the descriptor by
 * calls_opt.c and never come here.
 */
#include "iface.h"
#include "sock.h"
#include "stack.h"

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#define SIZE_MIN       2304   /* SOCK_MIN_RCVBUF */
#define SIZE_MAX_LINUX 212992 /* net.core.rmem_max */

int sockopt_int(const struct sock_option *option, int *value)
{
	if (option->size < sizeof(*value)) {
		if (option->size < 1 || option->level != IPPROTO_IP)
			return -EINVAL;
		*value = *(unsigned char *)option->value; /* IP_TTL, ... */
		return 0;
	}
	memcpy(value, option->value, sizeof(*value));
	return 0;
}

int sockopt_give(struct sock_option *option, const void *value, size_t size)
{
	if (option->size > size)
		option->size = (socklen_t)size;
	memcpy(option->value, value, option->size);
	return 0;
}

int sockopt_give_int(struct sock_option *option, int value)
{
	return sockopt_give(option, &value, sizeof(value));
}

void sockopt_bind_pcb(const struct sock *sock, uint8_t *netif_idx)
{
	const struct iface *iface = iface_find(sock->stack, sock->ifindex);

	*netif_idx = iface ? netif_get_index(&iface->netif) : NETIF_NO_INDEX;
}

/* ---- flags and numbers: one row each ---- */

static const struct {
	int name;
	size_t offset; /* of a bool in struct sock */
} flags[] = {
	{ SO_REUSEADDR, offsetof(struct sock, reuse_address) },
	{ SO_REUSEPORT, offsetof(struct sock, reuse_port) },
	{ SO_BROADCAST, offsetof(struct sock, broadcast) },
	{ SO_KEEPALIVE, offsetof(struct sock, keepalive) },
	{ SO_OOBINLINE, offsetof(struct sock, oob_inline) },
	{ SO_DONTROUTE, offsetof(struct sock, dont_route) },
	{ SO_TIMESTAMP, offsetof(struct sock, timestamp) },
};

static bool *flag_of(struct sock *sock, int name)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (flags[i].name == name)
			return (bool *)((char *)sock + flags[i].offset);
	return NULL;
}

static int *number_of(struct sock *sock, int name)
{
	switch (name) {
	case SO_PRIORITY:
		return &sock->priority;
	case SO_MARK:
		return &sock->mark;
	default:
		return NULL;
	}
}

static int set_size(struct sock *sock, const struct sock_option *option)
{
	int size, err = sockopt_int(option, &size);

	if (err)
		return err;
	size = size < 0 || size > SIZE_MAX_LINUX ? SIZE_MAX_LINUX : size;
	size = size * 2 < SIZE_MIN ? SIZE_MIN : size * 2;
	if (option->name == SO_SNDBUF) {
		sock->send_size = size;
		return 0;
	}
	sock->receive_size = size;
	if (sock->type != SOCK_STREAM)
		bridge_set_receive_size(sock->bridge, size / 2);
	return 0;
}

static int set_linger(struct sock *sock, const struct sock_option *option)
{
	if (option->size < sizeof(sock->linger))
		return -EINVAL;
	memcpy(&sock->linger, option->value, sizeof(sock->linger));
	sock->linger.l_onoff = sock->linger.l_onoff != 0;
	return 0;
}

static int set_device(struct sock *sock, const struct sock_option *option)
{
	const struct netlink_link *link;
	char name[IFNAMSIZ] = "";
	socklen_t size =
		option->size < sizeof(name) ? option->size : sizeof(name) - 1;

	memcpy(name, option->value, size);
	link = netlink_tables_link_named(sock->stack->tables, name);
	if (*name && !link)
		return -ENODEV;
	sock->ifindex = link ? link->index : 0;
	return 0;
}

static int set_socket(struct sock *sock, const struct sock_option *option)
{
	bool *flag = flag_of(sock, option->name);
	int *number = number_of(sock, option->name), value, err;

	switch (option->name) {
	case SO_SNDBUF:
	case SO_RCVBUF:
		return set_size(sock, option);
	case SO_LINGER:
		return set_linger(sock, option);
	case SO_BINDTODEVICE:
		return set_device(sock, option);
	case SO_ATTACH_FILTER:
	case SO_DETACH_FILTER: /* packet.c does it */
		return sock->domain == AF_PACKET ? 0 : -ENOPROTOOPT;
	default:
		break;
	}
	if (!flag && !number)
		return -ENOPROTOOPT;
	err = sockopt_int(option, &value);
	if (err)
		return err;
	if (flag)
		*flag = value != 0;
	else
		*number = value;
	return 0;
}

static int set_v6only(struct sock *sock, const struct sock_option *option)
{
	int value, err = sockopt_int(option, &value);
	struct sockaddr_storage addr;
	socklen_t size;

	if (err)
		return err;
	if (sock->ops->name && !sock->ops->name(sock, false, &addr, &size) &&
		((struct sockaddr_in6 *)&addr)->sin6_port)
		return -EINVAL;
	sock->v6only = value != 0;
	return 0;
}

static bool is_v6only(const struct sock *sock, const struct sock_option *option)
{
	return sock->domain == AF_INET6 && option->level == IPPROTO_IPV6 &&
	       option->name == IPV6_V6ONLY;
}

int sockopt_set(struct sock *sock, const struct sock_option *option)
{
	int err = is_v6only(sock, option)	? set_v6only(sock, option)
		  : option->level == SOL_SOCKET ? set_socket(sock, option)
						: 0;

	if (err)
		return err;
	if (!sock->ops->setopt)
		return option->level == SOL_SOCKET ? 0 : -ENOPROTOOPT;
	err = sock->ops->setopt(sock, option);
	return is_v6only(sock, option) ? 0 : err;
}

/* ---- reading ---- */

static int give_device(const struct sock *sock, struct sock_option *option)
{
	const struct netlink_link *link =
		netlink_tables_link(sock->stack->tables, sock->ifindex);

	return sockopt_give(option, link ? link->name : "",
		link ? strlen(link->name) + 1 : 0);
}

static int take_error(struct sock *sock)
{
	int error = sock->error;

	sock->error = 0;
	return error;
}

static int get_socket(struct sock *sock, struct sock_option *option)
{
	const bool *flag = flag_of(sock, option->name);
	const int *number = number_of(sock, option->name);

	switch (option->name) {
	case SO_ERROR:
		return sockopt_give_int(option, take_error(sock));
	case SO_TYPE:
		return sockopt_give_int(option, sock->type);
	case SO_DOMAIN:
		return sockopt_give_int(option, sock->domain);
	case SO_PROTOCOL:
		return sockopt_give_int(option, sock->protocol);
	case SO_ACCEPTCONN:
		return sockopt_give_int(
			option, bridge_state(sock->bridge) == BRIDGE_LISTENING);
	case SO_SNDBUF:
		return sockopt_give_int(option, sock->send_size);
	case SO_RCVBUF:
		return sockopt_give_int(option, sock->receive_size);
	case SO_LINGER:
		return sockopt_give(
			option, &sock->linger, sizeof(sock->linger));
	case SO_BINDTODEVICE:
		return give_device(sock, option);
	default:
		break;
	}
	if (!flag && !number)
		return -ENOPROTOOPT;
	return sockopt_give_int(option, flag ? *flag : *number);
}

/* Linux says so of what is no level of an IPv4 socket; to others ENOPROTOOPT. */
static int unknown(const struct sock *sock, const struct sock_option *option)
{
	return sock->domain == AF_INET && option->level != SOL_SOCKET &&
			       option->level != IPPROTO_IP &&
			       option->level != sock->protocol
		       ? -EOPNOTSUPP
		       : -ENOPROTOOPT;
}

int sockopt_get(struct sock *sock, struct sock_option *option)
{
	int err = -ENOPROTOOPT;

	if (is_v6only(sock, option))
		return sockopt_give_int(option, sock->v6only);
	if (option->level == SOL_SOCKET)
		err = get_socket(sock, option);
	if (err == -ENOPROTOOPT && sock->ops->getopt)
		err = sock->ops->getopt(sock, option);
	return err == -ENOPROTOOPT ? unknown(sock, option) : err;
}
