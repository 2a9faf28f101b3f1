/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* netdevice(7): the requests, and those that are about interfaces. */
#include "netlink_ioctl.h"

#include <errno.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <string.h>
#include <sys/ioctl.h>

/* --- interfaces ----------------------------------------------------------- */

int netlink_ioctl_link(struct netlink_server *server, const char *name,
	struct netlink_link *link)
{
	char plain[IFNAMSIZ];

	memcpy(plain, name, sizeof(plain));
	plain[sizeof(plain) - 1] = '\0';
	plain[strcspn(plain, ":")] = '\0';
	return netlink_find_link(server, 0, plain, link);
}

static int getname(
	struct netlink_server *server, unsigned long request, void *arg)
{
	struct ifreq *ifr = arg;
	struct netlink_link link;
	int err = netlink_find_link(
		server, (unsigned)ifr->ifr_ifindex, NULL, &link);

	(void)request;
	if (err)
		return err;
	memset(ifr->ifr_name, 0, sizeof(ifr->ifr_name));
	strcpy(ifr->ifr_name, link.name);
	return 0;
}

static void put_hwaddr(struct ifreq *ifr, const struct netlink_link *link)
{
	memset(&ifr->ifr_hwaddr, 0, sizeof(ifr->ifr_hwaddr));
	ifr->ifr_hwaddr.sa_family = link->type;
	memcpy(ifr->ifr_hwaddr.sa_data, link->hwaddr, link->hwaddr_size);
}

static int getlink(
	struct netlink_server *server, unsigned long request, void *arg)
{
	struct ifreq *ifr = arg;
	struct netlink_link link;
	int err = netlink_ioctl_link(server, ifr->ifr_name, &link);

	if (err)
		return err;
	switch (request) {
	case SIOCGIFINDEX:
		ifr->ifr_ifindex = (int)link.index;
		break;
	case SIOCGIFFLAGS:
		ifr->ifr_flags = (short)link.flags;
		break;
	case SIOCGIFMETRIC:
		ifr->ifr_metric = 0;
		break;
	case SIOCGIFMTU:
		ifr->ifr_mtu = (int)link.mtu;
		break;
	case SIOCGIFTXQLEN:
		ifr->ifr_qlen = (int)link.txqlen;
		break;
	case SIOCGIFMAP:
		memset(&ifr->ifr_map, 0, sizeof(ifr->ifr_map));
		break;
	default:
		put_hwaddr(ifr, &link);
		break;
	}
	return 0;
}

static int take_hwaddr(struct netlink_link_change *change,
	const struct ifreq *ifr, const struct netlink_link *link)
{
	if (ifr->ifr_hwaddr.sa_family != link->type)
		return -EINVAL;
	change->fields = NETLINK_LINK_HWADDR;
	change->hwaddr_size = link->hwaddr_size;
	memcpy(change->hwaddr, ifr->ifr_hwaddr.sa_data, link->hwaddr_size);
	return 0;
}

static int take_name(
	struct netlink_link_change *change, const struct ifreq *ifr)
{
	if (!netlink_name_valid(ifr->ifr_newname))
		return -EINVAL;
	change->fields = NETLINK_LINK_NAME;
	memcpy(change->name, ifr->ifr_newname, sizeof(change->name));
	return 0;
}

static int take_number(
	struct netlink_link_change *change, unsigned field, int number)
{
	if (number < 0)
		return -EINVAL;
	change->fields = field;
	change->mtu = change->txqlen = (uint32_t)number;
	return 0;
}

static int take_change(struct netlink_link_change *change,
	unsigned long request, const struct ifreq *ifr,
	const struct netlink_link *link)
{
	switch (request) {
	case SIOCSIFFLAGS:
		change->fields = NETLINK_LINK_FLAGS;
		change->flags = (unsigned short)ifr->ifr_flags;
		change->flags_mask = 0xffff;
		return 0;
	case SIOCSIFMTU:
		return take_number(change, NETLINK_LINK_MTU, ifr->ifr_mtu);
	case SIOCSIFTXQLEN:
		return take_number(change, NETLINK_LINK_TXQLEN, ifr->ifr_qlen);
	case SIOCSIFNAME:
		return take_name(change, ifr);
	case SIOCSIFHWADDR:
		return take_hwaddr(change, ifr, link);
	default:
		return -EOPNOTSUPP;
	}
}

static int setlink(
	struct netlink_server *server, unsigned long request, void *arg)
{
	struct netlink_link_change change = { 0 };
	const struct ifreq *ifr = arg;
	const char *why;
	struct netlink_link link;
	int err = netlink_ioctl_link(server, ifr->ifr_name, &link)
			  ?: take_change(&change, request, ifr, &link);

	if (err)
		return err;
	return server->ops->link_set ? server->ops->link_set(server->stack,
					       link.index, &change, &why)
				     : -EOPNOTSUPP;
}

/* --- all of them ---------------------------------------------------------- */

struct call {
	unsigned long request;
	size_t size;
	bool changes;
	netlink_ioctl_handle *handle;
};

static const struct call calls[] = {
	{ SIOCGIFNAME, sizeof(struct ifreq), false, getname },
	{ SIOCGIFCONF, sizeof(struct ifconf), false, netlink_ioctl_ifconf },
	{ SIOCGIFINDEX, sizeof(struct ifreq), false, getlink },
	{ SIOCGIFFLAGS, sizeof(struct ifreq), false, getlink },
	{ SIOCGIFMETRIC, sizeof(struct ifreq), false, getlink },
	{ SIOCGIFMTU, sizeof(struct ifreq), false, getlink },
	{ SIOCGIFTXQLEN, sizeof(struct ifreq), false, getlink },
	{ SIOCGIFMAP, sizeof(struct ifreq), false, getlink },
	{ SIOCGIFHWADDR, sizeof(struct ifreq), false, getlink },
	{ SIOCGIFADDR, sizeof(struct ifreq), false, netlink_ioctl_getaddr },
	{ SIOCGIFDSTADDR, sizeof(struct ifreq), false, netlink_ioctl_getaddr },
	{ SIOCGIFBRDADDR, sizeof(struct ifreq), false, netlink_ioctl_getaddr },
	{ SIOCGIFNETMASK, sizeof(struct ifreq), false, netlink_ioctl_getaddr },
	{ SIOCSIFFLAGS, sizeof(struct ifreq), true, setlink },
	{ SIOCSIFMETRIC, sizeof(struct ifreq), true, setlink },
	{ SIOCSIFMTU, sizeof(struct ifreq), true, setlink },
	{ SIOCSIFTXQLEN, sizeof(struct ifreq), true, setlink },
	{ SIOCSIFHWADDR, sizeof(struct ifreq), true, setlink },
	{ SIOCSIFNAME, sizeof(struct ifreq), true, setlink },
	{ SIOCSIFADDR, sizeof(struct ifreq), true, netlink_ioctl_setaddr },
	{ SIOCSIFDSTADDR, sizeof(struct ifreq), true, netlink_ioctl_setaddr },
	{ SIOCSIFBRDADDR, sizeof(struct ifreq), true, netlink_ioctl_setaddr },
	{ SIOCSIFNETMASK, sizeof(struct ifreq), true, netlink_ioctl_setaddr },
	{ SIOCADDRT, sizeof(struct rtentry), true, netlink_ioctl_route },
	{ SIOCDELRT, sizeof(struct rtentry), true, netlink_ioctl_route },
	{ SIOCGARP, sizeof(struct arpreq), false, netlink_ioctl_arp },
	{ SIOCSARP, sizeof(struct arpreq), true, netlink_ioctl_arp },
	{ SIOCDARP, sizeof(struct arpreq), true, netlink_ioctl_arp },
};

static const struct call *find(unsigned long request)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (calls[i].request == request)
			return &calls[i];
	return NULL;
}

int netlink_ioctl(
	struct netlink_server *server, unsigned long request, void *arg)
{
	const struct call *call = find(request);

	return call ? call->handle(server, request, arg) : -ENOTTY;
}

size_t netlink_ioctl_size(unsigned long request)
{
	const struct call *call = find(request);

	return call ? call->size : 0;
}

bool netlink_ioctl_changes(unsigned long request)
{
	const struct call *call = find(request);

	return call && call->changes;
}
