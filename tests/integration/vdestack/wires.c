/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two stacks in one process over each kind of wire. */
#include "vt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
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

/* A child in between; and one that never reads, which must not stop others. */
static void over_command(void)
{
	struct ioth *sw = ioth_newstack("vdestack", vt_path("switch://sw"));
	struct ioth *stuck;
	char vnl[512];

	snprintf(vnl, sizeof(vnl), "cmd://vde_plug %s", vt_path("vde://sw"));
	both_ends(vt_path("vde://sw"), vnl);
	stuck = vt_stack("cmd://sleep 1", "10.9.7.1");
	CHECK(!vt_ping(stuck, "10.9.7.2", 300));
	CHECK(vt_ping(stuck, "10.9.7.1", 300));
	CHECK(ioth_delstack(stuck) == 0);
	CHECK(ioth_delstack(sw) == 0);
}

/* A VLAN tag leaves as it was sent (a veth port has to put it back). */
static void tagged_frame(void)
{
	unsigned char frame[64] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 2, 3,
		4, 5, 6, 0x81, 0x00, 0x60, 0x0a, 0x88, 0xb5, 'x' };
	unsigned char got[2048];
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = 6 };
	struct ioth *a;
	char vnl[32];
	int fds[2], fd;
	ssize_t n;

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0);
	snprintf(vnl, sizeof(vnl), "seqpacket://%d", fds[0]);
	a = vt_stack(vnl, "10.9.0.1");
	fd = ioth_msocket(a, AF_PACKET, SOCK_RAW, 0);
	to.sll_ifindex = ioth_if_nametoindex(a, "vde0");
	CHECK(sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to,
		      sizeof(to)) == sizeof(frame));
	do
		n = recv(fds[1], got, sizeof(got), 0);
	while (n > 0 && memcmp(got + 6, frame + 6, 6) != 0);
	CHECK(n == sizeof(frame) && !memcmp(got, frame, sizeof(frame)));
	close(fd);
	CHECK(ioth_delstack(a) == 0);
	close(fds[1]);
}

static void flood(struct ioth *stack, int frames)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0), one = 1;
	char data[1000] = { 0 };

	inet_pton(AF_INET, "10.9.0.255", &to.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one));
	while (frames-- > 0)
		sendto(fd, data, sizeof(data), MSG_DONTWAIT,
			(struct sockaddr *)&to, sizeof(to));
	close(fd);
}

/* Nobody reads: no CPU is used, and all goes on when somebody does. */
static void full_wire(void)
{
	struct ioth *a;
	char vnl[32], got[2048];
	int fds[2], n = 0;
	long before;
	ssize_t len;

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0);
	snprintf(vnl, sizeof(vnl), "seqpacket://%d", fds[0]);
	a = vt_stack(vnl, "10.9.0.1");
	flood(a, 10000);
	usleep(100000);
	before = vt_cpu_ms();
	usleep(300000);
	CHECK(vt_cpu_ms() - before < 20);
	for (int round = 0; round < 20; round++, usleep(5000))
		while (recv(fds[1], got, sizeof(got), MSG_DONTWAIT) > 0)
			n++;
	printf("wires: %d of 10000 frames waited\n", n);
	CHECK(n > 500);
	flood(a, 1);
	do { /* IPv6 says something short of its own accord */
		len = recv(fds[1], got, sizeof(got), 0);
		CHECK(len > 0);
	} while (len < 1000);
	flood(a, 10000);
	CHECK(ioth_delstack(a) == 0);
	close(fds[1]);
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
	int fds;

	CHECK(ioth_delstack(sw) == 0);
	before = vt_cpu_ms();
	CHECK(!vt_ping(a, "10.9.0.2", 300));
	usleep(300000);
	CHECK(vt_cpu_ms() - before < 100);
	fds = vt_count_fds();
	CHECK(ioth_iplink_del(a, "vde0", 0) == 0);
	for (int i = 0; i < 20 && vt_count_fds() >= fds; i++)
		usleep(100000);
	CHECK(vt_count_fds() < fds); /* it is noticed all the same */
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
	over_command();
	tagged_frame();
	full_wire();
	large_frames();
	peer_gone();
	idle();
}
