/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * getifaddrs(3) of a stack: the same list, in the same order and with the same
 * peculiarities, as glibc makes for the kernel. First one AF_PACKET entry per
 * interface, then one per address.
 */
#include "ioth.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "netlink.h"

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_ll ll;
	char room[sizeof(struct sockaddr_ll) + 24];
};

/* One element of the list, with all that it points to. */
struct entry {
	struct ifaddrs ifa; /* first: the caller has a pointer to this */
	int ifindex;
	char name[IFNAMSIZ];
	union address addr, netmask, other; /* other: broadcast or peer */
	struct rtnl_link_stats stats;
};

struct list {
	struct ifaddrs *first;
	struct ifaddrs **end; /* where the next one is hung in */
};

static struct entry *entry_of(struct ifaddrs *ifa)
{
	return (struct entry *)ifa;
}

static void set_name(struct entry *entry, const struct nlattr *attr)
{
	size_t len = strnlen(
		mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));

	if (len >= sizeof(entry->name))
		len = sizeof(entry->name) - 1;
	memcpy(entry->name, mnl_attr_get_payload(attr), len);
	entry->name[len] = '\0';
}

static int append(struct list *list, struct entry *entry)
{
	entry->ifa.ifa_name = entry->name;
	*list->end = &entry->ifa;
	list->end = &entry->ifa.ifa_next;
	return MNL_CB_OK;
}

/* --- interfaces ----------------------------------------------------------- */

static struct sockaddr *hardware_address(union address *addr,
	const struct ifinfomsg *link, const struct nlattr *attr)
{
	size_t size = attr ? mnl_attr_get_payload_len(attr) : 0;
	size_t room =
		sizeof(addr->room) - offsetof(struct sockaddr_ll, sll_addr);

	addr->ll.sll_family = AF_PACKET;
	addr->ll.sll_ifindex = link->ifi_index;
	addr->ll.sll_hatype = link->ifi_type;
	addr->ll.sll_halen = (unsigned char)(size < room ? size : room);
	if (size > 0)
		memcpy(addr->room + offsetof(struct sockaddr_ll, sll_addr),
			mnl_attr_get_payload(attr), addr->ll.sll_halen);
	return &addr->any;
}

static void link_attribute(struct entry *entry, const struct ifinfomsg *link,
	const struct nlattr *attr)
{
	size_t size = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		set_name(entry, attr);
		break;
	case IFLA_ADDRESS:
		entry->ifa.ifa_addr =
			hardware_address(&entry->addr, link, attr);
		break;
	case IFLA_BROADCAST:
		entry->ifa.ifa_broadaddr =
			hardware_address(&entry->other, link, attr);
		break;
	case IFLA_STATS:
		if (size > sizeof(entry->stats))
			size = sizeof(entry->stats);
		memcpy(&entry->stats, mnl_attr_get_payload(attr), size);
		entry->ifa.ifa_data = &entry->stats;
		break;
	default:
		break;
	}
}

static int take_link(const struct nlmsghdr *header, void *data)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(header);
	const struct nlattr *attr;
	struct entry *entry;

	if (header->nlmsg_type != RTM_NEWLINK ||
		mnl_nlmsg_get_payload_len(header) < sizeof(*link))
		return MNL_CB_OK;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return MNL_CB_ERROR;
	entry->ifindex = link->ifi_index;
	entry->ifa.ifa_flags = link->ifi_flags;
	entry->ifa.ifa_addr = hardware_address(&entry->addr, link, NULL);
	mnl_attr_for_each(attr, header, sizeof(*link))
		link_attribute(entry, link, attr);
	return append(data, entry);
}

/* --- addresses ------------------------------------------------------------ */

/* The address in @attr as a sockaddr; NULL if its size is wrong. */
static struct sockaddr *ip_address(union address *addr,
	const struct ifaddrmsg *msg, const struct nlattr *attr)
{
	size_t size = mnl_attr_get_payload_len(attr);
	const void *bytes = mnl_attr_get_payload(attr);

	addr->any.sa_family = msg->ifa_family;
	if (msg->ifa_family == AF_INET && size == sizeof(addr->in.sin_addr)) {
		memcpy(&addr->in.sin_addr, bytes, size);
		return &addr->any;
	}
	if (msg->ifa_family != AF_INET6 || size != sizeof(addr->in6.sin6_addr))
		return NULL;
	memcpy(&addr->in6.sin6_addr, bytes, size);
	if (IN6_IS_ADDR_LINKLOCAL(&addr->in6.sin6_addr) ||
		IN6_IS_ADDR_MC_LINKLOCAL(&addr->in6.sin6_addr))
		addr->in6.sin6_scope_id = msg->ifa_index;
	return &addr->any;
}

static struct sockaddr *netmask(
	union address *mask, const struct ifaddrmsg *msg)
{
	bool ipv6 = msg->ifa_family == AF_INET6;
	unsigned char *bytes = ipv6 ? mask->in6.sin6_addr.s6_addr
				    : (unsigned char *)&mask->in.sin_addr;
	unsigned bits = msg->ifa_prefixlen;

	if (bits > (ipv6 ? 128 : 32))
		bits = ipv6 ? 128 : 32;
	mask->any.sa_family = msg->ifa_family;
	memset(bytes, 0xff, bits / 8);
	if (bits % 8)
		bytes[bits / 8] = (unsigned char)(0xff00 >> bits % 8);
	return &mask->any;
}

/* The attributes of an address, by type; NULL: not there. */
struct address_attributes {
	const struct nlattr *by_type[IFA_MAX + 1];
};

/*
 * With a peer, IFA_LOCAL is ours and IFA_ADDRESS the peer's; otherwise both are
 * the same (IPv4), or only IFA_ADDRESS is there (IPv6).
 */
static void set_addresses(struct entry *entry, const struct ifaddrmsg *msg,
	const struct address_attributes *attrs)
{
	const struct nlattr *address = attrs->by_type[IFA_ADDRESS];
	const struct nlattr *local = attrs->by_type[IFA_LOCAL];
	const struct nlattr *other = attrs->by_type[IFA_BROADCAST];

	if (!other && local)
		other = address;
	if (!local)
		local = address;
	if (local)
		entry->ifa.ifa_addr = ip_address(&entry->addr, msg, local);
	if (other)
		entry->ifa.ifa_dstaddr = ip_address(&entry->other, msg, other);
	entry->ifa.ifa_netmask = netmask(&entry->netmask, msg);
}

static const struct entry *find_link(const struct list *list, int ifindex)
{
	for (struct ifaddrs *ifa = list->first; ifa; ifa = ifa->ifa_next)
		if (entry_of(ifa)->ifindex == ifindex)
			return entry_of(ifa);
	return NULL;
}

static int take_address(const struct nlmsghdr *header, void *data)
{
	const struct ifaddrmsg *msg = mnl_nlmsg_get_payload(header);
	struct address_attributes attrs = { 0 };
	const struct entry *link;
	const struct nlattr *attr;
	struct entry *entry;

	if (header->nlmsg_type != RTM_NEWADDR ||
		mnl_nlmsg_get_payload_len(header) < sizeof(*msg) ||
		(msg->ifa_family != AF_INET && msg->ifa_family != AF_INET6))
		return MNL_CB_OK;
	link = find_link(data, (int)msg->ifa_index);
	if (!link) /* it has come after the interfaces were listed */
		return MNL_CB_OK;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return MNL_CB_ERROR;
	entry->ifindex = link->ifindex;
	entry->ifa.ifa_flags = link->ifa.ifa_flags;
	memcpy(entry->name, link->name, sizeof(entry->name));
	mnl_attr_for_each(attr, header,
		sizeof(*msg)) if (mnl_attr_get_type(attr) <= IFA_MAX)
		attrs.by_type[mnl_attr_get_type(attr)] = attr;
	if (attrs.by_type[IFA_LABEL])
		set_name(entry, attrs.by_type[IFA_LABEL]);
	set_addresses(entry, msg, &attrs);
	return append(data, entry);
}

/* --- both ----------------------------------------------------------------- */

static int dump(
	struct ioth *stack, uint16_t type, mnl_cb_t take, struct list *list)
{
	struct request request;
	struct rtgenmsg *msg =
		request_init(&request, type, NLM_F_DUMP, sizeof(*msg));

	msg->rtgen_family = AF_UNSPEC;
	return netlink_ask(stack, &request, take, list);
}

static int list_all(struct ioth *stack, struct list *list)
{
	int err = dump(stack, RTM_GETLINK, take_link, list);

	if (!err)
		err = dump(stack, RTM_GETADDR, take_address, list);
	if (err)
		ioth_freeifaddrs(list->first);
	return err;
}

int ioth_getifaddrs(struct ioth *stack, struct ifaddrs **ifap)
{
	int attempts = 16;
	struct list list;
	int err;

	do { /* until nothing changes while it is listed */
		list = (struct list){ .end = &list.first };
		err = list_all(stack, &list);
	} while (err == -EINTR && --attempts > 0);
	if (err) {
		errno = -err;
		return -1;
	}
	*ifap = list.first;
	return 0;
}

void ioth_freeifaddrs(struct ifaddrs *ifa)
{
	while (ifa) {
		struct ifaddrs *next = ifa->ifa_next;

		free(entry_of(ifa));
		ifa = next;
	}
}
