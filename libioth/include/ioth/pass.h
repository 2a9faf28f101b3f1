/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pass.h - socket calls past a hypervisor
 *
 * A hypervisor that traps system calls, as umvu(1) does, lets socket(2) and
 * getsockopt(2) through to the kernel when their sixth argument, which they do
 * not have, is IOTH_PASS_SOCKET. The kernel ignores it, so where nobody traps
 * the call this changes nothing:
 *
 *	syscall(SYS_socket, domain, type, protocol, 0L, 0L, IOTH_PASS_SOCKET)
 *
 * It is for stacks that make their own sockets in a network namespace of
 * theirs: such a call names no stack, and to trap it costs a multiple of the
 * call. The number is no secret and protects nothing: a view is no sandbox.
 *
 * The register of the argument still holds it when the call returns, and may
 * do so when the C library makes its next call of fewer arguments, which would
 * pass as well: overwrite it, by another system call of six arguments or in
 * assembly.
 */
#ifndef IOTH_PASS_H
#define IOTH_PASS_H

/* "vupass01" in ASCII */
#define IOTH_PASS_SOCKET 0x7675706173733031ull

#endif
