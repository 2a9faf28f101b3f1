/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridged_kept.h - datagrams that were taken for a guest who had gone
 *
 * A datagram is taken off the socket before the guest is told, and a signal may
 * interrupt the guest in between. It is not lost: it waits here for the next
 * call of recvfrom and its like, which a program that was interrupted makes
 * again. poll(2) and a plain read(2) do not see it.
 *
 * A list is a pointer, NULL at first. Each datagram is in one list.
 */
#ifndef BRIDGED_KEPT_H
#define BRIDGED_KEPT_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

struct kept;

/*
 * Copies the datagram of @size bytes that recvmsg has put into @msg, which has
 * one iovec of the room that there was, to the end of @list.
 * Errors: -ENOMEM.
 */
int kept_add(struct kept **list, const struct msghdr *msg, size_t size);

/*
 * recvmsg of the first one, into one iovec: @flags MSG_PEEK and MSG_TRUNC count.
 * Control data that do not fit are left out. Errors: -EAGAIN there is none.
 */
ssize_t kept_take(struct kept **list, struct msghdr *msg, int flags);

/* All of @more go to the end of @list. */
void kept_append(struct kept **list, struct kept **more);

void kept_free(struct kept **list);

#endif
