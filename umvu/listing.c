/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A directory that holds names is read through a duplicate of the guest's
 * descriptor, which shares its offset. At the start of the directory our
 * entries come first, then, in the same buffer, what the kernel has. So the
 * offset, which then is no more 0, says that ours were given: rewinddir,
 * telldir and a second read need nothing more.
 *
 * Where a buffer is too small for that, or somebody seeks to behind an entry of
 * ours, the offset is FIRST_OFFSET plus the serial number of the last name that
 * was given. No file system has an entry there: it is 1.75 G of directory, and
 * below 2 G, which is all that procfs seeks to.
 *
 * A directory /proc/PID/net is the kernel's, whatever stack its process uses: the
 * entries that the stack has not are dropped.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "guestfd.h"
#include "handlers.h"
#include "names.h"
#include "netfiles.h"
#include "place.h"
#include "process.h"
#include "worker.h"

#define FIRST_OFFSET 0x70000000
#define LAST_OFFSET  0x7effffff /* tmpfs ends at 0x7fffffff */
#define MAX_BUFFER   (256u << 10)

/* Of getdents64; the older call has d_type as the last byte of the record, and
 * the name where d_type is here. */
struct entry {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

#define NAME_OFFSET offsetof(struct entry, name)

/* A name in the directory. */
struct item {
	uint64_t serial, ino;
	char last[NAME_MAX + 1];
};

struct listing {
	struct umvu_call *call;
	int fd;
	char *buf;
	size_t size, used;
	struct item *items; /* by serial */
	size_t len;
	bool is_net; /* it is a /proc/PID/net */
	struct netfile net;
	struct umvu_place place; /* of net */
};

/* --- entries ------------------------------------------------------------- */

static bool put(struct listing *l, const struct item *item)
{
	size_t len = strlen(item->last) + 1;
	size_t reclen = (NAME_OFFSET + len + 7) & ~(size_t)7;
	struct entry *e = (struct entry *)(l->buf + l->used);

	if (reclen > l->size - l->used)
		return false;
	memset(e, 0, reclen);
	e->ino = item->ino;
	e->off = FIRST_OFFSET + (int64_t)item->serial;
	e->reclen = (uint16_t)reclen;
	e->type = DT_UNKNOWN;
	memcpy(e->name, item->last, len);
	l->used += reclen;
	return true;
}

static bool is_hidden(const struct listing *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->len; i++)
		if (!strcmp(l->items[i].last, name))
			return true;
	return l->is_net && name[0] != '.' &&
	       netfile_is_missing(l->call, &l->net, name);
}

/* Drops what is hidden from @size bytes of entries; returns what is left. */
static size_t drop_hidden(const struct listing *l, char *buf, size_t size)
{
	size_t in = 0, out = 0, reclen;

	for (; in < size; in += reclen) {
		const struct entry *e = (const struct entry *)(buf + in);

		reclen = e->reclen;
		if (is_hidden(l, e->name))
			continue;
		memmove(buf + out, e, reclen);
		out += reclen;
	}
	return out;
}

static void make_old(char *buf, size_t size)
{
	size_t at;
	struct entry *e;

	for (at = 0; at < size; at += e->reclen) {
		uint8_t type;

		e = (struct entry *)(buf + at);
		type = e->type;
		memmove(e->name - 1, e->name, e->reclen - NAME_OFFSET);
		buf[at + e->reclen - 1] = (char)type;
	}
}

/* --- reading ------------------------------------------------------------- */

/* The next read goes on behind the @i-th item. */
static int seek_behind(const struct listing *l, size_t i)
{
	off_t to = FIRST_OFFSET + (off_t)l->items[i].serial;

	return lseek(l->fd, to, SEEK_SET) < 0 ? -EINVAL : 0;
}

/* Real entries into the rest of the buffer, 0 at the end. */
static ssize_t read_real(const struct listing *l)
{
	char *buf = l->buf + l->used;
	ssize_t n;

	do {
		n = syscall(__NR_getdents64, l->fd, buf, l->size - l->used);
		if (n <= 0)
			return n < 0 ? -errno : 0;
		n = (ssize_t)drop_hidden(l, buf, (size_t)n);
	} while (n == 0);
	return n;
}

static ssize_t read_rest(struct listing *l)
{
	ssize_t n = read_real(l);

	if (n > 0) {
		l->used += (size_t)n;
		return (ssize_t)l->used;
	}
	if ((n < 0 && (n != -EINVAL || l->used == 0)) || l->len == 0)
		return n;
	/* No room for the first real entry, or there is none. */
	if (n == -EINVAL || lseek(l->fd, 0, SEEK_CUR) == 0)
		n = seek_behind(l, l->len - 1);
	return n < 0 ? n : (ssize_t)l->used;
}

static ssize_t read_from(struct listing *l, off_t start)
{
	uint64_t given = 0;
	size_t i;

	if (start != 0 && (start < FIRST_OFFSET || start > LAST_OFFSET))
		return read_rest(l);
	if (start)
		given = (uint64_t)(start - FIRST_OFFSET);
	for (i = 0; i < l->len; i++)
		if (l->items[i].serial > given && !put(l, &l->items[i]))
			break;
	if (i < l->len) {
		if (l->used == 0 || seek_behind(l, i - 1) < 0)
			return -EINVAL;
		return (ssize_t)l->used;
	}
	if (start && lseek(l->fd, 0, SEEK_SET) < 0)
		return -errno;
	return read_rest(l);
}

/* --- the call ------------------------------------------------------------ */

static bool directory_of(const char *path, int fd, struct umvu_place *place)
{
	struct statx st;

	if (statx(fd, path, AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
		    STATX_INO | STATX_TYPE, &st) < 0 ||
		!S_ISDIR(st.stx_mode))
		return false;
	place->has_parent = true;
	place->dev = makedev(st.stx_dev_major, st.stx_dev_minor);
	place->ino = st.stx_ino;
	return true;
}

static int duplicate(const struct umvu_call *call)
{
	int fd, pidfd = guestfd_open_pidfd(call->tid);

	if (pidfd < 0)
		return -1;
	fd = (int)syscall(__NR_pidfd_getfd, pidfd, (int)call->args[0], 0);
	close(pidfd);
	return fd;
}

static int collect(
	struct listing *l, struct umvu *session, const struct umvu_place *place)
{
	const struct umvu_name *n = names_next(session->names, place, 0);
	struct item *more;

	for (; n; n = names_next(session->names, place, name_serial(n))) {
		more = realloc(l->items, (l->len + 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		l->items = more;
		l->items[l->len] =
			(struct item){ name_serial(n), name_ino(n), "" };
		strcpy(l->items[l->len++].last, name_last(n));
	}
	return l->len ? 0 : -ENOENT;
}

static bool find_net(struct listing *l, dev_t dev)
{
	struct umvu_place *place = &l->place;

	return netfiles_may_list(l->call, (int)l->call->args[0], dev) &&
	       place_text_of(l->fd, place->text, sizeof(place->text)) == 0 &&
	       netfile_at(&l->net, l->call, place) &&
	       !strcmp(l->net.path, "net");
}

static int prepare(struct listing *l, struct umvu_call *call)
{
	struct umvu *session = call->session;
	struct umvu_place place;
	int err;

	l->call = call;

	l->size = (unsigned int)call->args[2];
	if (l->size > MAX_BUFFER)
		l->size = MAX_BUFFER;
	l->buf = malloc(l->size ? l->size : 1);
	l->fd = duplicate(call);
	if (!l->buf || l->fd < 0 || !directory_of("", l->fd, &place))
		return -ENOENT;
	l->is_net = find_net(l, place.dev);
	pthread_mutex_lock(&session->lock);
	err = collect(l, session, &place);
	if (err == -ENOENT && l->is_net)
		err = 0;
	/* The number of a thread that has gone may be another's by now. */
	if (!call_is_valid(call))
		err = -ESRCH;
	pthread_mutex_unlock(&session->lock);
	return err;
}

static long give(struct listing *l, const struct umvu_call *call, off_t start)
{
	ssize_t n = start < 0 ? -errno : read_from(l, start);
	int err = 0;

	if (n > 0 && call->nr == __NR_getdents)
		make_old(l->buf, (size_t)n);
	if (n > 0)
		err = umvu_call_write(
			call, call_addr(call, 1), l->buf, (size_t)n);
	if (err || n < 0)
		lseek(l->fd, start, SEEK_SET);
	return err ? err : n;
}

static void list(struct worker_job *job)
{
	struct listing l = { .fd = -1 };
	long result = UMVU_CONTINUE;
	bool ours = prepare(&l, &job->call) == 0;
	off_t start = 0;

	if (ours) {
		start = lseek(l.fd, 0, SEEK_CUR);
		result = give(&l, &job->call, start);
	}
	/* What the guest did not get is there for its next call. */
	if (worker_answer(job, result) < 0 && ours)
		lseek(l.fd, start, SEEK_SET);
	if (l.fd >= 0)
		close(l.fd);
	free(l.buf);
	free(l.items);
}

long on_getdents(struct umvu *session, struct umvu_call *call)
{
	struct umvu_place place;
	char path[64];

	if (names_are_none(session->names) &&
		!processes_have_data(session->processes))
		return UMVU_CONTINUE;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", call->tid,
		(int)call->args[0]);
	if (!directory_of(path, AT_FDCWD, &place))
		return UMVU_CONTINUE;
	if (!names_next(session->names, &place, 0) &&
		!netfiles_may_list(call, (int)call->args[0], place.dev))
		return UMVU_CONTINUE;
	return worker_start(call, list, 0);
}
