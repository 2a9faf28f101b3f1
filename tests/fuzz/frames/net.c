/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net.h"

#include "calls.h"
#include "lwip.h"
#include "netlink_tables.h"
#include "stack.h"
#include "wire_impl.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define MS	  1000000u
#define ROUNDS	  100000 /* more without a pause: it would never end */
#define TIMERS	  500	 /* per wait: then time jumps */
#define REPLY_MAX 128

const uint8_t net_our_mac[6] = { 2, 0, 0, 0, 0, 1 };
const uint8_t net_peer_mac[6] = { 2, 0, 0, 0, 0, 2 };

static struct {
	struct stack *stack;
	struct wire *wire, *peer; /* the stack's end, and the other */
	uint64_t now_ns, dice;
	int next_fd; /* a descriptor that is free before and after */
	struct flow flows[NET_FLOWS];
	unsigned flows_next;
	unsigned answers[256];
} net;

/* Of a sanitizer, when there is one. */
__attribute__((weak)) size_t __sanitizer_get_current_allocated_bytes(void);

static void die(const char *why)
{
	fprintf(stderr, "frames: %s\n", why);
	abort();
}

/* ---- what is replaced ---- */

int __real_loop_new(struct loop **loop, const struct loop_config *config);
int __wrap_loop_new(struct loop **loop, const struct loop_config *config);
int __wrap_loop_start(struct loop *loop, const char *name);
int __wrap_loop_call(struct loop *loop, int (*function)(void *arg), void *arg);
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags);

static uint64_t now(void *context)
{
	(void)context;
	return net.now_ns;
}

int __wrap_loop_new(struct loop **loop, const struct loop_config *config)
{
	const struct loop_config own = { .clock = now };

	(void)config;
	return __real_loop_new(loop, &own);
}

int __wrap_loop_start(struct loop *loop, const char *name)
{
	(void)loop;
	(void)name;
	return 0;
}

int __wrap_loop_call(struct loop *loop, int (*function)(void *arg), void *arg)
{
	(void)loop;
	return function(arg);
}

ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags)
{
	uint8_t *to = bytes;

	(void)flags;
	for (size_t i = 0; i < size; i++) {
		net.dice = net.dice * 6364136223846793005u + 1;
		to[i] = (uint8_t)(net.dice >> 56);
	}
	return (ssize_t)size;
}

/* ---- the host on the other side ---- */

static void answer(uint8_t *frame, size_t size)
{
	const struct iovec iov = { frame, size };

	memcpy(frame, net_our_mac, 6);
	memcpy(frame + 6, net_peer_mac, 6);
	repair_checksums(frame, size);
	wire_send(net.peer, &iov, 1);
}

static void answer_arp(const uint8_t *request, size_t size)
{
	uint8_t frame[42];

	if (size < sizeof(frame) || get16(request + 20) != 1)
		return;
	memcpy(frame, request, sizeof(frame));
	put16(frame + 20, 2);
	memcpy(frame + 22, net_peer_mac, 6);
	memcpy(frame + 28, request + 38, 4);
	memcpy(frame + 32, request + 22, 10);
	answer(frame, sizeof(frame));
}

/* For all but our own addresses. */
static void answer_solicitation(const uint8_t *request, size_t size)
{
	static const uint8_t any[16];
	uint8_t frame[86];

	if (size < 78 || !memcmp(request + 22, any, 16) || request[77] == 1)
		return;
	memcpy(frame, request, 62);
	put16(frame + 18, 32);
	memcpy(frame + 22, request + 62, 16);
	memcpy(frame + 38, request + 22, 16);
	memcpy(frame + 54, "\x88\0\0\0\x60\0\0\0", 8);
	memcpy(frame + 62, request + 62, 16);
	memcpy(frame + 78, "\2\1", 2);
	memcpy(frame + 80, net_peer_mac, 6);
	answer(frame, sizeof(frame));
}

static bool is_same_flow(const struct flow *a, const struct flow *b)
{
	return a->ip_size == b->ip_size && a->our_port == b->our_port &&
	       a->their_port == b->their_port &&
	       !memcmp(a->ours, b->ours, a->ip_size);
}

static void note_flow(const struct flow *flow)
{
	for (unsigned i = 0; i < NET_FLOWS; i++)
		if (is_same_flow(&net.flows[i], flow)) {
			net.flows[i] = *flow;
			return;
		}
	net.flows[net.flows_next++ % NET_FLOWS] = *flow;
}

/* Of ICMP only echo replies. */
static void note_answer(uint8_t protocol, uint8_t type)
{
	if ((protocol == IPPROTO_ICMP && type != 0) ||
		(protocol == IPPROTO_ICMPV6 && type != 129))
		return;
	net.answers[protocol]++;
}

static void note(const uint8_t *frame, size_t size)
{
	uint16_t type = get16(frame + 12);
	struct flow flow;

	if (type == ETHERTYPE_IP && size > 34)
		note_answer(frame[23], frame[34]);
	else if (type == ETHERTYPE_IPV6 && size > 54)
		note_answer(frame[20], frame[54]);
	if (flow_read(&flow, frame, size) == 0)
		note_flow(&flow);
}

static void on_frames(struct wire *wire, const struct iovec *frames,
	unsigned len, void *owner)
{
	(void)wire;
	(void)owner;
	for (unsigned i = 0; i < len; i++) {
		const uint8_t *frame = frames[i].iov_base;
		size_t size = frames[i].iov_len;

		note(frame, size);
		if (get16(frame + 12) == ETHERTYPE_ARP)
			answer_arp(frame, size);
		else if (get16(frame + 12) == ETHERTYPE_IPV6 && size > 54 &&
			 frame[20] == IPPROTO_ICMPV6 && frame[54] == 135)
			answer_solicitation(frame, size);
	}
}

static const struct wire_ops peer_ops = { .on_frames = on_frames };

/* In the place of the one that asks libvdeplug. */
int wire_open(
	struct wire **wire, struct loop *loop, const struct wire_config *config)
{
	struct wire_config both[2] = { *config, { .ops = &peer_ops } };
	struct wire *pair[2];
	int err;

	both[0].locator = "eth0";
	err = wire_fake_pair(pair, loop, both, NULL);
	if (err)
		return err;
	*wire = net.wire = pair[0];
	net.peer = pair[1];
	wire_set_mtu(net.peer, WIRE_FRAME_MAX - WIRE_OVERHEAD, true);
	return 0;
}

/* ---- the stack ---- */

static void must(int result)
{
	if (result < 0)
		die("the stack cannot be set up");
}

static void set_up(unsigned index, bool mac)
{
	struct netlink_link_change up = { .fields = NETLINK_LINK_FLAGS,
		.flags = IFF_UP,
		.flags_mask = IFF_UP };

	if (mac) {
		up.fields |= NETLINK_LINK_HWADDR;
		up.hwaddr_size = 6;
		memcpy(up.hwaddr, net_our_mac, 6);
	}
	must(netlink_tables_link_set(net.stack->tables, index, &up));
}

static void add_addr(int family, const char *text, uint8_t prefixlen)
{
	struct netlink_addr addr = { .family = (uint8_t)family,
		.prefixlen = prefixlen,
		.index = 2,
		.flags = IFA_F_PERMANENT | IFA_F_NODAD,
		.preferred_s = UINT32_MAX,
		.valid_s = UINT32_MAX };

	inet_pton(family, text, &addr.local);
	must(netlink_tables_addr_add(net.stack->tables, &addr, 0));
}

static void add_default_route(int family, const char *gateway)
{
	struct netlink_route route = { .family = (uint8_t)family,
		.protocol = RTPROT_STATIC,
		.type = RTN_UNICAST,
		.table = RT_TABLE_MAIN,
		.priority = 100,
		.oif = 2 };

	inet_pton(family, gateway, &route.gateway);
	must(netlink_tables_route_add(
		net.stack->tables, &route, NLM_F_CREATE | NLM_F_EXCL));
}

static void *stackdata(void)
{
	return net.stack;
}

static int free_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

void net_open(void)
{
	static const char *vnlv[] = { "fake://", NULL };
	struct ioth_functions functions = { .getstackdata = stackdata };

	net.next_fd = free_fd();
	net.dice = 1;
	net.now_ns = 1000u * (uint64_t)MS;
	net.flows_next = 0;
	memset(net.flows, 0, sizeof(net.flows));
	net.stack = ioth_lwip_newstack(vnlv, NULL, &functions);
	if (!net.stack)
		die("no stack");
	set_up(1, false);
	set_up(2, true);
	add_addr(AF_INET, "10.0.0.1", 24);
	add_addr(AF_INET, "10.0.1.1", 24);
	add_addr(AF_INET6, "fd00::1", 64);
	add_default_route(AF_INET, "10.0.0.2");
	add_default_route(AF_INET6, "fd00::2");
	net_run();
}

void net_close(void)
{
	wire_close(net.peer);
	ioth_lwip_delstack(net.stack);
	net.stack = NULL;
	if (free_fd() != net.next_fd)
		die("descriptors are left open");
}

struct stack *net_stack(void)
{
	return net.stack;
}

void net_run(void)
{
	for (unsigned i = 0; loop_poll(net.stack->loop); i++)
		if (i == ROUNDS)
			die("the stack comes to no end");
}

void net_input(const uint8_t *frame, size_t size)
{
	/* of its very size, for AddressSanitizer */
	uint8_t *copy = malloc(size);
	struct iovec iov = { copy, size };

	if (size)
		memcpy(copy, frame, size);
	wire_received(net.wire, &iov, 1);
	free(copy);
	net_run();
}

void net_wait(uint64_t ms)
{
	uint64_t end = net.now_ns + ms * MS, due;

	for (unsigned i = 0; i < TIMERS; i++) {
		due = loop_next_due(net.stack->loop);
		if (due > end)
			break;
		if (due > net.now_ns)
			net.now_ns = due;
		net_run();
	}
	net.now_ns = end;
	net_run();
}

bool net_memory_is_exact(void)
{
	return __sanitizer_get_current_allocated_bytes;
}

size_t net_memory(void)
{
	if (net_memory_is_exact())
		return __sanitizer_get_current_allocated_bytes();
	return mallinfo2().uordblks;
}

const struct flow *net_flow(unsigned i)
{
	return &net.flows[i];
}

void net_watch(void)
{
	memset(net.answers, 0, sizeof(net.answers));
}

unsigned net_answers(uint8_t protocol)
{
	return net.answers[protocol];
}
