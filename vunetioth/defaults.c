/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "defaults.h"

#include <errno.h>
#include <stdlib.h>
#include "stack.h"

struct defaults {
	unsigned int references;
	uint64_t chosen;
	struct stack *stack[DEFAULTS_FAMILIES];
};

struct defaults *defaults_get(struct defaults *defaults)
{
	defaults->references++;
	return defaults;
}

void defaults_put(struct defaults *defaults)
{
	int i;

	if (--defaults->references)
		return;
	for (i = 0; i < DEFAULTS_FAMILIES; i++)
		if (defaults->stack[i])
			stack_put(defaults->stack[i]);
	free(defaults);
}

uint64_t defaults_chosen(const struct defaults *defaults)
{
	return defaults ? defaults->chosen : 0;
}

struct stack *defaults_stack(const struct defaults *defaults, int family)
{
	return defaults->stack[family];
}

int defaults_with(const struct defaults *defaults, uint64_t families,
	struct stack *stack, struct defaults **result)
{
	struct defaults *d = calloc(1, sizeof(*d));
	int i;

	if (!d)
		return -ENOMEM;
	d->references = 1;
	d->chosen = defaults_chosen(defaults) | families;
	for (i = 0; i < DEFAULTS_FAMILIES; i++) {
		struct stack *old = defaults ? defaults->stack[i] : NULL;

		d->stack[i] = families >> i & 1 ? stack : old;
		if (d->stack[i])
			stack_get(d->stack[i]);
	}
	*result = d;
	return 0;
}
