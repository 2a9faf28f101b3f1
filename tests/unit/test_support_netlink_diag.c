/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sock_diag: what ss asks. */
#include "support_netlink_test.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

static int setup(void **state)
{
	struct fixture *fixture;

	fixture_new(state);
	fixture = *state;
	netlink_socket_init(&fixture->socket, NETLINK_SOCK_DIAG, true);
	return 0;
}

static struct inet_diag_req_v2 *ask_for(struct message *message, uint16_t type,
	uint16_t flags, uint8_t family, uint8_t protocol)
{
	struct inet_diag_req_v2 *asked =
		message_init(message, type, flags, sizeof(*asked));

	asked->sdiag_family = family;
	asked->sdiag_protocol = protocol;
	asked->idiag_states = UINT32_MAX;
	return asked;
}

static void dump_by_state(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	struct inet_diag_req_v2 *asked = ask_for(&message, SOCK_DIAG_BY_FAMILY,
		NLM_F_DUMP, AF_INET, IPPROTO_TCP);
	const struct inet_diag_msg *msg;

	fixture_ask(fixture, &message);
	assert_int_equal(fixture_replies(fixture), 3);
	asked->idiag_states = 1 << 10;
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_replies(fixture), 2);
	msg = mnl_nlmsg_get_payload(fixture_reply(fixture, 0));
	assert_int_equal(msg->idiag_state, 10);
	assert_int_equal(ntohs(msg->id.idiag_sport), 80);
	assert_int_equal(msg->idiag_inode, 77);
	assert_int_equal(msg->idiag_uid, 1000);
	assert_int_equal(msg->id.idiag_cookie[1], 1);
	asked->idiag_states = UINT32_MAX;
	asked->id.idiag_dport = htons(5555);
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_replies(fixture), 2);
}

static void dump_other_families(void **state)
{
	struct fixture *fixture = *state;
	struct message message;

	ask_for(&message, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_INET6,
		IPPROTO_UDP);
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_replies(fixture), 2);
	ask_for(&message, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_UNIX, 0);
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_code(fixture), -ENOENT);
	ask_for(&message, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, 250, 0);
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_code(fixture), -EINVAL);
}

/* ss asks for TCP in the header, and for MPTCP in an attribute. */
static void protocol_attribute(void **state)
{
	struct fixture *fixture = *state;
	const struct nlmsghdr *done;
	struct message message;

	ask_for(&message, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_INET,
		IPPROTO_TCP);
	mnl_attr_put_u32(
		&message.header, INET_DIAG_REQ_PROTOCOL, IPPROTO_MPTCP);
	fixture_ask(fixture, &message);
	/* a dump that fails says so where it ends */
	assert_int_equal(fixture_replies(fixture), 1);
	done = fixture_reply(fixture, 0);
	assert_int_equal(done->nlmsg_type, NLMSG_DONE);
	assert_int_equal(*(int *)mnl_nlmsg_get_payload(done), -ENOENT);
	ask_for(&message, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_INET,
		IPPROTO_UDP);
	mnl_attr_put_u32(&message.header, INET_DIAG_REQ_PROTOCOL, IPPROTO_TCP);
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_replies(fixture), 3);
}

static void short_request(void **state)
{
	struct message message;

	ask_for(&message, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_INET,
		IPPROTO_TCP);
	message.header.nlmsg_len = NLMSG_LENGTH(20);
	fixture_ask(*state, &message);
	assert_int_equal(fixture_code(*state), -EINVAL);
	message.header.nlmsg_len = NLMSG_LENGTH(1);
	fixture_ask(*state, &message);
	assert_int_equal(fixture_code(*state), -EINVAL);
}

static void one_socket(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	struct inet_diag_req_v2 *asked =
		ask_for(&message, SOCK_DIAG_BY_FAMILY, 0, AF_INET, IPPROTO_TCP);

	asked->id.idiag_sport = htons(80);
	asked->id.idiag_cookie[0] = asked->id.idiag_cookie[1] = UINT32_MAX;
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_replies(fixture), 1);
	assert_int_equal(
		fixture_reply(fixture, 0)->nlmsg_type, SOCK_DIAG_BY_FAMILY);
	asked->id.idiag_sport = htons(81);
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_code(fixture), -ENOENT);
}

static void destroy(void **state)
{
	struct fixture *fixture = *state;
	struct message message;

	ask_for(&message, SOCK_DESTROY, NLM_F_ACK, AF_INET, IPPROTO_TCP);
	fixture->socket.may_change = false;
	fixture_ask(fixture, &message);
	assert_int_equal(fixture_code(fixture), -EPERM);
}

/* 20 is RTM_NEWADDR on the other protocol. */
static void numbers_are_per_protocol(void **state)
{
	struct message message;

	message_init(&message, RTM_GETLINK, NLM_F_DUMP, 16);
	fixture_ask(*state, &message);
	assert_int_equal(fixture_code(*state), -EINVAL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, fixture_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dump_by_state),
		TEST(dump_other_families),
		TEST(protocol_attribute),
		TEST(short_request),
		TEST(one_socket),
		TEST(destroy),
		TEST(numbers_are_per_protocol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
