/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "umvu/module.h"

#define MAX_LINKS 40 /* as the kernel */

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

static ssize_t read_proc_link(
	pid_t tid, const char *what, char *buf, size_t size)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/%s", tid, what);
	n = readlink(link, buf, size - 1);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

/* The path of the guest's directory @dirfd, seen from our root. */
static int base_path(pid_t tid, int dirfd, char *buf, size_t size)
{
	char what[32] = "cwd";
	ssize_t n;

	if (dirfd != AT_FDCWD)
		snprintf(what, sizeof(what), "fd/%d", dirfd);
	n = read_proc_link(tid, what, buf, size);
	if (n == -ENOENT)
		return dirfd == AT_FDCWD ? -ESRCH : -EBADF;
	if (n < 0)
		return (int)n;
	/* "socket:[1]", "/gone (deleted)": nothing below it. */
	return buf[0] == '/' ? 0 : -ENOTDIR;
}

/* Joins the guest's root or directory and @path to one text of ours. */
static int full_text(
	char *text, size_t size, pid_t tid, int dirfd, const char *path)
{
	char base[PATH_MAX];
	ssize_t n;
	int len;

	n = path[0] == '/' ? read_proc_link(tid, "root", base, sizeof(base))
			   : base_path(tid, dirfd, base, sizeof(base));
	if (n < 0)
		return n == -ENOENT ? -ESRCH : (int)n;
	len = snprintf(text, size, "%s/%s", base, path);
	return (size_t)len < size ? 0 : -ENAMETOOLONG;
}

static int open_parent(const char *dir)
{
	const struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		/* /proc/self would be ours, not the guest's. */
		.resolve = RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(__NR_openat2, AT_FDCWD, dir, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/* Looks for the directory part of place->text. */
static int find_parent(struct umvu_place *place)
{
	char dir[2 * PATH_MAX];
	size_t len;
	struct stat st;
	int fd;

	place->last = place_last_component(place->text, &len);
	if (len == 0)
		return -ENOENT;
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	snprintf(dir, sizeof(dir), "%.*s/.", (int)(place->last - place->text),
		place->text);
	fd = open_parent(dir);
	if (fd < 0) {
		place->has_parent = false;
		return fd == -ENOENT ? 0 : fd;
	}
	place->has_parent = fstat(fd, &st) == 0;
	place->dev = st.st_dev;
	place->ino = st.st_ino;
	close(fd);
	return 0;
}

/*
 * The kernel resolves `..` after symbolic links, text before them: where the
 * parent exists, device and inode come from the kernel's way; the text serves
 * where it does not.
 */
static int resolve_text(struct umvu_place *place)
{
	size_t len = strlen(place->text);
	int err;

	while (len > 1 && place->text[len - 1] == '/')
		place->text[--len] = '\0';
	err = find_parent(place);
	if (err)
		return err;
	if (!strcmp(place->last, "..") || !strcmp(place->last, "."))
		return -ENOENT; /* a directory: never a name of ours */
	normalise(place->text);
	place->last = strrchr(place->text, '/');
	if (!place->last)
		return -ENOENT;
	place->last++;
	return 0;
}

int place_resolve(
	struct umvu_place *place, pid_t tid, int dirfd, const char *path)
{
	int err;

	if (!*path)
		return -ENOENT;
	err = full_text(place->text, sizeof(place->text), tid, dirfd, path);
	return err ? err : resolve_text(place);
}

/* Replaces a symbolic link at @place by where it leads. 1: there was one. */
static int follow(struct umvu_place *place, pid_t tid)
{
	char target[PATH_MAX], root[PATH_MAX], *dir;
	ssize_t n = readlink(place->text, target, sizeof(target) - 1);
	int len;

	if (n < 0)
		return 0;
	target[n] = '\0';
	if (target[0] == '/') {
		n = read_proc_link(tid, "root", root, sizeof(root));
		if (n < 0)
			return -ESRCH;
		len = snprintf(place->text, sizeof(place->text), "%s/%s", root,
			target);
	} else {
		dir = place->text + (place->last - place->text);
		len = snprintf(dir,
			sizeof(place->text) - (size_t)(dir - place->text),
			"%s", target);
		len += (int)(dir - place->text);
	}
	return (size_t)len < sizeof(place->text) ? 1 : -ENAMETOOLONG;
}

int place_resolve_link(
	struct umvu_place *place, pid_t tid, int dirfd, const char *path)
{
	int links, more, err = place_resolve(place, tid, dirfd, path);

	for (links = 0; !err && links < MAX_LINKS; links++) {
		more = follow(place, tid);
		if (more <= 0)
			return more;
		err = resolve_text(place);
	}
	return err ? err : -ELOOP;
}

bool place_equal(const struct umvu_place *a, const struct umvu_place *b)
{
	if (a->has_parent != b->has_parent)
		return false;
	if (!a->has_parent)
		return !strcmp(a->text, b->text);
	return a->dev == b->dev && a->ino == b->ino &&
		!strcmp(a->last, b->last);
}

const char *umvu_place_text(const struct umvu_place *place)
{
	return place->text;
}
