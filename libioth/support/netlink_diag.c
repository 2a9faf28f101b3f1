/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sock_diag(7) of internet sockets: what ss(8) asks. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <string.h>

#include "netlink_request.h"

/* Of Linux's TCP_* (netinet/tcp.h cannot be had beside linux/tcp.h). */
#define STATE_CLOSE  7
#define STATE_LISTEN 10

/* --- messages ------------------------------------------------------------- */

static bool asks_for(const struct inet_diag_req_v2 *asked, unsigned extension)
{
	return asked->idiag_ext & 1 << (extension - 1);
}

static void fill(struct inet_diag_msg *msg, const struct netlink_sock *sock)
{
	msg->idiag_family = sock->family;
	msg->idiag_state = sock->state;
	msg->idiag_timer = sock->timer;
	msg->idiag_retrans = sock->retransmits;
	msg->id.idiag_sport = sock->sport;
	msg->id.idiag_dport = sock->dport;
	memcpy(msg->id.idiag_src, sock->src.bytes, sizeof(sock->src));
	memcpy(msg->id.idiag_dst, sock->dst.bytes, sizeof(sock->dst));
	msg->id.idiag_if = sock->index;
	msg->id.idiag_cookie[0] = (uint32_t)sock->cookie;
	msg->id.idiag_cookie[1] = (uint32_t)(sock->cookie >> 32);
	msg->idiag_expires = sock->timer_ms;
	msg->idiag_rqueue = sock->rqueue;
	msg->idiag_wqueue = sock->wqueue;
	msg->idiag_uid = sock->uid;
	msg->idiag_inode = sock->inode;
}

/* inet_sk_diag_fill() */
static int reply_sock(struct netlink_reply *reply,
	const struct netlink_sock *sock, const struct inet_diag_req_v2 *asked)
{
	fill(netlink_reply_begin(
		     reply, SOCK_DIAG_BY_FAMILY, sizeof(struct inet_diag_msg)),
		sock);
	netlink_reply_u8(reply, INET_DIAG_SHUTDOWN, sock->shutdown);
	if (sock->family == AF_INET6 &&
		(sock->state == STATE_LISTEN || sock->state == STATE_CLOSE))
		netlink_reply_u8(reply, INET_DIAG_SKV6ONLY, sock->v6only);
	if (asks_for(asked, INET_DIAG_INFO) && sock->tcp_info)
		netlink_reply_put(reply, INET_DIAG_INFO, sock->tcp_info,
			sizeof(struct tcp_info));
	if (asks_for(asked, INET_DIAG_CONG) && sock->congestion)
		netlink_reply_text(reply, INET_DIAG_CONG, sock->congestion);
	if (sock->protocol == IPPROTO_RAW)
		netlink_reply_u8(reply, INET_DIAG_PROTOCOL, sock->raw_protocol);
	return netlink_reply_end(reply);
}

/* --- requests ------------------------------------------------------------- */

static const struct netlink_attr_rule attr_rules[] = {
	[INET_DIAG_REQ_PROTOCOL] = NETLINK_ATTR_U32,
};
static const struct netlink_policy policy = NETLINK_POLICY(attr_rules, NULL);

/*
 * inet_diag_get_protocol(): a number that does not fit into the header's byte
 * (MPTCP) comes as an attribute, beside TCP's. No stack has such a protocol.
 */
static int take(struct netlink_request *request, struct inet_diag_req_v2 *asked)
{
	struct netlink_attrs attrs;
	const struct nlattr *protocol;
	int err = netlink_parse_request(
		request, asked, sizeof(*asked), &policy, false, &attrs);

	protocol = attrs.by_type[INET_DIAG_REQ_PROTOCOL];
	if (err || !protocol)
		return err;
	asked->sdiag_protocol = (uint8_t)netlink_attr_u32(protocol);
	return netlink_attr_u32(protocol) > UINT8_MAX ? -ENOENT : 0;
}

/* __sock_diag_cmd(), inet_diag_handler_cmd() */
int netlink_checksock(struct netlink_request *request)
{
	const struct sock_diag_req *asked =
		mnl_nlmsg_get_payload(request->header);
	size_t size = mnl_nlmsg_get_payload_len(request->header);

	if (size < sizeof(*asked))
		return -EINVAL;
	if (asked->sdiag_family >= AF_MAX)
		return -EINVAL;
	if (netlink_ip_size(asked->sdiag_family) == 0)
		return -ENOENT;
	return size < sizeof(struct inet_diag_req_v2) ? -EINVAL : 0;
}

struct sock_listing {
	struct netlink_reply *reply;
	struct inet_diag_req_v2 asked;
};

/* inet_diag_dump_icsk(), udp_dump() */
static bool wanted(
	const struct inet_diag_req_v2 *asked, const struct netlink_sock *sock)
{
	return sock->family == asked->sdiag_family &&
	       sock->protocol == asked->sdiag_protocol &&
	       asked->idiag_states & 1u << (sock->state & 31) &&
	       (!asked->id.idiag_sport ||
		       sock->sport == asked->id.idiag_sport) &&
	       (!asked->id.idiag_dport || sock->dport == asked->id.idiag_dport);
}

static int show(void *ctx, const struct netlink_sock *sock)
{
	const struct sock_listing *listing = ctx;

	return wanted(&listing->asked, sock)
		       ? reply_sock(listing->reply, sock, &listing->asked)
		       : 0;
}

/*
 * INET_DIAG_REQ_BYTECODE, a filter that some send along, is not run: who sends
 * it (ss) filters again what comes.
 */
int netlink_dumpsock(struct netlink_request *request)
{
	struct sock_listing listing = { .reply = request->reply };
	int err = take(request, &listing.asked);

	return err ?: netlink_sock_each(request->server, show, &listing);
}

/* --- one socket ----------------------------------------------------------- */

struct sock_search {
	struct inet_diag_req_v2 asked;
	struct netlink_reply *reply; /* NULL: don't show it */
	uint64_t cookie;	     /* of the one that was found */
};

static bool same_cookie(
	const struct inet_diag_sockid *id, const struct netlink_sock *sock)
{
	uint64_t cookie =
		(uint64_t)id->idiag_cookie[1] << 32 | id->idiag_cookie[0];

	return cookie == UINT64_MAX || /* INET_DIAG_NOCOOKIE */
	       cookie == sock->cookie;
}

static int match(void *ctx, const struct netlink_sock *sock)
{
	struct sock_search *search = ctx;
	const struct inet_diag_sockid *id = &search->asked.id;
	size_t size = netlink_ip_size(search->asked.sdiag_family);

	if (sock->family != search->asked.sdiag_family ||
		sock->protocol != search->asked.sdiag_protocol ||
		sock->sport != id->idiag_sport ||
		sock->dport != id->idiag_dport || !same_cookie(id, sock) ||
		memcmp(sock->src.bytes, id->idiag_src, size) != 0 ||
		memcmp(sock->dst.bytes, id->idiag_dst, size) != 0)
		return 0;
	search->cookie = sock->cookie;
	return search->reply
		       ? reply_sock(search->reply, sock, &search->asked) ?: 1
		       : 1;
}

static int find(struct netlink_request *request, struct sock_search *search)
{
	int found = take(request, &search->asked);

	if (found)
		return found;
	found = netlink_sock_each(request->server, match, search);
	return found > 0 ? 0 : found < 0 ? found : -ENOENT;
}

int netlink_getsock(struct netlink_request *request)
{
	struct sock_search search = { .reply = request->reply };

	if (!request->server->ops->sock_each)
		return -EOPNOTSUPP;
	return find(request, &search);
}

int netlink_destroysock(struct netlink_request *request)
{
	const struct netlink_server *server = request->server;
	struct sock_search search = { .reply = NULL };
	int err;

	if (!request->from->may_change)
		return -EPERM;
	if (!server->ops->sock_destroy)
		return -EOPNOTSUPP;
	err = find(request, &search);
	return err ?: server->ops->sock_destroy(server->stack, search.cookie);
}
