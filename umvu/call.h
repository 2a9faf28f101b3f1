/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * call.h - a trapped system call, its answer, and calls whose answer waits
 *
 * Threads: all under the session's lock, but calls_deliver().
 */
#ifndef CALL_H
#define CALL_H

#include "session.h"

struct process;

struct umvu_call {
	struct umvu *session;
	uint64_t id; /* of the notification */
	pid_t tid;
	int nr;
	uint64_t args[6];
};

struct calls;

int calls_init(struct umvu *session);

/* Answers now. -ENOENT: the guest does not wait any more. */
int call_answer(const struct umvu_call *call, long value);
int call_continue(const struct umvu_call *call);

/* False when the guest does not wait for this call any more. */
bool call_is_valid(const struct umvu_call *call);

/* A thread that makes a new call does not wait for its last one. */
void calls_forget_tid(struct calls *calls, pid_t tid);

/* Forgets @parked, whose call has been parked anew. Frees it. */
void call_unpark(struct umvu_parked *parked);

/* Descriptors queued by umvu_answer_fd(): taken under the lock, handed over
 * WITHOUT it, because that waits until each guest's thread has run. */
struct delivery;
struct delivery *calls_take_deliveries(struct calls *calls);
void calls_deliver(struct delivery *list);

/* What a former failure left is not about this call. */
void call_explain_nothing(const struct umvu_call *call);

/* The text that umvu_call_explain() left for @tid's process; "" if none. */
const char *calls_explanation(const struct calls *calls, pid_t tgid);

static inline struct guest_addr call_addr(
	const struct umvu_call *call, unsigned int arg)
{
	return (struct guest_addr){ call->args[arg] };
}

#endif
