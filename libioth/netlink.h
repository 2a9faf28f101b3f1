/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink.h - asking a stack by netlink
 *
 * All goes through the stack's own sockets, so that it works with stacks in
 * user space too. One request, one socket.
 */
#ifndef IOTH_NETLINK_H
#define IOTH_NETLINK_H

#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

struct ioth;

#define NETLINK_REQUEST_SIZE 8192

/* A message being composed; attributes by mnl_attr_put_*_check(). */
struct request {
	union {
		struct nlmsghdr header;
		char bytes[NETLINK_REQUEST_SIZE];
	};
};

/*
 * Begins a message of @type, NLM_F_REQUEST and @flags. Returns the family's
 * own header, @size bytes of 0.
 */
void *request_init(
	struct request *request, uint16_t type, uint16_t flags, size_t size);

/* Adds an attribute. Errors: -EMSGSIZE no room. */
int request_put(
	struct request *request, uint16_t type, const void *data, size_t size);
int request_put_string(
	struct request *request, uint16_t type, const char *text);

/*
 * Sends @request to NETLINK_ROUTE of @stack (NULL: the default one). @reply is
 * called with each message that comes back, up to the acknowledgement, the end
 * of the dump, or until it returns MNL_CB_STOP; NULL: only the acknowledgement
 * matters.
 * Errors: of socket(2), send(2), recv(2) in the stack, what the stack answers;
 * -EINTR the dump is inconsistent: ask again; what @reply sets as errno when it
 * returns MNL_CB_ERROR.
 */
int netlink_ask(struct ioth *stack, struct request *request, mnl_cb_t reply,
	void *data);

/*
 * Sends @request to the link service of @stack (ioth/linkservice.h).
 * Errors: -EOPNOTSUPP there is none, -ETIMEDOUT, what it answers.
 */
int netlink_ask_linkservice(struct ioth *stack, struct request *request);

#endif
