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
 *			locators	VNL\0..."	a SOCK_DIAG socket when the stack is
 *							a network name space of the kernel.
 *							Negative errno; data: one line of text
 *	SOCKET		domain, type,			0 and a descriptor; negative errno
 *			protocol
 *	IOCTL		request		argument	0; data: argument; negative errno
 *	DELETE		enum control_delete		0, then the stack process ends;
 *							-EBUSY, with a new SOCK_DIAG socket
 *
 * SPEC is what ioth_newstack() takes: NAME[,OPTION...].
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdint.h>
#include <sys/types.h>

enum control_op {
	CONTROL_START,
	CONTROL_SOCKET,
	CONTROL_IOCTL,
	CONTROL_DELETE,
};

enum control_delete {
	DELETE_IF_UNUSED,
	DELETE_WHEN_UNUSED, /* no answer: the connection ends then */
	DELETE_NOW,
};

#define CONTROL_DATA_MAX 12288

struct control_message {
	uint32_t id; /* an answer repeats that of its request */
	union {
		uint32_t op;
		int32_t result;
	};
	int32_t arg[4];
	uint32_t size; /* of data */
	char data[CONTROL_DATA_MAX];
};

struct control_started {
	uint64_t families; /* bit = PF_*, below 64 */
};

/*
 * Sends @message with @message->size bytes of data, and @fd unless it is -1,
 * which stays the caller's. Never waits. 0 or negative errno: -EAGAIN: the
 * other side does not read.
 */
int control_send(int sock, const struct control_message *message, int fd);

/*
 * Receives one message; *fd is the descriptor that came with it (close-on-exec)
 * or -1. Waits if @sock is blocking. 1, 0 at the end of the connection, or a
 * negative errno (-EPROTO: not a message of ours).
 */
int control_receive(int sock, struct control_message *message, int *fd);

#endif
