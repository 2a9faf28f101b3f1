/* SPDX-License-Identifier: GPL-2.0-or-later */
/* newstack crashes. */
#include <stdlib.h>
#include "ioth/plugin.h"

void *ioth_crasher_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f);

__attribute__((visibility("default"))) void *ioth_crasher_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f)
{
	(void)vnlv;
	(void)options;
	(void)f;
	abort();
}
