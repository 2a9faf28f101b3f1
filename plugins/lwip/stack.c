/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stack.h"
#include "config.h"
#include "icmp.h"
#include "iface.h"
#include "opening.h"
#include "packet.h"
#include "sock.h"
#include "tcp.h"

#include <lwip/init.h>
#include <lwip/priv/tcp_priv.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

/* lwIP's state is global, and so is this; see stack_current. */
static struct stack *current;

struct stack *stack_current(void)
{
	return current;
}

/* lwIP draws ports and the like from rand(3), of this name space. */
static void seed(struct stack *stack)
{
	unsigned start;

	if (getrandom(&stack->secret, sizeof(stack->secret), 0) !=
		sizeof(stack->secret))
		stack->secret =
			(uint64_t)(uintptr_t)stack ^ loop_now(stack->loop);
	start = (unsigned)stack->secret ^ (unsigned)(stack->secret >> 32);
	srand(start);
}

static int make_tables(struct stack *stack)
{
	stack->tables = netlink_tables_new(&config_hooks, stack);
	if (!stack->tables)
		return -ENOMEM;
	stack->server = netlink_server_new(
		&netlink_tables_ops, stack->tables, sock_publish, stack);
	return stack->server ? 0 : -ENOMEM;
}

static int make(struct stack *stack)
{
	int err = loop_new(&stack->loop, NULL);

	if (err)
		return err;
	clock_init(&stack->clock, stack->loop);
	loopback_init(stack);
	sock_init(stack);
	autoconf_init(stack);
	stack->mirror = packet_mirror_new(stack);
	if (!stack->mirror)
		return -ENOMEM;
	seed(stack);
	stack->buffer = malloc(STACK_BUFFER_SIZE);
	if (!stack->buffer)
		return -ENOMEM;
	if (!guard_init(&stack->guard) || !tcp_output_init(stack))
		return -EBUSY;
	stack->marker_fd = eventfd(0, EFD_CLOEXEC);
	if (stack->marker_fd < 0)
		return -errno;
	return make_tables(stack);
}

static void unmake(struct stack *stack)
{
	icmp_unlisten();
	tcp_urgent_unlisten();
	while (stack->ifaces)
		iface_free(stack->ifaces);
	mirror_free(stack->mirror);
	if (stack->loop) {
		autoconf_fini(stack);
		loopback_fini(stack);
		sock_fini(stack);
		clock_fini(&stack->clock);
	}
	netlink_server_free(stack->server);
	netlink_tables_free(stack->tables);
	if (stack->marker_fd >= 0)
		close(stack->marker_fd);
	if (stack->loop)
		loop_free(stack->loop);
	free(stack->buffer);
	free(stack);
	current = NULL;
}

static int add_ifaces(
	struct stack *stack, const char *vnlv[], const char **what)
{
	int err = config_add(stack, NULL);

	*what = NULL;
	for (; !err && vnlv && *vnlv; vnlv++) {
		*what = *vnlv;
		err = config_add(stack, *vnlv);
	}
	return err;
}

int stack_new(struct stack **stack, const char *vnlv[], const char **what)
{
	struct stack *new;
	int err;

	*what = NULL;
	if (current)
		return -EBUSY;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->marker_fd = -1;
	current = new;
	err = make(new);
	if (err)
		goto unmake;
	lwip_init();
	err = clock_is_in_place() ? icmp_listen() : -EBUSY;
	if (!err)
		err = tcp_urgent_listen();
	if (!err)
		err = add_ifaces(new, vnlv, what);
	if (!err) {
		*what = NULL;
		err = loop_start(new->loop, "lwip");
	}
	if (err)
		goto unmake;
	*stack = new;
	return 0;

unmake:
	unmake(new);
	return err;
}

/* Connections whose sockets were closed live on in lwIP, for minutes. */
static void abort_orphans(void)
{
	while (tcp_active_pcbs)
		tcp_abort(tcp_active_pcbs);
	while (tcp_tw_pcbs)
		tcp_abort(tcp_tw_pcbs);
}

static int is_opening(void *arg)
{
	return opening_any(arg);
}

bool stack_may_end(struct stack *stack)
{
	return loop_call(stack->loop, is_opening, stack) <= 0;
}

void stack_free(struct stack *stack)
{
	loop_stop(stack->loop);
	opening_abandon(stack);
	sock_free_all(stack);
	abort_orphans();
	unmake(stack);
}
