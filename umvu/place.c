/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * The kernel does the walking: openat2() from the guest's root or directory,
 * which /proc holds, whatever root and mount name space we have ourselves. A
 * relative path is walked from its directory as long as it stays below; if it
 * leaves (`..`, a link to an absolute path), the text of that directory and the
 * path are walked together from the guest's root.
 *
 * A file system may be one that a guest serves, and never answers. So the
 * thread that may not wait asks only for what the kernel has in memory
 * (RESOLVE_CACHED, AT_STATX_DONT_SYNC).
 */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "fsids.h"
#include "umvu/module.h"

#define MAX_LINKS 40 /* as the kernel */
/* A walk with `..` fails with EAGAIN when something is renamed meanwhile. */
#define MAX_RACES 16

/* A walk under way. */
struct walk {
	int root, base; /* descriptors: the guest's root, and where we are */
	int parent;	/* found: directory of the last component; -1 */
	unsigned int flags;
	char path[PATH_MAX]; /* still to go */
	struct umvu_place *place;
};

const char *place_last_component(const char *path, size_t *len)
{
	const char *end = path + strlen(path), *start;

	while (end > path && end[-1] == '/')
		end--;
	start = end;
	while (start > path && start[-1] != '/')
		start--;
	*len = (size_t)(end - start);
	return start;
}

/* Removes empty components, `.` and `..` from an absolute path, in place. */
static void normalise(char *path)
{
	char *out = path, *in = path;

	while (*in) {
		char *end;

		while (*in == '/')
			in++;
		end = strchrnul(in, '/');
		if (end - in == 2 && in[0] == '.' && in[1] == '.') {
			while (out > path && *--out != '/')
				;
		} else if (end != in && !(end - in == 1 && *in == '.')) {
			*out++ = '/';
			memmove(out, in, (size_t)(end - in));
			out += end - in;
		}
		in = end;
	}
	*out = '\0';
}

int place_open_proc(pid_t tid, const char *what)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", tid, what);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return -errno;
	return what[0] == 'f' ? -EBADF : -ESRCH;
}

static int open_base(pid_t tid, int dirfd)
{
	char what[32] = "cwd";

	if (dirfd != AT_FDCWD)
		snprintf(what, sizeof(what), "fd/%d", dirfd);
	return place_open_proc(tid, what);
}

static int open_at(int base, const char *path, uint64_t flags, uint64_t resolve)
{
	const struct open_how how = {
		.flags = O_PATH | O_CLOEXEC | flags,
		/* /proc/self would be ours, not the guest's. */
		.resolve = RESOLVE_NO_MAGICLINKS | resolve,
	};
	int races = 0;
	long fd;

	do
		fd = syscall(__NR_openat2, base, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN && !(resolve & RESOLVE_CACHED) &&
		races++ < MAX_RACES);
	return fd < 0 ? -errno : (int)fd;
}

int place_open_in_root(int root, const char *dir)
{
	return open_at(root, dir, O_DIRECTORY, RESOLVE_IN_ROOT);
}

static uint64_t cached(const struct walk *w)
{
	return w->flags & PLACE_CACHED ? RESOLVE_CACHED : 0;
}

int place_text_of(int fd, char *text, size_t size)
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, text, size - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	return 0;
}

/* Opens @dir, a path seen from the root of the mount name space, as somebody
 * does whose root is @root. -EXDEV: it is outside of that. */
static int open_below_root(int root, const char *dir, uint64_t resolve)
{
	char text[PATH_MAX];
	size_t len = 0;
	int err = place_text_of(root, text, sizeof(text));

	if (err)
		return err;
	if (strcmp(text, "/") != 0)
		len = strlen(text);
	if (strncmp(dir, text, len) != 0 || (dir[len] && dir[len] != '/'))
		return -EXDEV;
	return open_at(root, dir[len] ? dir + len : "/", O_DIRECTORY,
		RESOLVE_IN_ROOT | resolve);
}

/* Opens @dir, which leaves the directory that it starts from. */
static int open_from_root(const struct walk *w, const char *dir)
{
	char base[PATH_MAX], joined[2 * PATH_MAX];
	int err = place_text_of(w->base, base, sizeof(base));

	if (err)
		return err;
	snprintf(joined, sizeof(joined), "%s/%s", base, dir);
	return open_below_root(w->root, joined, cached(w));
}

int place_open_dir(pid_t tid, const char *dir)
{
	int fd, root = place_open_proc(tid, "root");

	if (root < 0)
		return root;
	fd = open_below_root(root, dir, 0);
	close(root);
	return fd;
}

static int open_dir(const struct walk *w, const char *dir)
{
	int fd;

	if (*dir == '/')
		return open_at(
			w->root, dir, O_DIRECTORY, RESOLVE_IN_ROOT | cached(w));
	fd = open_at(w->base, *dir ? dir : ".", O_DIRECTORY,
		RESOLVE_BENEATH | cached(w));
	return fd == -EXDEV ? open_from_root(w, dir) : fd;
}

static int join(struct umvu_place *place, const char *rest)
{
	size_t len = strlen(place->text);
	int n = snprintf(
		place->text + len, sizeof(place->text) - len, "/%s", rest);

	if (len + (size_t)n >= sizeof(place->text))
		return -ENAMETOOLONG;
	while (n > 1 && place->text[len + (size_t)n - 1] == '/')
		place->text[len + (size_t)--n] = '\0';
	return 0;
}

/* The directory does not exist: the text of the deepest one that does, and what
 * is missing. */
static int describe_missing(struct walk *w)
{
	char dir[PATH_MAX], *slash;
	int err, fd = -ENOENT;

	strcpy(dir, w->path);
	while (fd == -ENOENT && (slash = strrchr(dir, '/'))) {
		slash[slash == dir] = '\0';
		fd = open_dir(w, dir);
		if (slash == dir)
			break;
	}
	if (fd == -ENOENT) {
		*dir = '\0';
		fd = open_dir(w, dir);
	}
	if (fd < 0)
		return fd;
	err = place_text_of(fd, w->place->text, sizeof(w->place->text));
	close(fd);
	if (!err)
		err = join(w->place, w->path + strlen(dir));
	normalise(w->place->text);
	return err;
}

static int describe_parent(struct walk *w, const char *last)
{
	struct umvu_place *place = w->place;
	struct statx st;
	int err = place_text_of(w->parent, place->text, sizeof(place->text));

	if (err)
		return err;
	if (statx(w->parent, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO,
		    &st) < 0)
		return -errno;
	place->has_parent = true;
	place->dev = makedev(st.stx_dev_major, st.stx_dev_minor);
	place->ino = st.stx_ino;
	if (!strcmp(place->text, "/"))
		place->text[0] = '\0';
	return join(place, last);
}

/* `/`, `.` and `..` lead to a directory, if to anything: never a name. */
static int no_place(const struct walk *w)
{
	int fd = open_dir(w, w->path);

	if (fd < 0)
		return fd;
	close(fd);
	return -EISDIR;
}

/* Takes the path up to its last component. */
static int walk_dir(struct walk *w)
{
	char dir[PATH_MAX], last[NAME_MAX + 1];
	const char *at;
	size_t len;
	int err;

	at = place_last_component(w->path, &len);
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	snprintf(last, sizeof(last), "%.*s", (int)len, at);
	if (len == 0 || !strcmp(last, "..") || !strcmp(last, "."))
		return no_place(w);
	/* The dot makes the kernel ask whether the guest may search there. */
	if ((size_t)snprintf(dir, sizeof(dir), "%.*s.", (int)(at - w->path),
		    w->path) >= sizeof(dir))
		return -ENAMETOOLONG;
	w->parent = open_dir(w, dir);
	if (w->parent >= 0)
		err = describe_parent(w, last);
	else
		err = w->parent == -ENOENT ? describe_missing(w) : w->parent;
	if (err)
		return err;
	w->place->last = strrchr(w->place->text, '/');
	if (!w->place->last)
		return -ENOENT;
	w->place->last++;
	return 0;
}

/* 1: the last component is a link. */
static int see_link(const struct walk *w)
{
	struct statx st;
	int err, fd = open_at(w->parent, w->place->last, O_NOFOLLOW, cached(w));

	if (fd < 0)
		return fd == -EAGAIN ? fd : 0;
	err = statx(
		fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &st);
	close(fd);
	return err == 0 && S_ISLNK(st.stx_mode);
}

/* 1: there was a link, and the walk goes on where it points. */
static int follow(struct walk *w)
{
	ssize_t n;

	n = readlinkat(w->parent, w->place->last, w->path, sizeof(w->path));
	if (n <= 0)
		return 0;
	if ((size_t)n == sizeof(w->path))
		return -ENAMETOOLONG;
	w->path[n] = '\0';
	close(w->base);
	w->base = w->parent;
	w->parent = -1;
	return 1;
}

static int walk_all(struct walk *w)
{
	int links, err;

	for (links = 0; links <= MAX_LINKS; links++) {
		err = walk_dir(w);
		if (err || w->parent < 0 || !(w->flags & PLACE_FOLLOW))
			return err;
		err = follow(w);
		if (err <= 0)
			return err;
		w->place->has_parent = false;
	}
	return -ELOOP;
}

static int walk_as_guest(struct walk *w, pid_t tid)
{
	int err, taken = fsids_take(tid);

	if (taken < 0)
		return taken;
	err = walk_all(w);
	if (!err && w->parent >= 0 && w->flags & PLACE_SEE_LINK) {
		err = see_link(w);
		w->place->is_link = err == 1;
		err = err < 0 ? err : 0;
	}
	if (taken)
		fsids_restore();
	return err;
}

int place_find(struct umvu_place *place, pid_t tid, int dirfd, const char *path,
	unsigned int flags)
{
	struct walk w = { .place = place, .parent = -1, .flags = flags };
	int err;

	if (!*path)
		return -ENOENT;
	if (strlen(path) >= sizeof(w.path))
		return -ENAMETOOLONG;
	strcpy(w.path, path);
	place->has_parent = place->is_link = false;
	w.root = place_open_proc(tid, "root");
	if (w.root < 0)
		return w.root;
	w.base = *path == '/' ? fcntl(w.root, F_DUPFD_CLOEXEC, 0)
			      : open_base(tid, dirfd);
	err = w.base < 0 ? w.base : walk_as_guest(&w, tid);
	if (w.parent >= 0)
		close(w.parent);
	if (w.base >= 0)
		close(w.base);
	close(w.root);
	return err;
}

int place_resolve_link(
	struct umvu_place *place, pid_t tid, int dirfd, const char *path)
{
	return place_find(place, tid, dirfd, path, PLACE_FOLLOW);
}

bool place_obeys(pid_t tid, int dirfd, const char *path, uint64_t resolve)
{
	int base, fd;

	if (resolve & RESOLVE_IN_ROOT)
		return false;
	base = *path == '/' ? place_open_proc(tid, "root")
			    : open_base(tid, dirfd);
	if (base < 0)
		return false;
	fd = open_at(base, path, 0, resolve & ~(uint64_t)RESOLVE_CACHED);
	close(base);
	if (fd >= 0)
		close(fd);
	return fd >= 0 || fd == -ENOENT;
}

bool place_equal(const struct umvu_place *a, const struct umvu_place *b)
{
	if (!a->has_parent)
		return !strcmp(a->text, b->text);
	return b->has_parent && a->dev == b->dev && a->ino == b->ino &&
	       !strcmp(a->last, b->last);
}

const char *umvu_place_text(const struct umvu_place *place)
{
	return place->text;
}
