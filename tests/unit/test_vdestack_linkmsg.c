/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which requests vdestack's link service takes, and that no bytes harm it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include <ioth/linkservice.h>
#include "linkmsg.h"

#define VNL "vde:///tmp/sw"

struct request {
	union {
		struct nlmsghdr nlh;
		char bytes[4096];
	};
};

static void begin(struct request *r)
{
	struct nlmsghdr *nlh;

	memset(r, 0, sizeof(*r));
	nlh = mnl_nlmsg_put_header(r);
	nlh->nlmsg_type = RTM_NEWLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE;
	nlh->nlmsg_seq = 77;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
}

static void put_info(struct request *r, const char *kind, const char *vnl)
{
	struct nlattr *data,
		*info = mnl_attr_nest_start(&r->nlh, IFLA_LINKINFO);

	mnl_attr_put_strz(&r->nlh, IFLA_INFO_KIND, kind);
	data = mnl_attr_nest_start(&r->nlh, IFLA_INFO_DATA);
	if (vnl)
		mnl_attr_put_strz(&r->nlh, IOTH_LINKDATA_VNL, vnl);
	mnl_attr_nest_end(&r->nlh, data);
	mnl_attr_nest_end(&r->nlh, info);
}

static int parse(struct linkmsg *msg, const struct request *r)
{
	return linkmsg_parse(msg, r, r->nlh.nlmsg_len);
}

static void parse_complete_request_succeeds(void **state)
{
	struct request r;
	struct linkmsg msg;

	(void)state;
	begin(&r);
	mnl_attr_put_strz(&r.nlh, IFLA_IFNAME, "eth0");
	put_info(&r, "vde", VNL);
	assert_int_equal(parse(&msg, &r), 0);
	assert_string_equal(msg.ifname, "eth0");
	assert_string_equal(msg.vnl, VNL);
	assert_int_equal(msg.ifindex, 0);
}

static void parse_without_name_leaves_it_empty(void **state)
{
	struct request r;
	struct linkmsg msg;

	(void)state;
	begin(&r);
	((struct ifinfomsg *)mnl_nlmsg_get_payload(&r.nlh))->ifi_index = 9;
	put_info(&r, "vde", VNL);
	assert_int_equal(parse(&msg, &r), 0);
	assert_string_equal(msg.ifname, "");
	assert_int_equal(msg.ifindex, 9);
}

static void parse_other_kind_or_type_is_not_supported(void **state)
{
	struct request r;
	struct linkmsg msg;

	(void)state;
	begin(&r);
	put_info(&r, "dummy", VNL);
	assert_int_equal(parse(&msg, &r), -EOPNOTSUPP);
	begin(&r);
	assert_int_equal(parse(&msg, &r), -EOPNOTSUPP);
	begin(&r);
	put_info(&r, "vde", VNL);
	r.nlh.nlmsg_type = RTM_DELLINK;
	assert_int_equal(parse(&msg, &r), -EOPNOTSUPP);
}

static void parse_no_request_is_bad_message(void **state)
{
	struct request r;
	struct linkmsg msg;

	(void)state;
	begin(&r);
	put_info(&r, "vde", VNL);
	assert_int_equal(linkmsg_parse(&msg, &r, 10), -EBADMSG);
	assert_int_equal(
		linkmsg_parse(&msg, &r, r.nlh.nlmsg_len - 1), -EBADMSG);
	r.nlh.nlmsg_flags = 0;
	assert_int_equal(parse(&msg, &r), -EBADMSG);
}

static void parse_bad_strings_fails(void **state)
{
	char longest[LINKMSG_VNL_MAX + 1];
	struct request r;
	struct linkmsg msg;

	(void)state;
	begin(&r);
	put_info(&r, "vde", NULL);
	assert_int_equal(parse(&msg, &r), -EINVAL);
	begin(&r);
	put_info(&r, "vde", "");
	assert_int_equal(parse(&msg, &r), -EINVAL);
	begin(&r);
	memset(longest, 'x', sizeof(longest));
	longest[LINKMSG_VNL_MAX] = '\0';
	put_info(&r, "vde", longest);
	assert_int_equal(parse(&msg, &r), -ENAMETOOLONG);
	begin(&r);
	mnl_attr_put(&r.nlh, IFLA_IFNAME, 4, "eth0"); /* no NUL */
	put_info(&r, "vde", VNL);
	assert_int_equal(parse(&msg, &r), -EINVAL);
	begin(&r);
	mnl_attr_put_strz(&r.nlh, IFLA_IFNAME, "sixteen-letters-");
	put_info(&r, "vde", VNL);
	assert_int_equal(parse(&msg, &r), -ENAMETOOLONG);
	begin(&r);
	mnl_attr_put_strz(&r.nlh, IFLA_IFNAME, "a/b");
	put_info(&r, "vde", VNL);
	assert_int_equal(parse(&msg, &r), -EINVAL);
}

static void parse_header_without_link_message_fails(void **state)
{
	struct request r;
	struct linkmsg msg;

	(void)state;
	begin(&r);
	r.nlh.nlmsg_len = NLMSG_HDRLEN + 4;
	assert_int_equal(parse(&msg, &r), -EINVAL);
}

/* Every length is copied to its own heap block: sanitizers see an overrun. */
static void parse_damaged_bytes_stays_inside(void **state)
{
	struct linkmsg msg;
	struct request r;
	size_t whole;

	(void)state;
	srandom(1);
	for (int i = 0; i < 200000; i++) {
		size_t len;
		char *copy;

		begin(&r);
		mnl_attr_put_strz(&r.nlh, IFLA_IFNAME, "eth0");
		put_info(&r, "vde", VNL);
		whole = r.nlh.nlmsg_len;
		for (int n = (int)(random() % 4); n >= 0; n--)
			r.bytes[(size_t)random() % whole] = (char)random();
		len = (size_t)random() % (whole + 1);
		if (random() % 2)
			r.nlh.nlmsg_len = (uint32_t)len;
		copy = malloc(len ? len : 1);
		assert_non_null(copy);
		memcpy(copy, &r, len);
		linkmsg_parse(&msg, copy, len);
		assert_non_null(memchr(msg.ifname, 0, sizeof(msg.ifname)));
		assert_non_null(memchr(msg.vnl, 0, sizeof(msg.vnl)));
		free(copy);
	}
}

static void ack_carries_error_and_request(void **state)
{
	struct linkmsg_ack ack;
	struct request r;

	(void)state;
	begin(&r);
	linkmsg_ack(&ack, &r.nlh, -EEXIST);
	assert_int_equal(ack.header.nlmsg_type, NLMSG_ERROR);
	assert_int_equal(ack.header.nlmsg_len, sizeof(ack));
	assert_int_equal(ack.header.nlmsg_seq, 77);
	assert_int_equal(ack.error.error, -EEXIST);
	assert_memory_equal(&ack.error.msg, &r.nlh, sizeof(r.nlh));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_complete_request_succeeds),
		cmocka_unit_test(parse_without_name_leaves_it_empty),
		cmocka_unit_test(parse_other_kind_or_type_is_not_supported),
		cmocka_unit_test(parse_no_request_is_bad_message),
		cmocka_unit_test(parse_bad_strings_fails),
		cmocka_unit_test(parse_header_without_link_message_fails),
		cmocka_unit_test(parse_damaged_bytes_stays_inside),
		cmocka_unit_test(ack_carries_error_and_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
