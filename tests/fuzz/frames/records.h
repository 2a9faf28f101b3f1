/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records.h - what an input of this target consists of
 *
 * An input is a row of records: a header of four bytes, then @size bytes. What
 * is left at the end, shorter than it says, is a record, too.
 */
#ifndef FUZZ_FRAMES_RECORDS_H
#define FUZZ_FRAMES_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum record_op {
	RECORD_FRAME, /* bytes: a frame that comes in; arg: enum repair */
	RECORD_FLOOD, /* bytes: struct record_flood, then the frame */
	RECORD_WAIT,  /* arg: 2^arg milliseconds pass, at most 2^22 */
	RECORD_APP,   /* arg: enum app; bytes: what is written */
	RECORD_OPS
};

/* What is put right in a frame before it is given to the stack. */
enum repair {
	REPAIR_ETHER = 1,   /* the hardware address is the stack's */
	REPAIR_LENGTHS = 2, /* of IP and UDP */
	REPAIR_CHECKSUMS = 4,
	/*
	 * A TCP segment of a connection that the stack has, repair >> 4: it
	 * gets its addresses and ports, and its sequence numbers are added to
	 * those which the stack expects.
	 */
	REPAIR_TCP = 8
};

/* The same frame, many times; a number in it counts up (network order). */
struct record_flood {
	uint8_t count[2], offset[2], size[1]; /* little endian */
};

/* What the programs on the stack do. */
enum app {
	APP_READ,     /* all sockets, and accept */
	APP_WRITE,    /* to the connected ones */
	APP_SHUTDOWN, /* the oldest connection */
	APP_CLOSE,    /* the oldest connection */
	APP_CONNECT,  /* a new one, to the peer */
	APP_SEND,     /* a datagram to the peer */
	APP_LOOK,     /* at everything that netlink shows */
	APP_LEN
};

struct record {
	uint8_t op, arg;
	const uint8_t *bytes;
	size_t size;
};

#define RECORD_HEADER 4

/* Takes the first record off *@data; false: there is none any more. */
static inline bool record_take(
	const uint8_t **data, size_t *size, struct record *record)
{
	const uint8_t *at = *data;
	size_t len;

	if (*size < RECORD_HEADER)
		return false;
	len = (size_t)(at[2] | at[3] << 8);
	if (len > *size - RECORD_HEADER)
		len = *size - RECORD_HEADER;
	*record = (struct record){ at[0] % RECORD_OPS, at[1],
		at + RECORD_HEADER, len };
	*data += RECORD_HEADER + len;
	*size -= RECORD_HEADER + len;
	return true;
}

#endif
