/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * group.h - stacks of one user that may be joined inside the kernel
 *
 * A group is named by the environment variable IOTH_GROUP, which vunetioth(1)
 * sets for the stacks of a session; without it there is none. Its members find
 * each other by abstract names of AF_UNIX, in the network namespace where their
 * programs run, and talk only to processes of their own user.
 *
 * To join two namespaces by a veth pair takes rights in both. Root has them; an
 * ordinary user's namespaces must be of one user namespace. So the first member
 * hands its own to those that come later, and each that has it hands it on.
 */
#ifndef VDESTACK_GROUP_H
#define VDESTACK_GROUP_H

#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>

#pragma GCC visibility push(hidden)

/* Does the environment name a group? */
bool group_is_set(void);

/*
 * A listening socket, not blocking, under the name @key within the group.
 * Errors: -ENOENT no group, -EADDRINUSE another member has the name.
 */
int group_listen(const char *key);

/*
 * A connection to who listens there, which answers within a second or calls
 * fail with EAGAIN. Errors: -ENOENT no group, -ECONNREFUSED nobody listens,
 * -EACCES another user does.
 */
int group_connect(const char *key);

/*
 * Events of a listener to wait for. After group_accept() has taken one, whatever
 * it was, ask for them again. One that cannot be taken now (-EMFILE) would be
 * reported for ever otherwise; it waits for the next to come.
 */
#define GROUP_EVENTS (EPOLLIN | EPOLLET)

/* Takes a connection; -EACCES: it was another user's, and is closed. */
int group_accept(int listener);

/* Has group_accept() taken one, with this result? */
static inline bool group_has_taken(int result)
{
	return result >= 0 || result == -EACCES;
}

/* The user namespace that the group shares; -ENOENT: none. */
int group_user_ns(void);

/*
 * A listening socket, not blocking, for group_give_user_ns(), which answers one
 * request of group_user_ns(): all members that have the namespace share it, so
 * that the first may go before the others.
 * Errors: -ENOENT no group, -EADDRINUSE it shares another namespace; of
 * group_give_user_ns(): those of group_accept().
 */
int group_offer_user_ns(int user_ns_fd);
int group_give_user_ns(int listener, int user_ns_fd);

#pragma GCC visibility pop
#endif
