/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How vumount tells flags of mount(2) from options of a file system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/mount.h>

#include "mountopts.h"

static void expect(const char *options, unsigned long flags, const char *data)
{
	struct mountopts m = { 0 };

	assert_int_equal(mountopts_add(&m, options), 0);
	assert_int_equal(m.flags, flags);
	if (data)
		assert_string_equal(m.data, data);
	else
		assert_null(m.data);
	mountopts_fini(&m);
}

static void add_known_words_sets_flags(void **state)
{
	(void)state;
	expect("ro,nosuid,noexec", MS_RDONLY | MS_NOSUID | MS_NOEXEC, NULL);
	expect("rbind", MS_BIND | MS_REC, NULL);
}

static void add_later_word_wins(void **state)
{
	(void)state;
	expect("ro,rw", 0, NULL);
	expect("rw,ro", MS_RDONLY, NULL);
	expect("nosuid,noatime,defaults", MS_NOATIME, NULL);
}

static void add_other_words_are_data_in_order(void **state)
{
	(void)state;
	expect("vde:///tmp/sw,ro,mtu=9000,if=tap://t", MS_RDONLY,
		"vde:///tmp/sw,mtu=9000,if=tap://t");
	expect("rox,ro=1,r", 0, "rox,ro=1,r");
}

static void add_fstab_words_are_data(void **state)
{
	(void)state;
	expect("noauto,user", 0, "noauto,user");
}

static void add_drops_empty_options(void **state)
{
	(void)state;
	expect("", 0, NULL);
	expect(",,ro,,a,,b,", MS_RDONLY, "a,b");
}

static void add_keeps_quoted_and_escaped_commas_together(void **state)
{
	(void)state;
	expect("a=\"x,ro\",ro", MS_RDONLY, "a=\"x,ro\"");
	expect("a=x\\,ro,ro", MS_RDONLY, "a=x\\,ro");
	expect("a=\"x,ro", 0, "a=\"x,ro");
	expect("a\\", 0, "a\\");
}

static void add_keeps_commas_in_brackets_together(void **state)
{
	(void)state;
	expect("vlan://1{vde://,ro,},ro", MS_RDONLY, "vlan://1{vde://,ro,}");
	expect("a[b{,ro,}],ro", MS_RDONLY, "a[b{,ro,}]");
	expect("a],ro", MS_RDONLY, "a]");
	expect("a[b,ro", 0, "a[b,ro");
}

static void add_twice_appends(void **state)
{
	struct mountopts m = { 0 };

	(void)state;
	assert_int_equal(mountopts_add(&m, "ro,a"), 0);
	assert_int_equal(mountopts_add(&m, "rw,b"), 0);
	assert_int_equal(m.flags, 0);
	assert_string_equal(m.data, "a,b");
	mountopts_fini(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_known_words_sets_flags),
		cmocka_unit_test(add_later_word_wins),
		cmocka_unit_test(add_other_words_are_data_in_order),
		cmocka_unit_test(add_fstab_words_are_data),
		cmocka_unit_test(add_drops_empty_options),
		cmocka_unit_test(add_keeps_quoted_and_escaped_commas_together),
		cmocka_unit_test(add_keeps_commas_in_brackets_together),
		cmocka_unit_test(add_twice_appends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
