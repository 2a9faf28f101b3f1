/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink_request.h - inside the netlink server: a request and its attributes
 *
 * A request's bytes come from the guest. They are checked here; handlers see
 * attributes that have the size that their rule says, or none.
 */
#ifndef IOTH_NETLINK_REQUEST_H
#define IOTH_NETLINK_REQUEST_H

#include <libmnl/libmnl.h>

#include "netlink_reply.h"
#include "netlink_server.h"

struct netlink_server {
	const struct netlink_stack_ops *ops;
	void *stack;
	netlink_publish *publish;
	void *publish_ctx;
	struct netlink_request *current; /* being answered; NULL: none */
};

/* One message from a guest, on the stack of who answers it. */
struct netlink_request {
	struct netlink_server *server;
	const struct netlink_socket *from;
	const struct nlmsghdr *header; /* nlmsg_len is true */
	struct netlink_reply *reply;
	const char *why; /* extended ack's text, of any error; NULL: none */
	const struct nlattr *bad; /* the attribute that is at fault */
};

/* 0, or a negative errno which becomes the answer */
typedef int netlink_handle(struct netlink_request *request);

/* --- attributes ----------------------------------------------------------- */

enum netlink_attr_kind {
	NETLINK_ATTR_OTHER, /* ignored; strictly: not allowed */
	NETLINK_ATTR_MIN,   /* at least size bytes (u8, u32, addresses) */
	NETLINK_ATTR_MAX,   /* at most size bytes */
	NETLINK_ATTR_TEXT,  /* at most size bytes with the 0 that ends it */
	NETLINK_ATTR_NEST,
	NETLINK_ATTR_REFUSED, /* -EOPNOTSUPP */
};

struct netlink_attr_rule {
	uint8_t kind;
	uint16_t size;
};

#define NETLINK_ATTR_U8                                                        \
	{                                                                      \
		NETLINK_ATTR_MIN, 1                                            \
	}
#define NETLINK_ATTR_U32                                                       \
	{                                                                      \
		NETLINK_ATTR_MIN, 4                                            \
	}

struct netlink_policy {
	const struct netlink_attr_rule *rules;
	unsigned count; /* the length of rules */
	/* why an attribute that is none of rules is refused, strictly */
	const char *unsupported;
};

#define NETLINK_POLICY(table, text)                                            \
	{                                                                      \
		.rules = (table), .count = sizeof(table) / sizeof(*(table)),   \
		.unsupported = (text),                                         \
	}

/* More than any policy's count. */
#define NETLINK_ATTRS 80

struct netlink_attrs {
	const struct nlattr *by_type[NETLINK_ATTRS]; /* NULL: not there */
};

/*
 * Sorts the attributes in [@bytes, @bytes + @size) into @attrs. Of several of
 * one type the last counts. Not @strict: unknown ones and left-over bytes are
 * ignored.
 * Errors (with why and bad): -ERANGE size, -EINVAL malformed or not allowed,
 * -EOPNOTSUPP refused.
 */
int netlink_parse(struct netlink_request *request, const void *bytes,
	size_t size, const struct netlink_policy *policy, bool strict,
	struct netlink_attrs *attrs);

/* The same inside @nest. Never strict. */
int netlink_parse_nest(struct netlink_request *request,
	const struct nlattr *nest, const struct netlink_policy *policy,
	struct netlink_attrs *attrs);

/*
 * The family's header of the request, @size bytes, and its attributes. The
 * former may be shorter than @size (the rest is 0, there are no attributes
 * then) unless @strict, which is -EINVAL.
 */
int netlink_parse_request(struct netlink_request *request, void *header,
	size_t size, const struct netlink_policy *policy, bool strict,
	struct netlink_attrs *attrs);

/* Sets why and returns @err, for use after return. */
int netlink_refuse(struct netlink_request *request, int err, const char *why);

/* Values of attributes; NULL gives 0, false or no change. */
uint32_t netlink_attr_u32(const struct nlattr *attr);
uint8_t netlink_attr_u8(const struct nlattr *attr);
/* Cut to @size - 1 bytes. */
void netlink_attr_text(const struct nlattr *attr, char *text, size_t size);
/* An address of @family; -EINVAL it is shorter. */
int netlink_attr_ip(
	const struct nlattr *attr, int family, union netlink_ip *ip);

/* --- looking things up ---------------------------------------------------- */

/* As the operations, 0 if they are absent. */
int netlink_link_each(
	struct netlink_server *server, netlink_link_visit *visit, void *ctx);
int netlink_addr_each(
	struct netlink_server *server, netlink_addr_visit *visit, void *ctx);
int netlink_route_each(
	struct netlink_server *server, netlink_route_visit *visit, void *ctx);
int netlink_neigh_each(
	struct netlink_server *server, netlink_neigh_visit *visit, void *ctx);
int netlink_sock_each(
	struct netlink_server *server, netlink_sock_visit *visit, void *ctx);

/*
 * The interface of @index if it is not 0, otherwise that called @name. Its vnl
 * is not copied. Errors: -ENODEV, what the stack returns.
 */
int netlink_find_link(struct netlink_server *server, unsigned index,
	const char *name, struct netlink_link *link);

/* --- handlers ------------------------------------------------------------- */

netlink_handle netlink_getlink, netlink_dumplink, netlink_newlink,
	netlink_dellink, netlink_setlink;
netlink_handle netlink_getaddr, netlink_dumpaddr, netlink_newaddr,
	netlink_deladdr;
netlink_handle netlink_getroute, netlink_dumproute, netlink_newroute,
	netlink_delroute;
netlink_handle netlink_getneigh, netlink_dumpneigh, netlink_newneigh,
	netlink_delneigh;
/* sock_diag; netlink_checksock() comes before the others */
netlink_handle netlink_checksock, netlink_getsock, netlink_dumpsock,
	netlink_destroysock;

#endif
