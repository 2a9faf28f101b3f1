/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nlsock.c - AF_NETLINK sockets: NETLINK_ROUTE and NETLINK_SOCK_DIAG
 *
 * Answers that do not fit into the bridge wait in a queue, and requests wait
 * until it is empty: a dump may be longer than a socket's buffer. A request
 * that takes time (opening.c) is kept, and others wait for it. Notifications
 * for a socket that does not read are lost, which the next read tells with
 * ENOBUFS in Linux; here they are just lost.
 */
#include "netlink_server.h"
#include "sock.h"
#include "stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct answer {
	struct answer *next;
	size_t size;
	char bytes[];
};

struct nlsock {
	struct sock sock; /* first */
	struct netlink_socket socket;
	struct answer *first, **last;
	struct answer *kept; /* a request, see nlsock_resume; NULL: none */
};

static struct nlsock *nlsock_of(struct sock *sock)
{
	return (struct nlsock *)sock;
}

/* ---- answers ---- */

static int deliver(
	struct nlsock *nl, unsigned group, const void *bytes, size_t size)
{
	struct iovec iov = { .iov_base = (void *)bytes, .iov_len = size };
	struct bridge_meta meta = { .addrlen = sizeof(struct sockaddr_nl) };
	struct sockaddr_nl *from = (struct sockaddr_nl *)&meta.addr;

	from->nl_family = AF_NETLINK;
	from->nl_groups = group && group <= 32 ? 1u << (group - 1) : 0;
	return bridge_deliver_from(nl->sock.bridge, &iov, 1, &meta);
}

static struct answer *copy(const void *bytes, size_t size)
{
	struct answer *answer = malloc(sizeof(*answer) + size);

	if (!answer)
		return NULL;
	memcpy(answer->bytes, bytes, size);
	answer->size = size;
	answer->next = NULL;
	return answer;
}

static int emit(void *ctx, const void *bytes, size_t size)
{
	struct nlsock *nl = ctx;
	struct answer *answer;

	if (!nl->first && deliver(nl, 0, bytes, size) != -EAGAIN)
		return 0;
	answer = copy(bytes, size);
	if (!answer)
		return -ENOBUFS;
	*nl->last = answer;
	nl->last = &answer->next;
	return 0;
}

static void pop(struct nlsock *nl)
{
	struct answer *answer = nl->first;

	nl->first = answer->next;
	if (!nl->first)
		nl->last = &nl->first;
	free(answer);
}

static void flush(struct nlsock *nl)
{
	while (nl->first &&
		deliver(nl, 0, nl->first->bytes, nl->first->size) != -EAGAIN)
		pop(nl);
}

void sock_publish(void *ctx, unsigned group, uint32_t except, const void *bytes,
	size_t size)
{
	const struct stack *stack = ctx;

	for (unsigned i = 0; i < STACK_BUCKETS; i++)
		for (struct sock *sock = stack->bucket[i]; sock;
			sock = sock->next)
			if (sock->domain == AF_NETLINK &&
				netlink_socket_hears(
					&nlsock_of(sock)->socket, group) &&
				(!except ||
					nlsock_of(sock)->socket.port != except))
				deliver(nlsock_of(sock), group, bytes, size);
}

/* ---- requests ---- */

static bool port_is_taken(const struct stack *stack, uint32_t port)
{
	for (unsigned i = 0; i < STACK_BUCKETS; i++)
		for (struct sock *sock = stack->bucket[i]; sock;
			sock = sock->next)
			if (sock->domain == AF_NETLINK &&
				nlsock_of(sock)->socket.port == port)
				return true;
	return false;
}

/* Linux gives the process id to the first, then negative numbers. */
static uint32_t free_port(struct stack *stack)
{
	uint32_t port = (uint32_t)getpid();

	while (port_is_taken(stack, port))
		port = (uint32_t)-4097 - stack->next_port++;
	return port;
}

static int do_bind(
	struct sock *sock, const struct sockaddr *addr, socklen_t size)
{
	struct nlsock *nl = nlsock_of(sock);
	const struct sockaddr_nl *name = (const struct sockaddr_nl *)addr;

	if (size >= sizeof(*name) && name->nl_pid &&
		name->nl_pid != nl->socket.port &&
		port_is_taken(sock->stack, name->nl_pid))
		return -EADDRINUSE;
	return netlink_socket_bind(
		&nl->socket, addr, size, free_port(sock->stack));
}

static void auto_bind(struct nlsock *nl)
{
	static const struct sockaddr_nl any = { .nl_family = AF_NETLINK };

	if (!nl->socket.port)
		netlink_socket_bind(&nl->socket, (const struct sockaddr *)&any,
			sizeof(any), free_port(nl->sock.stack));
}

/* None is kept. */
static void answer(struct nlsock *nl, const char *bytes, size_t size)
{
	int left;

	auto_bind(nl);
	left = netlink_server_receive(
		nl->sock.stack->server, &nl->socket, bytes, size, emit, nl);
	if (left > 0)
		nl->kept = copy(bytes + size - left, (size_t)left);
}

static void take_requests(struct nlsock *nl)
{
	struct stack *stack = nl->sock.stack;
	struct bridge_meta meta;
	ssize_t n;

	while (!nl->first && !nl->kept) {
		n = bridge_receive(nl->sock.bridge, stack->buffer,
			STACK_BUFFER_SIZE, &meta);
		if (n >= 0)
			answer(nl, stack->buffer, (size_t)n);
		else if (n != -EMSGSIZE && n != -EBADMSG)
			return;
	}
}

static void on_data(struct bridge *bridge, void *owner)
{
	struct nlsock *nl = owner;

	(void)bridge;
	clock_catch_up(&nl->sock.stack->clock);
	take_requests(nl);
	clock_touch(&nl->sock.stack->clock);
}

static void resume(struct nlsock *nl)
{
	struct answer *kept = nl->kept;

	nl->kept = NULL;
	answer(nl, kept->bytes, kept->size);
	free(kept);
	take_requests(nl);
}

void nlsock_resume(struct stack *stack)
{
	clock_catch_up(&stack->clock);
	for (unsigned i = 0; i < STACK_BUCKETS; i++)
		for (struct sock *sock = stack->bucket[i]; sock;
			sock = sock->next)
			if (sock->domain == AF_NETLINK && nlsock_of(sock)->kept)
				resume(nlsock_of(sock));
	clock_touch(&stack->clock);
}

static void on_space(struct bridge *bridge, void *owner)
{
	struct nlsock *nl = owner;

	flush(nl);
	if (!nl->first)
		on_data(bridge, owner);
}

static size_t gather(struct stack *stack, const struct sock_message *message)
{
	size_t size = 0;

	for (unsigned i = 0; i < message->iovcnt; i++) {
		const struct iovec *iov = &message->iov[i];

		if (iov->iov_len > STACK_BUFFER_SIZE - size)
			return SIZE_MAX;
		memcpy(stack->buffer + size, iov->iov_base, iov->iov_len);
		size += iov->iov_len;
	}
	return size;
}

static ssize_t do_send(
	struct sock *sock, const struct sock_message *message, int flags)
{
	const struct sockaddr_nl *to =
		(const struct sockaddr_nl *)&message->meta->addr;
	size_t size;

	(void)flags;
	if (message->meta->addrlen && (message->meta->addrlen < sizeof(*to) ||
					      to->nl_family != AF_NETLINK))
		return -EINVAL;
	if (message->meta->addrlen && to->nl_pid)
		return -ECONNREFUSED;
	take_requests(nlsock_of(sock)); /* what was written before */
	if (nlsock_of(sock)->kept)
		return -ENOBUFS; /* as Linux when a socket's answers wait */
	size = gather(sock->stack, message);
	if (size == SIZE_MAX)
		return -EMSGSIZE;
	answer(nlsock_of(sock), sock->stack->buffer, size);
	return (ssize_t)size;
}

/* ---- the rest ---- */

static int do_connect(
	struct sock *sock, const struct sockaddr *addr, socklen_t size)
{
	const struct sockaddr_nl *to = (const struct sockaddr_nl *)addr;

	if (size < sizeof(*to) || to->nl_family != AF_NETLINK)
		return -EINVAL;
	auto_bind(nlsock_of(sock));
	return to->nl_pid ? -ECONNREFUSED : 0;
}

static int do_name(struct sock *sock, bool peer, struct sockaddr_storage *addr,
	socklen_t *size)
{
	struct sockaddr_nl *name = (struct sockaddr_nl *)addr;

	memset(name, 0, sizeof(*name));
	name->nl_family = AF_NETLINK;
	if (!peer)
		netlink_socket_name(&nlsock_of(sock)->socket, name);
	*size = sizeof(*name);
	return 0;
}

static int do_setopt(struct sock *sock, const struct sock_option *option)
{
	if (option->level == SOL_SOCKET)
		return 0;
	if (option->level != SOL_NETLINK)
		return -ENOPROTOOPT;
	return netlink_socket_setopt(&nlsock_of(sock)->socket, option->name,
		option->value, option->size);
}

static int do_getopt(struct sock *sock, struct sock_option *option)
{
	if (option->level != SOL_NETLINK)
		return -ENOPROTOOPT;
	return netlink_socket_getopt(&nlsock_of(sock)->socket, option->name,
		option->value, &option->size);
}

static void do_close(struct sock *sock, enum bridge_close how)
{
	(void)sock;
	(void)how;
}

static void do_free(struct sock *sock)
{
	struct nlsock *nl = nlsock_of(sock);

	while (nl->first)
		pop(nl);
	free(nl->kept);
}

static const struct bridge_ops bridge_ops = {
	.on_data = on_data,
	.on_space = on_space,
	.on_close = sock_on_close,
};

static const struct sock_ops ops = {
	.bridge = &bridge_ops,
	.bind = do_bind,
	.connect = do_connect,
	.name = do_name,
	.send = do_send,
	.setopt = do_setopt,
	.getopt = do_getopt,
	.close = do_close,
	.free = do_free,
};

int nlsock_make(struct stack *stack, int type, int protocol, struct sock **sock)
{
	struct nlsock *nl;
	int err;

	(void)stack;
	if (type != SOCK_RAW && type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	nl = calloc(1, sizeof(*nl));
	if (!nl)
		return -ENOMEM;
	err = netlink_socket_init(&nl->socket, protocol, true);
	if (err) {
		free(nl);
		return err;
	}
	nl->socket.receive_size = 32768;
	nl->last = &nl->first;
	nl->sock.ops = &ops;
	*sock = &nl->sock;
	return 0;
}
