/* SPDX-License-Identifier: GPL-2.0-or-later */
/* newstack fails. */
#include <errno.h>
#include <stddef.h>
#include "ioth/plugin.h"

void *ioth_refuser_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f);

__attribute__((visibility("default"))) void *ioth_refuser_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f)
{
	(void)vnlv;
	(void)options;
	(void)f;
	errno = ENETDOWN;
	return NULL;
}
