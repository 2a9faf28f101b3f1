/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The seccomp filter, run by a machine of the test's own. */
#include "filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <ioth/pass.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include "arch.h"
#include "session.h"

static struct sock_filter insn[4096];
static size_t insns;

long __wrap_syscall(long nr, ...);

/* seccomp(2), which only takes the program here. */
long __wrap_syscall(long nr, ...)
{
	const struct sock_fprog *prog;
	va_list ap;

	assert_int_equal(nr, __NR_seccomp);
	va_start(ap, nr);
	(void)va_arg(ap, int);
	(void)va_arg(ap, unsigned long);
	prog = va_arg(ap, const struct sock_fprog *);
	va_end(ap);
	insns = prog->len;
	assert_in_range(insns, 1, sizeof(insn) / sizeof(insn[0]));
	memcpy(insn, prog->filter, insns * sizeof(insn[0]));
	return 0;
}

static size_t jump(const struct sock_filter *i, uint32_t a)
{
	switch (i->code) {
	case BPF_JMP | BPF_JA:
		return i->k;
	case BPF_JMP | BPF_JEQ | BPF_K:
		return a == i->k ? i->jt : i->jf;
	case BPF_JMP | BPF_JGE | BPF_K:
		return a >= i->k ? i->jt : i->jf;
	}
	fail_msg("instruction %#x", i->code);
	return 0;
}

/* The answer to @data; *has_looked: arguments were needed for it. */
static uint32_t run(const struct seccomp_data *data, int *has_looked)
{
	uint32_t a = 0;

	*has_looked = 0;
	for (size_t pc = 0; pc < insns; pc++) {
		const struct sock_filter *i = &insn[pc];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			assert_in_range(i->k, 0, sizeof(*data) - sizeof(a));
			memcpy(&a, (const char *)data + i->k, sizeof(a));
			*has_looked |= i->k >= offsetof(struct seccomp_data,
						       instruction_pointer);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			pc += jump(i, a);
		}
	}
	fail_msg("it ends without an answer");
	return 0;
}

static uint32_t answer(long nr, uint64_t second, uint64_t sixth)
{
	struct seccomp_data data = {
		.nr = (int)nr, .arch = ARCH_AUDIT, .args = { [1] = second }
	};
	int has_looked;

	data.args[5] = sixth;
	return run(&data, &has_looked);
}

static void install(void)
{
	static const struct options options;

	assert_int_equal(filter_install(&options), 0);
}

static void socket_is_trapped(void **state)
{
	static const uint64_t others[] = { 0, 1, ~0ull,
		IOTH_PASS_SOCKET & 0xffffffff, IOTH_PASS_SOCKET >> 32 << 32,
		IOTH_PASS_SOCKET ^ 1, IOTH_PASS_SOCKET ^ 1ull << 63,
		IOTH_PASS_SOCKET << 32 | IOTH_PASS_SOCKET >> 32 };

	(void)state;
	install();
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(answer(__NR_socket, 0, others[i]),
			SECCOMP_RET_USER_NOTIF);
}

static void socket_of_a_stack_passes(void **state)
{
	(void)state;
	install();
	assert_int_equal(
		answer(__NR_socket, 0, IOTH_PASS_SOCKET), SECCOMP_RET_ALLOW);
}

static void socket_calls_likewise(void **state)
{
	static const int calls[] = { __NR_connect, __NR_accept, __NR_sendmsg,
		__NR_recvmsg, __NR_shutdown, __NR_bind, __NR_listen,
		__NR_getsockname, __NR_getpeername, __NR_setsockopt,
		__NR_getsockopt, __NR_accept4, __NR_recvmmsg, __NR_sendmmsg };

	(void)state;
	install();
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		assert_int_equal(
			answer(calls[i], 0, 0), SECCOMP_RET_USER_NOTIF);
		assert_int_equal(answer(calls[i], 0, IOTH_PASS_SOCKET),
			SECCOMP_RET_ALLOW);
	}
}

static void number_is_for_no_other_call(void **state)
{
	(void)state;
	install();
	assert_int_equal(answer(__NR_openat, 0, IOTH_PASS_SOCKET),
		SECCOMP_RET_USER_NOTIF);
	assert_int_equal(answer(__NR_execve, 0, IOTH_PASS_SOCKET),
		SECCOMP_RET_USER_NOTIF);
	assert_int_equal(
		answer(-1, 0, IOTH_PASS_SOCKET), SECCOMP_RET_USER_NOTIF);
}

static void ioctl_goes_by_its_request(void **state)
{
	(void)state;
	install();
	assert_int_equal(answer(__NR_ioctl, 0x8913, 0), SECCOMP_RET_USER_NOTIF);
	assert_int_equal(answer(__NR_ioctl, 0x5401, 0), SECCOMP_RET_ALLOW);
}

/* Or the kernel would not remember that they are allowed. */
static void untouched_calls_are_allowed_by_number(void **state)
{
	static const int untouched[] = { __NR_read, __NR_write, __NR_close,
		__NR_getppid, __NR_fstat, __NR_setns, __NR_futex };

	(void)state;
	install();
	for (size_t i = 0; i < sizeof(untouched) / sizeof(untouched[0]); i++) {
		struct seccomp_data data = { .nr = untouched[i],
			.arch = ARCH_AUDIT };
		int has_looked;

		assert_int_equal(run(&data, &has_looked), SECCOMP_RET_ALLOW);
		assert_false(has_looked);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(socket_is_trapped),
		cmocka_unit_test(socket_of_a_stack_passes),
		cmocka_unit_test(socket_calls_likewise),
		cmocka_unit_test(number_is_for_no_other_call),
		cmocka_unit_test(ioctl_goes_by_its_request),
		cmocka_unit_test(untouched_calls_are_allowed_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
