/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "families.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct word {
	const char *word;
	int family;
};

/* The first word of a number is the one shown to users. */
static const struct word words[] = {
	{ "unspec", PF_UNSPEC },
	{ "unix", PF_UNIX },
	{ "local", PF_LOCAL },
	{ "file", PF_FILE },
	{ "inet", PF_INET },
	{ "ax25", PF_AX25 },
	{ "ipx", PF_IPX },
	{ "appletalk", PF_APPLETALK },
	{ "netrom", PF_NETROM },
	{ "bridge", PF_BRIDGE },
	{ "atmpvc", PF_ATMPVC },
	{ "x25", PF_X25 },
	{ "inet6", PF_INET6 },
	{ "rose", PF_ROSE },
	{ "decnet", PF_DECnet },
	{ "netbeui", PF_NETBEUI },
	{ "security", PF_SECURITY },
	{ "key", PF_KEY },
	{ "netlink", PF_NETLINK },
	{ "route", PF_ROUTE },
	{ "packet", PF_PACKET },
	{ "ash", PF_ASH },
	{ "econet", PF_ECONET },
	{ "atmsvc", PF_ATMSVC },
	{ "rds", PF_RDS },
	{ "sna", PF_SNA },
	{ "irda", PF_IRDA },
	{ "pppox", PF_PPPOX },
	{ "wanpipe", PF_WANPIPE },
	{ "llc", PF_LLC },
	{ "ib", PF_IB },
	{ "mpls", PF_MPLS },
	{ "can", PF_CAN },
	{ "tipc", PF_TIPC },
	{ "bluetooth", PF_BLUETOOTH },
	{ "iucv", PF_IUCV },
	{ "rxrpc", PF_RXRPC },
	{ "isdn", PF_ISDN },
	{ "phonet", PF_PHONET },
	{ "ieee802154", PF_IEEE802154 },
	{ "caif", PF_CAIF },
	{ "alg", PF_ALG },
	{ "nfc", PF_NFC },
	{ "vsock", PF_VSOCK },
	{ "kcm", PF_KCM },
	{ "qipcrtr", PF_QIPCRTR },
	{ "smc", PF_SMC },
	{ "xdp", PF_XDP },
	{ "mctp", PF_MCTP },
};

/* Words for a list of the words above. */
static const struct {
	const char *word;
	const char *list;
} groups[] = {
	{ "ip", "inet,inet6,netlink,packet" },
	{ "ipv4", "inet" },
	{ "ip4", "inet" },
	{ "ipv6", "inet6" },
	{ "ip6", "inet6" },
	{ "bt", "bluetooth" },
	{ "ir", "irda" },
};

#define N_ELEMENTS(array) (sizeof(array) / sizeof(*(array)))

static bool equals(const char *word, const char *text, size_t len)
{
	return strlen(word) == len && memcmp(word, text, len) == 0;
}

/* A number that fits into a sa_family_t, or -1. */
static int parse_number(const char *text, size_t len)
{
	int number = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
		if (number > 0xffff)
			return -1;
	}
	return len > 0 ? number : -1;
}

static int find_family(const char *text, size_t len)
{
	for (size_t i = 0; i < N_ELEMENTS(words); i++)
		if (equals(words[i].word, text, len))
			return words[i].family;
	return parse_number(text, len);
}

static const char *find_group(const char *text, size_t len)
{
	for (size_t i = 0; i < N_ELEMENTS(groups); i++)
		if (equals(groups[i].word, text, len))
			return groups[i].list;
	return NULL;
}

static int add_family(struct families *f, int family)
{
	for (size_t i = 0; i < f->len; i++)
		if (f->family[i] == family)
			return 0;
	if (f->len == FAMILIES_MAX)
		return -ENOSPC;
	f->family[f->len++] = family;
	return 0;
}

static int add_word(struct families *f, const char *text, size_t len)
{
	const char *group = find_group(text, len);
	const char *bad;
	int bad_len, family;

	if (group)
		return families_parse(f, group, &bad, &bad_len);
	family = find_family(text, len);
	return family < 0 ? -EINVAL : add_family(f, family);
}

int families_parse(
	struct families *f, const char *list, const char **bad, int *bad_len)
{
	for (;;) {
		size_t len = strcspn(list, ",");
		int err = add_word(f, list, len);

		if (err) {
			*bad = list;
			*bad_len = (int)len;
			return err;
		}
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

const char *families_word(int family)
{
	for (size_t i = 0; i < N_ELEMENTS(words); i++)
		if (words[i].family == family)
			return words[i].word;
	return NULL;
}
