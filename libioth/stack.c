/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stack.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "derive.h"
#include "errmsg.h"
#include "hoststack.h"

static struct {
	pthread_mutex_t lock;
	struct ioth *first;	  /* of all made by stack_new */
	struct ioth *default_one; /* NULL: the host's */
} stacks = { .lock = PTHREAD_MUTEX_INITIALIZER };

static _Thread_local struct ioth *current;

struct ioth *stack_enter(struct ioth *stack)
{
	struct ioth *outer = current;

	current = stack;
	plugin_greet(&stack->plugin);
	return outer;
}

void stack_leave(struct ioth *outer)
{
	current = outer;
}

struct ioth *stack_current(void)
{
	return current;
}

static void *getstackdata(void)
{
	return current ? current->data : NULL;
}

int stack_error(const struct ioth *stack)
{
	int err = *stack->plugin.errno_location();

	return err > 0 ? -err : -EIO;
}

/* --- the host's own stack ------------------------------------------------- */

static const struct plugin builtin = {
	.errno_location = __errno_location,
	.procopen = ioth_kernel_procopen,
};

static struct ioth host;

static void make_host(void)
{
	host.plugin = builtin;
	host.f.getstackdata = getstackdata;
	host.data = ioth_kernel_newstack(NULL, "", &host.f);
	derive_missing(&host.f);
}

struct ioth *stack_host(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_host);
	return &host;
}

/* --- references ----------------------------------------------------------- */

/* The link that points to @stack. Needs the lock. */
static struct ioth **link_to(const struct ioth *stack)
{
	struct ioth **link = &stacks.first;

	while (*link && *link != stack)
		link = &(*link)->next;
	return link;
}

struct ioth *stack_ref(struct ioth *stack)
{
	atomic_fetch_add(&stack->refs, 1);
	return stack;
}

void stack_put(struct ioth *stack)
{
	atomic_fetch_sub(&stack->refs, 1);
}

struct ioth *stack_get(struct ioth *stack)
{
	struct ioth *found;

	if (stack == &host)
		return stack_ref(stack);
	pthread_mutex_lock(&stacks.lock);
	if (!stack)
		stack = stacks.default_one;
	found = stack ? *link_to(stack) : stack_host();
	if (found)
		stack_ref(found);
	pthread_mutex_unlock(&stacks.lock);
	return found;
}

void ioth_set_defstack(struct ioth *stack)
{
	pthread_mutex_lock(&stacks.lock);
	if (!stack || *link_to(stack))
		stacks.default_one = stack;
	pthread_mutex_unlock(&stacks.lock);
}

struct ioth *ioth_get_defstack(void)
{
	struct ioth *stack;

	pthread_mutex_lock(&stacks.lock);
	stack = stacks.default_one;
	pthread_mutex_unlock(&stacks.lock);
	return stack;
}

/* --- making --------------------------------------------------------------- */

/* Loads the plug-in that @spec names; *@options points into @spec. */
static int load(struct ioth *stack, const char *spec, const char **options)
{
	size_t len = strcspn(spec, ",");
	char *name;
	int err;

	*options = spec[len] ? spec + len + 1 : "";
	if (len == 0) {
		stack->plugin = builtin;
		stack->f.newstack = ioth_kernel_newstack;
		return 0;
	}
	name = strndup(spec, len);
	if (!name)
		return -ENOMEM;
	err = plugin_open(&stack->plugin, name, &stack->f);
	free(name);
	return err;
}

static int start(struct ioth *stack, const char *vnlv[], const char *options)
{
	struct ioth *outer = stack_enter(stack);
	int err = 0;

	*stack->plugin.errno_location() = 0;
	stack->data = stack->f.newstack(vnlv, options, &stack->f);
	if (!stack->data) {
		err = stack_error(stack);
		if (stack->plugin.errmsg)
			errmsg_set("%s", stack->plugin.errmsg());
	}
	stack_leave(outer);
	return err;
}

static void enlist(struct ioth *stack)
{
	pthread_mutex_lock(&stacks.lock);
	stack->next = stacks.first;
	stacks.first = stack;
	pthread_mutex_unlock(&stacks.lock);
}

int stack_new(struct ioth **made, const char *spec, const char *vnlv[])
{
	struct ioth *stack = calloc(1, sizeof(*stack));
	const char *options;
	int err;

	errmsg_clear();
	if (!stack)
		return -ENOMEM;
	stack->f.getstackdata = getstackdata;
	err = load(stack, spec ? spec : "", &options);
	if (err)
		goto free_stack;
	err = start(stack, vnlv, options);
	if (err)
		goto close_plugin;
	derive_missing(&stack->f);
	enlist(stack);
	*made = stack;
	return 0;

close_plugin:
	plugin_close(&stack->plugin);
free_stack:
	free(stack);
	return err;
}

/* --- unmaking ------------------------------------------------------------- */

static bool is_busy(struct ioth *stack)
{
	return atomic_load(&stack->refs) > 0 || given_any(&stack->given);
}

static int delist(struct ioth *stack, bool *was_default)
{
	struct ioth **link;
	int err = -EINVAL;

	pthread_mutex_lock(&stacks.lock);
	link = link_to(stack);
	if (*link)
		err = is_busy(stack) ? -EBUSY : 0;
	if (!err) {
		*link = stack->next;
		*was_default = stacks.default_one == stack;
		if (*was_default)
			stacks.default_one = NULL;
	}
	pthread_mutex_unlock(&stacks.lock);
	return err;
}

static int stop(struct ioth *stack)
{
	struct ioth *outer = stack_enter(stack);
	int err = 0;

	if (stack->f.delstack && stack->f.delstack(stack->data) < 0)
		err = stack_error(stack);
	stack_leave(outer);
	return err;
}

int stack_del(struct ioth *stack)
{
	bool was_default;
	int err;

	if (!stack)
		return -EINVAL;
	err = delist(stack, &was_default);
	if (err)
		return err;
	/* Without the lock: a plug-in may take its time, or call libioth. */
	err = stop(stack);
	if (err) {
		enlist(stack);
		if (was_default)
			ioth_set_defstack(stack);
		return err;
	}
	plugin_close(&stack->plugin);
	given_fini(&stack->given);
	free(stack);
	return 0;
}

int stack_note_given(struct ioth *stack, int fd)
{
	int err;

	pthread_mutex_lock(&stacks.lock);
	err = given_add(&stack->given, fd);
	pthread_mutex_unlock(&stacks.lock);
	return err;
}

void stack_abort(struct ioth *stack)
{
	struct ioth *outer = stack_enter(stack);

	if (stack->plugin.abort)
		stack->plugin.abort(stack->data);
	stack_leave(outer);
}

/* --- fork: a child gets the list as a whole ------------------------------- */

static void lock_stacks(void)
{
	pthread_mutex_lock(&stacks.lock);
}

static void unlock_stacks(void)
{
	pthread_mutex_unlock(&stacks.lock);
}

__attribute__((constructor)) static void watch_fork(void)
{
	pthread_atfork(lock_stacks, unlock_stacks, unlock_stacks);
}
