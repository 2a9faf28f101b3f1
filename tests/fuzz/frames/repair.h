/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * repair.h - makes a frame of garbage right where the stack would stop reading
 *
 * Pure functions on a frame; what is too short stays as it is.
 */
#ifndef FUZZ_FRAMES_REPAIR_H
#define FUZZ_FRAMES_REPAIR_H

#include <stddef.h>
#include <stdint.h>

#define ETHER_SIZE 14

/* A TCP connection of the stack, seen from outside. Zero: none. */
struct flow {
	uint8_t ip_size; /* 4 or 16 */
	uint8_t ours[16], theirs[16];
	uint16_t our_port, their_port; /* ours: the stack's */
	uint32_t next;		       /* of the stack: to acknowledge */
	uint32_t wanted;	       /* by the stack */
};

/* IPv4: total length, header length within bounds; IPv6: payload; UDP. */
void repair_lengths(uint8_t *frame, size_t size);
/* Of IPv4, and of what is inside of a packet in one piece. */
void repair_checksums(uint8_t *frame, size_t size);
void repair_flow(uint8_t *frame, size_t size, const struct flow *flow);

/* Reads a segment that the stack sends. Returns 0, or -1: it is none. */
int flow_read(struct flow *flow, const uint8_t *frame, size_t size);

uint16_t get16(const uint8_t *bytes);
void put16(uint8_t *bytes, uint16_t value);
uint32_t get32(const uint8_t *bytes);
void put32(uint8_t *bytes, uint32_t value);

#endif
