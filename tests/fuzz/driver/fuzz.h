/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz.h - between a fuzz target and what drives it
 *
 * The names are those of libFuzzer, which can drive the same targets; the
 * driver of this folder needs no compiler but the one that is there. A target
 * abort()s when it sees what must not be.
 *
 * Threads: one.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Largest input. */
#define FUZZ_SIZE_MAX (1 << 18)

/* The target: one input, in memory of exactly that size. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * May be left out: changes the input in place, as @seed says, and returns its
 * new size, which is not above @max_size.
 */
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(
	uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* The driver's: changes some bytes by chance, for a mutator that wants it. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

#endif
