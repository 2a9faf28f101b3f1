/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vt.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	void (*run)(void);
} scenarios[] = {
	{ "wires", wires_run },
	{ "hotplug", hotplug_run },
	{ "life", life_run },
	{ "errors", errors_run },
};

int main(int argc, char *argv[])
{
	signal(SIGPIPE, SIG_IGN);
	alarm(120);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		if (argc < 2 || !strcmp(argv[1], scenarios[i].name))
			scenarios[i].run();
	return 0;
}
