/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A mounted stack is a process (stack.h). A guest's socket is made by that
 * process and handed to the guest through umvu; from then on it is the
 * kernel's, and nothing here sees what the guest does with it. What this module
 * decides is whose socket it is: by the path in msocket(2), or by the calling
 * process's table of defaults (defaults.h), which umvu lets its children
 * inherit.
 *
 * A mount lives from mount(2) to umount2(2): its name holds one reference to
 * the stack, each table of defaults another. So after a lazy unmount, processes
 * inside go on, until the stack process ends because no socket is left.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>
#include "defaults.h"
#include "netdev.h"
#include "options.h"
#include "stack.h"
#include "umvu/module.h"

#define S_IFSTACK	0160000
#define SOCK_DEFAULT	0
#define SOCK_TYPE_MASK	0xf
#define REFUSED_FLAGS	(MS_REMOUNT | MS_BIND | MS_MOVE)
#define ALL_FAMILIES	UINT64_MAX

struct module {
	struct umvu *session;
	struct stack *stacks; /* all, the dead ones that are in use too */
};

UMVU_EXPORT extern const struct umvu_module umvu_module;

static int module_init(struct umvu *session, void **state)
{
	struct module *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->session = session;
	*state = m;
	return 0;
}

/* --- mount -------------------------------------------------------------- */

/* A guest that waits for its mount. */
struct mounting {
	struct stack *stack;
	struct umvu_parked *parked;
};

static void drop_name(struct stack *stack)
{
	umvu_name_del(stack->name);
	stack->name = NULL;
	stack_put(stack);
}

/* Undoes what is there of a mount. */
static void cancel_mount(void *arg)
{
	struct mounting *mt = arg;
	struct stack *stack = mt->stack;

	stack_forget_asker(stack, mt);
	stack_kill(stack);
	drop_name(stack);
	free(mt);
}

static void fail_mount(struct mounting *mt, int err, const char *why)
{
	umvu_parked_explain(mt->parked, "%s", why);
	umvu_answer(mt->parked, err);
	stack_end(mt->stack);
	drop_name(mt->stack);
	free(mt);
}

static void on_mounted(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct mounting *mt = arg;
	struct control_started started = { 0 };

	if (!message) {
		fail_mount(mt, -ENODEV, "the stack's process has crashed");
		return;
	}
	if (result < 0) {
		char why[512];

		snprintf(why, sizeof(why), "%.*s", (int)message->size,
			message->data);
		fail_mount(mt, result, why);
		return;
	}
	if (message->size == sizeof(started))
		memcpy(&started, message->data, sizeof(started));
	stack->families = started.families;
	stack->diag = control_fds_take(fds);
	stack->state = STACK_RUNNING;
	if (umvu_answer(mt->parked, 0) == -ENOENT) {
		/* Interrupted just now: the guest takes it for not mounted. */
		stack_end(stack);
		drop_name(stack);
	}
	free(mt);
}

static struct umvu_name_attr name_attr(const struct stack_options *options)
{
	struct umvu_name_attr attr = { .mode = S_IFSTACK | options->mode,
		.uid = options->uid,
		.gid = options->gid };

	clock_gettime(CLOCK_REALTIME, &attr.mtime);
	attr.atime = attr.mtime;
	return attr;
}

static int add_name(struct module *module, struct stack *stack,
	const struct umvu_mount_args *args,
	const struct stack_options *options)
{
	const struct umvu_name_attr attr = name_attr(options);

	return umvu_name_add(module->session, &umvu_module, args->place, &attr,
		stack, &stack->name);
}

static long start_mount(struct module *module, struct umvu_call *call,
	const struct umvu_mount_args *args,
	const struct stack_options *options, uid_t owner)
{
	struct mounting *mt = calloc(1, sizeof(*mt));
	char title[512];
	int err;

	if (!mt)
		return -ENOMEM;
	snprintf(title, sizeof(title), "vunetioth %s %s", args->source,
		args->target);
	mt->stack = stack_new(module->session, &module->stacks, call, options, title,
		on_mounted, mt, &err);
	if (!mt->stack)
		goto free_mounting;
	mt->stack->owner = owner;
	err = add_name(module, mt->stack, args, options);
	if (err)
		goto end_stack;
	err = -ENOMEM;
	mt->parked = umvu_park(call, cancel_mount, mt);
	if (!mt->parked)
		goto delete_name;
	return UMVU_PARKED;

delete_name:
	stack_get(mt->stack);
	drop_name(mt->stack);
end_stack:
	stack_forget_asker(mt->stack, mt);
	stack_kill(mt->stack);
	stack_put(mt->stack);
free_mounting:
	free(mt);
	return err;
}

static long module_mount(void *state, struct umvu_call *call,
	const struct umvu_mount_args *args)
{
	struct stack_options options = { .mode = 0777 };
	struct umvu_creds creds;
	char why[256];
	long result = umvu_call_creds(call, &creds);

	if (result)
		return result;
	if (args->flags & REFUSED_FLAGS) {
		umvu_call_explain(call, "no remount, bind or move of a stack");
		return -EINVAL;
	}
	options.uid = creds.fsuid;
	options.gid = creds.fsgid;
	result = stack_options_init(
		&options, args->source, args->data, why, sizeof(why));
	if (result) {
		umvu_call_explain(call, "%s", why);
		return result;
	}
	result = start_mount(state, call, args, &options, creds.euid);
	stack_options_fini(&options);
	return result;
}

/* --- umount ------------------------------------------------------------- */

/* A guest that waits for its umount. */
struct unmounting {
	struct umvu_parked *parked;
};

static void on_deleted(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct unmounting *um = arg;

	/* Its death is what we want, too. */
	if (!message || result == 0) {
		result = 0;
		if (stack->name)
			drop_name(stack);
	} else {
		stack->diag = control_fds_take(fds);
		umvu_parked_explain(um->parked,
			"sockets of the stack are open (vuumount -l: "
			"unmount when they close; -f: abort them)");
	}
	umvu_answer(um->parked, result);
	free(um);
}

static long umount_if_unused(struct umvu_call *call, struct stack *stack)
{
	struct control_message m = { .op = CONTROL_DELETE,
		.arg = { DELETE_IF_UNUSED } };
	struct unmounting *um = calloc(1, sizeof(*um));
	int err = -ENOMEM;

	if (!um)
		return err;
	stack_release(stack);
	um->parked = umvu_park(call, NULL, NULL);
	if (!um->parked)
		goto free_unmounting;
	err = stack_ask(stack, &m, on_deleted, um);
	if (!err)
		return UMVU_PARKED;
	umvu_answer(um->parked, err);
	free(um);
	return UMVU_PARKED;

free_unmounting:
	free(um);
	return err;
}

static void on_detached(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	(void)stack;
	(void)arg;
	(void)result;
	(void)message;
	(void)fds;
}

/* The process ends by itself when its last socket is closed; until then the
 * request, which is never answered, holds a reference. */
static void detach(struct stack *stack)
{
	struct control_message m = { .op = CONTROL_DELETE,
		.arg = { DELETE_WHEN_UNUSED } };

	stack_release(stack);
	stack_get(stack);
	stack->died = stack_put;
	if (stack_ask(stack, &m, on_detached, NULL) < 0) {
		stack->died = NULL;
		stack_end(stack);
		stack_put(stack);
	}
	drop_name(stack);
}

static long module_umount(void *state, struct umvu_call *call,
	struct umvu_name *name, int flags)
{
	struct stack *stack = umvu_name_private(name);

	(void)state;
	if (flags & ~(MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW))
		return -EINVAL;
	if (stack->state == STACK_STARTING)
		return -EBUSY;
	if (flags & MNT_FORCE || stack->state == STACK_DEAD) {
		stack_end(stack);
		drop_name(stack);
		return 0;
	}
	if (flags & MNT_DETACH) {
		detach(stack);
		return 0;
	}
	return umount_if_unused(call, stack);
}

/* --- sockets ------------------------------------------------------------ */

static void on_socket(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct umvu_parked *parked = arg;
	int fd = control_fds_take(fds);

	if (fd >= 0)
		umvu_answer_fd(parked, fd, message->arg[1] & SOCK_CLOEXEC);
	else
		umvu_answer(parked, result < 0 ? result : -EIO);
	if (fds->len)
		pool_fill(&stack->pool, message->arg, fds);
}

/* The stack's process makes the socket with its own rights; the guest gets
 * only what it could have made. */
static int may_open(const struct umvu_call *call, const struct stack *stack,
	int domain, int type)
{
	struct umvu_creds creds;
	int err;

	if (domain == AF_NETLINK ||
		(domain != AF_PACKET && (type & SOCK_TYPE_MASK) != SOCK_RAW &&
			(type & SOCK_TYPE_MASK) != SOCK_PACKET))
		return 0;
	err = umvu_call_creds(call, &creds);
	if (err)
		return err;
	return creds.euid == stack->owner ||
			creds.effective & 1ull << CAP_NET_RAW
		? 0
		: -EPERM;
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
 * A socket of the kind that @m asks for from the pool, -1 if there is none; then
 * @m asks for some more, for next time. Only of a network name space: whatever
 * else makes sockets may want to know when they are opened.
 */
static int take_ready(struct stack *stack, struct control_message *m)
{
	struct control_message refill = *m;
	int fd = -1;

	if (stack->diag < 0 || !pool_has_kind(m->arg))
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

static long open_socket(struct umvu_call *call, struct stack *stack, int domain,
	int type, int protocol)
{
	struct control_message m = { .op = CONTROL_SOCKET,
		.arg = { domain, type, protocol, 1 } };
	struct umvu_parked *parked;
	int err, fd;

	/* A dead stack answers nothing else, whatever was asked. */
	if (stack->state == STACK_DEAD)
		return -ENODEV;
	err = may_open(call, stack, domain, type);
	if (err)
		return err;
	if (stack->name)
		clock_gettime(CLOCK_REALTIME_COARSE,
			&umvu_name_attr(stack->name)->atime);
	parked = umvu_park(call, NULL, NULL);
	if (!parked)
		return -ENOMEM;
	fd = take_ready(stack, &m);
	if (fd >= 0) {
		umvu_answer_fd(parked, fd, type & SOCK_CLOEXEC);
		return UMVU_PARKED;
	}
	err = stack_ask(stack, &m, on_socket, parked);
	if (err)
		umvu_answer(parked, err);
	return UMVU_PARKED;
}

/* The stack that the caller's table has for @domain; NULL: the host's own. */
static struct stack *default_stack(struct umvu_call *call, int domain)
{
	struct defaults *defaults = umvu_call_data(call, &umvu_module);
	struct stack *stack;

	if (!defaults)
		return NULL;
	stack = defaults_stack(defaults, domain);
	/* A guest that made itself a network name space asked for that one. */
	return stack && umvu_call_in_our_netns(call) ? stack : NULL;
}

static long module_socket(void *state, struct umvu_call *call, int domain,
	int type, int protocol)
{
	struct stack *stack = default_stack(call, domain);

	(void)state;
	if (!stack)
		return UMVU_CONTINUE;
	return open_socket(call, stack, domain, type, protocol);
}

static long set_default(
	struct umvu_call *call, struct stack *stack, int domain)
{
	struct defaults *old = umvu_call_data(call, &umvu_module), *table;
	uint64_t families;
	int err;

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

static int may_use(struct umvu_call *call, struct umvu_name *name)
{
	struct umvu_creds creds;
	int err = umvu_call_creds(call, &creds);

	return err ? err : umvu_name_permits(name, &creds, R_OK | W_OK);
}

static long module_msocket(void *state, struct umvu_call *call,
	struct umvu_name *name, int domain, int type, int protocol)
{
	struct stack *stack;
	int err;

	(void)state;
	if (name) {
		err = may_use(call, name);
		if (err)
			return err;
		stack = umvu_name_private(name);
		if (stack->state != STACK_RUNNING)
			return -ENODEV;
	} else {
		stack = type == SOCK_DEFAULT ? NULL
					     : default_stack(call, domain);
		if (!stack && type != SOCK_DEFAULT)
			return UMVU_CONTINUE;
	}
	if (type == SOCK_DEFAULT)
		return set_default(call, stack, domain);
	return open_socket(call, stack, domain, type, protocol);
}

static long module_netdev_ioctl(void *state, struct umvu_call *call, int fd,
	uint32_t request, struct guest_addr arg)
{
	struct stack *stack = default_stack(call, AF_NETLINK);

	(void)state;
	(void)fd;
	if (!stack)
		return UMVU_CONTINUE;
	if (stack->state == STACK_DEAD)
		return -ENODEV;
	return netdev_ioctl(call, stack, request, arg);
}

/* --- life ---------------------------------------------------------------- */

static int module_fini(void *state, bool ends)
{
	struct module *m = state;
	struct stack *stack;

	for (stack = m->stacks; stack && !ends; stack = stack->next)
		if (stack->name || stack->state != STACK_DEAD)
			return -EBUSY;
	for (stack = m->stacks; stack; stack = stack->next)
		stack_end(stack);
	/* The state stays: the tables of processes still hold dead stacks,
	 * which leave its list when umvu drops those tables. */
	return 0;
}

static void data_get(void *data)
{
	defaults_get(data);
}

static void data_put(void *data)
{
	defaults_put(data);
}

const struct umvu_module umvu_module = {
	.version = UMVU_MODULE_VERSION,
	.name = "vunetioth",
	.description = "network stacks of libioth, mounted at paths",
	.init = module_init,
	.fini = module_fini,
	.mount = module_mount,
	.umount = module_umount,
	.socket = module_socket,
	.msocket = module_msocket,
	.netdev_ioctl = module_netdev_ioctl,
	.data_get = data_get,
	.data_put = data_put,
};
