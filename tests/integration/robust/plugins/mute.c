/* SPDX-License-Identifier: GPL-2.0-or-later */
/* newstack hangs for ever: what a name server that does not answer is like. */
#include <unistd.h>
#include "ioth/plugin.h"

void *ioth_mute_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f);

__attribute__((visibility("default"))) void *ioth_mute_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f)
{
	(void)vnlv;
	(void)options;
	(void)f;
	for (;;)
		pause();
}
