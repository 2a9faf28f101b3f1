/* SPDX-License-Identifier: GPL-2.0-or-later */
/* newstack hangs, and termination is ignored. */
#include <signal.h>
#include <unistd.h>
#include "ioth/plugin.h"

void *ioth_stubborn_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f);

__attribute__((visibility("default"))) void *ioth_stubborn_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f)
{
	(void)vnlv;
	(void)options;
	(void)f;
	signal(SIGTERM, SIG_IGN);
	for (;;)
		pause();
}
