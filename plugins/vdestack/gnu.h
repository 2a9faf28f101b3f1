/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gnu.h - feature macros; included before anything else
 *
 * The plug-in must also build with no build system (plugin.h), so it cannot
 * rely on -D_GNU_SOURCE; for the same reason each of its headers hides its
 * symbols by a pragma.
 */
#ifndef VDESTACK_GNU_H
#define VDESTACK_GNU_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#endif
