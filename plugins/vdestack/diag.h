/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * diag.h - asking the kernel which sockets a namespace has
 */
#ifndef VDESTACK_DIAG_H
#define VDESTACK_DIAG_H

#pragma GCC visibility push(hidden)

struct netns;

/*
 * How many TCP sockets of the namespace are held open by descriptors, in
 * whatever process. Orphans and TIME-WAIT are not. 0 also when the kernel
 * cannot tell (no sock_diag).
 */
int diag_count_tcp(struct netns *ns);

#pragma GCC visibility pop
#endif
