/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dgram_group.c - membership in multicast groups, which ends with the socket */
#include "dgram.h"
#include "iface.h"
#include "sockaddr.h"
#include "stack.h"

#include <lwip/igmp.h>
#include <lwip/mld6.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Group and interface of an option's value. */
struct membership {
	ip_addr_t ip;
	unsigned ifindex;
};

static unsigned index_of_ip(const struct stack *stack, uint32_t ip)
{
	const struct iface *iface = iface_of(iface_netif_of4(stack, ip));

	return iface ? iface->index : 0;
}

/* Linux asks the routing table; here it is the first that can. */
static unsigned default_index(const struct stack *stack)
{
	for (const struct iface *iface = stack->ifaces; iface;
		iface = iface->next)
		if (iface->wire && netif_is_up(&iface->netif))
			return iface->index;
	return 0;
}

static int parse4(const struct stack *stack, const struct sock_option *option,
	struct membership *membership)
{
	struct ip_mreqn mreq = { .imr_ifindex = 0 };

	if (option->size < sizeof(struct ip_mreq))
		return -EINVAL;
	memcpy(&mreq, option->value,
		option->size < sizeof(mreq) ? sizeof(struct ip_mreq)
					    : sizeof(mreq));
	memset(&membership->ip, 0, sizeof(membership->ip));
	ip_2_ip4(&membership->ip)->addr = mreq.imr_multiaddr.s_addr;
	IP_SET_TYPE_VAL(membership->ip, IPADDR_TYPE_V4);
	membership->ifindex = (unsigned)mreq.imr_ifindex;
	if (!membership->ifindex && mreq.imr_address.s_addr) {
		membership->ifindex =
			index_of_ip(stack, mreq.imr_address.s_addr);
		if (!membership->ifindex)
			return -ENODEV;
	}
	return 0;
}

static int parse6(
	const struct sock_option *option, struct membership *membership)
{
	struct ipv6_mreq mreq;

	if (option->size < sizeof(mreq))
		return -EINVAL;
	memcpy(&mreq, option->value, sizeof(mreq));
	memset(&membership->ip, 0, sizeof(membership->ip));
	IP_SET_TYPE_VAL(membership->ip, IPADDR_TYPE_V6);
	memcpy(ip_2_ip6(&membership->ip)->addr, &mreq.ipv6mr_multiaddr, 16);
	membership->ifindex = mreq.ipv6mr_interface;
	return 0;
}

static err_t change(struct iface *iface, const ip_addr_t *ip, bool join)
{
	ip6_addr_t ip6;

	if (IP_IS_V4(ip))
		return (join ? igmp_joingroup_netif : igmp_leavegroup_netif)(
			&iface->netif, ip_2_ip4(ip));
	ip6 = *ip_2_ip6(ip);
	ip6_addr_assign_zone(&ip6, IP6_MULTICAST, &iface->netif);
	return (join ? mld6_joingroup_netif : mld6_leavegroup_netif)(
		&iface->netif, &ip6);
}

static struct dgram_group **find(
	struct dgram_sock *sock, const struct membership *membership)
{
	struct dgram_group **at = &sock->groups;

	while (*at && ((*at)->ifindex != membership->ifindex ||
			      !ip_addr_cmp(&(*at)->ip, &membership->ip)))
		at = &(*at)->next;
	return at;
}

static int join(struct dgram_sock *sock, struct iface *iface,
	const struct membership *membership)
{
	struct dgram_group **at = find(sock, membership), *group;

	if (*at)
		return -EADDRINUSE;
	group = calloc(1, sizeof(*group));
	if (!group)
		return -ENOMEM;
	/* the loopback hears what is sent to it without asking */
	if (iface->wire && change(iface, &membership->ip, true) != ERR_OK) {
		free(group);
		return -ENOBUFS;
	}
	group->ifindex = membership->ifindex;
	group->ip = membership->ip;
	*at = group;
	return 0;
}

static void leave(struct dgram_sock *sock, struct dgram_group **at)
{
	struct dgram_group *group = *at;
	struct iface *iface = iface_find(sock->sock.stack, group->ifindex);

	*at = group->next;
	if (iface && iface->wire)
		change(iface, &group->ip, false);
	free(group);
}

void dgram_leave_all(struct dgram_sock *sock)
{
	while (sock->groups)
		leave(sock, &sock->groups);
}

static int do_change(
	struct dgram_sock *sock, struct membership *membership, bool joins)
{
	struct iface *iface;
	struct dgram_group **at;

	if (!ip_addr_ismulticast(&membership->ip))
		return -EINVAL;
	if (!membership->ifindex)
		membership->ifindex = default_index(sock->sock.stack);
	iface = iface_find(sock->sock.stack, membership->ifindex);
	if (!iface)
		return -ENODEV;
	if (joins)
		return join(sock, iface, membership);
	at = find(sock, membership);
	if (!*at)
		return -EADDRNOTAVAIL;
	leave(sock, at);
	return 0;
}

int dgram_group_setopt(
	struct dgram_sock *sock, const struct sock_option *option)
{
	bool v4 = option->level == IPPROTO_IP;
	int joins = v4 ? IP_ADD_MEMBERSHIP : IPV6_JOIN_GROUP;
	int leaves = v4 ? IP_DROP_MEMBERSHIP : IPV6_LEAVE_GROUP;
	struct membership membership;
	int err;

	if ((!v4 && option->level != IPPROTO_IPV6) ||
		(option->name != joins && option->name != leaves))
		return -ENOPROTOOPT;
	err = v4 ? parse4(sock->sock.stack, option, &membership)
		 : parse6(option, &membership);
	return err ?: do_change(sock, &membership, option->name == joins);
}
