/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * linkmsg.h - the messages of the link service (ioth/linkservice.h)
 *
 * Pure functions on bytes that anybody may have sent.
 */
#ifndef VDESTACK_LINKMSG_H
#define VDESTACK_LINKMSG_H

#include <linux/netlink.h>
#include <net/if.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

#define LINKMSG_VNL_MAX 1024

struct linkmsg {
	char ifname[IFNAMSIZ]; /* "": the service chooses */
	int ifindex;	       /* 0: the service chooses */
	char vnl[LINKMSG_VNL_MAX];
};

/* The answer: as long as struct nlmsgerr and its header, no more. */
struct linkmsg_ack {
	struct nlmsghdr header;
	struct nlmsgerr error;
};

/*
 * Reads a request of @len bytes at @data, aligned like a struct nlmsghdr.
 * -EBADMSG: not even a request, nothing can be answered. Errors to be answered:
 * -EOPNOTSUPP not RTM_NEWLINK or a kind other than "vde", -EINVAL misshapen or
 * no locator or a bad name, -ENAMETOOLONG name or locator.
 */
int linkmsg_parse(struct linkmsg *msg, const void *data, size_t len);

/* The answer to the request @request (a whole header): @err 0 or -errno. */
void linkmsg_ack(
	struct linkmsg_ack *ack, const struct nlmsghdr *request, int err);

#pragma GCC visibility pop
#endif
