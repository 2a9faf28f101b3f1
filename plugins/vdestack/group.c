/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "group.h"
#include "fdmsg.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG	    64
#define ANSWER_S    1
#define USER_NS_KEY "user"

static const char *group(void)
{
	const char *name = secure_getenv("IOTH_GROUP");

	return name && *name ? name : NULL;
}

bool group_is_set(void)
{
	return group() != NULL;
}

/* The length of the address, or a negative errno. */
static int make_name(struct sockaddr_un *addr, const char *key)
{
	size_t room = sizeof(addr->sun_path) - 1;
	int len;

	if (!group())
		return -ENOENT;
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	len = snprintf(addr->sun_path + 1, room, "ioth-vdestack/%u/%s/%s",
		(unsigned)geteuid(), group(), key);
	if ((size_t)len >= room)
		return -ENAMETOOLONG;
	return (int)offsetof(struct sockaddr_un, sun_path) + 1 + len;
}

static int make_socket(int flags)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);

	return fd < 0 ? -errno : fd;
}

static bool is_ours(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	       peer.uid == geteuid();
}

static int fail_closing(int fd, int err)
{
	close(fd);
	return err;
}

int group_listen(const char *key)
{
	struct sockaddr_un addr;
	int len = make_name(&addr, key);
	int fd = len < 0 ? len : make_socket(SOCK_NONBLOCK);

	if (fd < 0)
		return fd;
	if (bind(fd, (struct sockaddr *)&addr, (socklen_t)len) < 0 ||
		listen(fd, BACKLOG) < 0)
		return fail_closing(fd, -errno);
	return fd;
}

int group_connect(const char *key)
{
	struct timeval limit = { .tv_sec = ANSWER_S };
	struct sockaddr_un addr;
	int len = make_name(&addr, key);
	int fd = len < 0 ? len : make_socket(0);

	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&addr, (socklen_t)len) < 0)
		return fail_closing(fd, -errno);
	return is_ours(fd) ? fd : fail_closing(fd, -EACCES);
}

int group_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return -errno;
	return is_ours(fd) ? fd : fail_closing(fd, -EACCES);
}

/* Both are then the caller's. */
static int ask_user_ns(int *user_ns_fd, int *listener)
{
	int sock = group_connect(USER_NS_KEY);
	int fds[2], err;
	char byte;

	if (sock < 0)
		return sock;
	err = fdmsg_recv(sock, &byte, 1, fds, 2);
	close(sock);
	if (err < 0)
		return err;
	*user_ns_fd = fds[0];
	*listener = fds[1];
	return 0;
}

static bool is_same(int fd, int other_fd)
{
	struct stat st, other;

	return fstat(fd, &st) == 0 && fstat(other_fd, &other) == 0 &&
	       st.st_dev == other.st_dev && st.st_ino == other.st_ino;
}

int group_user_ns(void)
{
	int fd, listener, err = ask_user_ns(&fd, &listener);

	if (err < 0)
		return err;
	close(listener);
	return fd;
}

/* Who hands out the namespace hands out the listening socket, too: its name
 * lasts as long as any member that has the namespace. */
int group_offer_user_ns(int user_ns_fd)
{
	int listener = group_listen(USER_NS_KEY);
	int fd, err;

	if (listener != -EADDRINUSE)
		return listener;
	err = ask_user_ns(&fd, &listener);
	if (err < 0)
		return err;
	if (!is_same(fd, user_ns_fd))
		err = fail_closing(listener, -EADDRINUSE);
	close(fd);
	return err < 0 ? err : listener;
}

int group_give_user_ns(int listener, int user_ns_fd)
{
	const int fds[] = { user_ns_fd, listener };
	int sock = group_accept(listener);

	if (sock < 0)
		return sock;
	fdmsg_send(sock, "", 1, fds, 2);
	close(sock);
	return 0;
}
