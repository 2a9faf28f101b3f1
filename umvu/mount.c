/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.c - mount(2) and umount2(2) of file system types that modules own
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include "guestmem.h"
#include "handlers.h"
#include "modules.h"
#include "names.h"

#define DATA_SIZE 4096 /* as the kernel: one page */

struct mount_strings {
	char source[PATH_MAX], target[PATH_MAX], data[DATA_SIZE];
	struct umvu_place place;
};

/* NULL is an empty string. */
static int read_optional(
	struct umvu_call *call, unsigned int arg, char *buf, size_t size)
{
	*buf = '\0';
	if (!call->args[arg])
		return 0;
	return guestmem_read_string(call->tid, call_addr(call, arg), buf, size);
}

static int read_strings(struct umvu_call *call, struct mount_strings *s)
{
	int err;

	err = read_optional(call, 0, s->source, sizeof(s->source));
	if (err < 0)
		return err;
	err = guestmem_read_string(
		call->tid, call_addr(call, 1), s->target, sizeof(s->target));
	if (err < 0)
		return err;
	err = read_optional(call, 4, s->data, sizeof(s->data));
	return err < 0 ? err : 0;
}

/* Who may change the names that all guests of the session see. */
static int may_mount(const struct umvu_call *call)
{
	struct umvu_creds creds;
	int err = umvu_call_creds(call, &creds);

	if (err)
		return err;
	if (creds.euid != geteuid() && creds.euid != 0) {
		umvu_call_explain(call,
			"only root and the user who started the view may "
			"change its mounts");
		return -EPERM;
	}
	return 0;
}

static long do_mount(struct umvu *session, struct umvu_call *call, int slot)
{
	const struct umvu_module *module =
		modules_at(session->modules, (unsigned int)slot);
	struct mount_strings *s = malloc(sizeof(*s));
	struct umvu_mount_args args;
	long result;

	if (!s)
		return -ENOMEM;
	result = read_strings(call, s);
	if (result == 0)
		result = place_resolve_link(
			&s->place, call->tid, AT_FDCWD, s->target);
	if (result == 0)
		result = may_mount(call);
	/* What a remount means, the module says. */
	if (result == 0 && !(call->args[3] & MS_REMOUNT) &&
		umvu_name_find(session, &s->place)) {
		umvu_call_explain(
			call, "something is mounted at %s already", s->target);
		result = -EBUSY;
	}
	if (result == 0) {
		args = (struct umvu_mount_args){ .source = s->source,
			.data = s->data,
			.target = s->target,
			.place = &s->place,
			.flags = call->args[3] };
		result = module->mount(
			modules_state(session->modules, (unsigned int)slot),
			call, &args);
	}
	free(s);
	return result;
}

/* The name that the source of a bind or move means; NULL: none of ours. */
static struct umvu_name *source_name(struct umvu_call *call)
{
	struct umvu_name *name;
	char path[PATH_MAX];

	if (call->args[3] & MS_REMOUNT ||
		!(call->args[3] & (MS_BIND | MS_MOVE)) ||
		guestmem_read_string(
			call->tid, call_addr(call, 0), path, sizeof(path)) < 0)
		return NULL;
	return umvu_call_name(call, path, &name) ? NULL : name;
}

/* A second name, or another one, for what @name stands for. */
static long do_rename(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name)
{
	const struct umvu_module *owner = name_owner(name);
	bool move = call->args[3] & MS_MOVE;
	struct umvu_place place;
	char path[PATH_MAX];
	long err;

	call_explain_nothing(call);
	err = guestmem_read_string(
		call->tid, call_addr(call, 1), path, sizeof(path));
	if (err < 0)
		return err;
	err = place_resolve_link(&place, call->tid, AT_FDCWD, path);
	if (!err)
		err = may_mount(call);
	if (!err && umvu_name_find(session, &place))
		err = -EBUSY;
	if (err)
		return err;
	return owner->rename
		       ? owner->rename(
				 modules_state(session->modules,
					 modules_slot(session->modules, owner)),
				 call, name, &place, move)
		       : -EINVAL;
}

long on_mount(struct umvu *session, struct umvu_call *call)
{
	struct umvu_name *name = source_name(call);
	char fstype[64];
	int slot;

	if (name)
		return do_rename(session, call, name);
	if (read_optional(call, 2, fstype, sizeof(fstype)) <= 0)
		return UMVU_CONTINUE;
	slot = modules_by_fstype(session->modules, fstype);
	if (slot < 0)
		return UMVU_CONTINUE;
	call_explain_nothing(call);
	return do_mount(session, call, slot);
}

long on_umount(struct umvu *session, struct umvu_call *call)
{
	struct umvu_place place;
	const struct umvu_module *owner;
	struct umvu_name *name;
	char path[PATH_MAX];
	int err;

	if (guestmem_read_string(
		    call->tid, call_addr(call, 0), path, sizeof(path)) < 0 ||
		place_resolve_link(&place, call->tid, AT_FDCWD, path) < 0)
		return UMVU_CONTINUE;
	name = umvu_name_find(session, &place);
	if (!name)
		return UMVU_CONTINUE;
	call_explain_nothing(call);
	err = may_mount(call);
	if (err)
		return err;
	owner = name_owner(name);
	return owner->umount(modules_state(session->modules,
				     modules_slot(session->modules, owner)),
		call, name, (int)call->args[1]);
}
