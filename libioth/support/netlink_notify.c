/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notifications: what ip monitor shows. */
#include <linux/rtnetlink.h>

#include "netlink_request.h"

/* Where a notification goes. */
struct notice {
	struct netlink_server *server;
	unsigned group;
};

/* To the group, and to who asked for an echo of what it has caused. */
static int publish(void *ctx, const void *bytes, size_t size)
{
	const struct notice *notice = ctx;
	const struct netlink_server *server = notice->server;
	struct netlink_request *current = server->current;
	uint32_t except = 0;

	if (current && current->header->nlmsg_flags & NLM_F_ECHO) {
		except = current->from->port;
		if (!current->reply->err)
			current->reply->err = current->reply->emit(
				current->reply->ctx, bytes, size);
	}
	if (server->publish)
		server->publish(server->publish_ctx, notice->group, except,
			bytes, size);
	return 0;
}

static void begin(struct netlink_reply *reply, struct notice *notice)
{
	const struct netlink_request *current = notice->server->current;

	netlink_reply_init(reply, publish, notice);
	if (!current)
		return;
	reply->port = current->from->port;
	reply->seq = current->header->nlmsg_seq;
}

void netlink_notify_link(struct netlink_server *server, uint16_t type,
	const struct netlink_link *link)
{
	struct notice notice = { server, RTNLGRP_LINK };
	const struct netlink_link_view view = {
		.stats = true,
		.change = type == RTM_DELLINK ? UINT32_MAX : 0,
	};
	struct netlink_reply reply;

	begin(&reply, &notice);
	netlink_reply_link(&reply, type, link, &view);
}

void netlink_notify_addr(struct netlink_server *server, uint16_t type,
	const struct netlink_addr *addr)
{
	struct notice notice = { server, addr->family == AF_INET
						 ? RTNLGRP_IPV4_IFADDR
						 : RTNLGRP_IPV6_IFADDR };
	struct netlink_reply reply;

	begin(&reply, &notice);
	netlink_reply_addr(&reply, type, addr);
}

void netlink_notify_route(struct netlink_server *server, uint16_t type,
	const struct netlink_route *route)
{
	struct notice notice = { server, route->family == AF_INET
						 ? RTNLGRP_IPV4_ROUTE
						 : RTNLGRP_IPV6_ROUTE };
	struct netlink_reply reply;

	begin(&reply, &notice);
	netlink_reply_route(&reply, type, route, NULL);
}

void netlink_notify_neigh(struct netlink_server *server, uint16_t type,
	const struct netlink_neigh *neigh)
{
	struct notice notice = { server, RTNLGRP_NEIGH };
	struct netlink_reply reply;

	begin(&reply, &notice);
	netlink_reply_neigh(&reply, type, neigh);
}
