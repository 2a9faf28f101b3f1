/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * defaults.h - which stack a process uses for which family
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

/* NULL: the host's own. Any @family is allowed. */
struct stack *defaults_stack(const struct defaults *defaults, int family);

/*
 * A new table, like @defaults (may be NULL) but with @stack for the families of
 * the bit mask. A table full of NULL differs from none: its process has chosen
 * the host's network. -ENOMEM.
 */
int defaults_with(const struct defaults *defaults, uint64_t families,
	struct stack *stack, struct defaults **result);

#endif
