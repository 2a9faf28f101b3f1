/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sock.c - the sockets of a stack, by the cookies of their descriptors
 *
 * Theory of operation
 *
 * A program's call comes with a descriptor; its cookie (SO_COOKIE) finds the
 * socket, whatever number the descriptor has and in whichever process.
 *
 * A socket whose connection has failed or was reset stays known, for the
 * program still asks for SO_ERROR or connects again. But its stack end is
 * closed, so that nobody tells when the program closes it. Of those the
 * DEAD_MAX latest are kept.
 */
#include "sock.h"
#include "stack.h"

#include <errno.h>
#include <stdlib.h>

#define DEAD_MAX 1024

static struct sock **bucket_of(struct stack *stack, uint64_t cookie)
{
	return &stack->bucket[cookie % STACK_BUCKETS];
}

struct sock *sock_find(const struct stack *stack, uint64_t cookie)
{
	struct sock *sock = *bucket_of((struct stack *)stack, cookie);

	while (sock && sock->cookie != cookie)
		sock = sock->next;
	return sock;
}

static void enter(struct sock *sock)
{
	struct sock **bucket;

	sock->cookie = bridge_cookie(sock->bridge);
	bucket = bucket_of(sock->stack, sock->cookie);
	sock->next = *bucket;
	*bucket = sock;
}

static void leave(struct sock *sock)
{
	struct sock **at = bucket_of(sock->stack, sock->cookie);

	if (!sock->cookie)
		return;
	while (*at != sock)
		at = &(*at)->next;
	*at = sock->next;
	sock->cookie = 0;
}

int sock_open(struct sock *sock, enum bridge_state state, int type, int *fd)
{
	struct bridge_config config = {
		.kind = sock->type == SOCK_STREAM ? BRIDGE_STREAM
						  : BRIDGE_DGRAM,
		.state = state,
		.flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC),
		.ops = sock->ops->bridge,
		.owner = sock,
	};
	int err = bridge_open(&sock->bridge, fd, sock->stack->loop, &config);

	if (!err)
		enter(sock);
	return err;
}

int sock_start(struct sock *sock)
{
	return bridge_start(sock->bridge);
}

void sock_exhume(struct sock *sock)
{
	struct sock **at = &sock->stack->dead;

	if (sock->is_dead) {
		while (*at != sock)
			at = &(*at)->next_dead;
		*at = sock->next_dead;
		sock->stack->dead_len--;
		sock->is_dead = false;
	}
	if (!sock->cookie)
		return;
	leave(sock);
	enter(sock);
}

void sock_bury(struct sock *sock)
{
	struct stack *stack = sock->stack;
	struct sock **at = &stack->dead;

	if (sock->is_dead)
		return;
	while (*at)
		at = &(*at)->next_dead;
	*at = sock;
	sock->next_dead = NULL;
	sock->is_dead = true;
	if (++stack->dead_len > DEAD_MAX)
		sock_free(stack->dead);
}

void sock_free(struct sock *sock)
{
	if (sock->is_dead)
		sock_exhume(sock);
	leave(sock);
	sock->ops->free(sock);
	if (sock->bridge)
		bridge_free(sock->bridge);
	free(sock);
}

void sock_on_close(struct bridge *bridge, enum bridge_close how, void *owner)
{
	struct sock *sock = owner;
	struct stack *stack = sock->stack;

	(void)bridge;
	sock->ops->close(sock, how);
	sock_free(sock);
	clock_touch(&stack->clock);
}

void sock_free_all(struct stack *stack)
{
	for (unsigned i = 0; i < STACK_BUCKETS; i++)
		while (stack->bucket[i])
			/* NOLINTNEXTLINE: sock_free takes it off the bucket */
			sock_free(stack->bucket[i]);
}
