/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * The kernel runs the filter once per system call number at installation and
 * remembers the numbers whose path to ALLOW loads nothing but the number:
 * those cost next to nothing later. So arguments are looked at in the leaves
 * of the search only, after the number has matched.
 */
#include "filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "arch.h"
#include "systable.h"

#define MAX_INSNS 1024
#define MAX_ROWS  128
/* Numbers from here up are negative; -16 ... -1 are the view's own. */
#define FIRST_NEGATIVE	0x80000000u
#define FIRST_VIEW_CALL 0xfffffff0u

struct program {
	struct sock_filter insn[MAX_INSNS];
	unsigned short len;
};

static void emit(struct program *p, uint16_t code, uint32_t k)
{
	if (p->len < MAX_INSNS)
		p->insn[p->len++] = (struct sock_filter)BPF_STMT(code, k);
}

/* A comparison that goes on at the next instruction if true, and skips @skip
 * instructions if false. */
static void emit_unless_skip(
	struct program *p, uint16_t op, uint32_t k, uint8_t skip)
{
	if (p->len < MAX_INSNS)
		p->insn[p->len++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | op | BPF_K, k, 0, skip);
}

static void emit_return(struct program *p, uint32_t action)
{
	emit(p, BPF_RET | BPF_K, action);
}

static void emit_load_half(
	struct program *p, unsigned int arg, unsigned int half)
{
	emit(p, BPF_LD | BPF_W | BPF_ABS,
		offsetof(struct seccomp_data, args) + 8 * arg + 4 * half);
}

static void emit_load_arg(struct program *p, unsigned int arg)
{
	emit_load_half(p, arg, 0); /* little-endian: the low half */
}

static bool row_is_used(const struct sysrow *row, const struct options *o)
{
	if (row->nr < 0)
		return false;
	if (row->group == GROUP_PATH)
		return !o->no_paths;
	if (row->group == GROUP_BRIDGE)
		return !o->no_bridges;
	if (row->group == GROUP_IO_URING)
		return !o->io_uring;
	return true;
}

static void emit_leaf(struct program *p, const struct sysrow *row)
{
	switch (row->when) {
	case TRAP:
		emit_return(p, SECCOMP_RET_USER_NOTIF);
		return;
	case TRAP_IF_EQUAL:
		emit_load_arg(p, row->arg);
		emit(p, BPF_ALU | BPF_AND | BPF_K, row->mask);
		emit_unless_skip(p, BPF_JEQ, row->value, 1);
		emit_return(p, SECCOMP_RET_USER_NOTIF);
		break;
	case TRAP_UNLESS:
		emit_load_half(p, row->arg, 0);
		emit_unless_skip(p, BPF_JEQ, (uint32_t)row->pass, 3);
		emit_load_half(p, row->arg, 1);
		emit_unless_skip(p, BPF_JEQ, (uint32_t)(row->pass >> 32), 1);
		emit_return(p, SECCOMP_RET_ALLOW);
		emit_return(p, SECCOMP_RET_USER_NOTIF);
		return;
	case DENY:
		emit_return(p, SECCOMP_RET_ERRNO | row->value);
		return;
	case DENY_IF_PAIR:
		emit_load_arg(p, 0);
		emit_unless_skip(p, BPF_JEQ, row->value, 3);
		emit_load_arg(p, 1);
		emit_unless_skip(p, BPF_JEQ, 0, 1);
		emit_return(p, SECCOMP_RET_ERRNO | 0);
		break;
	case TRAP_IF_SET:
		emit_load_arg(p, row->arg);
		emit_unless_skip(p, BPF_JEQ, 0, 3);
		emit(p, BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, args) + 8 * row->arg + 4);
		emit_unless_skip(p, BPF_JEQ, 0, 1);
		emit_return(p, SECCOMP_RET_ALLOW);
		emit_return(p, SECCOMP_RET_USER_NOTIF);
		return;
	}
	emit_return(p, SECCOMP_RET_ALLOW);
}

/* Binary search over rows [low, high) with the number in the accumulator. */
static void emit_search(struct program *p, const struct sysrow *const *rows,
	size_t low, size_t high)
{
	size_t mid = (low + high) / 2;
	unsigned short jump;

	if (high - low == 1) {
		jump = p->len;
		emit_unless_skip(p, BPF_JEQ, (uint32_t)rows[low]->nr, 0);
		emit_leaf(p, rows[low]);
		p->insn[jump].jf = (uint8_t)(p->len - jump - 1);
		emit_return(p, SECCOMP_RET_ALLOW);
		return;
	}
	/* The lower half may be longer than a conditional jump reaches, so
	 * jump around it unconditionally. */
	emit_unless_skip(p, BPF_JGE, (uint32_t)rows[mid]->nr, 1);
	jump = p->len;
	emit(p, BPF_JMP | BPF_JA, 0);
	emit_search(p, rows, low, mid);
	p->insn[jump].k = (uint32_t)(p->len - jump - 1);
	emit_search(p, rows, mid, high);
}

static void emit_compat(struct program *p)
{
	static const uint32_t denied[] = ARCH_COMPAT_DENIED;
	size_t i;

	emit(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
		emit_unless_skip(p, BPF_JEQ, denied[i], 1);
		emit_return(p, SECCOMP_RET_ERRNO | ENOSYS);
	}
	emit_return(p, SECCOMP_RET_ALLOW);
}

static void emit_native(struct program *p, const struct options *options)
{
	const struct sysrow *rows[MAX_ROWS] = { 0 };
	size_t i, len = 0;

	for (i = 0; i < systable_len && len < MAX_ROWS; i++)
		if (row_is_used(&systable[i], options))
			rows[len++] = &systable[i];
	emit(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	emit_unless_skip(p, BPF_JGE, FIRST_VIEW_CALL, 1);
	emit_return(p, SECCOMP_RET_USER_NOTIF);
	emit_unless_skip(p, BPF_JGE, FIRST_NEGATIVE, 1);
	emit_return(p, SECCOMP_RET_ALLOW); /* the kernel says ENOSYS */
	emit_unless_skip(p, BPF_JGE, ARCH_X32_BIT, 1);
	emit_return(p, SECCOMP_RET_ERRNO | ENOSYS);
	if (len > 0)
		emit_search(p, rows, 0, len);
}

static void build(struct program *p, const struct options *options)
{
	unsigned short jump;

	p->len = 0;
	emit(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	emit_unless_skip(p, BPF_JEQ, ARCH_AUDIT, 1);
	jump = p->len;
	emit(p, BPF_JMP | BPF_JA, 0);
	emit_compat(p);
	p->insn[jump].k = (uint32_t)(p->len - jump - 1);
	emit_native(p, options);
}

static int seccomp_listen(const struct sock_fprog *prog)
{
	long fd = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_NEW_LISTENER |
			SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		prog);

	return fd < 0 ? -errno : (int)fd;
}

int filter_install(const struct options *options)
{
	struct program program;
	struct sock_fprog prog = { .filter = program.insn };
	int fd;

	build(&program, options);
	prog.len = program.len;
	/* Allowed without no_new_privs only with CAP_SYS_ADMIN; that way setuid
	 * programs go on working in a view that root started. */
	fd = seccomp_listen(&prog);
	if (fd != -EACCES)
		return fd;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return seccomp_listen(&prog);
}
