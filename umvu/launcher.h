/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launcher.h - the process under the filter that makes guests
 *
 * A seccomp filter can only be inherited. So the launcher installs it once, and
 * whatever shall be a guest is cloned from it, as a child of the supervisor
 * (CLONE_PARENT).
 */
#ifndef LAUNCHER_H
#define LAUNCHER_H

#include <signal.h>
#include "session.h"

struct launcher;

/*
 * Forks the launcher and takes over the listener of its filter. @mask: the
 * signal mask that guests shall have. On failure *what names the step.
 */
int launcher_start(
	struct umvu *session, const sigset_t *mask, const char **what);

/* Starts the rc files and the command with the terminal, environment and
 * directory that the user gave umvu. Returns its pid or a negative errno. Once,
 * before the event loop runs. */
pid_t launcher_run_command(struct umvu *session);

/* From here on umvu_spawn() works. Before the other thread starts. */
int launcher_serve(struct umvu *session);

/* True for the launcher itself and what umvu_spawn() started: they do not keep
 * the session alive. */
bool launcher_owns(const struct launcher *launcher, pid_t pid);
/* A child has been waited for. */
void launcher_forget(struct launcher *launcher, pid_t pid);
/* Kills what is left of umvu_spawn()'s; ends the launcher. */
void launcher_end(struct launcher *launcher, int signal);

#endif
