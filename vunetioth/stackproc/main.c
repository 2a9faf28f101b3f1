/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - the process of one mounted stack
 *
 * Theory of operation
 *
 * It is started by the hypervisor as a guest, with the control connection
 * (control.h) as descriptor 3, makes one stack of libioth and answers requests,
 * one after the other, until the connection ends. A socket that it makes is
 * sent away and closed here at once; libioth notices when its last duplicate,
 * wherever that is, has been closed.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "ioth.h"
#include "requests.h"

#define CONTROL_FD 3

/* Between two tries to delete a stack whose plug-in alone knows what is open
 * (connections that another process accepted): nothing tells us of those. */
#define RETRY_MS 1000

/* Waits for a request, or for the closing of a socket that keeps a detached
 * stack. Returns false when there is nothing more to do. */
static bool step(struct stack_process *p)
{
	struct pollfd pfd[2] = { { p->control, POLLIN, 0 },
		{ p->detached ? ioth_watchfd(p->stack) : -1, POLLIN, 0 } };

	if (poll(pfd, 2, p->detached ? RETRY_MS : -1) < 0 && errno != EINTR)
		return false;
	if (p->detached && ioth_delstack(p->stack) == 0) {
		p->stack = NULL;
		return false;
	}
	return !pfd[0].revents || requests_serve(p);
}

int main(void)
{
	static struct stack_process p = { .control = CONTROL_FD }; /* large */

	prctl(PR_SET_NAME, "vunetioth");
	signal(SIGPIPE, SIG_IGN);
	/* Should the making of the stack hang, the end of the session ends us
	 * too; later the end of the connection does, more cleanly. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (!requests_start(&p))
		return 1;
	prctl(PR_SET_PDEATHSIG, 0);
	while (step(&p))
		;
	requests_end(&p);
	return 0;
}
