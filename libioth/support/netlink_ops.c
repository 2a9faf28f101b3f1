/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netlink_ops.h"

#include <ctype.h>
#include <string.h>

/* dev_valid_name() of Linux */
bool netlink_name_valid(const char *name)
{
	size_t len = strnlen(name, IFNAMSIZ);

	if (len == 0 || len == IFNAMSIZ || strcmp(name, ".") == 0 ||
		strcmp(name, "..") == 0)
		return false;
	for (; *name; name++)
		if (*name == '/' || *name == ':' ||
			isspace((unsigned char)*name))
			return false;
	return true;
}

size_t netlink_ip_size(int family)
{
	switch (family) {
	case AF_INET:
		return sizeof(struct in_addr);
	case AF_INET6:
		return sizeof(struct in6_addr);
	default:
		return 0;
	}
}

bool netlink_ip_none(const union netlink_ip *ip)
{
	static const union netlink_ip none;

	return netlink_ip_equal(ip, &none);
}

bool netlink_ip_equal(const union netlink_ip *a, const union netlink_ip *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool netlink_ip_match(
	const union netlink_ip *a, const union netlink_ip *b, unsigned bits)
{
	unsigned bytes = bits / 8;
	unsigned rest = bits % 8;

	if (memcmp(a->bytes, b->bytes, bytes) != 0)
		return false;
	return rest == 0 ||
	       (a->bytes[bytes] ^ b->bytes[bytes]) >> (8 - rest) == 0;
}

void netlink_ip_mask(union netlink_ip *ip, unsigned bits)
{
	unsigned bytes = bits / 8;

	if (bytes >= sizeof(ip->bytes))
		return;
	ip->bytes[bytes] &= (uint8_t)(0xff00 >> bits % 8);
	memset(ip->bytes + bytes + 1, 0, sizeof(ip->bytes) - bytes - 1);
}
