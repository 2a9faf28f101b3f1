/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack.h - one stack: the loop, the tables, lwIP's clock
 *
 * Everything of it runs in the loop's thread; the socket calls of the program
 * get there by loop_call (calls.c).
 */
#ifndef LWIP_STACK_H
#define LWIP_STACK_H

#include "clock.h"
#include "guard.h"

#include "loop.h"
#include "netlink_server.h"
#include "netlink_tables.h"

#pragma GCC visibility push(hidden)

struct iface;
struct mirror;
struct opening;
struct sock;
struct tcp_pcb;

#define STACK_BUCKETS 1024

struct stack {
	struct loop *loop;
	struct netlink_tables *tables;
	struct netlink_server *server;
	struct clock clock;
	struct guard guard;
	/* tcp_output.c: the library's; frames of a batch are being received */
	int8_t (*output)(struct tcp_pcb *pcb);
	bool in_batch;
	struct iface *ifaces;		    /* by index */
	struct opening *openings;	    /* opening.c */
	struct mirror *mirror;		    /* packet sockets, see packet.h */
	struct sock *bucket[STACK_BUCKETS]; /* by cookie */
	struct sock *dead;		    /* the latest first; see sock.c */
	unsigned dead_len, dead_limit;
	struct loop_task count_dead;
	uint32_t next_port;		     /* of netlink sockets */
	uint64_t secret;		     /* of sequence numbers */
	int marker_fd;			     /* see bridge_app_sendmsg */
	struct loop_task loopback, autoconf; /* loopback.c, autoconf.c */
	char *buffer;			     /* STACK_BUFFER_SIZE, scratch */
};

/* BRIDGE_RECEIVE_SIZE and a page */
#define STACK_BUFFER_SIZE (72 * 1024)

/*
 * Makes a stack with an interface per element of @vnlv, and starts its loop.
 * On failure *@what is the locator at fault, or NULL.
 * Errors: -EBUSY there is one, -ENOMEM, those of wire_open and loop_start.
 */
int stack_new(struct stack **stack, const char *vnlv[], const char **what);

/* Ends the loop and frees everything, also the sockets that are left. */
void stack_free(struct stack *stack);

/* False: a thread of the stack's is connecting to a network. */
bool stack_may_end(struct stack *stack);

/* Inside stack.c. False: the library has no tcp_output. */
bool tcp_output_init(struct stack *stack);

/*
 * The stack of this copy, for those functions of lwIP that we replace and that
 * have no argument by which to reach it. NULL: none.
 */
struct stack *stack_current(void);

#pragma GCC visibility pop
#endif
