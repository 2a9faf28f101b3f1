/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * support_netlink_test.h - a stack of tables behind a netlink server
 *
 * It has lo (1, down) and v0 (2, down, 02:00:00:00:00:01).
 */
#ifndef SUPPORT_NETLINK_TEST_H
#define SUPPORT_NETLINK_TEST_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>

#include "netlink_server.h"
#include "netlink_tables.h"

#define REPLIES_SIZE (1 << 20)

struct fixture {
	struct netlink_tables *tables;
	struct netlink_server *server;
	struct netlink_socket socket;
	/* what came back, one after the other */
	_Alignas(8) char replies[REPLIES_SIZE];
	size_t size, datagrams, longest;
	int emit_error; /* what the receiver answers */
	/* notifications */
	char notices[REPLIES_SIZE];
	size_t notices_size;
	unsigned groups[64], group_count;
	/* hooks */
	int apply_error;
	unsigned applied, changed;
};

static inline int fixture_emit(void *ctx, const void *bytes, size_t size)
{
	struct fixture *fixture = ctx;

	if (fixture->emit_error)
		return fixture->emit_error;
	assert_true(fixture->size + size <= REPLIES_SIZE);
	memcpy(fixture->replies + fixture->size, bytes, size);
	fixture->size += size;
	fixture->datagrams++;
	if (size > fixture->longest)
		fixture->longest = size;
	return 0;
}

static inline void fixture_publish(void *ctx, unsigned group, uint32_t except,
	const void *bytes, size_t size)
{
	struct fixture *fixture = ctx;

	(void)except;
	memcpy(fixture->notices + fixture->notices_size, bytes, size);
	fixture->notices_size += size;
	fixture->groups[fixture->group_count++ % 64] = group;
}

static inline int fixture_prepare(
	void *ctx, struct netlink_link *link, const char **why)
{
	(void)ctx;
	if (strcmp(link->kind, "vde") == 0)
		return 0;
	*why = "Unknown device type";
	return -EOPNOTSUPP;
}

static inline int fixture_apply(
	void *ctx, const struct netlink_event *event, const char **why)
{
	struct fixture *fixture = ctx;

	(void)event;
	fixture->applied++;
	if (fixture->apply_error)
		*why = "the stack says no";
	return fixture->apply_error;
}

static inline void fixture_changed(void *ctx, const struct netlink_event *event)
{
	struct fixture *fixture = ctx;

	fixture->changed++;
	if (fixture->server)
		netlink_tables_notify(fixture->server, event);
}

/* A listener, a connection of it, an IPv6 datagram socket. */
static inline int fixture_sock_each(
	void *ctx, netlink_sock_visit *visit, void *visit_ctx)
{
	struct netlink_sock sock = { .family = AF_INET,
		.protocol = IPPROTO_TCP,
		.state = 10,
		.sport = htons(80),
		.wqueue = 128,
		.uid = 1000,
		.inode = 77,
		.cookie = 0x100000001 };
	int end = visit(visit_ctx, &sock);

	(void)ctx;
	if (end)
		return end;
	sock.state = 1;
	sock.src = (union netlink_ip){ { 10, 1, 2, 3 } };
	sock.dst = (union netlink_ip){ { 10, 1, 2, 4 } };
	sock.dport = htons(5555);
	sock.wqueue = 3;
	sock.cookie = 2;
	end = visit(visit_ctx, &sock);
	if (end)
		return end;
	sock = (struct netlink_sock){ .family = AF_INET6,
		.protocol = IPPROTO_UDP,
		.state = 7,
		.sport = htons(53),
		.cookie = 3 };
	sock.src.v6 = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
	return visit(visit_ctx, &sock);
}

static const struct netlink_tables_hooks fixture_hooks = {
	.prepare = fixture_prepare,
	.apply = fixture_apply,
	.changed = fixture_changed,
	.sock_each = fixture_sock_each,
};

static inline int fixture_new(void **state)
{
	const struct netlink_link v0 = {
		.index = 2,
		.name = "v0",
		.type = 1,
		.flags = IFF_BROADCAST | IFF_MULTICAST,
		.mtu = 1500,
		.min_mtu = 68,
		.max_mtu = 65535,
		.txqlen = 1000,
		.hwaddr_size = 6,
		.hwaddr = { 2, 0, 0, 0, 0, 1 },
		.hwbroadcast = { 255, 255, 255, 255, 255, 255 },
	};
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->tables = netlink_tables_new(&fixture_hooks, fixture);
	assert_int_equal(netlink_tables_loopback_add(fixture->tables), 1);
	assert_int_equal(netlink_tables_link_add(fixture->tables, &v0), 2);
	fixture->server = netlink_server_new(
		&netlink_tables_ops, fixture->tables, fixture_publish, fixture);
	netlink_socket_init(&fixture->socket, NETLINK_ROUTE, true);
	fixture->socket.port = 4711;
	fixture->changed = 0;
	*state = fixture;
	return 0;
}

static inline int fixture_free(void **state)
{
	struct fixture *fixture = *state;

	netlink_server_free(fixture->server);
	netlink_tables_free(fixture->tables);
	free(fixture);
	return 0;
}

/* --- requests ------------------------------------------------------------- */

struct message {
	union {
		struct nlmsghdr header;
		char bytes[8192];
	};
};

/* Begins a message; returns the family's header of @size bytes. */
static inline void *message_init(
	struct message *message, uint16_t type, uint16_t flags, size_t size)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(message->bytes);

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = 42;
	return mnl_nlmsg_put_extra_header(header, size);
}

/* Forgets what came before, sends, returns the server's result. */
static inline int fixture_send(
	struct fixture *fixture, const void *bytes, size_t size)
{
	fixture->size = fixture->datagrams = fixture->longest = 0;
	fixture->notices_size = fixture->group_count = 0;
	return netlink_server_receive(fixture->server, &fixture->socket, bytes,
		size, fixture_emit, fixture);
}

static inline void fixture_ask(
	struct fixture *fixture, const struct message *message)
{
	assert_int_equal(fixture_send(fixture, message->bytes,
				 message->header.nlmsg_len),
		0);
}

/* --- replies -------------------------------------------------------------- */

/* Message @i of the replies; NULL: there are not so many. */
static inline const struct nlmsghdr *fixture_reply(
	const struct fixture *fixture, unsigned i)
{
	const struct nlmsghdr *header = (const void *)fixture->replies;
	int rest = (int)fixture->size;

	for (; mnl_nlmsg_ok(header, rest);
		header = mnl_nlmsg_next(header, &rest))
		if (i-- == 0)
			return header;
	assert_int_equal(rest, 0);
	return NULL;
}

static inline unsigned fixture_replies(const struct fixture *fixture)
{
	unsigned n = 0;

	while (fixture_reply(fixture, n))
		n++;
	return n;
}

/* The only reply is an acknowledgement or error; its code. */
static inline int fixture_code(const struct fixture *fixture)
{
	const struct nlmsghdr *header = fixture_reply(fixture, 0);
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(header);

	assert_int_equal(fixture_replies(fixture), 1);
	assert_int_equal(header->nlmsg_type, NLMSG_ERROR);
	return error->error;
}

/* The attribute of @type of a message whose header has @size bytes. */
static inline const struct nlattr *find_attr(
	const struct nlmsghdr *header, size_t size, unsigned type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, header,
		size) if (mnl_attr_get_type(attr) == type) return attr;
	return NULL;
}

/* --- making things -------------------------------------------------------- */

static inline void set_up(struct fixture *fixture, unsigned index, bool up)
{
	const struct netlink_link_change change = {
		.fields = NETLINK_LINK_FLAGS,
		.flags = up ? IFF_UP : 0,
		.flags_mask = IFF_UP,
	};

	assert_int_equal(
		netlink_tables_link_set(fixture->tables, index, &change), 0);
}

static inline union netlink_ip ip_of(int family, const char *text)
{
	union netlink_ip ip = { { 0 } };

	assert_int_equal(inet_pton(family, text, &ip), 1);
	return ip;
}

static inline struct netlink_addr addr_of(const char *text, uint8_t prefixlen)
{
	struct netlink_addr addr = {
		.family = strchr(text, ':') ? AF_INET6 : AF_INET,
		.prefixlen = prefixlen,
		.index = 2,
		.flags = IFA_F_PERMANENT,
		.preferred_s = UINT32_MAX,
		.valid_s = UINT32_MAX,
	};

	addr.local = ip_of(addr.family, text);
	if (addr.family == AF_INET)
		strcpy(addr.label, "v0");
	return addr;
}

static inline int add_addr(
	struct fixture *fixture, const char *text, uint8_t prefixlen)
{
	const struct netlink_addr addr = addr_of(text, prefixlen);

	return netlink_tables_addr_add(fixture->tables, &addr, 0);
}

static inline int del_addr(
	struct fixture *fixture, const char *text, uint8_t prefixlen)
{
	const struct netlink_addr addr = addr_of(text, prefixlen);

	return netlink_tables_addr_del(fixture->tables, &addr);
}

static inline struct netlink_route route_of(int family, const char *dst,
	uint8_t len, const char *gateway, unsigned oif)
{
	struct netlink_route route = {
		.family = (uint8_t)family,
		.dst_len = len,
		.protocol = RTPROT_BOOT,
		.type = RTN_UNICAST,
		.table = RT_TABLE_MAIN,
		.oif = oif,
	};

	route.dst = ip_of(family, dst);
	if (gateway)
		route.gateway = ip_of(family, gateway);
	if (!gateway && family == AF_INET)
		route.scope = RT_SCOPE_LINK;
	return route;
}

#endif
