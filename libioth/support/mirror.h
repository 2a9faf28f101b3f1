/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mirror.h - real packet sockets for a stack in user space
 *
 * Programs that capture (libpcap) share a ring with the kernel, which only a
 * packet(7) socket of the kernel has. So while there are packet sockets, the
 * interfaces of the stack exist once more in a private network namespace, with
 * the same names, indexes, hardware addresses, MTUs and states: the mirror.
 * Packet sockets are the kernel's, made there. They see every frame of the
 * wires once, with its direction, and what they send goes to the wire. The
 * namespace has no addresses and neither answers nor emits anything.
 *
 * With no packet socket open there is no mirror, and it costs nothing; it goes
 * away some time after the last close of the last socket, by whomever. It needs
 * a network namespace, thus CAP_SYS_ADMIN or user namespaces that the user may
 * make. It leaves no process.
 *
 * Frames that a program sends with PACKET_QDISC_BYPASS are lost.
 *
 * Threads: inside the loop (or, before the loop runs, by its owner).
 */
#ifndef SUPPORT_MIRROR_H
#define SUPPORT_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#pragma GCC visibility push(hidden)

struct loop;
struct mirror;
struct netlink_link;
struct wire;

/* For how long a mirror without sockets is kept: programs open several. */
#define MIRROR_LINGER_NS 2000000000ull

struct mirror_ops {
	/*
	 * A mirror begins: calls mirror_link_add() for each interface that
	 * there is. Errors: those of mirror_link_add.
	 */
	int (*fill)(struct mirror *mirror, void *owner);
	/*
	 * A program has sent an IP packet on the loopback interface; NULL:
	 * these are dropped.
	 */
	void (*loopback)(const void *packet, size_t size, void *owner);
};

/* Makes nothing yet but the struct. NULL: no memory. */
struct mirror *mirror_new(
	struct loop *loop, const struct mirror_ops *ops, void *owner);

/* Sockets that are still open find their interfaces gone. NULL is allowed. */
void mirror_free(struct mirror *mirror);

/*
 * socket(2) for AF_PACKET: returns the descriptor. @type may have SOCK_NONBLOCK
 * and SOCK_CLOEXEC; @protocol is in network order, as in socket(2). Takes some
 * milliseconds when a mirror must be made first.
 * Errors: -EPERM, -ENOSPC and others of clone(2) and of ops.fill (there is no
 * mirror to be had here), -EMFILE, -ENOMEM; -EINVAL, -ESOCKTNOSUPPORT.
 */
int mirror_socket(struct mirror *mirror, int type, int protocol);

/*
 * What happens to interfaces; without a mirror these do nothing. @wire carries
 * the frames, has a queue of more than WIRE_BATCH and must be there until
 * mirror_link_del(); NULL: @link is the loopback. Errors: -ENOMEM, of the kernel; then programs do not see @link.
 */
int mirror_link_add(struct mirror *mirror, const struct netlink_link *link,
	struct wire *wire);
void mirror_link_change(struct mirror *mirror, const struct netlink_link *link,
	const struct netlink_link *old);
void mirror_link_del(struct mirror *mirror, unsigned index);

/* Are there packet sockets, so that loopback packets are worth showing? */
bool mirror_is_watched(const struct mirror *mirror);

/* Shows an IP packet on the loopback interface, as sent and as received. */
void mirror_show_loopback(
	struct mirror *mirror, const struct iovec *packet, unsigned iovcnt);

#pragma GCC visibility pop
#endif
