/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* packet.c - AF_PACKET: what is on the wire, and frames of our own */
#include "lt.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static void bind_to(int fd, int ifindex, int protocol)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
		.sll_ifindex = ifindex,
		.sll_protocol = htons((uint16_t)protocol) };

	CHECK(ioth_bind(fd, (struct sockaddr *)&ll, sizeof(ll)) == 0);
}

/* A watcher sees both sides of a ping. */
static void test_watch(struct ioth *stack[2])
{
	int fd = lt_socket(stack[0], AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	unsigned char frame[2048];
	bool in = false, out = false;

	bind_to(fd, 2, ETH_P_ALL);
	CHECK(lt_ping(stack[1], "10.0.0.1", SOCK_RAW, 3000));
	while (lt_poll(fd, POLLIN, 300)) {
		struct sockaddr_ll from;
		socklen_t size = sizeof(from);
		ssize_t n = ioth_recvfrom(fd, frame, sizeof(frame), 0,
			(struct sockaddr *)&from, &size);

		CHECK(n >= 14 && size == sizeof(from) && from.sll_ifindex == 2);
		if (frame[12] != 8 || frame[13] != 0 || frame[23] != 1)
			continue;
		in = in || from.sll_pkttype == PACKET_HOST;
		out = out || from.sll_pkttype == PACKET_OUTGOING;
	}
	CHECK(in && out);
	close(fd);
}

/* Only ARP comes through: what dhclient and the like do. */
static void test_filter(struct ioth *stack[2])
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 20),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { 4, code };
	int fd = lt_socket(stack[0], AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	unsigned char frame[100];
	unsigned char mac[6] = { 2, 0, 0, 1, 2, 4 };

	CHECK(ioth_setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		      sizeof(program)) == 0);
	CHECK(ioth_linksetaddr(stack[1], 2, mac) == 0); /* announced */
	CHECK(lt_ping(stack[1], "10.0.0.1", SOCK_RAW, 3000));
	CHECK(lt_poll(fd, POLLIN, 3000) == POLLIN);
	while (lt_poll(fd, POLLIN, 100)) {
		CHECK(read(fd, frame, sizeof(frame)) == 20);
		CHECK(frame[12] == 8 && frame[13] == 6);
	}
	code[1].jf = 9;
	FAILS(ioth_setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		      sizeof(program)),
		EINVAL);
	close(fd);
}

/* Frames of an unknown protocol, from one to the other, without header. */
static void test_cooked(struct ioth *stack[2])
{
	int from = lt_socket(stack[0], AF_PACKET, SOCK_DGRAM, htons(0x88b5));
	int to = lt_socket(stack[1], AF_PACKET, SOCK_DGRAM, htons(0x88b5));
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
		.sll_ifindex = 2,
		.sll_protocol = htons(0x88b5),
		.sll_halen = 6 };
	char buf[100];

	memset(ll.sll_addr, 0xff, 6);
	CHECK(ioth_sendto(from, "cooked frame", 12, 0, (struct sockaddr *)&ll,
		      sizeof(ll)) == 12);
	CHECK(lt_poll(to, POLLIN, 3000) == POLLIN);
	CHECK(read(to, buf, sizeof(buf)) >= 12);
	CHECK(!memcmp(buf, "cooked frame", 12));
	close(from);
	close(to);
}

void packet_run(void)
{
	struct ioth *stack[2];

	lt_pair(stack);
	test_watch(stack);
	test_cooked(stack);
	test_filter(stack);
	lt_unpair(stack);
}
