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
 * closed, so that nobody tells when the program closes it. Whenever there are
 * twice as many of those as after the last time, it is counted which of them
 * are still open somewhere (bridge_census.h), and the others are let go. Where
 * that cannot be told the DEAD_MAX latest are kept.
 */
#include "sock.h"
#include "bridge_census.h"
#include "stack.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define DEAD_MIN 64
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

	if (sock->is_dead)
		return;
	sock->next_dead = stack->dead;
	stack->dead = sock;
	sock->is_dead = true;
	if (++stack->dead_len >= stack->dead_limit)
		loop_defer(stack->loop, &stack->count_dead);
}

static bool is_to_go(const struct sock *sock,
	const struct bridge_census *census, unsigned place)
{
	return census ? !bridge_census_has(census, sock->bridge)
		      : place >= DEAD_MAX;
}

/* A task, as whoever buries a socket may still be busy with it. */
static void count_dead(struct loop_task *task)
{
	struct stack *stack =
		(struct stack *)((char *)task -
				 offsetof(struct stack, count_dead));
	struct bridge_census *census = NULL;
	struct sock *sock, *next;
	unsigned place = 0;

	bridge_census_new(&census);
	for (sock = stack->dead; sock; sock = next) {
		next = sock->next_dead;
		if (is_to_go(sock, census, place++))
			sock_free(sock);
	}
	bridge_census_free(census);
	stack->dead_limit = DEAD_MIN + 2 * stack->dead_len;
}

void sock_init(struct stack *stack)
{
	stack->count_dead.run = count_dead;
	stack->dead_limit = DEAD_MIN;
}

void sock_fini(struct stack *stack)
{
	loop_forget(stack->loop, &stack->count_dead);
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
