/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* packet.c - AF_PACKET: what is on the wire, and frames of our own */
#include "lt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
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

/* What programs that capture ask for. */
static void test_ring(struct ioth *stack, bool is_there)
{
	struct tpacket_req req = { .tp_block_size = 4096,
		.tp_block_nr = 4,
		.tp_frame_size = 2048,
		.tp_frame_nr = 8 };
	int fd = lt_socket(stack, AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	int version = TPACKET_V2;
	socklen_t size = sizeof(version);
	void *ring;

	if (!is_there) {
		FAILS(ioth_getsockopt(
			      fd, SOL_PACKET, PACKET_HDRLEN, &version, &size),
			ENOPROTOOPT);
		FAILS(ioth_setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req,
			      sizeof(req)),
			ENOPROTOOPT);
		close(fd);
		return;
	}
	CHECK(ioth_getsockopt(fd, SOL_PACKET, PACKET_HDRLEN, &version, &size) ==
		0);
	CHECK(version == sizeof(struct tpacket2_hdr));
	CHECK(ioth_setsockopt(
		      fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)) == 0);
	ring = mmap(NULL, 16384, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(ring != MAP_FAILED);
	munmap(ring, 16384);
	close(fd);
}

/* Its name, and netdevice(7) by it, which is the stack's. */
static void test_names(struct ioth *stack)
{
	int fd = lt_socket(stack, AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	struct sockaddr_ll ll;
	socklen_t size = sizeof(ll);
	struct ifreq ifr = { .ifr_name = "vde0" };

	bind_to(fd, 2, ETH_P_ALL);
	CHECK(ioth_getsockname(fd, (struct sockaddr *)&ll, &size) == 0);
	CHECK(ll.sll_ifindex == 2 && ll.sll_halen == 6);
	CHECK(ioth_ioctl(fd, SIOCGIFHWADDR, &ifr) == 0);
	CHECK(!memcmp(ifr.ifr_hwaddr.sa_data, ll.sll_addr, 6));
	CHECK(ioth_ioctl(fd, SIOCGIFADDR, &ifr) == 0); /* none in a mirror */
	size = sizeof(ll);
	FAILS(ioth_getpeername(fd, (struct sockaddr *)&ll, &size), EOPNOTSUPP);
	FAILS(ioth_listen(fd, 1), EOPNOTSUPP);
	close(fd);
}

static void test_all(bool is_mirrored)
{
	struct ioth *stack[2];

	lt_pair(stack);
	test_ring(stack[0], is_mirrored);
	test_names(stack[0]);
	test_watch(stack);
	test_cooked(stack);
	test_filter(stack);
	lt_unpair(stack);
}

/* Can we have network namespaces? */
static bool can_have_namespaces(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(unshare(CLONE_NEWNET) < 0 &&
			unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	return status == 0;
}

void packet_run(void)
{
	if (!can_have_namespaces())
		lt_skip("no network namespaces here: see the test of bridges");
	test_all(true);
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) > 0;

	close(fd);
	return ok;
}

/* Where there are no more network namespaces to be had. */
void packet_bridge_run(void)
{
	unsigned uid = geteuid();
	char map[32];

	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	if (can_have_namespaces() &&
		(unshare(CLONE_NEWUSER) < 0 ||
			!write_file("/proc/self/uid_map", map) ||
			!write_file("/proc/sys/user/max_net_namespaces", "0")))
		lt_skip("no user namespace to forbid network namespaces in");
	CHECK(!can_have_namespaces());
	test_all(false);
}
