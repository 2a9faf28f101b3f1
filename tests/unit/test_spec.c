/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `umvu --stack` takes: plug-in, mount options, configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include "configure.h"
#include "spec.h"

static void parse(struct spec *spec, const char *text)
{
	char why[128] = "";

	assert_int_equal(spec_parse(spec, text, why, sizeof(why)), 0);
	assert_string_equal(why, "");
}

static void parse_takes_a_plugin_alone(void **state)
{
	struct spec s;

	(void)state;
	parse(&s, "vdestack");
	assert_string_equal(s.source, "vdestack");
	assert_string_equal(s.data, "");
	assert_int_equal(s.config_len, 0);
	spec_free(&s);
}

static void parse_sorts_words(void **state)
{
	struct spec s;

	(void)state;
	parse(&s, "vdestack,vde:///tmp/sw,ip=10.0.0.2/24,mode=700,iface=eth1,"
		  "if=eth1:tap://x,ip=fd00::1/64,gw=10.0.0.1");
	assert_string_equal(s.source, "vdestack");
	assert_string_equal(s.data, "vde:///tmp/sw,mode=700,if=eth1:tap://x");
	assert_int_equal(s.config_len, 4);
	assert_string_equal(s.config[0], "ip=10.0.0.2/24");
	assert_string_equal(s.config[1], "iface=eth1");
	assert_string_equal(s.config[2], "ip=fd00::1/64");
	assert_string_equal(s.config[3], "gw=10.0.0.1");
	spec_free(&s);
}

static void parse_keeps_brackets_together(void **state)
{
	struct spec s;

	(void)state;
	parse(&s, "vdestack,vlan://10{vde:///a,b},vde:///tmp/sw[port=1,ip=2],"
		  "ip=10.0.0.1");
	assert_string_equal(
		s.data, "vlan://10{vde:///a,b},vde:///tmp/sw[port=1,ip=2]");
	assert_int_equal(s.config_len, 1);
	spec_free(&s);
}

static void parse_skips_empty_words(void **state)
{
	struct spec s;

	(void)state;
	parse(&s, "null,,mode=700,");
	assert_string_equal(s.source, "null");
	assert_string_equal(s.data, "mode=700");
	spec_free(&s);
}

static void parse_takes_a_path(void **state)
{
	struct spec s;

	(void)state;
	parse(&s, "/tmp/offer,ip=10.0.0.1/8");
	assert_string_equal(s.source, "/tmp/offer");
	assert_int_equal(s.config_len, 1);
	spec_free(&s);
}

static void parse_refuses_no_plugin(void **state)
{
	static const char *const bad[] = { "", ",", ",vdestack" };
	char why[128];
	struct spec s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		*why = '\0';
		assert_int_equal(
			spec_parse(&s, bad[i], why, sizeof(why)), -EINVAL);
		assert_non_null(strstr(why, "no plug-in"));
	}
}

static void parse_refuses_too_much_configuration(void **state)
{
	char text[1024] = "null", why[128] = "";
	struct spec s;
	int i;

	(void)state;
	for (i = 0; i < SPEC_MAX_CONFIG; i++)
		strcat(text, ",ip=1");
	parse(&s, text);
	assert_int_equal(s.config_len, SPEC_MAX_CONFIG);
	spec_free(&s);
	strcat(text, ",ip=1");
	assert_int_equal(spec_parse(&s, text, why, sizeof(why)), -E2BIG);
	assert_string_not_equal(why, "");
}

static void configure_knows_its_words(void **state)
{
	(void)state;
	assert_true(configure_knows("ip="));
	assert_true(configure_knows("ip=10.0.0.1/8"));
	assert_true(configure_knows("gw=10.0.0.1"));
	assert_true(configure_knows("iface=vde0"));
	assert_false(configure_knows("ip"));
	assert_false(configure_knows("if=vde://"));
	assert_false(configure_knows("gid=0"));
	assert_false(configure_knows("xip=10.0.0.1"));
}

/* Refused before the network is touched. */
static void configure_refuses_bad_values(void **state)
{
	static const char *const bad[] = { "ip=", "ip=x", "ip=10.0.0",
		"ip=10.0.0.1/", "ip=10.0.0.1/33", "ip=10.0.0.1/-1",
		"ip=10.0.0.1/8 ", "ip=fd00::1/129", "ip=10.0.0.1/8/8",
		"ip=0000000000000000000000000000000000000000000000000000",
		"gw=", "gw=10.0.0.1/24", "gw=fd00::1/64",
		"iface=", "iface=0123456789abcdef" };
	char config[128], why[128];
	struct spec s = { .source = config, .config_len = 1 };
	size_t i;

	(void)state;
	strcpy(config, "/"); /* the loopback is left alone */
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		s.config[0] = (char *)(uintptr_t)bad[i];
		*why = '\0';
		assert_int_equal(configure(&s, why, sizeof(why)), -EINVAL);
		assert_memory_equal(why, bad[i], strlen(bad[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_takes_a_plugin_alone),
		cmocka_unit_test(parse_sorts_words),
		cmocka_unit_test(parse_keeps_brackets_together),
		cmocka_unit_test(parse_skips_empty_words),
		cmocka_unit_test(parse_takes_a_path),
		cmocka_unit_test(parse_refuses_no_plugin),
		cmocka_unit_test(parse_refuses_too_much_configuration),
		cmocka_unit_test(configure_knows_its_words),
		cmocka_unit_test(configure_refuses_bad_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
