/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hoststack.h - the host's own stack, built in
 *
 * It is the plug-in "kernel" (plugins/kernel), compiled into libioth.
 */
#ifndef IOTH_HOSTSTACK_H
#define IOTH_HOSTSTACK_H

#include "ioth/plugin.h"

ioth_newstack_f ioth_kernel_newstack;
int ioth_kernel_procopen(const char *path, int flags);

#endif
