/* SPDX-License-Identifier: GPL-2.0-or-later */
/* delstack hangs for ever; termination is ignored. */
#include <signal.h>
#include <unistd.h>
#include "ioth/plugin.h"

void *ioth_deaf_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f);
int ioth_deaf_delstack(void *data);

__attribute__((visibility("default"))) void *ioth_deaf_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f)
{
	(void)vnlv;
	(void)options;
	(void)f;
	static int stack;

	signal(SIGTERM, SIG_IGN);
	return &stack;
}

__attribute__((visibility("default"))) int ioth_deaf_delstack(void *data)
{
	(void)data;
	for (;;)
		pause();
}
