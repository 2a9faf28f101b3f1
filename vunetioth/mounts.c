/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mounts.c - mount, umount, and more names for a stack
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>
#include "composite.h"
#include "module.h"
#include "options.h"

#define S_IFSTACK     0160000
#define REFUSED_FLAGS (MS_REMOUNT | MS_BIND | MS_MOVE)
#define DEFAULT_PATH  "/dev/net/default"
/* What another session's stack says need not be true. */
#define NETWORK_FAMILIES (~(1ull << AF_UNSPEC | 1ull << AF_UNIX))

/* --- names ---------------------------------------------------------------- */

static int add_name(struct module *module, struct stack *stack,
	const struct umvu_place *place, const struct umvu_name_attr *attr,
	struct umvu_name **name)
{
	int err = umvu_name_add(
		module->session, &umvu_module, place, attr, stack, name);

	if (err)
		return err;
	stack_get(stack);
	stack->names++;
	return 0;
}

static void drop_name(struct module *module, struct umvu_name *name)
{
	struct stack *stack = umvu_name_private(name);

	if (module->default_name == name)
		module->default_name = NULL;
	umvu_name_del(name);
	stack->names--;
	stack_put(stack);
}

static bool is_default_place(const struct umvu_place *place)
{
	return !strcmp(umvu_place_text(place), DEFAULT_PATH);
}

/* Whoever has chosen no stack has this one from now on, if that is what its
 * name says. */
static void note_default(struct module *module, const struct umvu_place *place,
	struct umvu_name *name)
{
	const struct stack *stack = umvu_name_private(name);

	if (is_default_place(place) && !stack->no_default)
		module->default_name = name;
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

/* --- mount of a process ----------------------------------------------------
 */

/* A guest that waits for its mount. */
struct mounting {
	struct module *module;
	struct stack *stack;
	struct umvu_name *name;
	struct umvu_parked *parked;
};

static void end_mount(struct mounting *mt)
{
	drop_name(mt->module, mt->name);
	free(mt);
}

/* The guest does not wait any more: undoes what is there. */
static void cancel_mount(void *arg)
{
	struct mounting *mt = arg;

	stack_forget_asker(mt->stack, mt);
	stack_kill(mt->stack);
	end_mount(mt);
}

static void fail_mount(struct mounting *mt, int err, const char *why)
{
	umvu_parked_explain(mt->parked, "%s", why);
	umvu_answer(mt->parked, err);
	stack_end(mt->stack);
	end_mount(mt);
}

static const char *why_no_offer(int err)
{
	switch (err) {
	case -ENOENT:
	case -ECONNREFUSED:
	case -EPROTOTYPE:
		return "no stack is offered there";
	case -EACCES:
		return "the mode of the offer does not permit it (offer-mode=)";
	case -EAGAIN:
		return "too many wait for this stack";
	case -ELOOP:
		return "it is a stack of this view (vumount --bind gives it "
		       "another name)";
	case -ENODEV:
		return "the stack has just ended, or as many share it as can";
	default:
		return "";
	}
}

/* It will be shown on a terminal, and who wrote it may be anybody. */
static void make_printable(char *line)
{
	for (; *line; line++)
		if (iscntrl((unsigned char)*line))
			*line = '?';
}

static void refuse_mount(
	struct mounting *mt, int result, const struct control_message *message)
{
	char why[512];

	snprintf(why, sizeof(why), "%.*s", message ? (int)message->size : 0,
		message ? message->data : "");
	make_printable(why);
	fail_mount(mt, result,
		message		      ? why
		: mt->stack->attached ? why_no_offer(-ENODEV)
				      : "the stack's process has crashed");
}

static void on_mounted(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct mounting *mt = arg;
	struct control_started started = { 0 };

	if (!message || result < 0) {
		refuse_mount(mt, result, message);
		return;
	}
	if (message->size == sizeof(started))
		memcpy(&started, message->data, sizeof(started));
	stack->families = started.families & NETWORK_FAMILIES;
	if (!stack->attached)
		stack->diag = control_fds_take(fds);
	stack->state = STACK_RUNNING;
	if (umvu_answer(mt->parked, 0) == -ENOENT) {
		/* Interrupted just now: the guest takes it for not mounted. */
		stack_end(stack);
		end_mount(mt);
		return;
	}
	free(mt);
}

static bool is_offer(const char *source)
{
	return strchr(source, '/') != NULL;
}

static struct stack *start_stack(struct module *module, struct umvu_call *call,
	const struct umvu_mount_args *args, const struct stack_options *options,
	struct mounting *mt, int *err)
{
	struct defaults *table;
	struct stack *stack;
	char title[512];

	if (is_offer(args->source)) {
		stack = stack_attach(module->session, &module->stacks,
			args->source, on_mounted, mt, err);
		if (!stack)
			umvu_call_explain(call, "%s", why_no_offer(*err));
		return stack;
	}
	snprintf(title, sizeof(title), "vunetioth %s %s", args->source,
		args->target);
	*err = open_inherited(module, call, &table);
	if (*err)
		return NULL;
	stack = stack_new(module->session, &module->stacks, call, table,
		options, title, on_mounted, mt, err);
	if (stack)
		stack->owner = options->owner;
	return stack;
}

static long mount_process(struct module *module, struct umvu_call *call,
	const struct umvu_mount_args *args, const struct stack_options *options)
{
	const struct umvu_name_attr attr = name_attr(options);
	struct mounting *mt = calloc(1, sizeof(*mt));
	int err;

	if (!mt)
		return -ENOMEM;
	mt->module = module;
	mt->stack = start_stack(module, call, args, options, mt, &err);
	if (!mt->stack)
		goto free_mounting;
	err = add_name(module, mt->stack, args->place, &attr, &mt->name);
	if (err)
		goto end_stack;
	stack_put(mt->stack); /* from here the name holds it */
	/* Without memory the table of mounts says "none": no reason to fail. */
	umvu_name_describe(mt->name, args->source, args->data);
	mt->parked = umvu_park(call, cancel_mount, mt);
	if (!mt->parked) {
		cancel_mount(mt);
		return -ENOMEM;
	}
	mt->stack->no_default = options->no_default;
	note_default(module, args->place, mt->name);
	return UMVU_PARKED;

end_stack:
	stack_forget_asker(mt->stack, mt);
	stack_kill(mt->stack);
	stack_put(mt->stack);
free_mounting:
	free(mt);
	return err;
}

/* --- mount of a composite --------------------------------------------------
 */

static long mount_composite(struct module *module, struct umvu_call *call,
	const struct umvu_mount_args *args, struct stack_options *options)
{
	const struct umvu_name_attr attr = name_attr(options);
	/* All that the mount does not know is a part; "composite," before. */
	const char *parts = options->spec + strlen(COMPOSITE_PLUGIN);
	struct composite *composite;
	struct umvu_name *name;
	struct stack *stack;
	char why[256] = "";
	int err;

	if (options->vnl_len || options->offer) {
		umvu_call_explain(call,
			"a composite has no interfaces and makes no offer");
		return -EINVAL;
	}
	composite = composite_new(
		call, parts + (*parts == ','), why, sizeof(why), &err);
	if (!composite) {
		umvu_call_explain(call, "%s", why);
		return err;
	}
	stack = stack_compose(module->session, &module->stacks, composite);
	if (!stack) {
		composite_free(composite);
		return -ENOMEM;
	}
	stack->no_default = options->no_default;
	err = add_name(module, stack, args->place, &attr, &name);
	if (!err) {
		umvu_name_describe(name, args->source, args->data);
		note_default(module, args->place, name);
	}
	stack_put(stack);
	return err;
}

static bool is_composite(const char *source)
{
	size_t len = strcspn(source, ",");

	return len == strlen(COMPOSITE_PLUGIN) &&
	       !strncmp(source, COMPOSITE_PLUGIN, len);
}

static int check_source(struct umvu_call *call,
	const struct umvu_mount_args *args, const struct stack_options *options)
{
	if (!is_offer(args->source))
		return 0;
	if (options->vnl_len || options->offer ||
		strcmp(options->spec, args->source)) {
		umvu_call_explain(call,
			"a stack that another session offers takes no options "
			"of its own but mode=, uid=, gid=");
		return -EINVAL;
	}
	if (*args->source == '/')
		return 0;
	umvu_call_explain(call, "an offer is an absolute path");
	return -EINVAL;
}

long module_mount(
	void *state, struct umvu_call *call, const struct umvu_mount_args *args)
{
	struct stack_options options = { .mode = 0777 };
	struct umvu_creds creds;
	char why[256];
	long result = umvu_call_creds(call, &creds);

	if (result)
		return result;
	if (args->flags & REFUSED_FLAGS) {
		umvu_call_explain(call, "a stack cannot be remounted");
		return -EINVAL;
	}
	options.uid = creds.fsuid;
	options.gid = creds.fsgid;
	options.owner = creds.euid;
	result = stack_options_init(
		&options, args->source, args->data, why, sizeof(why));
	if (result) {
		umvu_call_explain(call, "%s", why);
		return result;
	}
	result = check_source(call, args, &options);
	if (!result)
		result = is_composite(args->source)
				 ? mount_composite(state, call, args, &options)
				 : mount_process(state, call, args, &options);
	stack_options_fini(&options);
	return result;
}

/* --- more names ------------------------------------------------------------
 */

long module_rename(void *state, struct umvu_call *call, struct umvu_name *name,
	const struct umvu_place *place, bool move)
{
	struct module *module = state;
	struct stack *stack = umvu_name_private(name);
	struct umvu_name *added;
	int err;

	(void)call;
	/* A mount or umount that waits counts on its name. */
	if (stack->state == STACK_STARTING || stack->deleting)
		return -EBUSY;
	err = add_name(module, stack, place, umvu_name_attr(name), &added);
	if (err)
		return err;
	umvu_name_describe_like(added, name);
	note_default(module, place, added);
	if (move)
		drop_name(module, name);
	return 0;
}

/* --- umount ----------------------------------------------------------------
 */

/* A guest that waits for an umount. */
struct waiter {
	struct umvu_parked *parked;
	struct waiter *next;
};

/* An umount that waits for the stack's process. One that is interrupted by a
 * signal comes again, and joins. */
struct unmounting {
	struct module *module;
	struct umvu_name *name;
	struct waiter *waiters, **tail;
};

/* One guest has unmounted it; the others find nothing mounted any more. */
static void answer_waiters(struct unmounting *um, int result)
{
	struct waiter *w;

	while ((w = um->waiters)) {
		um->waiters = w->next;
		if (result == -EBUSY)
			umvu_parked_explain(w->parked,
				"sockets of the stack are open, or another "
				"session shares it");
		if (umvu_answer(w->parked, result) == 0 && result == 0)
			result = -EINVAL;
		free(w);
	}
	free(um);
}

static int ask_delete(struct stack *stack, struct unmounting *um);

static void on_deleted(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct unmounting *um = arg;

	/* Sockets that came for the pool meanwhile are no use of it. */
	if (message && result == -EBUSY && !pool_is_empty(&stack->pool)) {
		control_fds_close(fds);
		if (ask_delete(stack, um) == 0)
			return;
	}
	stack->deleting = NULL;
	if (message && result < 0) {
		stack_release(stack);
		stack->diag = control_fds_take(fds);
	} else {
		/* Deleted, or dead, which is as good. */
		result = 0;
		drop_name(um->module, um->name);
	}
	answer_waiters(um, result);
}

static int ask_delete(struct stack *stack, struct unmounting *um)
{
	struct control_message m = { .op = CONTROL_DELETE,
		.arg = { DELETE_IF_UNUSED } };

	stack_release(stack);
	return stack_ask(stack, &m, on_deleted, um);
}

static long join_umount(struct umvu_call *call, struct unmounting *um)
{
	struct waiter *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->parked = umvu_park(call, NULL, NULL);
	if (!w->parked) {
		free(w);
		return -ENOMEM;
	}
	*um->tail = w;
	um->tail = &w->next;
	return UMVU_PARKED;
}

static long umount_if_unused(
	struct module *module, struct umvu_call *call, struct umvu_name *name)
{
	struct stack *stack = umvu_name_private(name);
	struct unmounting *um = calloc(1, sizeof(*um));
	long err;

	if (!um)
		return -ENOMEM;
	*um = (struct unmounting){ module, name, NULL, &um->waiters };
	err = join_umount(call, um);
	if (err != UMVU_PARKED) {
		free(um);
		return err;
	}
	err = ask_delete(stack, um);
	if (err)
		answer_waiters(um, (int)err);
	else
		stack->deleting = um;
	return UMVU_PARKED;
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

/* The process ends by itself when its last socket is closed; until then its
 * life holds a reference. */
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
}

/* The last name goes, and with it, sooner or later, the stack. */
static long umount_last(struct module *module, struct umvu_call *call,
	struct umvu_name *name, int flags)
{
	struct stack *stack = umvu_name_private(name);

	if (flags & MNT_FORCE || stack->state == STACK_DEAD) {
		stack_end(stack);
		drop_name(module, name);
		return 0;
	}
	if (flags & MNT_DETACH) {
		if (!stack->composite && !stack->attached)
			detach(stack);
		drop_name(module, name);
		return 0;
	}
	if (stack->users) {
		umvu_call_explain(call, "it is part of a composite stack");
		return -EBUSY;
	}
	/* Its sockets are its parts', which go on. */
	if (stack->composite) {
		stack_end(stack);
		drop_name(module, name);
		return 0;
	}
	/* What is open, and by whom, only the other session knows: the last
	 * reference ends our use of it. */
	if (stack->attached) {
		drop_name(module, name);
		return 0;
	}
	return umount_if_unused(module, call, name);
}

long module_umount(
	void *state, struct umvu_call *call, struct umvu_name *name, int flags)
{
	struct module *module = state;
	struct stack *stack = umvu_name_private(name);

	if (flags & ~(MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW))
		return -EINVAL;
	/* A process that does not end by itself: the umount that waits for it
	 * takes the name away. */
	if (stack->deleting && flags & MNT_FORCE) {
		stack_end(stack);
		return 0;
	}
	if (stack->state == STACK_STARTING)
		return -EBUSY;
	if (stack->deleting)
		return flags & MNT_DETACH ? -EBUSY
					  : join_umount(call, stack->deleting);
	if (stack->names > 1) {
		drop_name(module, name);
		return 0;
	}
	return umount_last(module, call, name, flags);
}
