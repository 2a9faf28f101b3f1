/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* netdevice(7): IPv4 addresses of interfaces; devinet_ioctl() of Linux. */
#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>
#include <sys/ioctl.h>

#include "netlink_ioctl.h"

#define BITS 32

/* --- finding -------------------------------------------------------------- */

struct label_search {
	char label[IFNAMSIZ];
	struct netlink_addr *found;
};

static int match(void *ctx, const struct netlink_addr *addr)
{
	const struct label_search *search = ctx;

	if (addr->family != AF_INET || strcmp(addr->label, search->label) != 0)
		return 0;
	*search->found = *addr;
	return 1;
}

/* The first address with the label @name. -EADDRNOTAVAIL. */
static int find(struct netlink_server *server, const char *name,
	struct netlink_addr *addr)
{
	struct label_search search = { .found = addr };
	int found;

	memcpy(search.label, name, sizeof(search.label));
	search.label[sizeof(search.label) - 1] = '\0';
	found = netlink_addr_each(server, match, &search);
	return found > 0 ? 0 : found < 0 ? found : -EADDRNOTAVAIL;
}

static in_addr_t mask_of(unsigned prefixlen)
{
	return prefixlen ? htonl(UINT32_MAX << (BITS - prefixlen)) : 0;
}

static void put(struct sockaddr *to, in_addr_t ip)
{
	struct sockaddr_in name = { .sin_family = AF_INET };

	name.sin_addr.s_addr = ip;
	memcpy(to, &name, sizeof(name));
}

int netlink_ioctl_getaddr(
	struct netlink_server *server, unsigned long request, void *arg)
{
	struct ifreq *ifr = arg;
	struct netlink_link link;
	struct netlink_addr addr;
	in_addr_t ip;
	int err = netlink_ioctl_link(server, ifr->ifr_name, &link)
			  ?: find(server, ifr->ifr_name, &addr);

	if (err)
		return err;
	ip = addr.local.v4.s_addr;
	if (request == SIOCGIFBRDADDR)
		ip = addr.broadcast.v4.s_addr;
	else if (request == SIOCGIFNETMASK)
		ip = mask_of(addr.prefixlen);
	else if (request == SIOCGIFDSTADDR && !netlink_ip_none(&addr.peer))
		ip = addr.peer.v4.s_addr;
	put(&ifr->ifr_addr, ip);
	return 0;
}

/* --- SIOCGIFCONF ---------------------------------------------------------- */

struct ifconf_listing {
	struct ifconf *conf; /* ifc_buf NULL: only counted */
	int room, used;
};

static int list(void *ctx, const struct netlink_addr *addr)
{
	struct ifconf_listing *listing = ctx;
	struct ifreq ifr = { 0 };

	if (addr->family != AF_INET)
		return 0;
	if (listing->conf->ifc_buf) {
		if (listing->room - listing->used < (int)sizeof(ifr))
			return 1;
		memcpy(ifr.ifr_name, addr->label, sizeof(ifr.ifr_name));
		put(&ifr.ifr_addr, addr->local.v4.s_addr);
		memcpy(listing->conf->ifc_buf + listing->used, &ifr,
			sizeof(ifr));
	}
	listing->used += (int)sizeof(ifr);
	return 0;
}

int netlink_ioctl_ifconf(
	struct netlink_server *server, unsigned long request, void *arg)
{
	struct ifconf *conf = arg;
	struct ifconf_listing listing = { conf, conf->ifc_len, 0 };
	int err = netlink_addr_each(server, list, &listing);

	(void)request;
	conf->ifc_len = listing.used;
	return err < 0 ? err : 0;
}

/* --- changing ------------------------------------------------------------- */

/* The prefix length of an address's class; inet_abc_len(). */
static uint8_t class_of(in_addr_t ip)
{
	uint32_t host = ntohl(ip);

	return ip == 0		 ? 0
	       : IN_CLASSA(host) ? 8
	       : IN_CLASSB(host) ? 16
	       : IN_CLASSC(host) ? 24
				 : BITS;
}

static void set_broadcast(struct netlink_addr *addr, uint32_t link_flags)
{
	addr->broadcast = (union netlink_ip){ 0 };
	if (link_flags & IFF_BROADCAST && addr->prefixlen < 31)
		addr->broadcast.v4.s_addr =
			addr->local.v4.s_addr | ~mask_of(addr->prefixlen);
}

static void set_local(struct netlink_addr *addr,
	const struct netlink_link *link, in_addr_t ip)
{
	addr->local.v4.s_addr = ip;
	addr->peer = (union netlink_ip){ 0 };
	addr->prefixlen = link->flags & IFF_POINTOPOINT ? BITS : class_of(ip);
	addr->scope = ntohl(ip) >> 24 == IN_LOOPBACKNET ? RT_SCOPE_HOST
							: RT_SCOPE_UNIVERSE;
	set_broadcast(addr, link->flags);
}

static int set_mask(struct netlink_addr *addr, in_addr_t mask)
{
	uint32_t host = ~ntohl(mask);
	union netlink_ip usual = { 0 };

	if (host & (host + 1)) /* ones after a zero */
		return -EINVAL;
	usual.v4.s_addr = addr->local.v4.s_addr | ~mask_of(addr->prefixlen);
	addr->prefixlen = (uint8_t)__builtin_popcount(mask);
	if (netlink_ip_equal(&usual, &addr->broadcast))
		set_broadcast(addr, IFF_BROADCAST);
	return 0;
}

static int change(struct netlink_addr *addr, const struct netlink_link *link,
	unsigned long request, const struct sockaddr_in *value)
{
	in_addr_t ip = value->sin_addr.s_addr;

	switch (request) {
	case SIOCSIFADDR:
		set_local(addr, link, ip);
		return 0;
	case SIOCSIFNETMASK:
		return set_mask(addr, ip);
	case SIOCSIFBRDADDR:
		addr->broadcast.v4.s_addr = ip;
		return 0;
	default:
		addr->peer.v4.s_addr = ip;
		return 0;
	}
}

static void init(struct netlink_addr *addr, const struct netlink_link *link,
	const char *label)
{
	*addr = (struct netlink_addr){ .family = AF_INET,
		.flags = IFA_F_PERMANENT,
		.index = link->index,
		.preferred_s = UINT32_MAX,
		.valid_s = UINT32_MAX };
	memcpy(addr->label, label, sizeof(addr->label));
	addr->label[sizeof(addr->label) - 1] = '\0';
}

static int replace(struct netlink_server *server,
	const struct netlink_addr *old, const struct netlink_addr *new)
{
	const char *why;
	int err = 0;

	if (!server->ops->addr_add || !server->ops->addr_del)
		return -EOPNOTSUPP;
	if (old)
		err = server->ops->addr_del(server->stack, old, &why);
	if (!err && !netlink_ip_none(&new->local))
		err = server->ops->addr_add(
			server->stack, new, NLM_F_CREATE, &why);
	return err;
}

int netlink_ioctl_setaddr(
	struct netlink_server *server, unsigned long request, void *arg)
{
	const struct ifreq *ifr = arg;
	struct netlink_addr old, new;
	struct netlink_link link;
	struct sockaddr_in value;
	bool exists;
	int err;

	memcpy(&value, &ifr->ifr_addr, sizeof(value));
	err = netlink_ioctl_link(server, ifr->ifr_name, &link);
	if (err)
		return err;
	if (value.sin_family != AF_INET)
		return -EINVAL;
	err = find(server, ifr->ifr_name, &old);
	exists = !err;
	if (err && (err != -EADDRNOTAVAIL || request != SIOCSIFADDR))
		return err;
	if (exists)
		new = old;
	else
		init(&new, &link, ifr->ifr_name);
	new.flags &= ~(uint32_t)IFA_F_SECONDARY;
	err = change(&new, &link, request, &value);
	return err ?: replace(server, exists ? &old : NULL, &new);
}
