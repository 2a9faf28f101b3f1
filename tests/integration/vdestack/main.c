/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vt.h"

#include <dlfcn.h>
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
	{ "bridge", bridge_run },
	{ "life", life_run },
	{ "errors", errors_run },
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/* libvdeplug loads its modules with a flag that sanitizers do not bear. */
__attribute__((visibility("default"))) void *dlopen(const char *file, int flags)
{
	void *(*next)(const char *, int) =
		(void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");

	return next(file, flags & ~RTLD_DEEPBIND);
}
#endif

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
