/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces that come and go while the stack lives. */
#include "vt.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define MEGABYTE ((size_t)1 << 20)

static void add_and_delete(void)
{
	struct ioth *sw = ioth_newstack("vdestack", vt_path("switch://sw"));
	struct ioth *a = vt_stack(vt_path("vde://sw"), "10.9.0.1");
	struct ioth *b = vt_stack(NULL, NULL);
	int fds;

	fds = vt_count_fds();
	for (int i = 0; i < 3; i++) {
		CHECK(ioth_iplink_add(
			      b, "eth7", 0, "vde", vt_path("vde://sw")) >= 0);
		vt_up(b, "eth7", "10.9.0.2");
		CHECK(vt_ping(b, "10.9.0.1", 5000));
		vt_transfer(a, b, "10.9.0.2", MEGABYTE);
		CHECK(ioth_iplink_del(b, "eth7", 0) == 0);
		CHECK(ioth_if_nametoindex(b, "eth7") < 0);
	}
	usleep(100000);			  /* the relay closes the wire */
	CHECK(vt_count_fds() <= fds + 1); /* NETNS_OUTER stays */
	CHECK(ioth_delstack(b) == 0);
	CHECK(ioth_delstack(a) == 0);
	CHECK(ioth_delstack(sw) == 0);
}

/* The switch of a stack serves a wire which is opened for the same stack. */
static void add_to_own_switch(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");

	CHECK(ioth_iplink_add(a, "eth1", 0, "vde", vt_path("vde://sw")) >= 0);
	CHECK(ioth_if_nametoindex(a, "eth1") > 0);
	CHECK(ioth_delstack(a) == 0);
}

static void add_errors(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");

	CHECK(ioth_iplink_add(a, "eth1", 0, "vde", vt_path("vde://none")) < 0 &&
		errno == ENOENT);
	CHECK(ioth_iplink_add(a, "vde0", 0, "vde", vt_path("vde://sw")) < 0 &&
		errno == EEXIST);
	CHECK(ioth_iplink_add(a, "a/b", 0, "vde", vt_path("vde://sw")) < 0 &&
		errno == EINVAL);
	CHECK(ioth_iplink_add(a, "eth1", 0, "vde", "foo://x") < 0 &&
		errno == EPROTONOSUPPORT);
	CHECK(ioth_if_nametoindex(a, "eth1") < 0);
	CHECK(ioth_delstack(a) == 0);
}

/* No descriptor of a removed interface keeps the relay busy. */
static void no_spin(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");
	long before;

	CHECK(ioth_iplink_del(a, "vde0", 0) == 0);
	before = vt_cpu_ms();
	usleep(500000);
	CHECK(vt_cpu_ms() - before < 50);
	CHECK(access(vt_path("sw"), F_OK) < 0);
	CHECK(ioth_delstack(a) == 0);
}

void hotplug_run(void)
{
	add_and_delete();
	add_to_own_switch();
	add_errors();
	no_spin();
}
