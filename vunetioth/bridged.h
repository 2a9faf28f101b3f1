/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridged.h - calls on the sockets of user-space stacks
 *
 * Theory of operation
 *
 * Such a socket is the app end of a bridge (libioth/support/bridge.h): a real
 * descriptor, which the guest reads, writes, polls, duplicates and passes on
 * without us. We take part when an address or an option is spoken. The socket is
 * known by its cookie, whoever has it under whatever number. Then
 *
 *	bind, connect, listen, getsockopt, ...	go to the stack's process, with a
 *		duplicate of the descriptor, on which it does the same call
 *		(bridged_call.c);
 *	accept	waits here until the socket is readable, then goes there
 *		(bridged_accept.c);
 *	datagrams with addresses	are received and sent right here: the
 *		bridge carries addresses beside the payload. But the first one to
 *		a destination is sent by the stack's process, which knows whether
 *		it can be (bridged_msg.c).
 *
 * A call is in the hands of the stack's process for a while, and a signal may
 * interrupt the guest meanwhile, which then makes the same call again. So that
 * it is not done twice, what could not be told is kept for that, or handed to
 * somebody else: see bridged_call.c, and `returned` below.
 *
 * All other sockets go on in the kernel; as long as there is no bridged one,
 * that costs no more than the trap.
 */
#ifndef BRIDGED_H
#define BRIDGED_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include "control.h"
#include "umvu/module.h"

struct asker;
struct bridged;
struct kept;
struct stack;

/* Where datagrams were sent without error a moment ago. */
#define DESTINATIONS 4

struct destination {
	uint64_t until_ns; /* 0: free */
	uint32_t size;
	char bytes[100]; /* address and control data */
};

/* A descriptor whose guest had gone when it should have got it. */
struct returned {
	int fd;
	int result;    /* of connect */
	uint32_t size; /* of name, accept's */
	char name[sizeof(struct sockaddr_in6)];
	struct returned *next;
};

/* One socket; it lives until its last duplicate is closed. */
struct bsock {
	uint64_t cookie;
	struct stack *stack;	      /* holds a reference */
	int domain, type;	      /* as the guest sees it */
	int watch;		      /* of inotify */
	bool is_connected;	      /* a stream; or has been */
	struct sockaddr_storage peer; /* of a connected datagram socket */
	uint32_t peer_size;	      /* 0: it is not connected */
	struct asker *askers;	      /* of bridged_call.c */
	struct returned *returned; /* accepted; or the new pair of a connect */
	struct kept *kept;	   /* bridged_kept.h */
	struct destination destination[DESTINATIONS];
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

/* Sockets are found again after others may have closed. NULL: it has. */
struct bsock *bridged_find(struct bridged *bridged, uint64_t cookie);
struct umvu *bridged_session(struct bridged *bridged);
int bridged_marker(struct bridged *bridged);

/* What a guest's descriptor is: bind, connect, ... False: @nr is no such call.
 * (bridged_call.c) */
bool bridged_is_plain_call(int nr);

/* All of these take over @fd, a duplicate of @sock. */
long bridged_plain_call(struct bridged *bridged, struct umvu_call *call,
	struct bsock *sock, int fd, int nr, const uint64_t args[6]);
long bridged_accept(struct bridged *bridged, struct umvu_call *call,
	struct bsock *sock, int fd, int nr, const uint64_t args[6]);
long bridged_message(struct bridged *bridged, struct umvu_call *call,
	struct bsock *sock, int fd, int nr, const uint64_t args[6]);

/* @sock has closed (bridged_call.c). */
void bridged_free_askers(struct bsock *sock);

/* Keeps @what->fd, which is taken over, for the next one that asks @cookie for
 * it. */
void bridged_return(
	struct bridged *bridged, uint64_t cookie, const struct returned *what);
/* Takes one into *@what. False: there is none. */
bool bridged_take_returned(struct bsock *sock, struct returned *what);

/* Where a call's value-result arguments are: a pointer and one to its length. */
struct bridged_output {
	struct guest_addr to, len;
	uint32_t room;
	bool is_option; /* a length is that of the part which is given */
};

/* From args[@at] on. Errors: -EFAULT, -EINVAL, ... */
int bridged_output_read(struct bridged_output *out, struct umvu_call *call,
	const uint64_t args[6], int at);
/* Errors: those of umvu_call_write. */
int bridged_output_give(const struct bridged_output *out,
	const struct umvu_call *call, const char *data, uint32_t size);

#endif
