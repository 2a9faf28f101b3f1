/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netlink_socket.h"

#include <errno.h>
#include <string.h>

int netlink_socket_init(
	struct netlink_socket *socket, int protocol, bool may_change)
{
	memset(socket, 0, sizeof(*socket));
	if (protocol != NETLINK_ROUTE && protocol != NETLINK_SOCK_DIAG)
		return -EPROTONOSUPPORT;
	socket->protocol = protocol;
	socket->may_change = may_change;
	return 0;
}

int netlink_socket_bind(struct netlink_socket *socket,
	const struct sockaddr *addr, socklen_t size, uint32_t free_port)
{
	struct sockaddr_nl name;

	if (size < sizeof(name))
		return -EINVAL;
	memcpy(&name, addr, sizeof(name));
	if (name.nl_family != AF_NETLINK)
		return -EINVAL;
	if (socket->port && name.nl_pid && name.nl_pid != socket->port)
		return -EINVAL;
	if (!socket->port)
		socket->port = name.nl_pid ? name.nl_pid : free_port;
	socket->groups =
		(socket->groups & ~(uint64_t)UINT32_MAX) | name.nl_groups;
	return 0;
}

void netlink_socket_name(
	const struct netlink_socket *socket, struct sockaddr_nl *name)
{
	memset(name, 0, sizeof(*name));
	name->nl_family = AF_NETLINK;
	name->nl_pid = socket->port;
	name->nl_groups = (uint32_t)socket->groups;
}

/* --- options -------------------------------------------------------------- */

/* Where an option that is on or off is kept. */
static bool *flag_of(struct netlink_socket *socket, int optname)
{
	switch (optname) {
	case NETLINK_EXT_ACK:
		return &socket->ext_ack;
	case NETLINK_CAP_ACK:
		return &socket->cap_ack;
	case NETLINK_GET_STRICT_CHK:
		return &socket->strict;
	default:
		return NULL;
	}
}

/* Options that change nothing here, but are read back. */
static bool is_remembered(int optname)
{
	return optname == NETLINK_PKTINFO ||
	       optname == NETLINK_BROADCAST_ERROR ||
	       optname == NETLINK_NO_ENOBUFS;
}

static int set_member(struct netlink_socket *socket, unsigned group, bool in)
{
	uint64_t bit;

	if (group == 0 || group > NETLINK_SOCKET_GROUPS)
		return -EINVAL;
	bit = (uint64_t)1 << (group - 1);
	socket->groups = in ? socket->groups | bit : socket->groups & ~bit;
	return 0;
}

static int set(struct netlink_socket *socket, int optname, unsigned value)
{
	bool *flag = flag_of(socket, optname);
	uint32_t bit;

	if (flag) {
		*flag = value != 0;
		return 0;
	}
	if (optname == NETLINK_ADD_MEMBERSHIP ||
		optname == NETLINK_DROP_MEMBERSHIP)
		return set_member(
			socket, value, optname == NETLINK_ADD_MEMBERSHIP);
	if (!is_remembered(optname))
		return -ENOPROTOOPT;
	bit = 1u << optname;
	socket->options =
		value ? socket->options | bit : socket->options & ~bit;
	return 0;
}

int netlink_socket_setopt(struct netlink_socket *socket, int optname,
	const void *value, socklen_t size)
{
	unsigned number = 0;

	/* Linux reads no number that is shorter, but takes the option as 0 */
	if (size >= sizeof(number))
		memcpy(&number, value, sizeof(number));
	return set(socket, optname, number);
}

/* NETLINK_LIST_MEMBERSHIPS: as much as fits; the size of all is told. */
static void list_groups(
	const struct netlink_socket *socket, void *value, socklen_t *size)
{
	socklen_t all = sizeof(socket->groups);

	memcpy(value, &socket->groups, *size < all ? *size & ~3u : all);
	*size = all;
}

int netlink_socket_getopt(const struct netlink_socket *socket, int optname,
	void *value, socklen_t *size)
{
	struct netlink_socket copy = *socket;
	const bool *flag = flag_of(&copy, optname);
	int number;

	if (optname == NETLINK_LIST_MEMBERSHIPS) {
		list_groups(socket, value, size);
		return 0;
	}
	if (!flag && !is_remembered(optname))
		return -ENOPROTOOPT;
	if (*size < sizeof(number))
		return -EINVAL;
	number = flag ? *flag : (socket->options >> optname & 1) != 0;
	memcpy(value, &number, sizeof(number));
	*size = sizeof(number);
	return 0;
}

bool netlink_socket_hears(const struct netlink_socket *socket, unsigned group)
{
	return socket->protocol == NETLINK_ROUTE && group > 0 &&
	       group <= NETLINK_SOCKET_GROUPS &&
	       socket->groups >> (group - 1) & 1;
}
