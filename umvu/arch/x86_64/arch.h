/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arch.h - what the system call filter must know of x86-64
 *
 * Beside its own calls an x86-64 kernel takes those of x32 (same architecture
 * word, a bit in the number) and of i386 (another word, other numbers).
 */
#ifndef ARCH_H
#define ARCH_H

#include <linux/audit.h>

#define ARCH_AUDIT   AUDIT_ARCH_X86_64
#define ARCH_X32_BIT 0x40000000u

#define ARCH_COMPAT_AUDIT AUDIT_ARCH_I386
/* Network, mount and io_uring calls of i386: refused, so that a 32-bit guest
 * sees no network rather than the real one. */
#define ARCH_COMPAT_DENIED                                                     \
	{                                                                      \
		21 /* mount */, 22 /* umount */, 52 /* umount2 */,             \
			102 /* socketcall */, 359, 360, 361, 362, 363, 364,    \
			365, 366, 367, 368, 369, 370, 371, 372,                \
			373 /* socket to shutdown */, 425 /* io_uring_setup */ \
	}

#endif
