/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "configure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ioth.h"
#include "spec.h"

#define FIRST_INTERFACE "vde0"

struct target {
	char ifname[IFNAMSIZ];
};

struct address {
	int family;
	unsigned char bytes[sizeof(struct in6_addr)];
	int prefixlen;
};

static int max_prefix(int family)
{
	return family == AF_INET ? 32 : 128;
}

/* ADDR or ADDR/LEN. */
static int parse_address(const char *text, struct address *a)
{
	char copy[INET6_ADDRSTRLEN + 4], *slash, *end;

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = '\0';
	a->family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(a->family, copy, a->bytes) != 1)
		return -EINVAL;
	a->prefixlen = max_prefix(a->family);
	if (!slash)
		return 0;
	a->prefixlen = (int)strtol(slash, &end, 10);
	return *end || end == slash || a->prefixlen < 0 ||
			       a->prefixlen > max_prefix(a->family)
		       ? -EINVAL
		       : 0;
}

static int index_of(const struct target *t)
{
	int index = nlinline_if_nametoindex(t->ifname);

	return index < 0 ? -errno : index;
}

static int set_up(int index)
{
	return nlinline_linksetupdown((unsigned int)index, 1) < 0 ? -errno : 0;
}

static int do_iface(struct target *t, const char *value)
{
	if (!*value || strlen(value) >= sizeof(t->ifname))
		return -EINVAL;
	strcpy(t->ifname, value);
	return 0;
}

static int do_ip(struct target *t, const char *value)
{
	struct address a;
	int err = parse_address(value, &a), index = index_of(t);

	if (err || index < 0)
		return err ? err : index;
	if (nlinline_ipaddr_add(a.family, a.bytes, a.prefixlen, index) < 0)
		return -errno;
	return set_up(index);
}

static int do_gw(struct target *t, const char *value)
{
	struct address a;
	int err = parse_address(value, &a), index = index_of(t);

	if (!err && a.prefixlen != max_prefix(a.family))
		err = -EINVAL;
	if (err || index < 0)
		return err ? err : index;
	err = set_up(index);
	if (err)
		return err;
	return nlinline_iproute_add(a.family, NULL, 0, a.bytes, index) < 0
		       ? -errno
		       : 0;
}

static const struct {
	const char *prefix;
	int (*run)(struct target *t, const char *value);
} words[] = {
	{ "iface=", do_iface },
	{ "ip=", do_ip },
	{ "gw=", do_gw },
};

#define WORDS (sizeof(words) / sizeof(words[0]))

/* Row of @word in the table, WORDS if it has none. */
static size_t find(const char *word)
{
	size_t i;

	for (i = 0; i < WORDS; i++)
		if (!strncmp(word, words[i].prefix, strlen(words[i].prefix)))
			break;
	return i;
}

bool configure_knows(const char *word)
{
	return find(word) < WORDS;
}

static int run(struct target *t, const char *word)
{
	size_t i = find(word);

	return words[i].run(t, word + strlen(words[i].prefix));
}

int configure(const struct spec *spec, char *why, size_t size)
{
	struct target t = { FIRST_INTERFACE };
	int lo = nlinline_if_nametoindex("lo"), err = 0;
	size_t i;

	/* A stack of another session is set up, or not, by its owner. */
	if (lo > 0 && spec->source[0] != '/')
		set_up(lo);
	for (i = 0; i < spec->config_len && !err; i++) {
		err = run(&t, spec->config[i]);
		if (err)
			snprintf(why, size, "%s: %s", spec->config[i],
				strerror(-err));
	}
	return err;
}
