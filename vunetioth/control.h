/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control.h - what the module and a stack process say to each other
 *
 * One SOCK_SEQPACKET pair per stack, one message per packet, in the byte order
 * of the machine. The module asks, the stack process answers each request once,
 * in any order; the end of the connection ends the stack.
 *
 *	request		arg		data		answer
 *	START		number of	"SPEC\0VNL\0	0; data: struct control_started;
 *			locators, mode	VNL\0...	a SOCK_DIAG socket when the stack is
 *			of the offer	OFFER\0"	a network name space of the kernel.
 *			or -1				Negative errno; data: one line of text
 *	ATTACH						as START, with no socket; from another
 *							session
 *	SOCKET		domain, type,			number of sockets and these, at
 *			protocol, number		most CONTROL_FDS_MAX; negative
 *							errno when there is not even one
 *	IOCTL		request		argument	0; data: argument; negative errno
 *	CALL		number of the	address, or	what the same call gives on the
 *			system call,	option's	socket that comes with the request:
 *			its second and	value		data: an address or a value; accept4:
 *			third argument			a descriptor, and it never waits:
 *							-EAGAIN; connect: a descriptor if
 *							that has to replace the socket
 *	CALL		sendmsg, flags,	name, control	as sendmsg(2)
 *			sizes of name	data, payload
 *			and of control
 *			data
 *	DELETE		enum control_delete		0, then the stack process ends;
 *							-EBUSY, with a new SOCK_DIAG socket
 *	PROCFILE	flags of open(2) "PATH\0"	0 and its descriptor; negative errno;
 *					both as ioth_procopen() has them
 *
 * SPEC is what ioth_newstack() takes: NAME[,OPTION...]. OFFER is a path where
 * other sessions connect and ATTACH, to share the stack; unasked, the module that
 * started the process is told how many of them there are (id CONTROL_USERS). It
 * keeps its session alive for them: without a hypervisor no socket can be made.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum control_op {
	CONTROL_START,
	CONTROL_ATTACH,
	CONTROL_SOCKET,
	CONTROL_IOCTL,
	CONTROL_CALL,
	CONTROL_DELETE,
	CONTROL_PROCFILE,
};

enum control_delete {
	DELETE_IF_UNUSED,
	DELETE_WHEN_UNUSED, /* no answer: the connection ends then */
	DELETE_NOW,
};

#define CONTROL_DATA_MAX 12288
#define CONTROL_USERS	 0 /* id of what is told unasked */

struct control_message {
	uint32_t id; /* an answer repeats that of its request */
	union {
		uint32_t op;
		int32_t result;
	};
	int32_t arg[4];
	uint32_t size; /* of data */
	uint32_t unused;
	/* aligned for whatever is in it: struct ifreq, sockaddr, timeval */
	_Alignas(8) char data[CONTROL_DATA_MAX];
};

struct control_started {
	uint64_t families; /* bit = PF_*, below 64 */
};

/* What bind, setsockopt, ... may hand over, and what they are given. */
#define CALL_INPUT_MAX	 4096
#define CALL_CONTROL_MAX 512

/* The datagram of a CALL sendmsg; the pointers are into the message. */
struct control_datagram {
	const void *name, *payload;
	size_t namelen, controllen, size;
	/* aligned, as struct cmsghdr wants it */
	char control[CALL_CONTROL_MAX] __attribute__((aligned(8)));
};

/* False: it does not fit. Else @message is a CALL sendmsg with @flags. */
bool control_put_datagram(struct control_message *message, int flags,
	const struct control_datagram *datagram);
/* False: it is malformed. */
bool control_get_datagram(const struct control_message *message,
	struct control_datagram *datagram);

/* Descriptors that come or go with a message. */
#define CONTROL_FDS_MAX 17

struct control_fds {
	size_t len;
	int fd[CONTROL_FDS_MAX];
};

/* The last descriptor, which is now the caller's; -1 if there is none. */
int control_fds_take(struct control_fds *fds);
void control_fds_close(struct control_fds *fds);

/*
 * Sends @message with @message->size bytes of data, and @fds (may be NULL),
 * which stay the caller's. Never waits. 0 or negative errno: -EAGAIN: the
 * other side does not read.
 */
int control_send(int sock, const struct control_message *message,
	const struct control_fds *fds);

/*
 * Receives one message, and the descriptors that came with it (close-on-exec).
 * Waits if @sock is blocking. 1, 0 at the end of the connection, or a negative
 * errno (-EPROTO: not a message of ours); then there are no descriptors.
 */
int control_receive(
	int sock, struct control_message *message, struct control_fds *fds);

#endif
