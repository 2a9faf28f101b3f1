/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervisor.h - the process that answers for the view
 */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include <signal.h>
#include "session.h"

/* What the supervisor tells the front process, each in one message. */
enum report {
	REPORT_STARTED, /* value: pid of the command */
	REPORT_STOPPED, /* value: signal */
	REPORT_ENDED,	/* value: wait status */
	REPORT_FAILED,	/* value: errno; text: what could not be done */
};

struct report_message {
	enum report report;
	int value;
	char text[128];
};

/* Runs the session; never returns. @front: SOCK_SEQPACKET to the front process,
 * whose end before the command's ends the session. @mask: the guests' signal
 * mask. */
_Noreturn void supervisor_main(
	const struct options *options, int front, const sigset_t *mask);

#endif
