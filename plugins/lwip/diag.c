/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diag.h"
#include "sock.h"
#include "stack.h"

#include <errno.h>
#include <unistd.h>

static bool describe(struct sock *sock, struct netlink_sock *shown)
{
	*shown = (struct netlink_sock){
		.family = (uint8_t)sock->domain,
		.protocol = (uint8_t)sock->protocol,
		.v6only = sock->v6only,
		.index = sock->ifindex,
		.uid = getuid(),
		.inode = sock->bridge ? bridge_inode(sock->bridge) : 0,
		.cookie = sock->cookie,
	};
	return sock->ops->describe && sock->ops->describe(sock, shown);
}

int diag_each(void *ctx, netlink_sock_visit *visit, void *visit_ctx)
{
	const struct stack *stack = ctx;
	struct netlink_sock shown;
	int err = 0;

	for (unsigned i = 0; i < STACK_BUCKETS; i++)
		for (struct sock *sock = stack->bucket[i]; sock && !err;
			sock = sock->next)
			if (describe(sock, &shown))
				err = visit(visit_ctx, &shown);
	return err;
}

int diag_destroy(void *ctx, uint64_t cookie)
{
	struct sock *sock = sock_find(ctx, cookie);

	if (!sock)
		return -ENOENT;
	return sock->ops->destroy ? sock->ops->destroy(sock) : -EOPNOTSUPP;
}
