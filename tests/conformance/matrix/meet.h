/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meet.h - two stacks that talk over a wire
 *
 * The server has host number 1, the visitor 2: 10.0.0.N/24 and fd00::N/64 at
 * its interface. Each is a place: a stack of its own, a name in a view, or the
 * network that the program finds itself in. All calls on sockets go through
 * `on` (../conform.h).
 *
 * Whatever goes wrong ends the program with a line.
 */
#ifndef MEET_H
#define MEET_H

#include "../conform.h"

#include <stdint.h>

enum { SERVER = 1, VISITOR = 2 };

struct ioth;

struct place {
	const char *role;
	unsigned host;
	struct ioth *stack; /* this one's sockets ... */
	const char *name;   /* ... or those of this name; neither: socket(2) */
};

/*
 * @text: "PLUGIN[,VNL]" makes a stack, its interface, if any, is up and has the
 * addresses; "/..." is a name in a view; "plain" is what there is. place_ready
 * waits until the addresses can be used.
 */
void place_open(struct place *p, const char *text);
void place_ready(const struct place *p);
/* Deletes the stack: no socket may be left. */
void place_close(struct place *p);
int place_socket(const struct place *p, int family, int type, int protocol);
/* The same at its own address and @port. */
int place_bound(const struct place *p, int family, int type, unsigned port);
union address host_address(int family, unsigned host, unsigned port);

void fails(const struct place *p, const char *what) __attribute__((noreturn));

/* --- what they say (talk.c) ------------------------------------------------ */

enum { PORT = 7000, STREAM_SIZE = 1 << 20 };

/* A checksum of the next @size bytes, after @sum. */
uint64_t sum_of(uint64_t sum, const void *data, size_t size);
/* Bytes that say where in the stream they are, and whose it is. */
void fill(void *buf, size_t size, size_t at, unsigned host);
/*
 * Sends STREAM_SIZE bytes of @p's and ends the stream; returns their checksum.
 * Receives to the end of the stream: its checksum, and its size.
 */
uint64_t send_stream(const struct place *p, int fd);
uint64_t receive_stream(const struct place *p, int fd, size_t *size);

/* Serves until a visitor has said that it leaves. */
void serve(const struct place *p);
/* Tries everything with the server. */
void visit(const struct place *p);

#endif
