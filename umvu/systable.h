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
	TRAP_UNLESS,   /* unless args[arg] == pass, all 64 bits */
	DENY,	       /* always answered with errno `value`, never trapped */
	DENY_IF_PAIR,  /* answered with 0 when args[0] == value, args[1] == 0 */
	TRAP_IF_SET,   /* when args[arg], a pointer, is not NULL */
};

/* Rows that an option of umvu(1) can leave out. */
enum group { GROUP_CORE, GROUP_PATH, GROUP_BRIDGE, GROUP_IO_URING };

/* Whether a symbolic link in the last component is followed. */
enum follow {
	NOFOLLOW,
	FOLLOW,
	UNLESS_NOFOLLOW, /* in the flags: AT_SYMLINK_NOFOLLOW */
	IF_FOLLOW,	 /* in the flags: AT_SYMLINK_FOLLOW */
	AS_OPEN,	 /* open_follows() says */
};

#define CWD (-1) /* no argument with a directory */

/* A path among the arguments of a call. */
struct path_arg {
	int8_t dirfd; /* argument that holds its directory */
	int8_t path;
	uint8_t follow;
	/* Errno of the call when the path is a name; 0: sysrow.named says. */
	uint8_t error;
};

struct umvu_name;
struct path_texts;

struct sysrow {
	int nr;
	const char *name;
	enum group group;
	enum when when;
	uint8_t arg;
	uint32_t mask, value;
	uint64_t pass;
	long (*handle)(struct umvu *session, struct umvu_call *call);

	/* For on_path(), paths.c. Index and valid bits of the argument with
	 * AT_* flags, 0: none; with others the kernel says EINVAL. */
	uint8_t flags_arg;
	uint32_t valid_flags;
	uint8_t paths; /* how many there are */
	struct path_arg path[2];
	/* What the call returns when a path is a name. */
	long (*named)(struct umvu *session, struct umvu_call *call,
		struct umvu_name *name);
	/* The same when none is; NULL: the kernel does the call. */
	long (*missed)(struct umvu *session, struct umvu_call *call,
		const struct path_texts *texts);
	/* What it does with a file that shows a network: enum netfile_use. */
	uint8_t net;
};

extern const struct sysrow systable[];
extern const size_t systable_len;

/* The row of @nr, NULL if none. */
const struct sysrow *systable_find(int nr);

#endif
