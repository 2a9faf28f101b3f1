/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How vdestack reads locators and names of interfaces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "vnl.h"

static void expect(const char *text, const char *ifname, const char *locator)
{
	struct vnl vnl;

	assert_int_equal(vnl_parse(&vnl, text), 0);
	assert_string_equal(vnl.ifname, ifname);
	assert_string_equal(vnl.locator, locator);
}

static void parse_without_name_is_unnamed(void **state)
{
	(void)state;
	expect("vde:///tmp/sw", "", "vde:///tmp/sw");
	expect("vlan://10{vde:///x}", "", "vlan://10{vde:///x}");
	expect("multi://{vde:///x}{vde:///y}", "",
		"multi://{vde:///x}{vde:///y}");
	expect("/tmp/sw", "", "/tmp/sw");
	expect("/tmp/a:b", "", "/tmp/a:b");
	expect("", "", "");
	expect("://", "", "://");
	expect("eth0:", "", "eth0:");
	expect("eth0:://x", "", "eth0:://x");
}

static void parse_with_name_splits_it_off(void **state)
{
	(void)state;
	expect("eth0:vde:///tmp/sw", "eth0", "vde:///tmp/sw");
	expect("eth0:vde://", "eth0", "vde://");
	expect("fifteen-letters:ptp:///p", "fifteen-letters", "ptp:///p");
	expect("x:vlan://1{vde:///y}", "x", "vlan://1{vde:///y}");
}

static void parse_bad_name_fails(void **state)
{
	struct vnl vnl;

	(void)state;
	assert_int_equal(vnl_parse(&vnl, "a/b:vde:///x"), -EINVAL);
	assert_int_equal(vnl_parse(&vnl, ":vde:///x"), -EINVAL);
	assert_int_equal(vnl_parse(&vnl, "..:vde:///x"), -EINVAL);
	assert_int_equal(vnl_parse(&vnl, "eth%d:vde:///x"), -EINVAL);
	assert_int_equal(vnl_parse(&vnl, "a b:vde:///x"), -EINVAL);
	assert_int_equal(
		vnl_parse(&vnl, "sixteen-letters-:vde:///x"), -ENAMETOOLONG);
}

static void has_scheme_compares_whole_scheme(void **state)
{
	(void)state;
	assert_true(vnl_has_scheme("vde:///x", "vde"));
	assert_false(vnl_has_scheme("vdex:///x", "vde"));
	assert_false(vnl_has_scheme("vd:///x", "vde"));
	assert_false(vnl_has_scheme("/x/vde://", "vde"));
	assert_false(vnl_has_scheme("", ""));
}

static void is_plain_only_where_frames_are_messages(void **state)
{
	(void)state;
	assert_true(vnl_is_plain("vde:///x"));
	assert_true(vnl_is_plain("ptp:///x"));
	assert_true(vnl_is_plain("seqpacket://3"));
	assert_true(vnl_is_plain("slirp://"));
	assert_true(vnl_is_plain("/tmp"));
	assert_false(vnl_is_plain("/dev/null"));
	assert_false(vnl_is_plain("/nothing/there"));
	assert_false(vnl_is_plain("vlan://10{vde:///x}"));
	assert_false(vnl_is_plain("switch:///x"));
}

static void switch_dir_is_the_path(void **state)
{
	char dir[64], want[64];

	(void)state;
	assert_int_equal(vnl_switch_dir("switch:///tmp/x", dir, 64), 0);
	assert_string_equal(dir, "/tmp/x");
	assert_int_equal(vnl_switch_dir("hub:///tmp/x[mode=700]", dir, 64), 0);
	assert_string_equal(dir, "/tmp/x");
	assert_int_equal(vnl_switch_dir("switch://", dir, 64), 0);
	snprintf(want, sizeof(want), "/tmp/vdenode_u%u", (unsigned)geteuid());
	assert_string_equal(dir, want);
	assert_int_equal(
		vnl_switch_dir("switch:///tmp/x", dir, 6), -ENAMETOOLONG);
	assert_int_equal(vnl_switch_dir("vde:///tmp/x", dir, 64), -EINVAL);
}

static void client_dir_is_an_absolute_path_only(void **state)
{
	char dir[64];

	(void)state;
	assert_int_equal(vnl_client_dir("vde:///tmp/x", dir, 64), 0);
	assert_string_equal(dir, "/tmp/x");
	assert_int_equal(vnl_client_dir("/tmp/x", dir, 64), 0);
	assert_string_equal(dir, "/tmp/x");
	assert_int_equal(vnl_client_dir("vde:///tmp/x", dir, 7), 0);
	assert_int_equal(vnl_client_dir("vde:///tmp/x", dir, 6), -ENAMETOOLONG);
	assert_int_equal(vnl_client_dir("vde:///tmp/x[3]", dir, 64), -EINVAL);
	assert_int_equal(vnl_client_dir("vde://x", dir, 64), -EINVAL);
	assert_int_equal(vnl_client_dir("vde://", dir, 64), -EINVAL);
	assert_int_equal(vnl_client_dir("x", dir, 64), -EINVAL);
	assert_int_equal(vnl_client_dir("switch:///tmp/x", dir, 64), -EINVAL);
	assert_int_equal(vnl_client_dir("ptp:///tmp/x", dir, 64), -EINVAL);
	assert_int_equal(
		vnl_client_dir("vlan://1{vde:///x}", dir, 64), -EINVAL);
}

static void ptp_path_is_an_absolute_path_only(void **state)
{
	char path[64];

	(void)state;
	assert_int_equal(vnl_ptp_path("ptp:///tmp/x", path, 64), 0);
	assert_string_equal(path, "/tmp/x");
	assert_int_equal(vnl_ptp_path("ptp:///tmp/x", path, 6), -ENAMETOOLONG);
	assert_int_equal(vnl_ptp_path("ptp:///tmp/x[y]", path, 64), -EINVAL);
	assert_int_equal(vnl_ptp_path("ptp://x", path, 64), -EINVAL);
	assert_int_equal(vnl_ptp_path("vde:///tmp/x", path, 64), -EINVAL);
	assert_int_equal(vnl_ptp_path("/tmp/x", path, 64), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_without_name_is_unnamed),
		cmocka_unit_test(parse_with_name_splits_it_off),
		cmocka_unit_test(parse_bad_name_fails),
		cmocka_unit_test(has_scheme_compares_whole_scheme),
		cmocka_unit_test(is_plain_only_where_frames_are_messages),
		cmocka_unit_test(switch_dir_is_the_path),
		cmocka_unit_test(client_dir_is_an_absolute_path_only),
		cmocka_unit_test(ptp_path_is_an_absolute_path_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
