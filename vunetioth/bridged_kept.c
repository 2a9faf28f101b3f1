/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bridged_kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

struct kept {
	struct kept *next;
	size_t size; /* of the datagram, of which payload_size bytes are here */
	size_t payload_size, name_size, control_size;
	int flags;
	char bytes[]; /* name, control data, payload */
};

static void put(char **at, const void *from, size_t size)
{
	if (size)
		memcpy(*at, from, size);
	*at += size;
}

int kept_add(struct kept **list, const struct msghdr *msg, size_t size)
{
	size_t room = msg->msg_iov[0].iov_len;
	struct kept *new, k = { .size = size,
		.payload_size = size < room ? size : room,
		.name_size = msg->msg_namelen,
		.control_size = msg->msg_controllen,
		.flags = msg->msg_flags };
	char *at;

	new = malloc(sizeof(k) + k.payload_size + k.name_size + k.control_size);
	if (!new)
		return -ENOMEM;
	*new = k;
	at = new->bytes;
	put(&at, msg->msg_name, k.name_size);
	put(&at, msg->msg_control, k.control_size);
	put(&at, msg->msg_iov[0].iov_base, k.payload_size);
	while (*list)
		list = &(*list)->next;
	*list = new;
	return 0;
}

static size_t take(const char **at, void *to, size_t size, size_t room)
{
	size_t part = size < room ? size : room;

	if (part)
		memcpy(to, *at, part);
	*at += size;
	return part;
}

ssize_t kept_take(struct kept **list, struct msghdr *msg, int flags)
{
	struct kept *k = *list;
	const char *at;
	size_t size, room = msg->msg_iov[0].iov_len;

	if (!k)
		return -EAGAIN;
	at = k->bytes;
	size = k->size;
	msg->msg_flags = k->flags & ~MSG_TRUNC;
	msg->msg_namelen = (socklen_t)take(
		&at, msg->msg_name, k->name_size, msg->msg_namelen);
	if (k->control_size > msg->msg_controllen)
		msg->msg_flags |= MSG_CTRUNC;
	msg->msg_controllen = take(&at, msg->msg_control, k->control_size,
		k->control_size > msg->msg_controllen ? 0
						      : msg->msg_controllen);
	room = take(&at, msg->msg_iov[0].iov_base, k->payload_size, room);
	if (room < size)
		msg->msg_flags |= MSG_TRUNC;
	if (!(flags & MSG_PEEK)) {
		*list = k->next;
		free(k);
	}
	return (ssize_t)(flags & MSG_TRUNC ? size : room);
}

void kept_append(struct kept **list, struct kept **more)
{
	while (*list)
		list = &(*list)->next;
	*list = *more;
	*more = NULL;
}

void kept_free(struct kept **list)
{
	struct kept *k;

	while ((k = *list)) {
		*list = k->next;
		free(k);
	}
}
