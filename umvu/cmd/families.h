/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * families.h - the words for protocol families
 *
 * A family is the lower-case name of its PF_ constant or its number; some
 * words stand for several families (ip: inet,inet6,netlink,packet).
 */
#ifndef CMD_FAMILIES_H
#define CMD_FAMILIES_H

#include <stdbool.h>
#include <stddef.h>

enum { FAMILIES_MAX = 64 };

struct families {
	size_t len;
	int family[FAMILIES_MAX];
};

/*
 * Adds the families of the comma-separated @list to @f, each once, in the
 * order of their first mention. Returns 0; -EINVAL for an unknown or empty
 * word, -ENOSPC for more than FAMILIES_MAX. On failure *@bad, *@bad_len is the
 * word, inside of @list, and @f keeps the families before it.
 */
int families_parse(
	struct families *f, const char *list, const char **bad, int *bad_len);

/* The word for @family, or NULL: it has only a number. */
const char *families_word(int family);

#endif
