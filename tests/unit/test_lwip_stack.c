/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A stack without a wire: its addresses, routes and idleness. In one process
 * with lwIP, whose state is global: one stack after the other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checksum.h"
#include "route.h"
#include "sock.h"
#include "sockaddr.h"
#include "stack.h"
#include "tcp.h"

static struct stack *stack;

static int set_lo_up(void *arg)
{
	struct netlink_link_change up = { .fields = NETLINK_LINK_FLAGS,
		.flags = IFF_UP,
		.flags_mask = IFF_UP };

	(void)arg;
	return netlink_tables_link_set(stack->tables, 1, &up);
}

static int setup(void **state)
{
	const char *what;
	int err = stack_new(&stack, NULL, &what);

	(void)state;
	return err ?: loop_call(stack->loop, set_lo_up, NULL);
}

static int teardown(void **state)
{
	(void)state;
	stack_free(stack);
	return 0;
}

/* After one stack another can be made. */
static int renew(void **state)
{
	teardown(state);
	return setup(state);
}

static struct sock inet(int domain, int type)
{
	return (struct sock){ .stack = stack, .domain = domain, .type = type };
}

static int peer4(int domain, const char *text, ip_addr_t *ip)
{
	struct sock sock = inet(domain, SOCK_STREAM);
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(7),
		.sin_addr.s_addr = inet_addr(text) };
	u16_t port;

	return sockaddr_peer(
		&sock, (struct sockaddr *)&in, sizeof(in), ip, &port);
}

static int peer6(bool v6only, const char *text, unsigned scope, ip_addr_t *ip)
{
	struct sock sock = inet(AF_INET6, SOCK_STREAM);
	struct sockaddr_in6 in = { .sin6_family = AF_INET6,
		.sin6_scope_id = scope };
	u16_t port;

	sock.v6only = v6only;
	inet_pton(AF_INET6, text, &in.sin6_addr);
	return sockaddr_peer(
		&sock, (struct sockaddr *)&in, sizeof(in), ip, &port);
}

static void peer_of_wrong_family(void **state)
{
	ip_addr_t ip;

	(void)state;
	assert_int_equal(peer4(AF_INET, "1.2.3.4", &ip), 0);
	assert_true(IP_IS_V4_VAL(ip));
	assert_int_equal(peer4(AF_INET6, "1.2.3.4", &ip), -EAFNOSUPPORT);
}

static void peer_unspecified_is_loopback(void **state)
{
	ip_addr_t ip;

	(void)state;
	assert_int_equal(peer4(AF_INET, "0.0.0.0", &ip), 0);
	assert_int_equal(ip_2_ip4(&ip)->addr, htonl(INADDR_LOOPBACK));
	assert_int_equal(peer6(false, "::", 0, &ip), 0);
	assert_int_equal(ip_2_ip6(&ip)->addr[3], htonl(1));
}

static void peer_mapped(void **state)
{
	ip_addr_t ip;

	(void)state;
	assert_int_equal(peer6(false, "::ffff:1.2.3.4", 0, &ip), 0);
	assert_true(IP_IS_V4_VAL(ip));
	assert_int_equal(peer6(true, "::ffff:1.2.3.4", 0, &ip), -ENETUNREACH);
}

static void peer_link_local_needs_zone(void **state)
{
	ip_addr_t ip;

	(void)state;
	assert_int_equal(peer6(false, "fe80::1", 0, &ip), -EINVAL);
	assert_int_equal(peer6(false, "fe80::1", 77, &ip), -ENODEV);
	assert_int_equal(peer6(false, "fe80::1", 1, &ip), 0);
}

static void local_must_be_ours(void **state)
{
	struct sock sock = inet(AF_INET, SOCK_STREAM);
	struct sockaddr_in in = { .sin_family = AF_INET };
	ip_addr_t ip;
	u16_t port;

	(void)state;
	in.sin_addr.s_addr = inet_addr("127.0.0.1");
	assert_int_equal(sockaddr_local(&sock, (struct sockaddr *)&in,
				 sizeof(in), &ip, &port),
		0);
	in.sin_addr.s_addr = inet_addr("10.9.8.7");
	assert_int_equal(sockaddr_local(&sock, (struct sockaddr *)&in,
				 sizeof(in), &ip, &port),
		-EADDRNOTAVAIL);
}

static void route_nowhere(void **state)
{
	ip_addr_t ip;

	(void)state;
	peer4(AF_INET, "10.9.8.7", &ip);
	assert_int_equal(route_check(stack, &ip, 0), -ENETUNREACH);
	peer4(AF_INET, "127.5.5.5", &ip);
	assert_int_equal(route_check(stack, &ip, 0), 0);
}

static void second_stack_is_busy(void **state)
{
	struct stack *other;
	const char *what;

	(void)state;
	assert_int_equal(stack_new(&other, NULL, &what), -EBUSY);
}

static void idle_has_no_timer(void **state)
{
	(void)state;
	assert_true(loop_next_due(stack->loop) == LOOP_NEVER);
}

/* ---- tcp_output.c ---- */

static unsigned outputs;

static int8_t count_output(struct tcp_pcb *pcb)
{
	(void)pcb;
	outputs++;
	return 0;
}

/* A connection of @sock and one that its listener's callback gave no socket. */
static struct tcp_pcb known, strange;

static int put_off(void *arg)
{
	struct tcp_sock *sock = arg;

	known.callback_arg = strange.callback_arg = sock;
	sock->pcb = &known;
	sock->state = TCP_SOCK_OPEN;
	tcp_output(&known);
	assert_int_equal(outputs, 1);
	stack->in_batch = true;
	tcp_output(&known);
	tcp_output(&known);
	assert_int_equal(outputs, 1);
	tcp_output(&strange);
	assert_int_equal(outputs, 2);
	stack->in_batch = false;
	return 0;
}

static int put_off_and_detach(void *arg)
{
	put_off(arg);
	tcp_detach(arg);
	assert_int_equal(outputs, 3);
	return 0;
}

static int count_outputs(void *arg)
{
	(void)arg;
	return (int)outputs;
}

static void output_waits_for_the_end_of_a_batch(void **state)
{
	int8_t (*output)(struct tcp_pcb *) = stack->output;
	struct tcp_sock *sock = tcp_alloc_sock(stack, AF_INET);

	(void)state;
	assert_non_null(sock);
	stack->output = count_output;
	outputs = 0;
	assert_int_equal(loop_call(stack->loop, put_off, sock), 0);
	assert_int_equal(loop_call(stack->loop, count_outputs, NULL), 3);
	outputs = 0;
	assert_int_equal(loop_call(stack->loop, put_off_and_detach, sock), 0);
	assert_int_equal(loop_call(stack->loop, count_outputs, NULL), 3);
	stack->output = output;
	free(sock);
}

static unsigned grown(unsigned cwnd, unsigned ssthresh, unsigned acked)
{
	struct tcp_pcb pcb = {
		.mss = 1000, .cwnd = cwnd, .ssthresh = ssthresh
	};

	tcp_output_grow(&pcb, acked);
	return pcb.cwnd;
}

static void slow_start_counts_all_that_was_acknowledged(void **state)
{
	(void)state;
	assert_int_equal(grown(4000, 60000, 2000), 4000); /* lwIP has */
	assert_int_equal(grown(4000, 60000, 5000), 7000);
	assert_int_equal(grown(4000, 4000, 5000), 4000); /* no slow start */
	assert_int_equal(grown(TCP_WND - 1000, TCP_WND, 9000), TCP_WND - 1000);
}

/* ---- checksum.c ---- */

/* As RFC 1071 has it: words of two bytes, the first is the higher. */
static uint16_t sum_by_words(const uint8_t *bytes, int size)
{
	uint32_t sum = 0;

	for (int i = 0; i < size; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)sum);
}

static void checksum_of_any_size_at_any_address(void **state)
{
	static const uint8_t example[] = { 0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6,
		0xf7 };
	uint8_t bytes[96];

	(void)state;
	assert_int_equal(
		lwip_standard_chksum(example, sizeof(example)), htons(0xddf2));
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = i % 5 ? 0xff : (uint8_t)(i * 37);
	for (int at = 0; at < 8; at++)
		for (int size = 0; size + at <= (int)sizeof(bytes); size++)
			assert_int_equal(lwip_standard_chksum(bytes + at, size),
				sum_by_words(bytes + at, size));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peer_of_wrong_family),
		cmocka_unit_test(peer_unspecified_is_loopback),
		cmocka_unit_test(peer_mapped),
		cmocka_unit_test(peer_link_local_needs_zone),
		cmocka_unit_test(local_must_be_ours),
		cmocka_unit_test(route_nowhere),
		cmocka_unit_test(second_stack_is_busy),
		cmocka_unit_test(checksum_of_any_size_at_any_address),
		cmocka_unit_test(output_waits_for_the_end_of_a_batch),
		cmocka_unit_test(slow_start_counts_all_that_was_acknowledged),
		cmocka_unit_test_setup_teardown(idle_has_no_timer, renew, NULL),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
