/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of netlink: acknowledgements, dumps, strictness, notifications. */
#include "support_netlink_test.h"

/* Sends a message of @type with a zero header of @size bytes. */
static void ask(
	struct fixture *fixture, uint16_t type, uint16_t flags, size_t size)
{
	struct message message;

	message_init(&message, type, flags, size);
	fixture_ask(fixture, &message);
}

static const char *text_of(const struct nlmsghdr *header, size_t size)
{
	const struct nlattr *attr = find_attr(header, size, NLMSGERR_ATTR_MSG);

	return attr ? mnl_attr_get_str(attr) : "";
}

/* --- acknowledgements ----------------------------------------------------- */

static void newlink_probe(void **state)
{
	ask(*state, RTM_NEWLINK, NLM_F_ACK, sizeof(struct ifinfomsg));
	assert_int_equal(fixture_code(*state), -ENODEV);
}

static void error_quotes_request(void **state)
{
	struct fixture *fixture = *state;
	const struct nlmsghdr *header;

	ask(fixture, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	header = fixture_reply(fixture, 0);
	assert_int_equal(header->nlmsg_flags, 0);
	assert_int_equal(header->nlmsg_seq, 42);
	assert_int_equal(header->nlmsg_pid, 4711);
	assert_int_equal(header->nlmsg_len,
		NLMSG_LENGTH(4 + NLMSG_LENGTH(sizeof(struct ifinfomsg))));
	fixture->socket.cap_ack = true;
	ask(fixture, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	header = fixture_reply(fixture, 0);
	assert_int_equal(header->nlmsg_flags, NLM_F_CAPPED);
	assert_int_equal(
		header->nlmsg_len, NLMSG_LENGTH(sizeof(struct nlmsgerr)));
}

static void ack_only_if_wanted(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	struct ifinfomsg *info =
		message_init(&message, RTM_NEWLINK, NLM_F_ACK, sizeof(*info));

	info->ifi_index = 2;
	info->ifi_flags = info->ifi_change = IFF_UP;
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_code(fixture), 0);
	assert_int_equal(fixture_reply(fixture, 0)->nlmsg_flags, NLM_F_CAPPED);
	message.header.nlmsg_flags &= (uint16_t)~NLM_F_ACK;
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_replies(fixture), 0);
}

static void error_text_if_wanted(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	struct ifinfomsg *info =
		message_init(&message, RTM_NEWLINK, 0, sizeof(*info));
	size_t quoted;

	info->ifi_index = 2;
	mnl_attr_put_u32(&message.header, IFLA_MTU, 50);
	quoted = 4 + message.header.nlmsg_len;
	fixture_ask(fixture, &message);
	assert_false(fixture_reply(fixture, 0)->nlmsg_flags & NLM_F_ACK_TLVS);
	fixture->socket.ext_ack = true;
	fixture_ask(fixture, &message);
	assert_true(fixture_reply(fixture, 0)->nlmsg_flags & NLM_F_ACK_TLVS);
	assert_string_equal(text_of(fixture_reply(fixture, 0), quoted),
		"mtu less than device minimum");
}

static void malformed_attribute_is_shown(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	const struct nlattr *offset;
	size_t quoted;

	message_init(&message, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put(&message.header, IFLA_MTU, 2, "ab");
	fixture->socket.ext_ack = true;
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_code(fixture), -ERANGE);
	quoted = 4 + message.header.nlmsg_len;
	offset = find_attr(
		fixture_reply(fixture, 0), quoted, NLMSGERR_ATTR_OFFS);
	assert_int_equal(mnl_attr_get_u32(offset),
		NLMSG_LENGTH(sizeof(struct ifinfomsg)));
}

static void change_without_right(void **state)
{
	struct fixture *fixture = *state;

	fixture->socket.may_change = false;
	ask(fixture, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	assert_int_equal(fixture_code(fixture), -EPERM);
	ask(fixture, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	assert_int_equal(fixture_reply(fixture, 0)->nlmsg_type, RTM_NEWLINK);
}

static void what_a_stack_does_not_have(void **state)
{
	static const uint16_t types[] = { RTM_GETRULE, RTM_GETQDISC,
		RTM_GETNETCONF, RTM_GETNEIGHTBL, RTM_GETMULTICAST, RTM_GETNSID,
		RTM_NEWRULE, RTM_GETNEXTHOP, 1000 };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		ask(*state, types[i], NLM_F_DUMP, sizeof(struct rtmsg));
		assert_int_equal(fixture_code(*state), -EOPNOTSUPP);
		ask(*state, types[i], 0, sizeof(struct rtmsg));
		assert_int_equal(fixture_code(*state), -EOPNOTSUPP);
	}
}

static void absent_operation(void **state)
{
	static const struct netlink_stack_ops nothing = {
		.version = NETLINK_OPS_VERSION,
	};
	struct fixture *fixture = *state;

	netlink_server_free(fixture->server);
	fixture->server = netlink_server_new(&nothing, NULL, NULL, NULL);
	for (uint16_t type = RTM_BASE; type <= RTM_MAX; type++) {
		ask(fixture, type, NLM_F_DUMP, sizeof(struct ifinfomsg));
		assert_true(fixture_code(fixture) < 0);
	}
	ask(fixture, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	assert_int_equal(fixture_code(fixture), -EOPNOTSUPP);
}

static void no_request_is_ignored(void **state)
{
	struct fixture *fixture = *state;
	struct message message;

	message_init(&message, RTM_GETLINK, NLM_F_DUMP, 16);
	message.header.nlmsg_flags = NLM_F_DUMP;
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_replies(fixture), 0);
	message_init(&message, NLMSG_NOOP, NLM_F_ACK, 0);
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_code(fixture), 0);
}

static void several_in_one_datagram(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	char both[256] = { 0 };
	size_t size;

	message_init(&message, RTM_NEWLINK, NLM_F_ACK, 16);
	size = message.header.nlmsg_len;
	memcpy(both, message.bytes, size);
	message.header.nlmsg_seq = 43;
	memcpy(both + size, message.bytes, size);
	/* zeros behind the last one, as ip sends them */
	assert_int_equal(fixture_send(fixture, both, sizeof(both)), 0);
	assert_int_equal(fixture_replies(fixture), 2);
	assert_int_equal(fixture->datagrams, 2);
	assert_int_equal(fixture_reply(fixture, 1)->nlmsg_seq, 43);
}

static void lying_length_ends_datagram(void **state)
{
	struct fixture *fixture = *state;
	struct message message;

	message_init(&message, RTM_NEWLINK, NLM_F_ACK, 16);
	message.header.nlmsg_len++;
	assert_int_equal(fixture_send(fixture, message.bytes, 32), 0);
	assert_int_equal(fixture_replies(fixture), 0);
	message.header.nlmsg_len = 15;
	assert_int_equal(fixture_send(fixture, message.bytes, 32), 0);
	assert_int_equal(fixture_send(fixture, message.bytes, 0), 0);
	assert_int_equal(fixture_replies(fixture), 0);
}

static void receiver_is_full(void **state)
{
	struct fixture *fixture = *state;
	struct message message;

	message_init(&message, RTM_GETLINK, NLM_F_DUMP, 16);
	fixture->emit_error = -ENOBUFS;
	assert_int_equal(fixture_send(fixture, message.bytes, 32), -ENOBUFS);
	message_init(&message, RTM_NEWLINK, NLM_F_ACK, 16);
	assert_int_equal(fixture_send(fixture, message.bytes, 32), -ENOBUFS);
}

/* --- dumps ---------------------------------------------------------------- */

static void dump_ends_with_done(void **state)
{
	struct fixture *fixture = *state;
	const struct nlmsghdr *done;

	ask(fixture, RTM_GETLINK, NLM_F_DUMP, 1); /* as glibc's, 20 bytes */
	assert_int_equal(fixture_replies(fixture), 3);
	done = fixture_reply(fixture, 2);
	assert_int_equal(done->nlmsg_type, NLMSG_DONE);
	assert_int_equal(done->nlmsg_len, NLMSG_LENGTH(4));
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(
			fixture_reply(fixture, i)->nlmsg_flags, NLM_F_MULTI);
		assert_int_equal(fixture_reply(fixture, i)->nlmsg_pid, 4711);
	}
}

static void dump_in_pages(void **state)
{
	struct fixture *fixture = *state;
	unsigned replies;

	for (unsigned i = 0; i < 200; i++) {
		char text[16];

		snprintf(text, sizeof(text), "10.0.%u.1", i);
		assert_int_equal(add_addr(fixture, text, 24), 0);
	}
	ask(fixture, RTM_GETADDR, NLM_F_DUMP, 1);
	replies = fixture_replies(fixture);
	assert_int_equal(replies, 201);
	assert_true(fixture->datagrams > 1);
	assert_true(fixture->longest <= 3776);
	fixture->socket.receive_size = 32768;
	ask(fixture, RTM_GETADDR, NLM_F_DUMP, 1);
	assert_int_equal(fixture_replies(fixture), replies);
	assert_int_equal(fixture->datagrams, 1);
}

static void strict_dump_refuses(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	struct ifinfomsg *info =
		message_init(&message, RTM_GETLINK, NLM_F_DUMP, sizeof(*info));
	const struct nlmsghdr *done;

	fixture->socket.ext_ack = true;
	info->ifi_index = 2;
	fixture_ask(fixture, &message); /* not strict: ignored */
	assert_int_equal(fixture_replies(fixture), 3);
	fixture->socket.strict = true;
	fixture_ask(fixture, &message);
	done = fixture_reply(fixture, 0);
	assert_int_equal(done->nlmsg_type, NLMSG_DONE);
	assert_int_equal(*(int *)mnl_nlmsg_get_payload(done), -EINVAL);
	assert_string_equal(text_of(done, sizeof(int)),
		"Filter by device index not supported for link dumps");
	info->ifi_index = 0;
	mnl_attr_put_u32(&message.header, IFLA_MTU, 1);
	fixture_ask(fixture, &message);
	assert_string_equal(text_of(fixture_reply(fixture, 0), sizeof(int)),
		"Unsupported attribute in link dump request");
}

static void strict_addr_dump_filters(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	struct ifaddrmsg *msg =
		message_init(&message, RTM_GETADDR, NLM_F_DUMP, sizeof(*msg));

	set_up(fixture, 1, true);
	add_addr(fixture, "10.1.2.3", 24);
	msg->ifa_index = 2;
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_replies(fixture), 4);
	fixture->socket.strict = true;
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_replies(fixture), 2);
	assert_int_equal(fixture_reply(fixture, 0)->nlmsg_flags,
		NLM_F_MULTI | NLM_F_DUMP_FILTERED);
	msg->ifa_index = 9;
	fixture_ask(fixture, &message);
	assert_int_equal(
		*(int *)mnl_nlmsg_get_payload(fixture_reply(fixture, 0)),
		-ENODEV);
}

static void getlink_without_stats(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	struct ifinfomsg *info =
		message_init(&message, RTM_GETLINK, 0, sizeof(*info));

	info->ifi_index = 2;
	fixture_ask(fixture, &message);
	assert_non_null(find_attr(
		fixture_reply(fixture, 0), sizeof(*info), IFLA_STATS64));
	mnl_attr_put_u32(
		&message.header, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	fixture_ask(fixture, &message);
	assert_null(find_attr(
		fixture_reply(fixture, 0), sizeof(*info), IFLA_STATS64));
}

/* --- links ---------------------------------------------------------------- */

static void put_vde(struct message *message, const char *vnl)
{
	struct nlattr *info =
		mnl_attr_nest_start(&message->header, IFLA_LINKINFO);
	struct nlattr *data;

	mnl_attr_put_strz(&message->header, IFLA_INFO_KIND, "vde");
	data = mnl_attr_nest_start(&message->header, IFLA_INFO_DATA);
	mnl_attr_put_strz(&message->header, 1, vnl);
	mnl_attr_nest_end(&message->header, data);
	mnl_attr_nest_end(&message->header, info);
}

static void newlink_vde(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	const struct netlink_link *link;

	message_init(&message, RTM_NEWLINK,
		NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
		sizeof(struct ifinfomsg));
	put_vde(&message, "vde:///tmp/sw");
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_code(fixture), 0);
	link = netlink_tables_link_named(fixture->tables, "vde0");
	assert_non_null(link);
	assert_string_equal(link->vnl, "vde:///tmp/sw");
	assert_int_equal(fixture->groups[0], RTNLGRP_LINK);
	fixture->apply_error = -ECONNREFUSED;
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_code(fixture), -ECONNREFUSED);
	assert_null(netlink_tables_link_named(fixture->tables, "vde1"));
}

static void refused_attributes(void **state)
{
	static const uint16_t types[] = { IFLA_NET_NS_PID, IFLA_NET_NS_FD,
		IFLA_MASTER, IFLA_AF_SPEC };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct message message;
		struct ifinfomsg *info =
			message_init(&message, RTM_NEWLINK, 0, sizeof(*info));

		info->ifi_index = 2;
		mnl_attr_put_u32(&message.header, types[i], 1);
		fixture_ask(*state, &message);
		assert_int_equal(fixture_code(*state), -EOPNOTSUPP);
	}
}

/* Of two messages the second one has to be asked again. */
static void what_takes_time_is_left(void **state)
{
	struct fixture *fixture = *state;
	struct message first, second;
	char both[sizeof(first) * 2];
	size_t len;

	message_init(&first, RTM_GETLINK, NLM_F_ACK, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&first.header, IFLA_IFNAME, "v0");
	message_init(&second, RTM_NEWLINK, NLM_F_CREATE | NLM_F_ACK,
		sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&second.header, IFLA_IFNAME, "vde1");
	put_vde(&second, "vde:///tmp/sw");
	len = first.header.nlmsg_len;
	memcpy(both, first.bytes, len);
	memcpy(both + len, second.bytes, second.header.nlmsg_len);
	fixture->apply_error = -ERESTART;
	assert_int_equal(
		fixture_send(fixture, both, len + second.header.nlmsg_len),
		second.header.nlmsg_len);
	assert_int_equal(fixture_replies(fixture), 2); /* v0, and ACK */
	fixture->apply_error = 0;
	fixture_ask(fixture, &second);
	assert_int_equal(fixture_code(fixture), 0);
	assert_non_null(netlink_tables_link_named(fixture->tables, "vde1"));
}

/* --- notifications -------------------------------------------------------- */

static void changes_are_announced(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	struct ifaddrmsg *msg =
		message_init(&message, RTM_NEWADDR, NLM_F_CREATE, sizeof(*msg));
	const struct nlmsghdr *notice = (const void *)fixture->notices;

	set_up(fixture, 2, true);
	msg->ifa_family = AF_INET;
	msg->ifa_prefixlen = 24;
	msg->ifa_index = 2;
	mnl_attr_put_u32(&message.header, IFA_LOCAL, htonl(0x0a010203));
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_replies(fixture), 0);
	/* the address; local, connected, broadcast routes */
	assert_int_equal(fixture->group_count, 4);
	assert_int_equal(fixture->groups[0], RTNLGRP_IPV4_IFADDR);
	assert_int_equal(fixture->groups[3], RTNLGRP_IPV4_ROUTE);
	assert_int_equal(notice->nlmsg_type, RTM_NEWADDR);
	assert_int_equal(notice->nlmsg_pid, 4711);
	assert_int_equal(notice->nlmsg_seq, 42);
	netlink_tables_set_carrier(fixture->tables, 2, false);
	assert_int_equal(fixture->groups[4], RTNLGRP_LINK);
}

static void echo_comes_back(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	struct ifinfomsg *info = message_init(
		&message, RTM_NEWLINK, NLM_F_ECHO | NLM_F_ACK, sizeof(*info));

	info->ifi_index = 2;
	mnl_attr_put_u32(&message.header, IFLA_MTU, 1400);
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_replies(fixture), 2);
	assert_int_equal(fixture_reply(fixture, 0)->nlmsg_type, RTM_NEWLINK);
	assert_int_equal(fixture_reply(fixture, 1)->nlmsg_type, NLMSG_ERROR);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_new, fixture_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(newlink_probe),
		TEST(error_quotes_request),
		TEST(ack_only_if_wanted),
		TEST(error_text_if_wanted),
		TEST(malformed_attribute_is_shown),
		TEST(change_without_right),
		TEST(what_a_stack_does_not_have),
		TEST(absent_operation),
		TEST(no_request_is_ignored),
		TEST(several_in_one_datagram),
		TEST(lying_length_ends_datagram),
		TEST(receiver_is_full),
		TEST(dump_ends_with_done),
		TEST(dump_in_pages),
		TEST(strict_dump_refuses),
		TEST(strict_addr_dump_filters),
		TEST(getlink_without_stats),
		TEST(newlink_vde),
		TEST(what_takes_time_is_left),
		TEST(refused_attributes),
		TEST(changes_are_announced),
		TEST(echo_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
