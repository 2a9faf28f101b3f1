/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mirror of an interface on a fake wire and of the loopback. */
#include "support_wire.h"

#include "mirror.h"
#include "netlink_ops.h"
#include "wire_impl.h"

#include <dirent.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define LO   1
#define ETH0 7

static const unsigned char our_mac[6] = { 2, 0, 0, 0, 0, 1 };

static uint64_t now_ns;

static uint64_t test_clock(void *context)
{
	(void)context;
	return now_ns;
}

struct fixture {
	struct loop *loop;
	struct side side[2]; /* 0: the stack's */
	struct wire *wire[2];
	struct netlink_link lo, eth0;
	struct mirror *mirror;
	unsigned loopback_packets;
	size_t loopback_size;
	int fds; /* before */
};

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void run(struct fixture *f)
{
	while (loop_poll(f->loop))
		;
}

static int fill(struct mirror *mirror, void *owner)
{
	struct fixture *f = owner;

	return mirror_link_add(mirror, &f->lo, NULL)
		       ?: mirror_link_add(mirror, &f->eth0, f->wire[0]);
}

static void on_loopback(const void *packet, size_t size, void *owner)
{
	struct fixture *f = owner;

	assert_int_equal(*(const unsigned char *)packet, 0x45);
	f->loopback_packets++;
	f->loopback_size = size;
}

static const struct mirror_ops ops = { fill, on_loopback };

static void describe(struct fixture *f)
{
	f->lo = (struct netlink_link){ .index = LO,
		.name = "lo",
		.flags = IFF_UP | IFF_LOOPBACK,
		.mtu = 65535,
		.hwaddr_size = 6 };
	f->eth0 = (struct netlink_link){ .index = ETH0,
		.name = "eth0",
		.flags = IFF_UP,
		.mtu = 1500,
		.hwaddr_size = 6 };
	memcpy(f->eth0.hwaddr, our_mac, 6);
}

static void open_wires(struct fixture *f)
{
	struct wire_config config[2] = {
		{ .locator = "eth0", .ops = &note_ops, .owner = &f->side[0] },
		{ .locator = "eth0", .ops = &note_ops, .owner = &f->side[1] },
	};

	assert_int_equal(wire_fake_pair(f->wire, f->loop, config, NULL), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(wire_start(f->wire[i]), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct loop_config clock = { .clock = test_clock };

	assert_non_null(f);
	now_ns = 1000000;
	f->fds = count_fds();
	assert_int_equal(loop_new(&f->loop, &clock), 0);
	open_wires(f);
	describe(f);
	f->mirror = mirror_new(f->loop, &ops, f);
	assert_non_null(f->mirror);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	mirror_free(f->mirror);
	for (int i = 0; i < 2; i++)
		wire_close(f->wire[i]);
	loop_free(f->loop);
	assert_int_equal(count_fds(), f->fds);
	free(f);
	return 0;
}

/* A packet socket on interface @index. */
static int watcher(struct fixture *f, unsigned index)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)index };
	int fd = mirror_socket(f->mirror,
		SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));

	if (fd == -EPERM || fd == -ENOSPC || fd == -EACCES) {
		print_message("no namespaces here: %s\n", strerror(-fd));
		skip();
	}
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ll, sizeof(ll)), 0);
	return fd;
}

/* The next frame's type, or -1: there is none. */
static int next_type(int fd, size_t *size)
{
	char frame[70000];
	struct sockaddr_ll ll;
	socklen_t len = sizeof(ll);
	ssize_t n = recvfrom(
		fd, frame, sizeof(frame), 0, (struct sockaddr *)&ll, &len);

	if (n < 0) {
		assert_int_equal(errno, EAGAIN);
		return -1;
	}
	*size = (size_t)n;
	return ll.sll_pkttype;
}

/* Exactly one frame has come. */
static void expect_one(int fd, int type, size_t size)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t got;

	assert_int_equal(poll(&pfd, 1, 10000), 1);
	assert_int_equal(next_type(fd, &got), type);
	assert_int_equal(got, size);
	assert_int_equal(next_type(fd, &got), -1);
}

/* From the outside to us. */
static void send_in(struct fixture *f, const void *frame, size_t size)
{
	assert_int_equal(wire_send(f->wire[1],
				 &(struct iovec){ (void *)frame, size }, 1),
		0);
	run(f);
}

static void received_frame_is_seen_once(void **state)
{
	unsigned char frame[64] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x88,
		0xb5 };
	struct fixture *f = *state;
	int fd = watcher(f, ETH0);

	send_in(f, frame, sizeof(frame));
	expect_one(fd, PACKET_HOST, sizeof(frame));
	frame[5] = 3;
	send_in(f, frame, sizeof(frame));
	expect_one(fd, PACKET_OTHERHOST, sizeof(frame));
	memset(frame, 0xff, 6);
	send_in(f, frame, sizeof(frame));
	expect_one(fd, PACKET_BROADCAST, sizeof(frame));
	assert_int_equal(f->side[0].frames, 3);
	assert_int_equal(f->side[1].frames, 0);
	close(fd);
}

static void sent_frame_is_seen_once_and_arrives_once(void **state)
{
	struct fixture *f = *state;
	int fd[2] = { watcher(f, ETH0), watcher(f, 0) };

	assert_int_equal(send_frame(f->wire[0], 1, 80), 0);
	run(f);
	for (int i = 0; i < 2; i++) {
		expect_one(fd[i], PACKET_OUTGOING, 80);
		close(fd[i]);
	}
	assert_int_equal(f->side[1].frames, 1);
	assert_int_equal(f->side[0].frames, 0);
}

static void frame_of_program_goes_to_the_wire_once(void **state)
{
	unsigned char frame[1514] = { 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 0x88,
		0xb5 };
	struct fixture *f = *state;
	int fd[2] = { watcher(f, ETH0), watcher(f, ETH0) };
	size_t size;

	assert_int_equal(send(fd[0], frame, sizeof(frame), 0), sizeof(frame));
	expect_one(fd[1], PACKET_OUTGOING, sizeof(frame));
	run(f);
	assert_int_equal(f->side[1].frames, 1);
	assert_int_equal(f->side[1].last_size, sizeof(frame));
	assert_int_equal(f->side[0].frames, 0); /* not for ourselves */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(next_type(fd[i], &size), -1);
		close(fd[i]);
	}
}

/* More than a wire's batch and the loop's round. */
static void burst_of_program_arrives(void **state)
{
	unsigned char frame[60] = { 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 0x88,
		0xb5 };
	struct fixture *f = *state;
	int fd = watcher(f, ETH0);

	for (int i = 0; i < 100; i++)
		assert_int_equal(
			send(fd, frame, sizeof(frame), 0), sizeof(frame));
	run(f);
	assert_int_equal(f->side[1].frames, 100);
	close(fd);
}

/* A wire that takes @allowed frames more. */
static const struct wire_carrier *fake_carrier;
static unsigned allowed;

static unsigned slow_send(
	struct wire *wire, const struct iovec *frames, unsigned len)
{
	unsigned taken = len < allowed ? len : allowed;

	allowed -= taken;
	return fake_carrier->send(wire, frames, taken);
}

static void frames_of_program_wait_for_room(void **state)
{
	unsigned char frame[60] = { 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 0x88,
		0xb5 };
	struct fixture *f = *state;
	struct wire_carrier slow = *f->wire[0]->carrier_ops;
	int fd = watcher(f, ETH0);
	struct wire_stats stats;

	fake_carrier = f->wire[0]->carrier_ops;
	slow.send = slow_send;
	f->wire[0]->carrier_ops = &slow;
	allowed = 0;
	for (int i = 0; i < 300; i++)
		assert_int_equal(
			send(fd, frame, sizeof(frame), 0), sizeof(frame));
	for (int i = 0; i < 20; i++) {
		run(f);
		now_ns += 1000000;
	}
	assert_int_equal(f->side[1].frames, 0);
	assert_int_equal(wire_room(f->wire[0]), WIRE_BATCH);
	assert_int_equal(send_frame(f->wire[0], 1, 60), 0); /* the stack's */
	allowed = 1000;
	for (int i = 0; i < 20; i++) {
		wire_flush(f->wire[0]);
		run(f);
		now_ns += 1000000;
	}
	assert_int_equal(f->side[1].frames, 301);
	wire_stats(f->wire[0], &stats);
	assert_int_equal(stats.tx_dropped, 0);
	f->wire[0]->carrier_ops = fake_carrier;
	close(fd);
}

static void ring_can_be_mapped(void **state)
{
	struct tpacket_req req = { .tp_block_size = 4096,
		.tp_block_nr = 4,
		.tp_frame_size = 2048,
		.tp_frame_nr = 8 };
	struct fixture *f = *state;
	int fd = watcher(f, ETH0);
	void *ring;

	assert_int_equal(
		setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)),
		0);
	ring = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(ring, MAP_FAILED);
	close(fd);
	run(f);
	assert_true(mirror_is_watched(f->mirror)); /* it is still in use */
	munmap(ring, 16384);
	run(f);
	assert_false(mirror_is_watched(f->mirror));
}

static void mirror_ends_after_the_last_close(void **state)
{
	struct fixture *f = *state;
	int before = count_fds(), fd = watcher(f, ETH0), copy = dup(fd);

	assert_true(mirror_is_watched(f->mirror));
	close(fd);
	run(f);
	assert_true(mirror_is_watched(f->mirror));
	close(copy);
	run(f);
	assert_false(mirror_is_watched(f->mirror));
	assert_true(count_fds() > before); /* for the next one */
	fd = watcher(f, ETH0);
	now_ns += 2 * MIRROR_LINGER_NS;
	run(f);
	assert_int_equal(send_frame(f->wire[0], 1, 80), 0);
	expect_one(fd, PACKET_OUTGOING, 80);
	close(fd);
	run(f);
	now_ns += 2 * MIRROR_LINGER_NS;
	run(f);
	close(watcher(f, ETH0)); /* waits for the end of the old one */
	run(f);
	now_ns += 2 * MIRROR_LINGER_NS;
	run(f);
	mirror_free(f->mirror); /* waits, too */
	assert_int_equal(count_fds(), before);
	f->mirror = mirror_new(f->loop, &ops, f);
	assert_non_null(f->mirror);
}

/* netdevice(7) in the mirror. */
static int ask(
	int fd, const char *name, unsigned long request, struct ifreq *ifr)
{
	memset(ifr, 0, sizeof(*ifr));
	strncpy(ifr->ifr_name, name, IFNAMSIZ - 1);
	return ioctl(fd, request, ifr);
}

static void interfaces_are_followed(void **state)
{
	struct fixture *f = *state;
	struct netlink_link old = f->eth0, *link = &f->eth0;
	int fd = watcher(f, 0);
	struct ifreq ifr;

	assert_int_equal(ask(fd, "eth0", SIOCGIFINDEX, &ifr), 0);
	assert_int_equal(ifr.ifr_ifindex, ETH0);
	assert_int_equal(ask(fd, "eth0", SIOCGIFMTU, &ifr), 0);
	assert_int_equal(ifr.ifr_mtu, 1500);
	link->flags = 0;
	mirror_link_change(f->mirror, link, &old);
	assert_int_equal(ask(fd, "eth0", SIOCGIFFLAGS, &ifr), 0);
	assert_false(ifr.ifr_flags & IFF_UP);
	old = *link;
	strcpy(link->name, "other");
	link->mtu = 9000;
	link->hwaddr[5] = 77;
	link->flags = IFF_UP;
	mirror_link_change(f->mirror, link, &old);
	assert_int_equal(ask(fd, "eth0", SIOCGIFINDEX, &ifr), -1);
	assert_int_equal(ask(fd, "other", SIOCGIFMTU, &ifr), 0);
	assert_int_equal(ifr.ifr_mtu, 9000);
	assert_int_equal(ask(fd, "other", SIOCGIFHWADDR, &ifr), 0);
	assert_memory_equal(ifr.ifr_hwaddr.sa_data, link->hwaddr, 6);
	assert_int_equal(ask(fd, "other", SIOCGIFFLAGS, &ifr), 0);
	assert_true(ifr.ifr_flags & IFF_UP);
	mirror_link_del(f->mirror, ETH0);
	assert_int_equal(ask(fd, "other", SIOCGIFINDEX, &ifr), -1);
	assert_int_equal(mirror_link_add(f->mirror, link, f->wire[0]), 0);
	assert_int_equal(ask(fd, "other", SIOCGIFINDEX, &ifr), 0);
	assert_int_equal(ifr.ifr_ifindex, ETH0);
	close(fd);
}

/* Whoever comes up, is asked or called, keeps silent. */
static void nothing_is_emitted(void **state)
{
	static const unsigned char arp[42] = { 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 2, 0, 0, 0, 0, 9, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0,
		0, 0, 9, 10, 0, 0, 9, 0, 0, 0, 0, 0, 0, 127, 0, 0, 1 };
	/* ICMP echo to all hosts, IGMP query */
	static const unsigned char echo[42] = { 1, 0, 0x5e, 0, 0, 1, 2, 0, 0, 0,
		0, 9, 8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 1, 1, 0xce, 0xdb, 10, 0,
		0, 9, 224, 0, 0, 1, 8, 0, 0xf7, 0xff, 0, 0, 0, 0 };
	static const unsigned char query[42] = { 1, 0, 0x5e, 0, 0, 1, 2, 0, 0,
		0, 0, 9, 8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 1, 2, 0xce, 0xda, 10,
		0, 0, 9, 224, 0, 0, 1, 0x11, 1, 0xee, 0xfe, 0, 0, 0, 0 };
	struct fixture *f = *state;
	struct netlink_link down = f->eth0;
	int fd = watcher(f, ETH0);
	size_t size;

	down.flags = 0;
	mirror_link_change(f->mirror, &down, &f->eth0);
	mirror_link_change(f->mirror, &f->eth0, &down);
	assert_int_equal(recv(fd, &size, sizeof(size), 0), -1);
	assert_int_equal(errno, ENETDOWN); /* it was told */
	send_in(f, arp, sizeof(arp));
	expect_one(fd, PACKET_BROADCAST, sizeof(arp));
	send_in(f, echo, sizeof(echo));
	expect_one(fd, PACKET_MULTICAST, sizeof(echo));
	send_in(f, query, sizeof(query));
	expect_one(fd, PACKET_MULTICAST, sizeof(query));
	poll(NULL, 0, 1500); /* reports and solicitations take their time */
	run(f);
	assert_int_equal(next_type(fd, &size), -1);
	assert_int_equal(f->side[1].frames, 0);
	close(fd);
}

static const unsigned char ping_self[28] = { 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1,
	0x7c, 0xde, 127, 0, 0, 1, 127, 0, 0, 1, 8, 0, 0xf7, 0xff };

static void loopback_is_sent_and_received(void **state)
{
	struct fixture *f = *state;
	struct iovec iov[2] = { { (void *)ping_self, 20 },
		{ (void *)(ping_self + 20), 8 } };
	int fd = watcher(f, LO);
	size_t size;

	mirror_show_loopback(f->mirror, iov, 2);
	assert_int_equal(next_type(fd, &size), PACKET_OUTGOING);
	assert_int_equal(size, 42);
	expect_one(fd, PACKET_HOST, 42); /* and nobody answers */
	run(f);
	assert_int_equal(f->loopback_packets, 0);
	close(fd);
}

static void packet_of_program_on_loopback_is_taken(void **state)
{
	unsigned char frame[42] = { [12] = 8 };
	struct fixture *f = *state;
	int fd = watcher(f, LO);

	memcpy(frame + 14, ping_self, 28);
	assert_int_equal(send(fd, frame, sizeof(frame), 0), 42);
	run(f);
	assert_int_equal(f->loopback_packets, 1);
	assert_int_equal(f->loopback_size, 28);
	close(fd);
}

static void open_sockets_outlive_the_mirror(void **state)
{
	struct fixture *f = *state;
	struct pollfd pfd = { .fd = watcher(f, ETH0), .events = POLLIN };
	char byte;

	mirror_free(f->mirror);
	f->mirror = NULL;
	assert_int_equal(poll(&pfd, 1, 10000), 1);
	assert_int_equal(recv(pfd.fd, &byte, 1, 0), -1);
	assert_int_equal(errno, ENETDOWN);
	close(pfd.fd);
}

static void wrong_type_makes_nothing(void **state)
{
	struct fixture *f = *state;
	int before = count_fds();

	assert_int_equal(
		mirror_socket(f->mirror, SOCK_STREAM, 0), -ESOCKTNOSUPPORT);
	assert_int_equal(count_fds(), before);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(received_frame_is_seen_once),
		TEST(sent_frame_is_seen_once_and_arrives_once),
		TEST(frame_of_program_goes_to_the_wire_once),
		TEST(burst_of_program_arrives),
		TEST(frames_of_program_wait_for_room),
		TEST(ring_can_be_mapped),
		TEST(mirror_ends_after_the_last_close),
		TEST(interfaces_are_followed),
		TEST(nothing_is_emitted),
		TEST(loopback_is_sent_and_received),
		TEST(packet_of_program_on_loopback_is_taken),
		TEST(open_sockets_outlive_the_mirror),
		TEST(wrong_type_makes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
