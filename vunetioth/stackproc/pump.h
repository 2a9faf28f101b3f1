/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pump.h - sockets whose data only the plug-in's functions give and take
 *
 * Theory of operation
 *
 * Guests use the descriptors that they are given with the kernel's read, write
 * and poll. That is right for sockets of the kernel's, and for plug-ins that
 * say so (ioth_plain()). Plug-ins of the original libioth return a descriptor
 * that at best polls; their data go through ioth_recv() and ioth_send(). In
 * front of such a socket the pump puts a bridge (libioth/support/bridge.h), whose
 * app end the guest gets, and moves the data between the bridge's stack end
 * and the plug-in's functions:
 *
 *	guest == app end | stack end -- pump -- ioth_recv(), ioth_send() | plug-in
 *
 * What the guest asks besides (bind, connect, options, ...) comes by the module
 * (control.h) and is done on the plug-in's descriptor.
 *
 * One thread, that of a loop, moves the data of all sockets of the stack; it
 * never waits but in a plug-in that waits although it was told not to
 * (O_NONBLOCK, MSG_DONTWAIT). connect runs in the thread of whoever calls, since
 * that is where plug-ins wait all the same. Nothing is done while nothing
 * happens, if the plug-in's descriptor polls: pump_ready.c has what is done if
 * it does not.
 *
 * Files: pump.c life, pump_ready.c when, pump_io.c how, pump_stream.c and
 * pump_dgram.c what, pump_connect.c, pump_accept.c, pump_calls.c the calls.
 *
 * Threads: any, but pump_end and pump_free. Errors are negative errnos.
 */
#ifndef PUMP_H
#define PUMP_H

#include <stdbool.h>

struct control_message;
struct ioth;
struct pump;

/* Must this descriptor of @stack, a socket of @domain, be pumped? */
bool pump_is_needed(struct ioth *stack, int fd, int domain);

/* Errors: -ENOMEM, -EMFILE, -ENFILE, -EAGAIN no thread. */
int pump_new(struct pump **pump, struct ioth *stack);

/*
 * The stack ends: stops the thread, resets connections, closes all sockets, those
 * of the plug-in, too. No other function will do anything any more, a connect
 * that waits goes on waiting.
 */
void pump_end(struct pump *pump);

/* Frees it after pump_end, when no thread is in any of these functions. (A stack
 * process does not know that of its threads, and exits instead.) */
void pump_free(struct pump *pump);

/*
 * Puts a bridge in front of @fd, a socket that the plug-in has made, which the
 * pump takes over, and closes in case of failure. @type may include
 * SOCK_NONBLOCK, for the guest. Returns the app end, close-on-exec, which is the
 * caller's. Errors: of bridge_open; -EIO it is one of its sockets already, and
 * stays so.
 */
int pump_adopt(struct pump *pump, int fd, int domain, int type, int protocol);

/*
 * What calls_do() does, for @fd, a duplicate of an app end. Waits only in
 * connect, which may put another app end in the place of @fd (dup3(2)). Returns 0, for accept4 a descriptor, or a negative errno; -ENOTCONN:
 * @fd is none of its app ends (any more).
 */
int pump_call(struct pump *pump, const struct control_message *in, int fd,
	struct control_message *out);

/*
 * The stack is to be deleted: if no guest has a socket open any more, drops those
 * that are only kept because the plug-in does not take what was written to them.
 */
void pump_drop_closed(struct pump *pump);

#endif
