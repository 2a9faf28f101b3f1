/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stack.h - a stack process, seen from the module
 *
 * Life: STARTING until its process has made the stack; RUNNING; DEAD when the
 * process has gone, for whatever reason. Only a running stack takes requests;
 * when it dies, every request that waits gets -ENODEV.
 */
#ifndef STACK_H
#define STACK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "control.h"
#include "pool.h"
#include "umvu/module.h"

struct composite;
struct outgoing;
struct unmounting;
struct defaults;
struct stack_options;

enum stack_state {
	STACK_STARTING, /* no request but START */
	STACK_RUNNING,
	STACK_DEAD, /* every request: -ENODEV */
};

struct stack {
	unsigned int references;
	struct umvu *session;
	enum stack_state state;
	pid_t pid;   /* of the process, 0 before it is known */
	int pidfd;   /* -1 with it */
	int control; /* -1 when dead */
	int diag; /* SOCK_DIAG socket of a private network name space, or -1 */
	struct pool pool;  /* sockets ready to be given away */
	uid_t owner;	   /* who mounted it */
	uint64_t families; /* bit = PF_* it supports */
	struct umvu_watch *watch;
	struct request *requests; /* that wait for their answers */
	/* Those of them that wait for room in the connection, in order. */
	struct outgoing *outgoing, **outgoing_tail;
	unsigned int outgoing_len;
	uint32_t next_id;
	/* Called once when a running stack dies; may be NULL. */
	void (*died)(struct stack *stack);
	unsigned int names;	     /* mounted, of it */
	struct unmounting *deleting; /* an umount waits for the process */
	unsigned int users;	     /* composites that it is a part of */
	bool no_default;	     /* not the session\'s, whatever its name */
	bool attached; /* the process belongs to another session */
	bool held;     /* other sessions use it: this one must go on for them */
	/* It has parts instead of a process; NULL again when dead. */
	struct composite *composite;
	struct control_message *start; /* waits for the process's pid */
	struct stack **list, *next;    /* of the module's stacks */
};

/* Answers a request: @result as control.h says, -ENODEV when the stack died.
 * @message: the answer, NULL when it died. @fds: what came with it; what the
 * callee does not take is closed. */
typedef void stack_answer_f(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds);

/*
 * Starts the process of a stack, as a guest with the rights of @call's caller
 * and with the table @defaults, whose reference is taken over. @title: what
 * ps(1) shows. @answer is called with the answer to START. The stack is in
 * @list as long as it exists. Returns one reference, or NULL with *err set.
 */
struct stack *stack_new(struct umvu *session, struct stack **list,
	struct umvu_call *call, struct defaults *defaults,
	const struct stack_options *options, const char *title,
	stack_answer_f *answer, void *arg, int *err);

/* As stack_new, with a stack that another session offers at the path @offer.
 * -ELOOP: it is one of this session. */
struct stack *stack_attach(struct umvu *session, struct stack **list,
	const char *offer, stack_answer_f *answer, void *arg, int *err);

/* A running stack that consists of others. Takes over @composite. NULL: no
 * memory. */
struct stack *stack_compose(
	struct umvu *session, struct stack **list, struct composite *composite);

struct stack *stack_get(struct stack *stack);
/* The last reference ends the process. */
void stack_put(struct stack *stack);

/* Also when its process has just closed what it had, and we do not know yet. */
bool stack_has_ended(const struct stack *stack);

/* Asks; op, arg and data of @message are set. 0, then @answer will be called;
 * or a negative errno: -ENODEV dead, -EBUSY not running yet, -EAGAIN too many
 * wait already, -ENOMEM. */
int stack_ask(struct stack *stack, struct control_message *message,
	stack_answer_f *answer, void *arg);

/* As stack_ask; @fds, which stay the caller's, go along. */
int stack_ask_with(struct stack *stack, struct control_message *message,
	const struct control_fds *fds, stack_answer_f *answer, void *arg);

/* Forgets who asked with @arg; the answer is dropped. */
void stack_forget_asker(struct stack *stack, const void *arg);

/* Closes the sockets of the stack that we hold ourselves: before it is asked
 * whether any are open. */
void stack_release(struct stack *stack);

/* Ends the process: cleanly, but within seconds; TCP connections of a private
 * name space are aborted. Waiting requests get -ENODEV. */
void stack_end(struct stack *stack);
/* At once. */
void stack_kill(struct stack *stack);

#endif
