/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridged.h - calls on the sockets of user-space stacks
 *
 * Theory of operation
 *
 * Such a socket is the app end of a bridge (libioth/support/bridge.h): a real
 * descriptor, which the guest reads, writes, polls, duplicates and passes on
 * without us. We take part when an address or an option is spoken. The socket
 *is known by its cookie, whoever has it under whatever number. Then
 *
 *	bind, connect, listen, getsockopt, ...	go to the stack's process, with
 *a duplicate of the descriptor, on which it does the same call; accept waits
 *here until the socket is readable, then goes there; datagrams with addresses
 *are received and sent right here: the bridge carries addresses beside the
 *payload.
 *
 * All other sockets go on in the kernel; as long as there is no bridged one,
 * that costs no more than the trap.
 */
#ifndef BRIDGED_H
#define BRIDGED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include "control.h"
#include "umvu/module.h"

struct bridged;
struct stack;

/* One socket; it lives until its last duplicate is closed. */
struct bsock {
	uint64_t cookie;
	struct stack *stack;	      /* holds a reference */
	int domain, type;	      /* as the guest sees it */
	int watch;		      /* of inotify */
	struct sockaddr_storage peer; /* of a connected datagram socket */
	uint32_t peer_size;	      /* 0: it is not connected */
	struct control_fds returned;  /* accepted for guests who had gone */
	struct bsock *next;
};

/* The sockets of a session. NULL with errno. */
struct bridged *bridged_new(struct umvu *session);

/*
 * Takes up @fd, a socket of @stack that is about to be given to a guest, if it
 * is an app end: @domain and @type are what the guest asked for. 0 (also for a
 * socket of the kernel's) or a negative errno: -ENOTSUP umvu was told to leave
 * such calls alone.
 */
int bridged_add(struct bridged *bridged, struct stack *stack, int fd,
	int domain, int type);

/* See umvu_module.socket_call. */
long bridged_call(struct bridged *bridged, struct umvu_call *call, int nr,
	const uint64_t args[6]);

/* --- between bridged*.c --------------------------------------------------- */

/* Datagrams, bridged_msg.c. Takes over @fd. */
long bridged_message(struct bridged *bridged, struct umvu_call *call,
	struct bsock *sock, int fd, int nr, const uint64_t args[6]);

/* Sockets are found again after others may have closed. NULL: it has. */
struct bsock *bridged_find(struct bridged *bridged, uint64_t cookie);
struct umvu *bridged_session(struct bridged *bridged);
int bridged_marker(struct bridged *bridged);

#endif
