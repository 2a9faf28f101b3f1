/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handlers.h - what umvu does at each trapped system call
 *
 * Each returns what the guest's call shall return, UMVU_CONTINUE or
 * UMVU_PARKED. Under the session's lock.
 */
#ifndef HANDLERS_H
#define HANDLERS_H

#include "call.h"
#include "session.h"

typedef long handler(struct umvu *session, struct umvu_call *call);

/* view.c: the calls that a view adds */
handler on_insmod, on_rmmod, on_lsmod, on_vuctl;

/* sockets.c */
handler on_msocket, on_socket, on_socket_call, on_ioctl;

/* mount.c */
handler on_mount, on_umount;

/* paths.c: calls with paths, see struct sysrow */
handler on_path;

/* listing.c */
handler on_getdents;

/* notify.c: life of processes */
handler on_execve, on_exit_group;

#endif
