/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session.h - what the parts of the hypervisor share
 *
 * Theory of operation
 *
 * Four kinds of process belong to a session:
 *
 *	front		what the user started: waits for the command, passes
 *			signals and stops on, ends with its status (front.c)
 *	supervisor	answers the trapped system calls; has no terminal, so
 *			that Ctrl-C and Ctrl-Z do not reach it (supervisor.c)
 *	launcher	lives under the filter and makes guests: a filter can
 *			only be inherited (launcher.c)
 *	guests		the command, all its descendants, and the processes
 *			that modules start
 *
 * The supervisor has two threads. One blocks in SECCOMP_IOCTL_NOTIF_RECV and
 * answers what needs no waiting (notify.c); the other runs the event loop
 * (loop.c), which completes the calls that were parked. Whichever is at work
 * holds `lock`; neither waits for anything while it holds it. The one call that
 * does wait for the guest, handing over a descriptor, is queued and done after
 * the lock has been released (call.c).
 */
#ifndef SESSION_H
#define SESSION_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "umvu/module.h"
#include "umvu/syscalls.h"

struct loop;
struct names;
struct processes;
struct modules;
struct launcher;
struct calls;
struct guestfds;
struct netfiles;

#define OPTIONS_MAX_STACKS 16

struct options {
	char *stack[OPTIONS_MAX_STACKS]; /* --stack */
	size_t stacks_len;
	const char *rc;	  /* -f: instead of ~/.vurc */
	const char *name; /* -V */
	bool no_rc, no_paths, no_bridges, io_uring;
	int log_level;	  /* -l */
	int syslog_level; /* -s */
	bool verbose;
	char **command;
};

/* The supervisor's state; everything after `lock` is guarded by it. */
struct umvu {
	const struct options *options;
	int listener;
	pthread_t receiver;
	char libexec_dir[4096];
	char module_dir[4096];

	pthread_mutex_t lock;
	struct loop *loop;
	struct names *names;
	struct processes *processes;
	struct modules *modules;
	struct launcher *launcher;
	struct calls *calls;
	struct guestfds *guestfds;
	struct netfiles *netfiles;
	struct vu_info info;
};

#endif
