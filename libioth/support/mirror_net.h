/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mirror_net.h - the two network namespaces of a mirror
 *
 * NEAR is the one that packet sockets are made in. FAR has the other ends of its
 * interfaces (veth(4)), out of the programs' sight. In both IPv6 is off and IPv4
 * has no address. They live as long as the descriptors here, or a socket: no
 * process is left inside.
 *
 * Threads: one at a time.
 */
#ifndef SUPPORT_MIRROR_NET_H
#define SUPPORT_MIRROR_NET_H

#pragma GCC visibility push(hidden)

enum mirror_side { MIRROR_NEAR, MIRROR_FAR, MIRROR_SIDES };

struct mirror_net {
	int user_fd;		  /* -1: no user namespace was needed */
	int net_fd[MIRROR_SIDES]; /* -1: not open */
};

/* Errors: -EPERM, -ENOSPC, -EUSERS not to be had; -ENOMEM, -EMFILE, ... */
int mirror_net_open(struct mirror_net *net);

/* Also of one that could not be opened. */
void mirror_net_close(struct mirror_net *net);

/* socket(2) in @side; flags in @type are honoured. Errors: its, negative. */
int mirror_net_socket(const struct mirror_net *net, enum mirror_side side,
	int domain, int type, int protocol);

#pragma GCC visibility pop
#endif
