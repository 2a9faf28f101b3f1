/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "module.h"

#include <errno.h>
#include <stdlib.h>
#include "bridged.h"
#include "defaults.h"

static int module_init(struct umvu *session, void **state)
{
	struct module *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->session = session;
	m->bridged = bridged_new(session);
	if (!m->bridged) {
		free(m);
		return -errno;
	}
	*state = m;
	return 0;
}

static int module_fini(void *state, bool ends)
{
	struct module *m = state;
	struct stack *stack, *next;

	for (stack = m->stacks; stack && !ends; stack = stack->next)
		if (stack->names || stack->state != STACK_DEAD)
			return -EBUSY;
	/* The end of one may be the end of its memory, and of its parts'. */
	stack = m->stacks ? stack_get(m->stacks) : NULL;
	for (; stack; stack = next) {
		stack_end(stack);
		next = stack->next ? stack_get(stack->next) : NULL;
		stack_put(stack);
	}
	/* The state stays: the tables of processes still hold dead stacks,
	 * which leave its list when umvu drops those tables. */
	return 0;
}

/* Others share some of our stacks. What they don't need goes: our use of theirs,
 * lest two sessions keep each other alive; stacks of ours that nobody uses. What
 * a stack is nested in, its table of defaults refers to. */
static void module_guests_gone(void *state)
{
	struct module *m = state;
	struct stack *next, *stack = m->stacks ? stack_get(m->stacks) : NULL;

	/* A composite comes before its parts. The reference is ours. */
	for (; stack; stack = next) {
		if (stack->state == STACK_RUNNING && !stack->held &&
			stack->references == stack->names + 1)
			stack_end(stack);
		next = stack->next ? stack_get(stack->next) : NULL;
		stack_put(stack);
	}
}

static void data_get(void *data)
{
	defaults_get(data);
}

static void data_put(void *data)
{
	defaults_put(data);
}

UMVU_EXPORT const struct umvu_module umvu_module = {
	.version = UMVU_MODULE_VERSION,
	.name = "vunetioth",
	.description = "network stacks of libioth, mounted at paths",
	.init = module_init,
	.fini = module_fini,
	.mount = module_mount,
	.umount = module_umount,
	.rename = module_rename,
	.socket = module_socket,
	.msocket = module_msocket,
	.netdev_ioctl = module_netdev_ioctl,
	.socket_call = module_socket_call,
	.data_get = data_get,
	.data_put = data_put,
	.guests_gone = module_guests_gone,
	.net_file = module_net_file,
};
