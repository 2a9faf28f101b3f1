/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rawsys.h - system calls without libc
 *
 * The helper (namespace.c) is a task that libc does not know: it runs on the
 * thread-local storage of the thread that made it, so it must not touch errno
 * nor anything else of libc. These functions return a negative errno, have no
 * cancellation point and use no memory but their arguments. The register of the
 * sixth argument is empty afterwards, see <ioth/pass.h>.
 */
#ifndef VDESTACK_RAWSYS_H
#define VDESTACK_RAWSYS_H

#include <ioth/pass.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
static inline long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall\n\t"
			 "xorl %%r9d, %%r9d"
			 : "=a"(ret), "+r"(r9)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return ret;
}
#elif defined(__aarch64__)
static inline long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc #0\n\t"
			 "mov x5, xzr"
			 : "+r"(x0), "+r"(x5)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
}
#elif defined(__riscv) && __riscv_xlen == 64
static inline long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long a7 __asm__("a7") = nr;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;
	register long a5 __asm__("a5") = f;

	__asm__ volatile("ecall\n\t"
			 "li a5, 0"
			 : "+r"(a0), "+r"(a5)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4)
			 : "memory");
	return a0;
}
#else
#error "vdestack: write raw6() for this architecture"
#endif

static inline long raw4(long nr, long a, long b, long c, long d)
{
	return raw6(nr, a, b, c, d, 0, 0);
}

static inline long raw3(long nr, long a, long b, long c)
{
	return raw6(nr, a, b, c, 0, 0, 0);
}

static inline long raw1(long nr, long a)
{
	return raw6(nr, a, 0, 0, 0, 0, 0);
}

/* The kernel's own, also in a view of umvu(1). */
static inline long raw_socket(int domain, int type, int protocol)
{
	return raw6(SYS_socket, domain, type, protocol, 0, 0,
		(long)IOTH_PASS_SOCKET);
}

static inline long raw_getsockopt(
	int fd, int level, int name, void *value, void *len)
{
	return raw6(SYS_getsockopt, fd, level, name, (long)value, (long)len,
		(long)IOTH_PASS_SOCKET);
}

#endif
