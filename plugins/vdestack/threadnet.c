/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * threadnet.c - the network namespace that the calling thread is in
 *
 * Theory of operation
 *
 * Opening /proc/thread-self/ns/net costs more than making a socket, and in a
 * view of umvu(1), which looks at every path, a multiple of it. A thread may
 * change its namespace at any time, but the kernel tells cheaply which one it
 * is: SO_NETNS_COOKIE of a socket that the thread has just made. A cookie is
 * never used twice. So descriptors are kept by cookie, for all threads at once;
 * there is hardly ever more than one.
 *
 * The program may close what is kept, and open something else under the same
 * number. What is kept is therefore compared with what it was: as long as a
 * thread is in the namespace, no other one has its inode number.
 *
 * Entries do not change but for the descriptor, and none is taken away while
 * somebody holds: they are read without a lock. For a child made by fork() what
 * is kept is as good; the lock may be held there for ever, then nothing more is
 * kept.
 */
#include "gnu.h"
#include "threadnet.h"
#include "rawsys.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* Linux 5.14 */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

#define KEPT_MAX  8
#define KEPT_FROM 128 /* lower numbers are left to the program */

struct kept {
	uint64_t cookie;
	dev_t dev;
	ino_t ino;
	_Atomic int fd;
};

static struct kept kept[KEPT_MAX];
static _Atomic unsigned int kept_len;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int holders; /* under lock */

/* 0: the kernel cannot tell. */
static uint64_t current_cookie(void)
{
	long fd = raw_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(uint64_t);
	uint64_t cookie = 0;

	if (fd < 0)
		return 0;
	if (raw_getsockopt(
		    (int)fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) < 0)
		cookie = 0;
	raw1(SYS_close, fd);
	return cookie;
}

static bool is_still(const struct kept *k)
{
	struct stat st = { 0 };

	return raw3(SYS_fstat, k->fd, (long)&st, 0) == 0 &&
	       st.st_dev == k->dev && st.st_ino == k->ino;
}

static struct kept *find(uint64_t cookie)
{
	for (unsigned int i = 0; i < kept_len; i++)
		if (kept[i].cookie == cookie)
			return &kept[i];
	return NULL;
}

/* Where @fd is to be kept; NULL: nowhere, or another thread was faster. */
static struct kept *place_locked(uint64_t cookie, long fd)
{
	struct kept *k = find(cookie);
	struct stat st = { 0 };

	if (k)
		return is_still(k) ? NULL : k;
	if (kept_len == KEPT_MAX || raw3(SYS_fstat, fd, (long)&st, 0) < 0)
		return NULL;
	k = &kept[kept_len];
	k->cookie = cookie;
	k->dev = st.st_dev;
	k->ino = st.st_ino;
	k->fd = -1;
	return k;
}

/* Returns the descriptor that is kept instead of @fd, or @fd if none is. */
static long keep_locked(uint64_t cookie, long fd, bool *is_kept)
{
	struct kept *k = place_locked(cookie, fd);
	long high;

	if (!k)
		return fd;
	high = raw3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, KEPT_FROM);
	if (high < 0)
		return fd;
	k->fd = (int)high;
	if (k == &kept[kept_len])
		kept_len++;
	raw1(SYS_close, fd);
	*is_kept = true;
	return high;
}

static long keep(uint64_t cookie, long fd, bool *is_kept)
{
	if (cookie == 0 || pthread_mutex_trylock(&lock) != 0)
		return fd;
	fd = keep_locked(cookie, fd, is_kept);
	pthread_mutex_unlock(&lock);
	return fd;
}

int threadnet_get(bool *is_kept)
{
	static const char here[] = "/proc/thread-self/ns/net";
	uint64_t cookie = current_cookie();
	const struct kept *k = cookie ? find(cookie) : NULL;
	long fd;

	*is_kept = k && is_still(k);
	if (*is_kept)
		return k->fd;
	fd = raw4(SYS_openat, AT_FDCWD, (long)here, O_RDONLY | O_CLOEXEC, 0);
	return (int)(fd < 0 ? fd : keep(cookie, fd, is_kept));
}

void threadnet_hold(void)
{
	pthread_mutex_lock(&lock);
	holders++;
	pthread_mutex_unlock(&lock);
}

void threadnet_drop(void)
{
	pthread_mutex_lock(&lock);
	if (--holders == 0) {
		for (unsigned int i = 0; i < kept_len; i++)
			if (is_still(&kept[i]))
				raw1(SYS_close, kept[i].fd);
		kept_len = 0;
	}
	pthread_mutex_unlock(&lock);
}
