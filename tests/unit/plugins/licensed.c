/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* licensed - a plug-in that not every program may load */
#include "ioth/plugin.h"

extern const char *ioth_licensed_license;
void *ioth_licensed_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions);

const char *ioth_licensed_license = "GPL-3.0-only OR Apache-2.0";

void *ioth_licensed_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	(void)vnlv;
	(void)options;
	return functions;
}
