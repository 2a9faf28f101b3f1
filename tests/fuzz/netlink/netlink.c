/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz target: what a guest writes to a netlink socket, and ioctls.
 *
 * The first byte of the input says which: bit 0 NETLINK_SOCK_DIAG, bit 1
 * strict, bit 2 extended acks, bit 3 capped acks, bit 4 no right to change,
 * bit 5 an ioctl (the second byte is the request's, then its structure). The
 * rest is the datagram. What comes back must be well-formed, and bounded.
 */
#include <net/route.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <libmnl/libmnl.h>

#include "fuzz.h"
#include "netlink_server.h"
#include "netlink_tables.h"
#include "procnet.h"

enum {
	DIAG = 1,
	STRICT = 2,
	EXT_ACK = 4,
	CAP_ACK = 8,
	HUMBLE = 16,
	IOCTL = 32
};

/* More than any request may bring: the tables of this test are small. */
#define MAX_REPLIES 100000

static void check(const void *bytes, size_t size)
{
	const struct nlmsghdr *header = bytes;
	int rest = (int)size;

	for (; mnl_nlmsg_ok(header, rest);
		header = mnl_nlmsg_next(header, &rest))
		;
	if (rest != 0)
		abort();
}

static int count(void *ctx, const void *bytes, size_t size)
{
	unsigned *replies = ctx;

	check(bytes, size);
	if (++*replies > MAX_REPLIES)
		abort();
	return 0;
}

static void publish(void *ctx, unsigned group, uint32_t except,
	const void *bytes, size_t size)
{
	(void)ctx;
	(void)group;
	(void)except;
	check(bytes, size);
}

/* --- a stack -------------------------------------------------------------- */

struct stack {
	struct netlink_tables *tables;
	struct netlink_server *server;
};

static void changed(void *ctx, const struct netlink_event *event)
{
	const struct stack *stack = ctx;

	if (stack->server)
		netlink_tables_notify(stack->server, event);
}

static int prepare(void *ctx, struct netlink_link *link, const char **why)
{
	(void)ctx;
	*why = "only vde";
	return strcmp(link->kind, "vde") == 0 ? 0 : -95;
}

static int sock_each(void *ctx, netlink_sock_visit *visit, void *visit_ctx)
{
	struct netlink_sock sock = { .family = AF_INET,
		.protocol = IPPROTO_TCP,
		.state = 10,
		.sport = 80,
		.cookie = 1 };
	int end = visit(visit_ctx, &sock);

	(void)ctx;
	if (end)
		return end;
	sock.family = AF_INET6;
	sock.protocol = IPPROTO_UDP;
	sock.state = 7;
	return visit(visit_ctx, &sock);
}

static int sock_destroy(void *ctx, uint64_t cookie)
{
	(void)ctx;
	return cookie == 1 ? 0 : -2;
}

static const struct netlink_tables_hooks hooks = {
	.prepare = prepare,
	.changed = changed,
	.sock_each = sock_each,
	.sock_destroy = sock_destroy,
};

static void add_addr(struct netlink_tables *tables, uint8_t family,
	uint8_t prefixlen, uint8_t first)
{
	const struct netlink_addr addr = {
		.family = family,
		.prefixlen = prefixlen,
		.index = 2,
		.local.bytes = { first, 1, 2, 3 },
		.label = "v0",
	};

	netlink_tables_addr_add(tables, &addr, 0);
}

static void stack_init(struct stack *stack)
{
	const struct netlink_link link = {
		.index = 2,
		.name = "v0",
		.kind = "vde",
		.vnl = "vde:///tmp/switch",
		.type = 1,
		.flags = IFF_UP | IFF_BROADCAST | IFF_MULTICAST,
		.mtu = 1500,
		.hwaddr_size = 6,
		.hwaddr = { 2, 0, 0, 0, 0, 1 },
	};

	stack->server = NULL;
	stack->tables = netlink_tables_new(&hooks, stack);
	stack->server = netlink_server_new(
		&netlink_tables_ops, stack->tables, publish, NULL);
	netlink_tables_loopback_add(stack->tables);
	netlink_tables_link_add(stack->tables, &link);
	add_addr(stack->tables, AF_INET, 24, 10);
	add_addr(stack->tables, AF_INET6, 64, 0xfd);
}

/* The files show whatever has got into the tables. */
static void stack_fini(struct stack *stack)
{
	const char *name;
	char *text;
	size_t size;

	for (unsigned i = 0; (name = procnet_name(i)); i++)
		if (procnet_text(stack->server, name, &text, &size) == 0)
			free(text);
	netlink_server_free(stack->server);
	netlink_tables_free(stack->tables);
}

/* --- inputs --------------------------------------------------------------- */

static void try_ioctl(struct stack *stack, const uint8_t *data, size_t size)
{
	union {
		struct ifconf conf;
		struct rtentry route;
		char bytes[256];
	} arg = { .bytes = { 0 } };
	unsigned long request = 0x8900u + (size > 0 ? data[0] : 0);
	char ifreqs[3 * sizeof(struct ifreq)];
	char device[IFNAMSIZ] = "v0";

	if (size > 1)
		memcpy(&arg, data + 1,
			size - 1 < sizeof(arg) ? size - 1 : sizeof(arg));
	if (request == SIOCGIFCONF) {
		arg.conf.ifc_len = sizeof(ifreqs);
		arg.conf.ifc_buf = size > 2 ? ifreqs : NULL;
	}
	if (request == SIOCADDRT || request == SIOCDELRT)
		arg.route.rt_dev = size > 2 ? device : NULL;
	netlink_ioctl(stack->server, request, &arg);
}

static void try_datagram(
	struct stack *stack, unsigned config, const uint8_t *data, size_t size)
{
	struct netlink_socket from;
	unsigned replies = 0;

	netlink_socket_init(&from,
		config & DIAG ? NETLINK_SOCK_DIAG : NETLINK_ROUTE,
		!(config & HUMBLE));
	from.port = 1234;
	from.strict = config & STRICT;
	from.ext_ack = config & EXT_ACK;
	from.cap_ack = config & CAP_ACK;
	netlink_server_receive(
		stack->server, &from, data, size, count, &replies);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stack stack;

	if (size == 0)
		return 0;
	stack_init(&stack);
	if (data[0] & IOCTL)
		try_ioctl(&stack, data + 1, size - 1);
	else
		try_datagram(&stack, data[0], data + 1, size - 1);
	stack_fini(&stack);
	return 0;
}
