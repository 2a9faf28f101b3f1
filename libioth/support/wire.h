/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire.h - an interface on a virtual network (libvdeplug)
 *
 * Frames are Ethernet without checksum. Nothing here waits: frames that cannot
 * leave are kept in a bounded queue, and lost (counted) when it is full; so a
 * stack may send whatever it is doing, and two stacks of one process cannot
 * wait for each other. Callbacks come from the loop, never from inside
 * wire_send.
 *
 * Threads: wire_open and wire_locator_* in any, all else inside the loop (or,
 * before the loop runs, by its owner).
 */
#ifndef SUPPORT_WIRE_H
#define SUPPORT_WIRE_H

#include "loop.h"

#include <stddef.h>
#include <sys/uio.h>

#pragma GCC visibility push(hidden)

struct wire;

#define WIRE_FRAME_MAX	 65535 /* of any wire */
#define WIRE_HEADER_SIZE 14    /* Ethernet, a VLAN tag adds 4 */
#define WIRE_NAME_SIZE	 16    /* IFNAMSIZ */
#define WIRE_BATCH	 32    /* frames per system call and per on_frames */

/*
 * @frames: received in this order, at most WIRE_BATCH, not shorter than 14
 * bytes; valid during the call. The callback may send, and may close the wire.
 */
struct wire_ops {
	void (*on_frames)(struct wire *wire, const struct iovec *frames,
		unsigned len, void *owner);
	/* The other side has gone for good (false) or has come (true). */
	void (*on_carrier)(struct wire *wire, bool carrier, void *owner);
};

struct wire_config {
	const char *locator;	 /* [NAME:]VNL, see wire_locator_split */
	const char *description; /* shown by the switch; NULL: "ioth" */
	const struct wire_ops *ops;
	void *owner;
	/* frames kept when the wire is full, rounded up; 0: 256 */
	unsigned queue_len;
};

/*
 * Splits [NAME:]VNL; copies the name ("" when there is none). Returns the VNL,
 * which lies inside @locator, or NULL: the name is longer than 15 bytes. A
 * scheme's own colon ("vde://...") and a path make no name.
 */
const char *wire_locator_split(const char *locator, char name[WIRE_NAME_SIZE]);

/*
 * The largest MTU that survives on @vnl, for all we can know without a look at
 * the other side. vde:// is 1500: vde_switch cuts longer frames silently.
 */
unsigned wire_locator_mtu(const char *vnl);

/*
 * Connects; may take as long as the switch takes to answer. A directory left
 * by a killed in-process switch is removed. The wire joins @loop with
 * wire_start; it starts up (wire_set_up).
 * Errors: -EINVAL locator, -EPROTONOSUPPORT no such scheme, -ENOENT and
 * -ECONNREFUSED no switch there, -EEXIST in use, -ENOMEM, others of
 * vde_open(3). wire_error_text says it in words.
 */
int wire_open(struct wire **wire, struct loop *loop,
	const struct wire_config *config);

/* A sentence about a failed wire_open; static or in @buf, never NULL. */
const char *wire_error_text(
	int err, const char *locator, char *buf, size_t size);

/* Inside the loop. From now on frames are received. Errors: of epoll_ctl(2). */
int wire_start(struct wire *wire);

/* Inside the loop. Frames in the queue are tried once, then lost. */
void wire_close(struct wire *wire);

/* The name given in the locator, or "". */
const char *wire_name(const struct wire *wire);

/* 1500 or less at the start; the largest that wire_set_mtu takes. */
unsigned wire_mtu(const struct wire *wire);
unsigned wire_mtu_max(const struct wire *wire);

/*
 * Frames up to @mtu + 18 bytes may be sent. Errors: -EINVAL below 68 or above
 * wire_mtu_max. @force: the owner knows better about the other side ("vde://"
 * of a vde_plug switch); then only WIRE_FRAME_MAX counts.
 */
int wire_set_mtu(struct wire *wire, unsigned mtu, bool force);

/*
 * A wire that is down delivers nothing and refuses to send; an in-process
 * switch goes on serving its clients.
 */
void wire_set_up(struct wire *wire, bool up);
bool wire_has_carrier(const struct wire *wire);

/*
 * Sends one frame made of @iov; copies it. It leaves at the end of the round,
 * with the others (one system call), or earlier when WIRE_BATCH are there.
 * Errors (the frame is lost, counted): -ENOBUFS queue full, -EMSGSIZE longer
 * than the MTU allows or shorter than a header, -ENETDOWN down or no carrier.
 */
int wire_send(struct wire *wire, const struct iovec *iov, unsigned iovcnt);

/* Sends now what wire_send collected. */
void wire_flush(struct wire *wire);

/* Room in the queue, in frames: 0 means that the next one is lost. */
unsigned wire_room(const struct wire *wire);

struct wire_stats {
	uint64_t rx_frames, rx_bytes, rx_dropped, rx_errors;
	uint64_t tx_frames, tx_bytes, tx_dropped, tx_errors;
	uint64_t rx_multicast;
};
void wire_stats(const struct wire *wire, struct wire_stats *stats);

/*
 * Someone who sees all frames: received ones before on_frames, sent ones when
 * they are given to wire_send and accepted. Embedded in its owner. Taps must
 * not send or close from @seen; they may remove themselves.
 */
struct wire_tap {
	void (*seen)(struct wire_tap *tap, const void *frame, size_t size,
		bool outgoing);
	struct wire_tap *next; /* the wire's */
};
void wire_tap_add(struct wire *wire, struct wire_tap *tap);
void wire_tap_del(struct wire *wire, struct wire_tap *tap);

/*
 * wire_fake: two wires joined in memory, both in one loop. Every frame sent on
 * one arrives at the other, unless the dice say otherwise. Rates are per
 * 65536. @random returns evenly distributed numbers; NULL: all rates are 0.
 * A reordered frame arrives @reorder_ns later than @delay_ns.
 */
struct wire_fake_config {
	uint64_t delay_ns, reorder_ns;
	unsigned loss, duplicate, reorder;
	uint32_t (*random)(void *context);
	void *context;
	unsigned mtu_max; /* 0: what WIRE_FRAME_MAX allows */
};

/*
 * @config[0], [1]: as for wire_open, the locator giving only the name.
 * @fake is copied. Errors: -ENOMEM, -EINVAL. Closing one of the two takes the
 * other's carrier.
 */
int wire_fake_pair(struct wire *wire[2], struct loop *loop,
	const struct wire_config config[2],
	const struct wire_fake_config *fake);

#pragma GCC visibility pop
#endif
