/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open.c - whose socket it is, and giving it to the guest
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "bridged.h"
#include "composite.h"
#include "defaults.h"
#include "module.h"
#include "netdev.h"
#include "rights.h"

#define SOCK_DEFAULT 0
#define ALL_FAMILIES UINT64_MAX

/* --- making a socket ----------------------------------------------------- */

/* A guest that waits for a socket. */
struct opening {
	struct bridged *bridged;
	struct umvu_parked *parked;
};

static void on_socket(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct opening *o = arg;
	int fd = control_fds_take(fds);

	if (fd >= 0)
		result = bridged_add(o->bridged, stack, fd, message->arg[0],
			message->arg[1]);
	if (fd >= 0 && result == 0) {
		umvu_answer_fd(o->parked, fd, message->arg[1] & SOCK_CLOEXEC);
	} else {
		umvu_answer(o->parked, result < 0 ? result : -EIO);
		if (fd >= 0)
			close(fd);
	}
	free(o);
	if (fds->len)
		pool_fill(&stack->pool, message->arg, fds);
}

static void on_refilled(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	(void)arg;
	(void)result;
	if (message)
		pool_fill(&stack->pool, message->arg, fds);
}

/*
 * A socket of the kind that @m asks for from the pool, -1 if there is none;
 * then
 * @m asks for some more, for next time. Only of a network name space: whatever
 * else makes sockets may want to know when they are opened.
 */
static int take_ready(struct stack *stack, struct control_message *m)
{
	struct control_message refill = *m;
	int fd = -1;

	if (stack->diag < 0 || stack->deleting || !pool_has_kind(m->arg))
		return -1;
	fd = pool_take(&stack->pool, m->arg);
	if (fd < 0)
		m->arg[3] = POOL_SIZE + 1;
	else if (pool_is_low(&stack->pool, m->arg)) {
		refill.arg[3] = POOL_SIZE / 2;
		stack_ask(stack, &refill, on_refilled, NULL);
	}
	return fd;
}

/* The stack's process makes the socket with its own rights; the guest gets
 * only what it could have made. */
static int may_open(const struct umvu_call *call, const struct stack *stack,
	int domain, int type)
{
	int capability = rights_of_socket(domain, type);
	struct umvu_creds creds;
	int err;

	if (capability < 0)
		return 0;
	err = umvu_call_creds(call, &creds);
	if (err)
		return err;
	return creds.euid == stack->owner || creds.effective >> capability & 1
		       ? 0
		       : -EPERM;
}

static long open_of_process(struct module *module, struct umvu_call *call,
	struct stack *stack, int domain, int type, int protocol)
{
	struct control_message m = { .op = CONTROL_SOCKET,
		.arg = { domain, type, protocol, 1 } };
	struct opening *o;
	int err, fd;

	/* A dead stack answers nothing else, whatever was asked. */
	if (stack->state == STACK_DEAD)
		return -ENODEV;
	err = may_open(call, stack, domain, type);
	if (err)
		return err;
	o = malloc(sizeof(*o));
	if (!o)
		return -ENOMEM;
	*o = (struct opening){ module->bridged, umvu_park(call, NULL, NULL) };
	if (!o->parked) {
		free(o);
		return -ENOMEM;
	}
	fd = take_ready(stack, &m);
	err = fd >= 0 ? bridged_add(module->bridged, stack, fd, domain, type)
		      : stack_ask(stack, &m, on_socket, o);
	if (fd < 0 && !err)
		return UMVU_PARKED;
	if (!err) {
		umvu_answer_fd(o->parked, fd, type & SOCK_CLOEXEC);
	} else {
		umvu_answer(o->parked, err);
		if (fd >= 0)
			close(fd);
	}
	free(o);
	return UMVU_PARKED;
}

int open_choose(struct stack **stack, int domain, int type, int protocol)
{
	int chosen = 1;

	while (chosen == 1 && (*stack)->composite)
		chosen = composite_choose(
			(*stack)->composite, domain, type, protocol, stack);
	return chosen;
}

/* A socket of @stack; the host's when a composite says so. */
static long open_socket(struct module *module, struct umvu_call *call,
	struct stack *stack, int domain, int type, int protocol)
{
	int chosen = open_choose(&stack, domain, type, protocol);

	if (chosen < 0)
		return chosen;
	return chosen ? open_of_process(
				module, call, stack, domain, type, protocol)
		      : UMVU_CONTINUE;
}

/* --- defaults ------------------------------------------------------------- */

/* NULL: none, yet. */
static struct stack *session_default(const struct module *module)
{
	struct stack *stack;

	if (!module->default_name)
		return NULL;
	stack = umvu_name_private(module->default_name);
	return stack->state == STACK_STARTING ? NULL : stack;
}

/* The caller's table; NULL: none. When that cannot be told, its call must fail
 * rather than reach another network. */
static int table_of(const struct umvu_call *call, struct defaults **table)
{
	void *data;
	int err = umvu_call_data(call, &umvu_module, &data);

	*table = data;
	return err;
}

int open_default(const struct module *module, const struct umvu_call *call,
	pid_t tid, int domain, struct stack **stack)
{
	struct defaults *table;
	void *data;
	bool chosen;
	int err;

	err = tid == umvu_call_tid(call)
		      ? umvu_call_data(call, &umvu_module, &data)
		      : umvu_task_data(
				module->session, tid, &umvu_module, &data);
	table = data;
	*stack = NULL;
	if (err || domain < 0 || domain >= DEFAULTS_FAMILIES)
		return err;
	chosen = defaults_chosen(table) >> domain & 1;
	*stack = chosen ? defaults_stack(table, domain)
			: session_default(module);
	/* A guest that made itself a network name space asked for that one. */
	if (!*stack || !((*stack)->families >> domain & 1) ||
		!umvu_task_in_our_netns(module->session, tid)) {
		*stack = NULL;
		return 0;
	}
	return chosen ? 0 : open_may_use(call, module->default_name);
}

int open_inherited(
	struct module *module, struct umvu_call *call, struct defaults **result)
{
	struct stack *stack = session_default(module);
	struct defaults *table, *with_default;
	uint64_t missing = 0;
	int err = table_of(call, &table);

	if (!err && stack)
		missing = stack->families & ~defaults_chosen(table);
	if (!err && missing)
		err = open_may_use(call, module->default_name);
	if (err)
		return err;
	err = defaults_with(table, missing, stack, &with_default);
	if (err)
		return err;
	err = defaults_with(
		with_default, ~defaults_chosen(with_default), NULL, result);
	defaults_put(with_default);
	return err;
}

static long set_default(struct umvu_call *call, struct stack *stack, int domain)
{
	struct defaults *old, *table;
	uint64_t families;
	int err = table_of(call, &old);

	if (err)
		return err;

	if (domain < 0 || domain >= DEFAULTS_FAMILIES)
		return -EAFNOSUPPORT;
	if (domain == PF_UNSPEC)
		families = stack ? stack->families : ALL_FAMILIES;
	else
		families = 1ull << domain;
	if (stack && !(stack->families & families))
		return -EAFNOSUPPORT;
	err = defaults_with(old, families, stack, &table);
	if (err)
		return err;
	err = umvu_call_set_data(call, &umvu_module, table);
	if (err && table)
		defaults_put(table);
	return err;
}

/* --- the calls ------------------------------------------------------------ */

int open_may_use(const struct umvu_call *call, const struct umvu_name *name)
{
	struct umvu_creds creds;
	int err = umvu_call_creds(call, &creds);

	return err ? err : umvu_name_permits(name, &creds, R_OK | W_OK);
}

static void touch(struct umvu_name *name)
{
	clock_gettime(CLOCK_REALTIME_COARSE, &umvu_name_attr(name)->atime);
}

/* The same of the caller itself. */
static int default_stack(const struct module *module,
	const struct umvu_call *call, int domain, struct stack **stack)
{
	return open_default(module, call, umvu_call_tid(call), domain, stack);
}

long module_socket(
	void *state, struct umvu_call *call, int domain, int type, int protocol)
{
	struct stack *stack;
	int err = default_stack(state, call, domain, &stack);

	if (err)
		return err;
	if (!stack)
		return UMVU_CONTINUE;
	return open_socket(state, call, stack, domain, type, protocol);
}

long module_msocket(void *state, struct umvu_call *call, struct umvu_name *name,
	int domain, int type, int protocol)
{
	struct stack *stack = NULL;
	int err;

	if (name) {
		err = open_may_use(call, name);
		if (err)
			return err;
		stack = umvu_name_private(name);
		if (stack->state != STACK_RUNNING)
			return -ENODEV;
		touch(name);
	}
	if (type == SOCK_DEFAULT)
		return set_default(call, stack, domain);
	err = stack ? 0 : default_stack(state, call, domain, &stack);
	if (err)
		return err;
	if (!stack)
		return UMVU_CONTINUE;
	return open_socket(state, call, stack, domain, type, protocol);
}

long module_socket_call(
	void *state, struct umvu_call *call, int nr, const uint64_t args[6])
{
	const struct module *module = state;

	return bridged_call(module->bridged, call, nr, args);
}

long module_netdev_ioctl(void *state, struct umvu_call *call, int fd,
	uint32_t request, struct guest_addr arg)
{
	struct stack *stack;
	int chosen, err = default_stack(state, call, AF_NETLINK, &stack);

	(void)fd;
	if (err)
		return err;
	if (!stack)
		return UMVU_CONTINUE;
	chosen = open_choose(&stack, AF_NETLINK, SOCK_RAW, 0);
	if (chosen <= 0)
		return chosen < 0 ? chosen : UMVU_CONTINUE;
	if (stack->state == STACK_DEAD)
		return -ENODEV;
	return netdev_ioctl(call, stack, request, arg);
}
