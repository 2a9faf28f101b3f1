/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* failing - a stack that cannot be made, and says why */
#include <errno.h>
#include <stddef.h>

#include "ioth/plugin.h"

void *ioth_failing_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions);
const char *ioth_failing_errmsg(void);

void *ioth_failing_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	(void)vnlv;
	(void)options;
	(void)functions;
	errno = EDOM;
	return NULL;
}

const char *ioth_failing_errmsg(void)
{
	return "out of its domain";
}
