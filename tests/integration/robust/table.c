/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in for the handlers, so that the table of system calls can be linked
 * without the hypervisor. */
#include "handlers.h"
#include "paths.h"

#define STUB(name)                                                             \
	long name(struct umvu *session, struct umvu_call *call)                \
	{                                                                      \
		(void)session;                                                 \
		(void)call;                                                    \
		return 0;                                                      \
	}

STUB(on_insmod)
STUB(on_rmmod)
STUB(on_lsmod)
STUB(on_vuctl)
STUB(on_msocket)
STUB(on_socket)
STUB(on_ioctl)
STUB(on_socket_call)
STUB(on_mount)
STUB(on_umount)
STUB(on_path)
STUB(on_getdents)
STUB(on_execve)
STUB(on_exit_group)

#define STUB_NAMED(name)                                                       \
	long name(struct umvu *session, struct umvu_call *call,                \
		struct umvu_name *named)                                       \
	{                                                                      \
		(void)session;                                                 \
		(void)call;                                                    \
		(void)named;                                                   \
		return 0;                                                      \
	}

STUB_NAMED(named_stat)
STUB_NAMED(named_statx)
STUB_NAMED(named_statfs)
STUB_NAMED(named_access)
STUB_NAMED(named_zero)
STUB_NAMED(named_chmod)
STUB_NAMED(named_chown)
STUB_NAMED(named_utime)
STUB_NAMED(named_utimes)
STUB_NAMED(named_utimens)
STUB_NAMED(named_open)

#define STUB_MISSED(name)                                                      \
	long name(struct umvu *session, struct umvu_call *call,                \
		const struct path_texts *texts)                                \
	{                                                                      \
		(void)session;                                                 \
		(void)call;                                                    \
		(void)texts;                                                   \
		return 0;                                                      \
	}

STUB_MISSED(missed_open)
STUB_MISSED(missed_symlink)
STUB_MISSED(missed_rename)
