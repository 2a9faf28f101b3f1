/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls.h - from the program's thread into the loop; inside calls*.c
 *
 * Threads: any but the loop's.
 */
#ifndef LWIP_CALLS_H
#define LWIP_CALLS_H

#include "sock.h"
#include "stack.h"

#pragma GCC visibility push(hidden)

/* How to find the stack of a call: libioth's getstackdata. */
void calls_init(void *(*getstackdata)(void));
struct stack *calls_stack(void);

/* A call on a socket, run inside the loop. */
struct call {
	struct stack *stack;
	uint64_t cookie;
	int (*run)(struct sock *sock, struct call *call);
	/* what run needs; each uses its own */
	const struct sockaddr *addr;
	socklen_t size;
	struct sockaddr_storage *name;
	struct sock_option *option;
	const struct sock_message *message;
	unsigned long request;
	void *arg;
	int number;
	int *fd;
	struct tcp_waiter *waiter;
};

/*
 * Runs @call->run for the socket behind @fd. Errors: -ENOTSOCK, -EBADF,
 * -ENOTCONN the stack does not know it any more (its connection is over),
 * -EOPNOTSUPP it is the kernel's.
 */
int calls_run(int fd, struct call *call);
/* The same for a socket that was found before, whatever has become of its
 * descriptor: @cookie is its. Errors: -ENOTCONN. */
int calls_run_again(uint64_t cookie, struct call *call);

/*
 * Has calls_run answered @err because @fd is a socket of the kernel's (packet.h),
 * whose calls are the kernel's as well?
 */
bool calls_is_kernels(int fd, int err);

/* 0 or more: that; a negative errno: -1 and errno. */
int calls_result(int result);

/* SO_TYPE of the app end: SOCK_STREAM or SOCK_SEQPACKET; others are the
 * kernel's. */
int calls_app_type(int fd);

#pragma GCC visibility pop
#endif
