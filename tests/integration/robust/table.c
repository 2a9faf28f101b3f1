/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in for the handlers, so that the table of system calls can be linked
 * without the hypervisor. */
#include "handlers.h"

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
STUB(on_mount)
STUB(on_umount)
STUB(on_stat)
STUB(on_statat)
STUB(on_statx)
STUB(on_access)
STUB(on_accessat)
STUB(on_xattr)
STUB(on_execve)
STUB(on_exit_group)
