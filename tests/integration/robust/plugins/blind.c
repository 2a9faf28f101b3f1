/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's sockets, and nothing about /proc: as plug-ins have always been. */
#include <sys/socket.h>
#include "ioth/plugin.h"

void *ioth_blind_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f);

__attribute__((visibility("default"))) void *ioth_blind_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f)
{
	static int stack;

	(void)vnlv;
	(void)options;
	f->socket = socket;
	return &stack;
}
