/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Of SPDX expressions only "OR" is taken apart: each alternative is compared
 * as a whole, so "A AND B" allows exactly "A AND B".
 */
#include "license.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ioth.h"

static struct {
	pthread_mutex_t lock;
	char *program; /* expression of ioth_set_license(), or NULL */
} license = { .lock = PTHREAD_MUTEX_INITIALIZER };

struct span {
	const char *start;
	size_t len;
};

/* Takes the next alternative off *@expr; false when there is none left. */
static bool next_alternative(const char **expr, struct span *alternative)
{
	const char *end;

	*expr += strspn(*expr, " ()");
	if (!**expr)
		return false;
	end = strcasestr(*expr, " or ");
	alternative->start = *expr;
	alternative->len = end ? (size_t)(end - *expr) : strlen(*expr);
	*expr = end ? end + strlen(" or ") : *expr + alternative->len;
	while (strchr(" ()", alternative->start[alternative->len - 1]))
		alternative->len--;
	return true;
}

static bool program_has(struct span wanted)
{
	const char *expr = license.program ? license.program : "";
	struct span own;

	while (next_alternative(&expr, &own))
		if (own.len == wanted.len &&
			strncasecmp(own.start, wanted.start, own.len) == 0)
			return true;
	return false;
}

int license_check(const char *plugin)
{
	struct span alternative;
	int err = plugin ? -EPERM : 0;

	pthread_mutex_lock(&license.lock);
	while (err && next_alternative(&plugin, &alternative))
		if (strncasecmp(alternative.start, "LGPL", 4) == 0 ||
			program_has(alternative))
			err = 0;
	pthread_mutex_unlock(&license.lock);
	return err;
}

void ioth_set_license(const char *spdx)
{
	char *copy = spdx ? strdup(spdx) : NULL;

	pthread_mutex_lock(&license.lock);
	free(license.program);
	license.program = copy;
	pthread_mutex_unlock(&license.lock);
}
