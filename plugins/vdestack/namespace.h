/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespace.h - a private network namespace as an object
 *
 * The calling process never moves into it; it asks for descriptors of it.
 * Threads: netns_new and netns_free in one thread, see there; the rest in any,
 * also in a child made by fork().
 */
#ifndef VDESTACK_NAMESPACE_H
#define VDESTACK_NAMESPACE_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

struct netns; /* owns the helper task, its stack, two namespace descriptors */

enum netns_side {
	NETNS_INNER, /* where the program's sockets live */
	NETNS_OUTER, /* a second one, for the far ends of veth pairs */
};

/*
 * Makes a namespace with nothing in it but lo. Where it takes a user namespace,
 * that is @user_ns_fd if it may be (-1: none), else a new one. The helper dies with the calling
 * thread, which must thus live as long as the namespace.
 * Errors: -EPERM, -ENOSPC, -EUSERS (user namespaces are not to be had), -ENOMEM
 * and others of clone(2), with errtext.
 */
int netns_new(struct netns **ns, int user_ns_fd);

/* Ends the helper and waits until it is gone. NULL is allowed. */
void netns_free(struct netns *ns);

/*
 * socket(2) inside; flags in @type are honoured. Errors: those of socket(2),
 * -ENODEV the helper has been killed.
 */
int netns_socket(struct netns *ns, enum netns_side side, int domain, int type,
	int protocol);

/* As many as are wanted, or as there can be: how many, at least one. */
int netns_sockets(struct netns *ns, enum netns_side side, int domain, int type,
	int protocol, int fds[], int len);

/* open(2) inside: for /dev/net/tun and /proc/sys/net, which look who opens. */
int netns_open(
	struct netns *ns, enum netns_side side, const char *path, int flags);

/* Writes @text to the file, one of /proc/sys/net; if there is none, or it may not
 * be written, nothing happens. */
void netns_write(struct netns *ns, enum netns_side side, const char *path,
	const char *text);

/* A socket of rtnetlink(7), for rtnl.h. Errors: those of netns_socket. */
int netns_rtnl(struct netns *ns, enum netns_side side);

/*
 * open(2) of /proc/@path as a task inside sees it: "net..." or "sys/net...".
 * Errors: those of open(2), -ENODEV the helper has been killed.
 */
int netns_procopen(struct netns *ns, const char *path, int flags);

/*
 * ioctl(2) of netdevice(7) on @fd, made inside: in a view of umvu(1), what such a
 * request is about goes by who makes it, not by @fd.
 */
int netns_ioctl(struct netns *ns, int fd, int request, void *arg);

/* The descriptor of NETNS_INNER, and of its user namespace (-1: the one of the
 * program); both stay the namespace's. */
int netns_inner(const struct netns *ns);
int netns_user(const struct netns *ns);

/*
 * Makes NETNS_OUTER, where there is no IPv6, unless it is there and returns its descriptor, which stays
 * the namespace's. Errors: negative errno.
 */
int netns_outer(struct netns *ns);

/*
 * A socket that is readable, and not before, when the link @ifindex of
 * NETNS_OUTER has gone (rtnl_watch). Errors: those of netns_socket.
 */
int netns_watch(struct netns *ns, int ifindex);

/* A pidfd of the helper, readable when it has died; -1 on old kernels. */
int netns_pidfd(const struct netns *ns);

/* The helper has died: present and future requests answer -ENODEV. */
void netns_gone(struct netns *ns);

#pragma GCC visibility pop
#endif
