/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge_app.h - what is done at an app end besides plain reads and writes
 *
 * For whoever acts in the program's name: the socket calls of a plug-in in the
 * program's own thread, or a hypervisor with a duplicate of the app end. Needs
 * the descriptor only, no struct bridge and no loop; blocks, or does not, like
 * the descriptor (O_NONBLOCK, MSG_DONTWAIT, SO_RCVTIMEO), ends with -EINTR.
 *
 * Threads: any.
 */
#ifndef SUPPORT_BRIDGE_APP_H
#define SUPPORT_BRIDGE_APP_H

#include <stdint.h>
#include <sys/socket.h>

#pragma GCC visibility push(hidden)

/* The socket's name for its life (SO_COOKIE); 0: @fd is no socket. */
uint64_t bridge_app_cookie(int fd);

/*
 * accept: takes one token of a listening socket; then one connection of its
 * queue is the caller's. @flags: 0 or MSG_DONTWAIT. Errors: -EAGAIN, -EINTR;
 * -ECONNABORTED the stack has gone.
 */
int bridge_app_take(int fd, int flags);

/*
 * connect, when the stack has made a new pair for the socket (bridge_reopen):
 * @new_fd, which is closed, takes the number of @fd and what the program has set
 * on @fd itself: close-on-exec, time limits. Other duplicates and registrations
 * in an epoll set stay with the old pair. Errors: of dup3(2), negative.
 */
int bridge_app_replace(int fd, int new_fd);

/*
 * recvfrom, recvmsg on a datagram socket: fills @msg as the kernel would for an
 * inet socket: source in msg_name, the stack's control data, MSG_TRUNC,
 * MSG_CTRUNC. A datagram that came without a source (a connected socket's)
 * leaves msg_namelen 0: ask the stack for the peer. MSG_PEEK, MSG_TRUNC,
 * MSG_DONTWAIT and MSG_CMSG_CLOEXEC work. A program that has no descriptor left
 * gets the payload without its source. Errors: of recvmsg(2), negative, and
 * those of bridge_deliver_error, also with MSG_PEEK once.
 */
ssize_t bridge_app_recvmsg(int fd, struct msghdr *msg, int flags);

/* SO_ERROR of a datagram socket: takes the error that waits at @fd. 0: none. */
int bridge_app_take_error(int fd);

/*
 * sendto, sendmsg with an address or control data on a datagram socket.
 * @marker_fd: any open descriptor (an eventfd made for that, say); it tells the
 * stack that addresses follow. Without both it is a plain sendmsg.
 * Errors: of sendmsg(2), negative; -EMSGSIZE above @size_max bytes of payload,
 * -EINVAL name or control too long.
 */
ssize_t bridge_app_sendmsg(int fd, int marker_fd, const struct msghdr *msg,
	size_t size_max, int flags);

#pragma GCC visibility pop
#endif
