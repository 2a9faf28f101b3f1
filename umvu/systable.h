/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systable.h - the system calls that umvu takes part in, each in one row
 *
 * The seccomp filter (filter.c) and the dispatcher (notify.c) are both made
 * from these rows. What is in no row runs in the kernel, untouched.
 */
#ifndef SYSTABLE_H
#define SYSTABLE_H

#include <stddef.h>
#include <stdint.h>
#include "umvu/module.h"

enum when {
	TRAP,	       /* always */
	TRAP_IF_EQUAL, /* when (args[arg] & mask) == value, low 32 bits */
	DENY,	       /* always answered with errno `value`, never trapped */
	DENY_IF_PAIR,  /* answered with 0 when args[0] == value, args[1] == 0 */
	BRIDGED,       /* for user-space stacks: not trapped yet */
};

/* Rows that an option of umvu(1) can leave out. */
enum group { GROUP_CORE, GROUP_PATH, GROUP_IO_URING };

struct sysrow {
	int nr;
	const char *name;
	enum group group;
	enum when when;
	uint8_t arg;
	uint32_t mask, value;
	long (*handle)(struct umvu *session, struct umvu_call *call);
};

extern const struct sysrow systable[];
extern const size_t systable_len;

/* The row of @nr, NULL if none. */
const struct sysrow *systable_find(int nr);

#endif
