/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modules.h - loading, listing and unloading modules
 *
 * A module keeps its slot number as long as it is loaded.
 */
#ifndef MODULES_H
#define MODULES_H

#include "session.h"

#define MODULES_MAX 8

int modules_init(struct umvu *session);
/* No guest is left, but the session goes on. */
void modules_guests_gone(struct umvu *session);
/* The session ends: every module must let go. */
void modules_end(struct umvu *session);

/*
 * Loads @name, a name in the module directory or a path with a slash.
 * -EEXIST loaded already, -ENOENT, -ENOEXEC no module of ours, -ENOSPC no slot
 * left, or what its init says. @why gets a line of at most @size bytes.
 */
int modules_load(struct umvu *session, const char *name, bool permanent,
	char *why, size_t size);
/* -ENOENT not loaded, -EBUSY permanent or in use. */
int modules_unload(struct umvu *session, const char *name);

/* One line per module; returns the length, copies at most @size bytes. */
size_t modules_list(const struct modules *modules, char *buf, size_t size);

/* What a module says to a call; UMVU_CONTINUE: it is not its business. */
typedef long modules_ask_fn(const struct umvu_module *module, void *state,
	struct umvu_call *call, void *arg);

/* The answer of the first module that takes @call; UMVU_CONTINUE: none does. */
long modules_ask(const struct modules *modules, struct umvu_call *call,
	modules_ask_fn *ask, void *arg);

const struct umvu_module *modules_at(
	const struct modules *modules, unsigned int slot);
void *modules_state(const struct modules *modules, unsigned int slot);
unsigned int modules_slot(
	const struct modules *modules, const struct umvu_module *module);
/* Slot of the module that mounts file systems of this type, -1 if none. */
int modules_by_fstype(const struct modules *modules, const char *fstype);

#endif
