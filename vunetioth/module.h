/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module.h - what the parts of the module share
 *
 * Theory of operation
 *
 * A mounted stack is a process (stack.h), or a choice among other stacks
 * (composite.h). A guest's socket is made by a stack's process and handed to the
 * guest through umvu; from then on it is the kernel's, and nothing here sees
 * what the guest does with it. What this module decides is whose socket it is:
 * by the path in msocket(2), or by the calling process's table of defaults
 * (defaults.h), which umvu lets its children inherit, or by the session's
 * default, the stack mounted at /dev/net/default.
 *
 * A mount lives from mount(2) to umount2(2). Each of its names holds one
 * reference to the stack, each table of defaults and each composite another. So
 * after a lazy unmount, processes inside go on, until the stack process ends
 * because no socket is left.
 */
#ifndef MODULE_H
#define MODULE_H

#include "stack.h"
#include "umvu/module.h"

struct bridged;

struct module {
	struct umvu *session;
	struct stack *stacks; /* all, the dead ones that are in use too */
	struct bridged *bridged;
	struct umvu_name *default_name; /* at /dev/net/default; or NULL */
};

extern const struct umvu_module umvu_module;

/* mounts.c: see struct umvu_module. */
long module_mount(void *state, struct umvu_call *call,
	const struct umvu_mount_args *args);
long module_umount(
	void *state, struct umvu_call *call, struct umvu_name *name, int flags);
long module_rename(void *state, struct umvu_call *call, struct umvu_name *name,
	const struct umvu_place *place, bool move);

/* open.c: see struct umvu_module. */
long module_socket(void *state, struct umvu_call *call, int domain, int type,
	int protocol);
long module_msocket(void *state, struct umvu_call *call, struct umvu_name *name,
	int domain, int type, int protocol);
long module_netdev_ioctl(void *state, struct umvu_call *call, int fd,
	uint32_t request, struct guest_addr arg);

/* procfile.c: see struct umvu_module. */
long module_net_file(void *state, struct umvu_call *call,
	const struct umvu_net_file *file, umvu_net_file_done *done, void *arg);

/* bridged.h */
long module_socket_call(
	void *state, struct umvu_call *call, int nr, const uint64_t args[6]);

/*
 * The table of defaults that a process which the caller starts shall have: a
 * stack's own traffic goes where the mounter's goes now, whatever becomes the
 * session's default later; that may be the stack itself. So every family is
 * chosen in it, also for what the process starts in turn. *table is one
 * reference. Errors: -EACCES, -ENOMEM, those of umvu_call_data().
 */
int open_inherited(
	struct module *module, struct umvu_call *call, struct defaults **table);

/*
 * The stack that thread @tid has for @domain; NULL in *stack: the host's own.
 * Errors: -EACCES it is the session's default, which the caller may not use;
 * that is no reason to let it have the host's network. -ESRCH @tid is no guest;
 * others of umvu_call_data(), umvu_task_data().
 */
int open_default(const struct module *module, const struct umvu_call *call,
	pid_t tid, int domain, struct stack **stack);

/* Goes through composites: 1 and *stack has a process, 0: the host's own, or
 * why not. */
int open_choose(struct stack **stack, int domain, int type, int protocol);

/* 0 or -EACCES: may the caller use the stack that @name stands for? */
int open_may_use(const struct umvu_call *call, const struct umvu_name *name);

#endif
