/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "packet_filter.h"

#include <linux/filter.h>

struct machine {
	uint32_t a, x;
	uint32_t memory[BPF_MEMWORDS];
	const uint8_t *packet;
	size_t size;
	bool failed; /* read beyond the packet: drops it */
};

/* ---- checking ---- */

static bool is_jump_valid(const struct sock_filter *f, size_t left)
{
	if (BPF_OP(f->code) == BPF_JA)
		return f->k < left;
	return BPF_OP(f->code) <= BPF_JSET && f->jt < left && f->jf < left;
}

static bool is_alu_valid(const struct sock_filter *f)
{
	bool divides = BPF_OP(f->code) == BPF_DIV || BPF_OP(f->code) == BPF_MOD;
	bool shifts = BPF_OP(f->code) == BPF_LSH || BPF_OP(f->code) == BPF_RSH;

	if (BPF_SRC(f->code) == BPF_K &&
		((divides && !f->k) || (shifts && f->k > 31)))
		return false;
	return BPF_OP(f->code) <= BPF_XOR;
}

static bool is_load_valid(const struct sock_filter *f)
{
	switch (BPF_MODE(f->code)) {
	case BPF_MEM:
		return f->k < BPF_MEMWORDS;
	case BPF_ABS:
	case BPF_IND:
		return BPF_CLASS(f->code) == BPF_LD &&
		       BPF_SIZE(f->code) != BPF_SIZE(0x18);
	case BPF_MSH:
		return BPF_CLASS(f->code) == BPF_LDX;
	default:
		return BPF_MODE(f->code) == BPF_IMM ||
		       BPF_MODE(f->code) == BPF_LEN;
	}
}

static bool is_valid(const struct sock_filter *f, size_t left)
{
	switch (BPF_CLASS(f->code)) {
	case BPF_LD:
	case BPF_LDX:
		return is_load_valid(f);
	case BPF_ST:
	case BPF_STX:
		return f->k < BPF_MEMWORDS;
	case BPF_ALU:
		return is_alu_valid(f);
	case BPF_JMP:
		return is_jump_valid(f, left);
	default: /* BPF_RET, BPF_MISC */
		return true;
	}
}

bool packet_filter_is_valid(const struct sock_filter *program, size_t len)
{
	if (!len || len > PACKET_FILTER_MAX ||
		BPF_CLASS(program[len - 1].code) != BPF_RET)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_valid(&program[i], len - i - 1))
			return false;
	return true;
}

/* ---- running ---- */

static uint32_t load(struct machine *m, unsigned size, uint64_t at)
{
	uint32_t value = 0;

	if (at + size > m->size) {
		m->failed = true;
		return 0;
	}
	while (size--)
		value = value << 8 | m->packet[at++];
	return value;
}

static unsigned bytes_of(uint16_t code)
{
	return BPF_SIZE(code) == BPF_W ? 4 : BPF_SIZE(code) == BPF_H ? 2 : 1;
}

static uint32_t value_of(struct machine *m, const struct sock_filter *f)
{
	switch (BPF_MODE(f->code)) {
	case BPF_ABS:
		return load(m, bytes_of(f->code), f->k);
	case BPF_IND:
		return load(m, bytes_of(f->code), (uint64_t)m->x + f->k);
	case BPF_MSH:
		return (load(m, 1, f->k) & 15) * 4;
	case BPF_LEN:
		return (uint32_t)m->size;
	case BPF_MEM:
		return m->memory[f->k];
	default:
		return f->k;
	}
}

static uint32_t compute(struct machine *m, const struct sock_filter *f)
{
	uint32_t operand = BPF_SRC(f->code) == BPF_X ? m->x : f->k;

	switch (BPF_OP(f->code)) {
	case BPF_ADD:
		return m->a + operand;
	case BPF_SUB:
		return m->a - operand;
	case BPF_MUL:
		return m->a * operand;
	case BPF_DIV:
	case BPF_MOD:
		if (!operand) {
			m->failed = true;
			return 0;
		}
		return BPF_OP(f->code) == BPF_DIV ? m->a / operand
						  : m->a % operand;
	case BPF_OR:
		return m->a | operand;
	case BPF_AND:
		return m->a & operand;
	case BPF_XOR:
		return m->a ^ operand;
	case BPF_LSH:
		return m->a << (operand & 31);
	case BPF_RSH:
		return m->a >> (operand & 31);
	default: /* BPF_NEG */
		return -m->a;
	}
}

static uint32_t jump(const struct machine *m, const struct sock_filter *f)
{
	uint32_t operand = BPF_SRC(f->code) == BPF_X ? m->x : f->k;
	bool taken;

	switch (BPF_OP(f->code)) {
	case BPF_JA:
		return f->k;
	case BPF_JEQ:
		taken = m->a == operand;
		break;
	case BPF_JGT:
		taken = m->a > operand;
		break;
	case BPF_JGE:
		taken = m->a >= operand;
		break;
	default: /* BPF_JSET */
		taken = m->a & operand;
		break;
	}
	return taken ? f->jt : f->jf;
}

/* Returns how many instructions to skip. */
static uint32_t step(struct machine *m, const struct sock_filter *f)
{
	switch (BPF_CLASS(f->code)) {
	case BPF_LD:
		m->a = value_of(m, f);
		return 0;
	case BPF_LDX:
		m->x = value_of(m, f);
		return 0;
	case BPF_ST:
		m->memory[f->k] = m->a;
		return 0;
	case BPF_STX:
		m->memory[f->k] = m->x;
		return 0;
	case BPF_ALU:
		m->a = compute(m, f);
		return 0;
	case BPF_JMP:
		return jump(m, f);
	default: /* BPF_MISC */
		if (BPF_MISCOP(f->code) == BPF_TXA)
			m->a = m->x;
		else
			m->x = m->a;
		return 0;
	}
}

uint32_t packet_filter_run(
	const struct sock_filter *program, const uint8_t *packet, size_t size)
{
	struct machine m = { .packet = packet, .size = size };

	for (const struct sock_filter *f = program;; f++) {
		if (BPF_CLASS(f->code) == BPF_RET)
			return BPF_RVAL(f->code) == BPF_A ? m.a : f->k;
		f += step(&m, f);
		if (m.failed)
			return 0;
	}
}
