/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two stacks in one process over each kind of wire. */
#include "vt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MEGABYTE ((size_t)1 << 20)

static void exchange(struct ioth *a, struct ioth *b)
{
	CHECK(vt_ping(a, "10.9.0.2", 5000));
	CHECK(vt_ping(b, "10.9.0.1", 5000));
	vt_transfer(a, b, "10.9.0.2", MEGABYTE);
	vt_transfer(b, a, "10.9.0.1", MEGABYTE);
}

static void both_ends(const char *vnl_a, const char *vnl_b)
{
	struct ioth *a = vt_stack(vnl_a, "10.9.0.1");
	struct ioth *b = vt_stack(vnl_b, "10.9.0.2");

	printf("wires: %s\n", vnl_b);
	exchange(a, b);
	CHECK(ioth_delstack(b) == 0);
	CHECK(ioth_delstack(a) == 0);
}

/* The switch is the first stack's; its directory goes with it. */
static void over_switch(void)
{
	struct stat st;

	both_ends(vt_path("switch://sw"), vt_path("vde://sw"));
	CHECK(stat(vt_path("sw"), &st) < 0 && errno == ENOENT);
	both_ends(vt_path("hub://sw"), vt_path("sw"));
}

/* A switch serves its clients also while its opener's interface is down. */
static void over_switch_of_third(void)
{
	struct ioth *sw = ioth_newstack("vdestack", vt_path("switch://sw"));

	CHECK(sw != NULL);
	both_ends(vt_path("vde://sw"), vt_path("vde://sw"));
	CHECK(ioth_delstack(sw) == 0);
}

static void over_ptp(void)
{
	both_ends(vt_path("ptp://p"), vt_path("ptp://p"));
}

static void over_seqpacket(void)
{
	char vnl[2][32];
	int fds[2];

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0);
	snprintf(vnl[0], sizeof(vnl[0]), "seqpacket://%d", fds[0]);
	snprintf(vnl[1], sizeof(vnl[1]), "seqpacket://%d", fds[1]);
	both_ends(vnl[0], vnl[1]);
}

/* Frames as long as an MTU can be, where the wire carries them. */
static void large_frames(void)
{
	struct ioth *a = vt_stack(vt_path("ptp://p"), "10.9.0.1");
	struct ioth *b = vt_stack(vt_path("ptp://p"), "10.9.0.2");
	unsigned ifindex_a = (unsigned)ioth_if_nametoindex(a, "vde0");
	unsigned ifindex_b = (unsigned)ioth_if_nametoindex(b, "vde0");

	for (unsigned mtu = 9000; mtu <= 65000; mtu += 56000) {
		CHECK(ioth_linksetmtu(a, ifindex_a, mtu) == 0);
		CHECK(ioth_linksetmtu(b, ifindex_b, mtu) == 0);
		exchange(a, b);
	}
	CHECK(ioth_delstack(b) == 0);
	CHECK(ioth_delstack(a) == 0);
}

/* The other end goes: no carrier, no CPU. */
static void peer_gone(void)
{
	struct ioth *sw = ioth_newstack("vdestack", vt_path("switch://sw"));
	struct ioth *a = vt_stack(vt_path("vde://sw"), "10.9.0.1");
	long before;

	CHECK(ioth_delstack(sw) == 0);
	before = vt_cpu_ms();
	CHECK(!vt_ping(a, "10.9.0.2", 300));
	usleep(300000);
	CHECK(vt_cpu_ms() - before < 100);
	CHECK(ioth_delstack(a) == 0);
}

static void idle(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");
	long before;

	usleep(2500000); /* IPv6 announces itself in the beginning */
	before = vt_cpu_ms();
	usleep(1000000);
	printf("wires: idle second takes %ld ms\n", vt_cpu_ms() - before);
	CHECK(vt_cpu_ms() - before < 10);
	CHECK(ioth_delstack(a) == 0);
}

void wires_run(void)
{
	over_switch();
	over_switch_of_third();
	over_ptp();
	over_seqpacket();
	large_frames();
	peer_gone();
	idle();
}
