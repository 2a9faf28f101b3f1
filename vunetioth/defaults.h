/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * defaults.h - which stack a process has chosen for which family
 *
 * A table never changes once it is made, so processes share it. Each entry
 * holds a reference to its stack.
 */
#ifndef DEFAULTS_H
#define DEFAULTS_H

#include <stdint.h>

struct stack;
struct defaults;

#define DEFAULTS_FAMILIES 64

struct defaults *defaults_get(struct defaults *defaults);
void defaults_put(struct defaults *defaults);

/* The families that the process has chosen a stack for: bit = PF_*. @defaults
 * may be NULL: none. */
uint64_t defaults_chosen(const struct defaults *defaults);

/* What was chosen for @family; NULL: the host's own. */
struct stack *defaults_stack(const struct defaults *defaults, int family);

/*
 * A new table, like @defaults (may be NULL) but with @stack, NULL for the
 * host's own, chosen for the families of the bit mask. -ENOMEM.
 */
int defaults_with(const struct defaults *defaults, uint64_t families,
	struct stack *stack, struct defaults **result);

#endif
