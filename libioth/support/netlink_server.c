/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From datagrams to handlers, and acknowledgements: what netlink_rcv_skb(),
 * rtnetlink_rcv_msg() and sock_diag_rcv_msg() do in Linux.
 */
#include "netlink_server.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>

#include "netlink_request.h"

#define ROUND_UP(size) MNL_ALIGN(size)

/* NLMSG_GOODSIZE, and the most that Linux makes of a large receive buffer */
#define DATAGRAM_MIN 3776
#define DATAGRAM_MAX 32768

struct netlink_server *netlink_server_new(const struct netlink_stack_ops *ops,
	void *stack, netlink_publish *publish, void *ctx)
{
	struct netlink_server *server = calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->ops = ops;
	server->stack = stack;
	server->publish = publish;
	server->publish_ctx = ctx;
	return server;
}

void netlink_server_free(struct netlink_server *server)
{
	free(server);
}

/* --- handlers ------------------------------------------------------------- */

struct handler {
	netlink_handle *handle; /* NULL: EOPNOTSUPP */
	netlink_handle *dump;	/* NULL: EOPNOTSUPP */
	size_t dump_needs;	/* the operation, a member of ops */
};

#define NEEDS(op) offsetof(struct netlink_stack_ops, op)

static const struct handler route_handlers[RTM_NR_MSGTYPES] = {
#define ROUTE(type) [(type)-RTM_BASE]
	ROUTE(RTM_NEWLINK) = { netlink_newlink, NULL, 0 },
	ROUTE(RTM_DELLINK) = { netlink_dellink, NULL, 0 },
	ROUTE(RTM_GETLINK) = { netlink_getlink, netlink_dumplink,
		NEEDS(link_each) },
	ROUTE(RTM_SETLINK) = { netlink_setlink, NULL, 0 },
	ROUTE(RTM_NEWADDR) = { netlink_newaddr, NULL, 0 },
	ROUTE(RTM_DELADDR) = { netlink_deladdr, NULL, 0 },
	ROUTE(RTM_GETADDR) = { netlink_getaddr, netlink_dumpaddr,
		NEEDS(addr_each) },
	ROUTE(RTM_NEWROUTE) = { netlink_newroute, NULL, 0 },
	ROUTE(RTM_DELROUTE) = { netlink_delroute, NULL, 0 },
	ROUTE(RTM_GETROUTE) = { netlink_getroute, netlink_dumproute,
		NEEDS(route_each) },
	ROUTE(RTM_NEWNEIGH) = { netlink_newneigh, NULL, 0 },
	ROUTE(RTM_DELNEIGH) = { netlink_delneigh, NULL, 0 },
	ROUTE(RTM_GETNEIGH) = { netlink_getneigh, netlink_dumpneigh,
		NEEDS(neigh_each) },
#undef ROUTE
};

/* Requests come in fours: NEW, DEL, GET, SET. */
enum kind { KIND_NEW, KIND_DEL, KIND_GET, KIND_SET };

static const struct handler *route_handler(unsigned type)
{
	static const struct handler none;

	return type - RTM_BASE < RTM_NR_MSGTYPES
		       ? &route_handlers[type - RTM_BASE]
		       : &none;
}

static bool can_dump(
	const struct netlink_server *server, const struct handler *handler)
{
	void (*op)(void);

	memcpy(&op, (const char *)server->ops + handler->dump_needs,
		sizeof(op));
	return handler->dump && op;
}

static size_t datagram_limit(size_t receive_size)
{
	return receive_size < DATAGRAM_MIN   ? DATAGRAM_MIN
	       : receive_size > DATAGRAM_MAX ? DATAGRAM_MAX
					     : receive_size & ~(size_t)3;
}

/* Failures of a dump that has begun are in its NLMSG_DONE. */
static void dump(struct netlink_request *request, netlink_handle *handle)
{
	struct netlink_reply *reply = request->reply;
	int err;

	reply->limit = datagram_limit(request->from->receive_size);
	reply->flags = NLM_F_MULTI;
	err = handle(request);
	netlink_reply_done(reply, err > 0 ? 0 : err,
		err && request->from->ext_ack ? request->why : NULL);
	reply->limit = 0;
	reply->flags = 0;
}

/* What has been answered in full and gets no acknowledgement. */
#define ANSWERED (-EINTR)

static int dump_or_refuse(
	struct netlink_request *request, const struct handler *handler)
{
	if (!can_dump(request->server, handler))
		return -EOPNOTSUPP;
	dump(request, handler->dump);
	return ANSWERED;
}

static int handle_route(struct netlink_request *request)
{
	const struct nlmsghdr *header = request->header;
	const struct handler *handler = route_handler(header->nlmsg_type);
	enum kind kind = header->nlmsg_type & 3;

	if (header->nlmsg_type > RTM_MAX)
		return -EOPNOTSUPP;
	if (mnl_nlmsg_get_payload_len(header) < sizeof(struct rtgenmsg))
		return 0;
	if (kind != KIND_GET && !request->from->may_change)
		return -EPERM;
	if (kind == KIND_GET && header->nlmsg_flags & NLM_F_DUMP)
		return dump_or_refuse(request, handler);
	if (kind == KIND_DEL && header->nlmsg_flags & NLM_F_BULK)
		return netlink_refuse(
			request, -EOPNOTSUPP, "Bulk delete is not supported");
	return handler->handle ? handler->handle(request) : -EOPNOTSUPP;
}

static int handle_sock_diag(struct netlink_request *request)
{
	static const struct handler dumper = { NULL, netlink_dumpsock,
		NEEDS(sock_each) };
	const struct nlmsghdr *header = request->header;
	int err;

	switch (header->nlmsg_type) {
	case SOCK_DIAG_BY_FAMILY:
	case SOCK_DESTROY:
		err = netlink_checksock(request);
		break;
	default: /* TCPDIAG_GETSOCK, DCCPDIAG_GETSOCK: nobody asks any more */
		return -EINVAL;
	}
	if (err)
		return err;
	if (header->nlmsg_type == SOCK_DESTROY)
		return netlink_destroysock(request);
	if (header->nlmsg_flags & NLM_F_DUMP)
		return dump_or_refuse(request, &dumper);
	return netlink_getsock(request);
}

/* --- acknowledgements ----------------------------------------------------- */

struct ack {
	char *bytes;
	size_t size; /* of bytes */
};

/* A text or number after the message, in room that was counted. */
static void add_tlv(
	struct nlmsghdr *header, uint16_t type, const void *data, size_t size)
{
	mnl_attr_put(header, type, size, data);
	header->nlmsg_flags |= NLM_F_ACK_TLVS;
}

static void add_tlvs(
	const struct netlink_request *request, int err, struct nlmsghdr *header)
{
	const char *begin = (const char *)request->header;
	uint32_t offset = (uint32_t)((const char *)request->bad - begin);

	if (request->why)
		add_tlv(header, NLMSGERR_ATTR_MSG, request->why,
			strlen(request->why) + 1);
	if (err && request->bad)
		add_tlv(header, NLMSGERR_ATTR_OFFS, &offset, sizeof(offset));
}

/* netlink_ack() */
static void acknowledge(struct netlink_request *request, int err)
{
	const struct nlmsghdr *from = request->header;
	bool whole = err && !request->from->cap_ack;
	size_t quoted = whole ? from->nlmsg_len : sizeof(*from);
	size_t text = request->why ? strlen(request->why) + 1 : 0;
	struct nlmsghdr *ack = calloc(
		1, NLMSG_SPACE(sizeof(struct nlmsgerr) + ROUND_UP(quoted)) +
			   NLA_HDRLEN * 2 + ROUND_UP(text) + sizeof(uint32_t));
	struct nlmsgerr *payload;

	if (!ack) {
		request->reply->err = -ENOMEM;
		return;
	}
	mnl_nlmsg_put_header(ack);
	payload = mnl_nlmsg_put_extra_header(
		ack, sizeof(payload->error) + quoted);
	ack->nlmsg_type = NLMSG_ERROR;
	ack->nlmsg_flags = whole ? 0 : NLM_F_CAPPED;
	ack->nlmsg_seq = from->nlmsg_seq;
	ack->nlmsg_pid = request->from->port;
	payload->error = err;
	memcpy(&payload->msg, from, quoted);
	if (request->from->ext_ack)
		add_tlvs(request, err, ack);
	if (!request->reply->err)
		request->reply->err = request->reply->emit(
			request->reply->ctx, ack, ROUND_UP(ack->nlmsg_len));
	free(ack);
}

/* --- datagrams ------------------------------------------------------------ */

/* False: the stack cannot say yet, nothing has been answered. */
static bool handle(struct netlink_request *request)
{
	const struct nlmsghdr *header = request->header;
	int err = 0;

	request->server->current = request;
	if (header->nlmsg_flags & NLM_F_REQUEST &&
		header->nlmsg_type >= NLMSG_MIN_TYPE)
		err = request->from->protocol == NETLINK_ROUTE
			      ? handle_route(request)
			      : handle_sock_diag(request);
	request->server->current = NULL;
	if (err == -ERESTART)
		return false;
	if (err != ANSWERED && (err || header->nlmsg_flags & NLM_F_ACK))
		acknowledge(request, err);
	return true;
}

/* @bytes: aligned. What does not look like a message ends the datagram. Returns
 * as netlink_server_receive. */
static int handle_all(struct netlink_server *server,
	const struct netlink_socket *from, struct netlink_reply *reply,
	const char *bytes, size_t size)
{
	size_t step;

	for (; size >= sizeof(struct nlmsghdr); bytes += step, size -= step) {
		const struct nlmsghdr *header = (const struct nlmsghdr *)bytes;
		struct netlink_request request = {
			.server = server,
			.from = from,
			.header = header,
			.reply = reply,
		};

		if (header->nlmsg_len < sizeof(*header) ||
			header->nlmsg_len > size)
			break;
		reply->port = from->port;
		reply->seq = header->nlmsg_seq;
		if (!handle(&request))
			return (int)size;
		if (reply->err)
			break;
		step = ROUND_UP((size_t)header->nlmsg_len);
		step = step < size ? step : size;
	}
	return reply->err;
}

int netlink_server_receive(struct netlink_server *server,
	const struct netlink_socket *from, const void *bytes, size_t size,
	netlink_emit *emit, void *ctx)
{
	struct netlink_reply *reply = malloc(sizeof(*reply));
	char *aligned = malloc(size + 1); /* a guest's bytes lie anywhere */
	int err = -ENOMEM;

	if (reply && aligned) {
		memcpy(aligned, bytes, size);
		netlink_reply_init(reply, emit, ctx);
		err = handle_all(server, from, reply, aligned, size);
		netlink_reply_fini(reply);
	}
	free(aligned);
	free(reply);
	return err;
}
