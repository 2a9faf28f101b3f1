/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* batch - the kernel's sockets, several at once: at most three */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ioth/plugin.h"

#define MOST 3

void *ioth_batch_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions);
int ioth_batch_sockets(int domain, int type, int protocol, int fds[], int len);

void *ioth_batch_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	(void)vnlv, (void)options;
	functions->socket = socket;
	functions->close = close;
	return functions;
}

int ioth_batch_sockets(int domain, int type, int protocol, int fds[], int len)
{
	int n = 0;

	while (n < len && n < MOST) {
		fds[n] = socket(domain, type, protocol);
		if (fds[n] < 0)
			break;
		n++;
	}
	return n > 0 ? n : -1;
}
