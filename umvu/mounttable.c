/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * The kernel's table is copied into a memory file as it is when it is opened,
 * with a line for each name behind. What such a file cannot do is tell by
 * poll(2) that the table has changed.
 */
#include "mounttable.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "guestmem.h"
#include "names.h"
#include "place.h"
#include "systable.h"
#include "worker.h"

/* Numbers of mounts; the kernel counts from below. */
#define FIRST_MOUNT_ID 1000000000ull

enum job_flags { JOB_CLOEXEC = 1, JOB_NOFOLLOW = 2 };

/* A table that is being made. */
struct table {
	char dir[2 * PATH_MAX]; /* /proc/PID, whose table it is */
	bool is_info;		/* mountinfo, not mounts */
	char *real;		/* the kernel's text */
	FILE *out;
};

bool mounttable_may_be(const char *path)
{
	size_t len;
	const char *last = place_last_component(path, &len);

	return *last == 'm' &&
	       (!strcmp(last, "mounts") || !strcmp(last, "mountinfo") ||
		       !strcmp(last, "mtab"));
}

/* --- which table it is --------------------------------------------------- */

static bool is_procfs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* True for /proc/self and the like, which our walk took for our own; in another
 * pid name space, where we are not, there is nothing at all. */
static bool is_self(const char *dir, bool has_parent)
{
	char own[64];
	const char *last = strrchr(dir, '/');

	if (!has_parent)
		return !strcmp(last, "/self") || !strcmp(last, "/thread-self");
	snprintf(own, sizeof(own), "/%d", getpid());
	if (!strcmp(last, own))
		return true;
	snprintf(own, sizeof(own), "/%d/task/%d", getpid(), gettid());
	return strlen(dir) > strlen(own) &&
	       !strcmp(dir + strlen(dir) - strlen(own), own);
}

/* A guest whose root has no /proc has no table. */
static bool has_proc(pid_t tid)
{
	int fd, root = place_open_proc(tid, "root");
	bool has;

	if (root < 0)
		return false;
	fd = place_open_in_root(root, "proc");
	has = fd >= 0 && is_procfs(fd);
	close(root);
	if (fd >= 0)
		close(fd);
	return has;
}

/* The directory of procfs that @place lies in, if that is one that we see. */
static bool is_proc_dir(const struct umvu_place *place, const char *dir)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	bool is;

	if (fd < 0)
		return false;
	is = is_procfs(fd) && fstat(fd, &st) == 0 && st.st_dev == place->dev &&
	     st.st_ino == place->ino;
	close(fd);
	return is;
}

/* Fills table->dir and is_info. */
static bool find_table(
	struct table *t, const struct umvu_place *place, pid_t tid)
{
	snprintf(t->dir, sizeof(t->dir), "%.*s",
		(int)(place->last - 1 - place->text), place->text);
	t->is_info = !strcmp(place->last, "mountinfo");
	if ((!t->is_info && strcmp(place->last, "mounts") != 0) ||
		!strchr(t->dir, '/'))
		return false;
	if (!is_self(t->dir, place->has_parent))
		return place->has_parent && is_proc_dir(place, t->dir);
	snprintf(t->dir, sizeof(t->dir), "/proc/%d", tid);
	return has_proc(tid);
}

/* --- what is in it ------------------------------------------------------- */

static char *read_all(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!f)
		return NULL;
	if (getdelim(&text, &size, '\0', f) < 0) {
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

/* As the kernel. */
static void escape(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; *from && n + 5 < size; from++)
		if (strchr(" \t\n\\#", *from))
			n += (size_t)sprintf(
				to + n, "\\%03o", (unsigned char)*from);
		else
			to[n++] = *from;
	to[n] = '\0';
}

static bool is_below(const char *path, const char *mountpoint, size_t len)
{
	if (len == 1)
		return true;
	return !strncmp(path, mountpoint, len) && path[len] == '/';
}

/* The mount that the escaped @path lies in: the last of the longest. */
static unsigned int mount_over(const char *real, const char *path)
{
	unsigned int id, best = 0;
	size_t best_len = 0;
	int at, end;

	for (; *real; real = strchrnul(real, '\n'), real += *real == '\n') {
		if (sscanf(real, "%u %*s %*s %*s %n%*s%n", &id, &at, &end) != 1)
			continue;
		if ((size_t)(end - at) >= best_len &&
			is_below(path, real + at, (size_t)(end - at))) {
			best_len = (size_t)(end - at);
			best = id;
		}
	}
	return best;
}

static void add_line(
	struct table *t, const struct umvu_name *name, const char *path)
{
	char at[4 * PATH_MAX], source[2 * PATH_MAX], options[2 * PATH_MAX];
	const char *type = name_owner(name)->name;
	dev_t dev = name_dev(name);

	escape(at, sizeof(at), path);
	escape(source, sizeof(source), name_source(name));
	escape(options, sizeof(options), name_options(name));
	if (t->is_info)
		fprintf(t->out, "%llu %u %u:%u / %s rw - %s %s rw%s%s\n",
			FIRST_MOUNT_ID + name_serial(name),
			mount_over(t->real, at), major(dev), minor(dev), at,
			type, source, *options ? "," : "", options);
	else
		fprintf(t->out, "%s %s %s rw%s%s 0 0\n", source, at, type,
			*options ? "," : "", options);
}

/* @path as seen from @root; NULL: not below it. */
static const char *below_root(const char *path, const char *root)
{
	size_t len = strcmp(root, "/") ? strlen(root) : 0;

	return !strncmp(path, root, len) && path[len] == '/' ? path + len
							     : NULL;
}

static void add_names(struct table *t, const struct names *names)
{
	char root[PATH_MAX], link[sizeof(t->dir) + 8], text[2 * PATH_MAX];
	const struct umvu_name *name;
	const char *path;
	ssize_t n;

	snprintf(link, sizeof(link), "%s/root", t->dir);
	n = readlink(link, root, sizeof(root) - 1);
	if (n < 0)
		return;
	root[n] = '\0';
	for (name = names_next(names, NULL, 0); name;
		name = names_next(names, NULL, name_serial(name))) {
		name_text(name, text, sizeof(text));
		path = below_root(text, root);
		if (path)
			add_line(t, name, path);
	}
}

/* A descriptor on the finished file that only reads. */
static int reopen(int memfd)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", memfd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int write_table(struct table *t, struct umvu *session)
{
	int fd = memfd_create(t->is_info ? "mountinfo" : "mounts", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	t->out = fdopen(fd, "w");
	if (!t->out) {
		close(fd);
		return -ENOMEM;
	}
	fputs(t->real, t->out);
	pthread_mutex_lock(&session->lock);
	add_names(t, session->names);
	pthread_mutex_unlock(&session->lock);
	fd = fflush(t->out) ? -EIO : reopen(fileno(t->out));
	fclose(t->out);
	return fd;
}

static int make_table(struct table *t, struct umvu *session)
{
	char path[sizeof(t->dir) + 16];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", t->dir,
		t->is_info ? "mountinfo" : "mounts");
	t->real = read_all(path);
	if (!t->real)
		return -ENOENT;
	fd = write_table(t, session);
	free(t->real);
	return fd;
}

/* --- the call ------------------------------------------------------------ */

static int find_and_make(struct worker_job *job, unsigned int flags)
{
	const struct umvu_call *call = &job->call;
	const struct path_arg *arg = &systable_find(call->nr)->path[0];
	struct umvu_place place;
	struct table t;
	char path[PATH_MAX];
	int dirfd = arg->dirfd == CWD ? AT_FDCWD : (int)call->args[arg->dirfd];
	int err;

	err = guestmem_read_string(call->tid,
		call_addr(call, (unsigned int)arg->path), path, sizeof(path));
	if (err >= 0)
		err = place_find(&place, call->tid, dirfd, path, flags);
	if (err < 0 || !find_table(&t, &place, call->tid))
		return -ENOENT;
	return make_table(&t, call->session);
}

static void open_table(struct worker_job *job)
{
	int fd = find_and_make(
		job, job->flags & JOB_NOFOLLOW ? 0 : PLACE_FOLLOW);

	/* No table of ours: the kernel knows what it is. */
	if (fd < 0)
		worker_answer(job, UMVU_CONTINUE);
	else
		worker_answer_fd(job, fd, job->flags & JOB_CLOEXEC);
}

long mounttable_open(const struct umvu_call *call, bool cloexec, bool nofollow)
{
	return worker_start(call, open_table,
		(cloexec ? JOB_CLOEXEC : 0) | (nofollow ? JOB_NOFOLLOW : 0));
}
