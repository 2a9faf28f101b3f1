/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.h - which processes there are, and what each inherited
 *
 * Only processes that matter are known: those that have module data, and those
 * that were asked about. Threads: under the session's lock.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include "session.h"

struct processes;
struct process;

int processes_init(struct umvu *session);

/* The process of the calling thread; taken up if it was not known yet, with
 * the data of its nearest known ancestor. NULL with errno: gone, or not enough
 * memory or descriptors to tell. */
struct process *process_of_call(const struct umvu_call *call);

/* Takes up @pid, which a module has started, with @data of @owner, whose
 * reference is taken over in every case. 0 or negative errno. */
int process_adopt(struct umvu *session, const struct umvu_module *owner,
	void *data, pid_t pid);

/* False: no process has data of any module. */
bool processes_have_data(const struct processes *processes);

/* Drops what the processes that have ended had. */
void processes_bury(struct processes *processes);

/* execve and exit_group: makes inheritance exact. */
void process_execs(const struct umvu_call *call);
void process_exits(const struct umvu_call *call);

/* Drops the data of one module from all processes. */
void processes_drop_data(
	struct processes *processes, const struct umvu_module *owner);

/* Thread group of @tid; @tid itself when it has gone. */
pid_t process_tgid_of(pid_t tid);

/* Children of @pid, of all its threads. Fills @pids, returns how many, at most
 * @len; negative errno. */
int process_children(pid_t pid, pid_t *pids, size_t len);

#endif
