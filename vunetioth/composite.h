/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * composite.h - one name made out of several stacks
 *
 * Each option is WORD=PART. A part is the path of a mounted stack, `host` (the
 * host's own network) or `none`. A word says for which sockets:
 *
 *	tcp4 tcp6 udp4 udp6 icmp4 icmp6 raw4 raw6	of one family
 *	inet6=none, inet=none				a family cut off
 *	tcp udp icmp raw				of both families
 *	inet inet6 netlink packet, any PF_* word, number	a family
 *	all						what no other word says
 *
 * The words further up win over those further down. What is given to nobody
 * answers EAFNOSUPPORT when the whole family is, else EPROTONOSUPPORT.
 */
#ifndef COMPOSITE_H
#define COMPOSITE_H

#include <stddef.h>
#include <stdint.h>
#include "umvu/module.h"

struct composite;
struct stack;

#define COMPOSITE_PLUGIN "composite" /* the source that mount(2) names */

/*
 * Parses @options (comma-separated) for the caller of @call, who must be
 * permitted to use the parts. Holds a reference to each part, and counts in its
 * `users`. On failure *err and @why (a line of at most @size bytes): -EINVAL an
 * unknown word, one given twice, no option at all; -ENOENT, -ENOTSUP, -EACCES
 * of a path; -ENODEV the part has died or is not there yet, -EBUSY it is being
 * unmounted; -ENOMEM.
 */
struct composite *composite_new(const struct umvu_call *call,
	const char *options, char *why, size_t size, int *err);
void composite_free(struct composite *composite);

/* Families that go to it when it is the default of all: bit = PF_*. */
uint64_t composite_families(const struct composite *composite);

/*
 * Whose socket this is: 1 and *stack, 0: the host's, -EAFNOSUPPORT or
 * -EPROTONOSUPPORT: nobody's.
 */
int composite_choose(const struct composite *composite, int domain, int type,
	int protocol, struct stack **stack);

#endif
