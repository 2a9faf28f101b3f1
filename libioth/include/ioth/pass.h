/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pass.h - socket calls past a hypervisor
 *
 * A hypervisor that traps system calls, as umvu(1) does, lets a socket call
 * through to the kernel when its sixth argument, which the call does not have,
 * is IOTH_PASS_SOCKET. The kernel ignores it, so where nobody traps the call
 * this changes nothing. It holds for all calls on sockets of five arguments or
 * fewer: socket, connect, setsockopt, sendmsg, recvmmsg ...
 *
 * It is for the processes of stacks, which run in the view themselves: sockets
 * that they make in a network namespace of theirs name no stack, and frames on
 * an AF_UNIX wire, or data at the stack's end of a bridge, belong to nobody
 * else. To trap such a call costs a multiple of the call. It is not for a
 * socket that may be one of another stack's. The number is no secret and
 * protects nothing: a view is no sandbox.
 *
 * The register of the argument still holds the number when the call returns,
 * and may do so when the C library makes its next call of fewer arguments,
 * which would pass as well. So these functions empty it.
 */
#ifndef IOTH_PASS_H
#define IOTH_PASS_H

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>

/* "vupass01" in ASCII */
#define IOTH_PASS_SOCKET 0x7675706173733031ull

/*
 * A system call of six arguments, without libc: touches neither errno nor
 * thread-local storage, is no cancellation point, and leaves the sixth register
 * empty. Returns what the kernel does, -errno on failure.
 */
#if defined(__x86_64__)
static inline long ioth_rawcall(
	long nr, long a, long b, long c, long d, long e, long f)
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
static inline long ioth_rawcall(
	long nr, long a, long b, long c, long d, long e, long f)
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
static inline long ioth_rawcall(
	long nr, long a, long b, long c, long d, long e, long f)
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
#error "ioth/pass.h: write ioth_rawcall() for this architecture"
#endif

/* A socket call that passes: -1 and errno on failure, like the call itself. */
static inline long ioth_pass(long nr, long a, long b, long c, long d, long e)
{
	long ret = ioth_rawcall(nr, a, b, c, d, e, (long)IOTH_PASS_SOCKET);

	if (ret >= 0)
		return ret;
	errno = (int)-ret;
	return -1;
}

/* The calls of the same names, see sendmsg(2) ... They are no cancellation
 * points. */

static inline ssize_t ioth_pass_sendmsg(
	int fd, const struct msghdr *msg, int flags)
{
	return ioth_pass(SYS_sendmsg, fd, (long)msg, flags, 0, 0);
}

static inline ssize_t ioth_pass_recvmsg(int fd, struct msghdr *msg, int flags)
{
	return ioth_pass(SYS_recvmsg, fd, (long)msg, flags, 0, 0);
}

#ifdef _GNU_SOURCE
static inline int ioth_pass_sendmmsg(
	int fd, struct mmsghdr *msgs, unsigned int len, int flags)
{
	return (int)ioth_pass(
		SYS_sendmmsg, fd, (long)msgs, (long)len, flags, 0);
}

/* Without a time limit. */
static inline int ioth_pass_recvmmsg(
	int fd, struct mmsghdr *msgs, unsigned int len, int flags)
{
	return (int)ioth_pass(
		SYS_recvmmsg, fd, (long)msgs, (long)len, flags, 0);
}
#endif

static inline int ioth_pass_getsockopt(
	int fd, int level, int name, void *value, socklen_t *len)
{
	return (int)ioth_pass(
		SYS_getsockopt, fd, level, name, (long)value, (long)len);
}

static inline int ioth_pass_setsockopt(
	int fd, int level, int name, const void *value, socklen_t len)
{
	return (int)ioth_pass(
		SYS_setsockopt, fd, level, name, (long)value, (long)len);
}

static inline int ioth_pass_shutdown(int fd, int how)
{
	return (int)ioth_pass(SYS_shutdown, fd, how, 0, 0, 0);
}

#endif
