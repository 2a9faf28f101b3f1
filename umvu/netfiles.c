/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * The text of a path tells whether it can be such a file at all: it has a
 * component `net` somewhere below one called `proc`. Only then the path is
 * walked, by a thread of its own (paths.c); what the walk finds is one if it
 * lies in a procfs, whatever that is mounted at.
 *
 * A relative path is judged together with the text of the directory that it
 * starts from, which costs a readlink(2). So that is only done if the path itself
 * has a component `net`, or if some guest has gone into a directory of such
 * files, or has one open. (Those that a module gave are no matter: what they lead
 * to is right.)
 *
 * The walk is ours, so `self` leads to our own directory, and to nowhere in a
 * procfs of another pid name space, where we are not. Both mean the caller.
 */
#include "netfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "modules.h"
#include "place.h"
#include "process.h"

/* <linux/nsfs.h> of Debian 13 is older than Linux 6.11. */
#ifndef NS_GET_PID_FROM_PIDNS
#define NS_GET_PID_FROM_PIDNS _IOR(NSIO, 0x6, int)
#endif

#define PROC_ROOT_INO 1 /* of every procfs */

struct netfiles {
	dev_t dev; /* of /proc */
	bool has_visitors;
};

/* --- the cheap test ------------------------------------------------------ */

int netfiles_init(struct umvu *session)
{
	struct netfiles *n = calloc(1, sizeof(*n));
	struct stat st;

	session->netfiles = n;
	if (!n)
		return -ENOMEM;
	if (stat("/proc", &st) == 0)
		n->dev = st.st_dev;
	return 0;
}

void netfiles_visited(struct umvu *session)
{
	session->netfiles->has_visitors = true;
}

/* The slash before the next component `net`; NULL: there is none. */
static const char *find_net(const char *text)
{
	while ((text = strstr(text, "/net")) && text[4] && text[4] != '/')
		text += 4;
	return text;
}

static bool is_below_proc(const char *text)
{
	const char *proc = strstr(text, "/proc/");

	return proc && find_net(proc + 5);
}

/* The text of the caller's descriptor @fd, or working directory, of at most
 * PATH_MAX bytes and a NUL; returns its length, -1: there is none. No file
 * system is asked. */
static ssize_t text_of(const struct umvu_call *call, int fd, char *text)
{
	char link[64];
	ssize_t n;

	if (fd == AT_FDCWD)
		snprintf(link, sizeof(link), "/proc/%d/cwd", call->tid);
	else
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", call->tid, fd);
	n = readlink(link, text, PATH_MAX);
	if (n >= 0)
		text[n] = '\0';
	return n;
}

static bool may_be_relative(const struct netfiles *n, const char *text)
{
	return n->has_visitors || find_net(text) ||
	       (!strncmp(text, "net", 3) && (!text[3] || text[3] == '/'));
}

bool netfiles_may_be(const struct umvu_call *call, int dirfd, const char *text)
{
	char joined[2 * PATH_MAX];
	ssize_t n;

	if (*text == '/')
		return is_below_proc(text);
	if (!may_be_relative(call->session->netfiles, text))
		return false;
	n = text_of(call, dirfd, joined);
	if (n < 0)
		return false;
	snprintf(joined + n, sizeof(joined) - (size_t)n, "/%s", text);
	return is_below_proc(joined);
}

bool netfiles_may_list(const struct umvu_call *call, int fd, dev_t dev)
{
	char text[PATH_MAX + 1];
	ssize_t n;

	if (dev != call->session->netfiles->dev)
		return false;
	n = text_of(call, fd, text);
	return n > 4 && !strcmp(text + n - 4, "/net") && is_below_proc(text);
}

bool netfiles_may_link(const char *target)
{
	return is_below_proc(target);
}

/* --- whose it is --------------------------------------------------------- */

/* What is before `net` in the text of a place. */
struct head {
	size_t proc_len; /* the procfs's root */
	pid_t pid, tid;	 /* numbers there; 0: none */
	bool sys, self, thread_self;
};

/* The last component of the first @end bytes of @text, with its slash before it;
 * "": none. Returns where that is. */
static size_t component_before(
	const char *text, size_t end, char *last, size_t size)
{
	size_t start = end;

	while (start > 0 && text[start - 1] != '/')
		start--;
	snprintf(last, size, "%.*s", (int)(end - start), text + start);
	return start ? start - 1 : 0;
}

/* 0: not a number of a process. */
static pid_t number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *text >= '1' && *text <= '9' && !*end && n <= INT_MAX ? (pid_t)n
								     : 0;
}

static void parse_numbers(
	struct head *head, const char *text, size_t at, pid_t last)
{
	char name[16];
	size_t task;

	head->proc_len = at;
	head->pid = last;
	task = component_before(text, at, name, sizeof(name));
	if (strcmp(name, "task") != 0)
		return;
	head->tid = last;
	head->proc_len = component_before(text, task, name, sizeof(name));
	head->pid = number(name);
}

static void parse_head(struct head *head, const char *text, size_t len)
{
	char last[16];
	size_t at = component_before(text, len, last, sizeof(last));
	pid_t pid = number(last);

	*head = (struct head){ .proc_len = at };
	head->sys = !strcmp(last, "sys");
	head->self = !strcmp(last, "self");
	head->thread_self = !strcmp(last, "thread-self");
	if (pid) {
		parse_numbers(head, text, at, pid);
	} else if (!head->sys && !head->self && !head->thread_self) {
		/* /proc/net, where its link leads nowhere */
		head->proc_len = len;
		head->self = true;
	}
}

/* Does the directory that thread @tid sees at @path hold a procfs? If so,
 * *ours: processes have the numbers there that they have for us. */
static bool is_procfs(pid_t tid, const char *path, bool *ours)
{
	int fd = place_open_dir(tid, path);
	char self[16] = "";
	struct statfs fs;
	struct stat st;
	bool is;

	if (fd < 0)
		return false;
	is = fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC &&
	     fstat(fd, &st) == 0 && st.st_ino == PROC_ROOT_INO;
	if (readlinkat(fd, "self", self, sizeof(self) - 1) < 0)
		*self = '\0';
	*ours = number(self) == getpid();
	close(fd);
	return is;
}

/* Our number of the thread that is @number for thread @tid, who lives in another
 * pid name space; 0: there is none, or Linux is older than 6.11. */
static pid_t translate(pid_t tid, pid_t number)
{
	char path[64];
	int fd, ours;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ours = ioctl(fd, NS_GET_PID_FROM_PIDNS, number);
	close(fd);
	/* the same: it is our name space, but the procfs is another's */
	return ours > 0 && ours != number ? ours : 0;
}

/* 0: not to be told. */
static pid_t whose(
	const struct head *head, const struct umvu_call *call, bool ours)
{
	pid_t named = head->tid ? head->tid : head->pid;

	if (head->sys)
		return call->tid;
	if (head->pid && !ours)
		return translate(call->tid, named);
	if (head->pid && (head->pid != getpid() || head->tid))
		return named == gettid() ? call->tid : named;
	/* In ours `self` was followed, unless the link itself is meant. */
	if (!head->pid && ours)
		return 0;
	return head->thread_self ? call->tid : process_tgid_of(call->tid);
}

static bool parse(struct netfile *file, const struct umvu_call *call,
	const char *text, const char *net)
{
	char proc[2 * PATH_MAX];
	struct head head;
	bool ours;

	parse_head(&head, text, (size_t)(net - text));
	snprintf(proc, sizeof(proc), "%.*s", (int)head.proc_len, text);
	if (!is_procfs(call->tid, proc, &ours))
		return false;
	file->tid = whose(&head, call, ours);
	file->path = head.sys ? net - 3 : net + 1;
	return file->tid != 0;
}

bool netfile_at(struct netfile *file, const struct umvu_call *call,
	const struct umvu_place *place)
{
	const char *net = place->text;

	while ((net = find_net(net))) {
		if (parse(file, call, place->text, net))
			return true;
		net += 4;
	}
	return false;
}

/* --- the call ------------------------------------------------------------ */

/* A guest that waits for what the module says. */
struct asking {
	struct umvu_parked *parked;
	enum netfile_use use;
	uint64_t flags;
};

_Static_assert(sizeof(struct stat) == 144, "as the kernel has it");

static long give_stat(struct umvu_parked *parked, int fd)
{
	const struct umvu_call *call = umvu_parked_call(parked);
	unsigned int to = call->nr == __NR_newfstatat ? 2 : 1;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return umvu_parked_write(parked, call_addr(call, to), &st, sizeof(st));
}

static long give_statx(struct umvu_parked *parked, int fd)
{
	const struct umvu_call *call = umvu_parked_call(parked);
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH, (unsigned int)call->args[3], &st) < 0)
		return -errno;
	return umvu_parked_write(parked, call_addr(call, 4), &st, sizeof(st));
}

static bool is_dir(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What the call that does not open the file returns. */
static long look_at(const struct asking *a, int fd)
{
	switch (a->use) {
	case NETFILE_STAT:
		return give_stat(a->parked, fd);
	case NETFILE_STATX:
		return give_statx(a->parked, fd);
	case NETFILE_ACCESS:
		return a->flags & X_OK && !is_dir(fd) ? -EACCES : 0;
	case NETFILE_READLINK:
		return -EINVAL;
	case NETFILE_GETXATTR:
		return -EOPNOTSUPP;
	case NETFILE_LISTXATTR:
		return 0;
	default: /* a descriptor with O_PATH cannot be handed over */
		return UMVU_CONTINUE;
	}
}

static void finish(struct asking *a, long fd)
{
	bool opens = a->use == NETFILE_OPEN && !(a->flags & O_PATH);

	if (fd < 0) {
		umvu_answer(a->parked, fd);
	} else if (opens) {
		umvu_answer_fd(a->parked, (int)fd, a->flags & O_CLOEXEC);
	} else {
		umvu_answer(a->parked, look_at(a, (int)fd));
		close((int)fd);
	}
	free(a);
}

static void on_done(void *arg, long fd)
{
	struct asking *a = arg;

	/* The guest gets a directory of the kernel's, or what may be one. */
	if (a->use == NETFILE_OPEN &&
		(fd == UMVU_CONTINUE || a->flags & O_PATH))
		netfiles_visited(umvu_parked_call(a->parked)->session);
	finish(a, fd);
}

/* With which the file is opened: who asks for access tries. */
static int flags_of(enum netfile_use use, uint64_t flags)
{
	if (use == NETFILE_OPEN)
		return (int)flags & ~O_CLOEXEC;
	if (use != NETFILE_ACCESS || !(flags & (R_OK | W_OK)))
		return O_PATH;
	if (!(flags & W_OK))
		return O_RDONLY;
	return flags & R_OK ? O_RDWR : O_WRONLY;
}

/* What a module is asked. */
struct question {
	const struct umvu_net_file *file;
	umvu_net_file_done *done;
	void *arg;
};

static long ask_module(const struct umvu_module *m, void *state,
	struct umvu_call *call, void *arg)
{
	const struct question *q = arg;

	return m->version >= 2 && m->net_file
		       ? m->net_file(state, call, q->file, q->done, q->arg)
		       : UMVU_CONTINUE;
}

static long ask(struct umvu_call *call, const struct umvu_net_file *file,
	umvu_net_file_done *done, void *arg)
{
	struct question q = { file, done, arg };

	return modules_ask(call->session->modules, call, ask_module, &q);
}

long netfile_call(struct umvu_call *call, const struct netfile *file,
	enum netfile_use use, uint64_t flags, bool as_dir)
{
	const struct umvu_net_file asked = { file->tid, file->path,
		flags_of(use, flags) | (as_dir ? O_DIRECTORY : 0) };
	struct asking *a;
	long result;

	/* These two are there, whatever the network; and an error is the
	 * kernel's to tell. */
	if (use != NETFILE_OPEN &&
		(!strcmp(file->path, "net") || !strcmp(file->path, "sys/net")))
		return UMVU_CONTINUE;
	if (use == NETFILE_OPEN && as_dir && flags & O_CREAT)
		return UMVU_CONTINUE;
	if (use == NETFILE_ACCESS && flags & ~(uint64_t)(R_OK | W_OK | X_OK))
		return UMVU_CONTINUE;
	a = malloc(sizeof(*a));
	if (!a)
		return -ENOMEM;
	*a = (struct asking){ umvu_park(call, NULL, NULL), use, flags };
	if (!a->parked) {
		free(a);
		return -ENOMEM;
	}
	result = ask(call, &asked, on_done, a);
	if (result != 0)
		finish(a, result);
	return UMVU_PARKED;
}

/* --- listings ------------------------------------------------------------ */

/* A thread that waits for what the module says. */
struct waiting {
	pthread_cond_t done;
	bool is_done;
	long result;
};

static void on_looked(void *arg, long fd)
{
	struct waiting *w = arg;

	w->result = fd;
	w->is_done = true;
	pthread_cond_signal(&w->done);
	if (fd >= 0)
		close((int)fd);
}

bool netfile_is_missing(
	struct umvu_call *call, const struct netfile *dir, const char *name)
{
	struct waiting w = { .done = PTHREAD_COND_INITIALIZER };
	char path[PATH_MAX];
	const struct umvu_net_file file = { dir->tid, path, O_PATH };
	pthread_mutex_t *lock = &call->session->lock;
	long result;

	snprintf(path, sizeof(path), "%s/%s", dir->path, name);
	pthread_mutex_lock(lock);
	result = ask(call, &file, on_looked, &w);
	while (result == 0 && !w.is_done)
		pthread_cond_wait(&w.done, lock);
	pthread_mutex_unlock(lock);
	return (result ? result : w.result) == -ENOENT;
}
