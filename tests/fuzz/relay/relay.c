/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz target: what comes over the wire to a whole stack, of the plug-in PLUGIN.
 *
 * The inputs are those of the target frames (records.h); here they pass the
 * plug-in's own way from a real wire (seqpacket://) to the stack: the relay of
 * vdestack and the kernel behind it, or the wire of libioth/support. What
 * programs write goes out from a packet socket, with a header for offloads that
 * is garbage (PACKET_VNET_HDR) where there is one. One stack lives through all
 * inputs; after each it must answer a ping. In the end no descriptor and no
 * thread is left.
 */
#include "fuzz.h"
#include "records.h"
#include "repair.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <ioth.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MEMORY_MAX  ((size_t)24 << 20)
#define PATIENCE_MS 20000 /* for an answer, on a machine that has much to do */
#define SKIPPED	    77

static const uint8_t peer_mac[6] = { 2, 0, 0, 0, 0, 2 };

static struct {
	struct ioth *stack;
	int wire, far; /* our end, and the stack's, which it leaves open */
	int packet;
	uint8_t mac[6]; /* of the stack */
	int fds_before, threads_before;
	size_t memory_before;
} net;

/* Of a sanitizer, when there is one. */
__attribute__((weak)) size_t __sanitizer_get_current_allocated_bytes(void);

/* libvdeplug opens its modules in a way that sanitizers refuse. */
__attribute__((visibility("default"))) void *dlopen(const char *file, int mode)
{
	void *symbol = dlsym(RTLD_NEXT, "dlopen");
	void *(*next)(const char *, int);

	memcpy(&next, &symbol, sizeof(next));
	return next(file, mode & ~RTLD_DEEPBIND);
}

static void die(const char *why)
{
	fprintf(stderr, "relay: %s\n", why);
	abort();
}

static int count(const char *folder)
{
	DIR *dir = opendir(folder);
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static size_t memory(void)
{
	return __sanitizer_get_current_allocated_bytes
		       ? __sanitizer_get_current_allocated_bytes()
		       : 0;
}

/* ---- the stack ---- */

static void add_addr(int family, const char *text, int prefixlen, int index)
{
	uint8_t addr[16];

	inet_pton(family, text, addr);
	if (ioth_ipaddr_add(net.stack, family, addr, prefixlen, index) < 0)
		die("no address");
}

static void close_stack(void)
{
	ioth_close(net.packet);
	if (ioth_delstack(net.stack) < 0)
		die("the stack cannot be deleted");
	close(net.wire);
	close(net.far);
	if (count("/proc/self/fd") > net.fds_before)
		die("descriptors are left open");
	if (count("/proc/self/task") > net.threads_before)
		die("threads are left");
}

/* What the libraries keep for ever is there before we count. */
static void warm_up(void)
{
	struct ioth *stack = ioth_newstack("kernel", NULL);

	ioth_close(ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0));
	ioth_delstack(stack);
}

static void open_stack(void)
{
	int pair[2], yes = 1, index, size = 1 << 20;
	char vnl[32];

	warm_up();
	net.fds_before = count("/proc/self/fd");
	net.threads_before = count("/proc/self/task");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		die("no pair");
	net.wire = pair[0];
	net.far = pair[1];
	setsockopt(net.wire, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	snprintf(vnl, sizeof(vnl), "seqpacket://%d", pair[1]);
	net.stack = ioth_newstack(PLUGIN, vnl);
	if (!net.stack) {
		printf("no " PLUGIN " here: %s\n", ioth_errmsg());
		exit(SKIPPED);
	}
	index = ioth_if_nametoindex(net.stack, "vde0");
	ioth_linksetupdown(net.stack, (unsigned)index, 1);
	add_addr(AF_INET, "10.0.0.1", 24, index);
	add_addr(AF_INET6, "fd00::1", 64, index);
	net.packet = ioth_msocket(net.stack, AF_PACKET,
		SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ioth_setsockopt(
		net.packet, SOL_PACKET, PACKET_VNET_HDR, &yes, sizeof(yes));
	atexit(close_stack);
}

/* ---- our side of the wire ---- */

/* Takes what has come; true: an echo reply was among it. */
static bool take_frames(void)
{
	static uint8_t frame[1 << 17];
	bool echo = false;
	ssize_t n;

	while ((n = recv(net.wire, frame, sizeof(frame), MSG_DONTWAIT)) > 0) {
		if (n >= 42 && get16(frame + 12) == ETH_P_ARP)
			memcpy(net.mac, frame + 22, 6);
		echo |= n >= 38 && get16(frame + 12) == ETH_P_IP &&
			frame[23] == IPPROTO_ICMP && frame[34] == 0 &&
			get16(frame + 38) == 0x7777;
	}
	return echo;
}

static void give(const uint8_t *frame, size_t size)
{
	struct pollfd pfd = { net.wire, POLLIN | POLLOUT, 0 };

	while (send(net.wire, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
		errno == EAGAIN) {
		if (poll(&pfd, 1, PATIENCE_MS) == 0)
			die("nobody takes frames any more");
		take_frames();
	}
}

static bool wait_for_echo(int timeout_ms)
{
	struct pollfd pfd = { net.wire, POLLIN, 0 };

	while (poll(&pfd, 1, timeout_ms) > 0)
		if (take_frames())
			return true;
	return false;
}

/* Asks by ARP, too: who asks is known, and we learn the address. */
static void ping(void)
{
	uint8_t arp[42] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,
		2, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, 10, 0, 0, 77,
		0, 0, 0, 0, 0, 0, 10, 0, 0, 1 };
	uint8_t echo[42] = { [12] = 8,
		[14] = 0x45,
		[22] = 64,
		[23] = 1,
		[26] = 10,
		[29] = 77,
		[30] = 10,
		[33] = 1,
		[34] = 8,
		[38] = 0x77,
		[39] = 0x77 };

	give(arp, sizeof(arp));
	memcpy(echo, net.mac, 6);
	memcpy(echo + 6, peer_mac, 6);
	repair_lengths(echo, sizeof(echo));
	repair_checksums(echo, sizeof(echo));
	give(echo, sizeof(echo));
}

/* Some are lost when a flood has just been. */
static void check_alive(void)
{
	for (int waited = 0; waited < PATIENCE_MS; waited += 100) {
		ping();
		if (wait_for_echo(100))
			return;
	}
	die("no answer to ping any more");
}

/* ---- records ---- */

static void repair_and_give(uint8_t *frame, size_t size, unsigned repairs)
{
	if (repairs & REPAIR_ETHER && size >= 6 && !(frame[0] & 1))
		memcpy(frame, net.mac, 6);
	if (repairs & REPAIR_LENGTHS)
		repair_lengths(frame, size);
	if (repairs & REPAIR_CHECKSUMS)
		repair_checksums(frame, size);
	give(frame, size);
}

static void do_frame(const struct record *record)
{
	static uint8_t frame[UINT16_MAX];

	memcpy(frame, record->bytes, record->size);
	repair_and_give(frame, record->size, record->arg);
}

/* As many as tell: how frames differ does not matter to a wire. */
static void do_flood(const struct record *record)
{
	static uint8_t frame[UINT16_MAX];
	size_t size = record->size;

	if (size < sizeof(struct record_flood))
		return;
	size -= sizeof(struct record_flood);
	memcpy(frame, record->bytes + sizeof(struct record_flood), size);
	for (int i = 0; i < 2000; i++)
		repair_and_give(frame, size, record->arg);
}

/* Out, with as much of the garbage as a packet socket takes. */
static void do_app(const struct record *record)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
		.sll_ifindex = ioth_if_nametoindex(net.stack, "vde0"),
		.sll_halen = 6 };

	ioth_sendto(net.packet, record->bytes, record->size, MSG_DONTWAIT,
		(struct sockaddr *)&to, sizeof(to));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record record;

	if (!net.stack) {
		open_stack();
		check_alive(); /* learns the hardware address */
		check_alive();
		net.memory_before = memory();
	}
	while (record_take(&data, &size, &record)) {
		if (record.op == RECORD_FRAME)
			do_frame(&record);
		else if (record.op == RECORD_FLOOD)
			do_flood(&record);
		else if (record.op == RECORD_APP)
			do_app(&record);
		take_frames();
	}
	check_alive();
	if (memory() > net.memory_before + MEMORY_MAX)
		die("it uses too much memory");
	return 0;
}
