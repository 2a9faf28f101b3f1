/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * iss.c - initial sequence numbers (RFC 6528)
 *
 * lwIP counts them up from a constant, for everybody to guess. tcp_next_iss
 * here takes the library's place: a clock of 4 us plus a keyed hash of the
 * connection's addresses (SipHash-2-4).
 */
#include "stack.h"

#include <lwip/priv/tcp_priv.h>

#include <string.h>

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void round_of(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static void absorb(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	round_of(s);
	round_of(s);
	s->v0 ^= word;
}

static uint64_t hash(uint64_t key, const uint64_t *words, size_t len)
{
	struct sip s = { key ^ 0x736f6d6570736575, ~key ^ 0x646f72616e646f6d,
		key ^ 0x6c7967656e657261, ~key ^ 0x7465646279746573 };

	for (size_t i = 0; i < len; i++)
		absorb(&s, words[i]);
	absorb(&s, (uint64_t)len << 59);
	s.v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		round_of(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

#pragma GCC visibility push(default)
u32_t tcp_next_iss(struct tcp_pcb *pcb)
{
	const struct stack *stack = stack_current();
	uint64_t words[5] = { (uint64_t)pcb->local_port << 16 |
			      pcb->remote_port };

	memcpy(&words[1], ip_2_ip6(&pcb->local_ip)->addr,
		IP_IS_V6(&pcb->local_ip) ? 16 : 4);
	memcpy(&words[3], ip_2_ip6(&pcb->remote_ip)->addr,
		IP_IS_V6(&pcb->remote_ip) ? 16 : 4);
	return (u32_t)(hash(stack->secret, words, 5) +
		       loop_now(stack->loop) / 4000);
}
#pragma GCC visibility pop
