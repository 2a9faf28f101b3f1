/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * fork is not trapped: that would cost every program. A process that is not
 * known takes the data of its nearest known ancestor when it makes its first
 * trapped call, which is right as long as the ancestry still tells. So what
 * could falsify it is watched instead:
 *
 *	the parent changes its data	first all its children become known
 *	the parent ends (exit_group)	first all its children become known
 *	the parent is killed		its pidfd tells; its children are then
 *					children of the supervisor, which is a
 *					child subreaper, and become known
 *	execve				the process itself becomes known
 *
 * Nothing of this is done while no process has data. A process is held by a
 * pidfd, so a number that is used again is never taken for it.
 */
#include "process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "call.h"
#include "modules.h"

#define BUCKETS	     256u
#define MAX_CHILDREN 4096
#define MAX_STEPS    256 /* up the family tree */

struct process {
	pid_t pid;
	int pidfd;
	bool exits; /* it said so itself: its children are known */
	void *data[MODULES_MAX];
	struct process *next;
};

struct processes {
	struct umvu *session;
	int deaths; /* epoll set of the pidfds */
	struct umvu_watch *watch;
	ino_t netns; /* our own network name space */
	unsigned int with_data;
	struct process *bucket[BUCKETS];
	pid_t children[MAX_CHILDREN]; /* too large for the stack */
};

static ssize_t read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n;
}

pid_t process_tgid_of(pid_t tid)
{
	char path[64], buf[1024];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	if (read_file(path, buf, sizeof(buf)) <= 0)
		return tid;
	at = strstr(buf, "\nTgid:");
	return at ? (pid_t)strtol(at + 6, NULL, 10) : tid;
}

/* What /proc/PID/stat tells of a process. */
struct kin {
	pid_t parent, group, session;
	int threads;
};

/* -ESRCH: it has gone; -EMFILE and its like: nobody can tell. */
static int read_kin(pid_t pid, struct kin *kin)
{
	char path[64], buf[1024];
	const char *at;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	n = read_file(path, buf, sizeof(buf));
	if (n <= 0)
		return n == 0 || n == -ENOENT ? -ESRCH : (int)n;
	/* "pid (name) state ppid": the name may hold anything. */
	at = strrchr(buf, ')');
	if (!at || sscanf(at,
			   ") %*c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u "
			   "%*u %*d %*d %*d %*d %d",
			   &kin->parent, &kin->group, &kin->session,
			   &kin->threads) != 4)
		return -EIO;
	return 0;
}

static size_t parse_pids(const char *text, pid_t *pids, size_t len)
{
	size_t n = 0;
	char *end;
	long pid;

	while (n < len && (pid = strtol(text, &end, 10)) > 0) {
		pids[n++] = (pid_t)pid;
		text = end;
	}
	return n;
}

/* One read gives a page of the list at most, so read on to its end. */
static size_t thread_children(
	pid_t pid, const char *tid, pid_t *pids, size_t len)
{
	char path[128], buf[4096];
	size_t n = 0, kept = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/children", pid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	while ((got = read(fd, buf + kept, sizeof(buf) - 1 - kept)) > 0) {
		char *end;

		kept += (size_t)got;
		buf[kept] = '\0';
		/* Each number ends in a space; what follows the last one is
		 * the beginning of the next. */
		end = strrchr(buf, ' ');
		if (!end)
			break;
		*end++ = '\0';
		n += parse_pids(buf, pids + n, len - n);
		kept = strlen(end);
		memmove(buf, end, kept);
	}
	close(fd);
	return n;
}

int process_children(pid_t pid, pid_t *pids, size_t len)
{
	char path[64];
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			n += thread_children(
				pid, entry->d_name, pids + n, len - n);
	closedir(dir);
	return (int)n;
}

static struct process **bucket_of(struct processes *ps, pid_t pid)
{
	return &ps->bucket[(unsigned int)pid % BUCKETS];
}

static bool is_dead(const struct process *p)
{
	struct pollfd pfd = { p->pidfd, POLLIN, 0 };

	return poll(&pfd, 1, 0) != 0;
}

static bool has_data(const struct process *p)
{
	unsigned int i;

	for (i = 0; i < MODULES_MAX; i++)
		if (p->data[i])
			return true;
	return false;
}

static struct process *find(struct processes *ps, pid_t pid)
{
	struct process *p;

	for (p = *bucket_of(ps, pid); p; p = p->next)
		if (p->pid == pid && !is_dead(p))
			return p;
	return NULL;
}

static void drop(struct processes *ps, struct process *p)
{
	struct process **at = bucket_of(ps, p->pid);
	unsigned int i;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	if (has_data(p))
		ps->with_data--;
	for (i = 0; i < MODULES_MAX; i++)
		if (p->data[i])
			modules_at(ps->session->modules, i)
				->data_put(p->data[i]);
	close(p->pidfd); /* leaves the epoll set */
	free(p);
}

static void inherit(
	struct processes *ps, struct process *p, const struct process *from)
{
	unsigned int i;

	for (i = 0; i < MODULES_MAX; i++) {
		if (!from->data[i])
			continue;
		modules_at(ps->session->modules, i)->data_get(from->data[i]);
		p->data[i] = from->data[i];
	}
	if (has_data(p))
		ps->with_data++;
}

/* NULL with errno. */
static struct process *add(
	struct processes *ps, pid_t pid, const struct process *parent)
{
	struct process *p = calloc(1, sizeof(*p));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = p };
	int err = ENOMEM;

	if (!p)
		goto fail;
	p->pid = pid;
	p->pidfd = (int)syscall(__NR_pidfd_open, pid, 0);
	err = errno;
	if (p->pidfd < 0)
		goto free_process;
	/* A zombie would be buried at once, and taken up again for that. */
	err = ESRCH;
	if (is_dead(p))
		goto close_pidfd;
	if (epoll_ctl(ps->deaths, EPOLL_CTL_ADD, p->pidfd, &ev) < 0) {
		err = errno;
		goto close_pidfd;
	}
	p->next = *bucket_of(ps, pid);
	*bucket_of(ps, pid) = p;
	if (parent)
		inherit(ps, p, parent);
	return p;

close_pidfd:
	close(p->pidfd);
free_process:
	free(p);
fail:
	errno = err;
	return NULL;
}

/* All children of @pid that are not known yet take over what @p has; NULL:
 * nothing. */
static void adopt_children(
	struct processes *ps, pid_t pid, const struct process *p)
{
	int i, n;

	n = process_children(pid, ps->children, MAX_CHILDREN);
	for (i = 0; i < n; i++)
		if (!find(ps, ps->children[i]))
			add(ps, ps->children[i], p);
}

/* Takes the dead off the table. */
static void bury(struct processes *ps)
{
	struct epoll_event ev;

	while (epoll_wait(ps->deaths, &ev, 1, 0) == 1) {
		struct process *p = ev.data.ptr;

		if (!p->exits)
			adopt_children(ps, getpid(), p);
		drop(ps, p);
	}
}

bool processes_have_data(const struct processes *ps)
{
	return ps->with_data;
}

void processes_bury(struct processes *ps)
{
	bury(ps);
}

static void on_deaths(void *arg, uint32_t events)
{
	(void)events;
	bury(arg);
}

/* The nearest known ancestor of @pid, or @pid itself when it became known on
 * the way; NULL in *known when there is none. 0 or negative errno. */
static int find_ancestor(
	struct processes *ps, pid_t pid, struct process **known)
{
	pid_t at = pid, self = getpid();
	struct kin kin;
	int tries, err;

	*known = NULL;
	for (tries = 0; tries < MAX_STEPS; tries++) {
		err = read_kin(at, &kin);
		if (err == -ESRCH && at != pid) {
			/* Died while we looked: its children have another
			 * parent now. */
			at = pid;
			continue;
		}
		if (err)
			return err;
		at = kin.parent;
		/* An orphan of ours: its parent may have died just now. */
		if (at == self)
			bury(ps);
		*known = find(ps, at == self ? pid : at);
		if (*known || at == self || at <= 1)
			return 0;
	}
	return -EAGAIN;
}

/* An orphan whose ancestors were never known goes with its process group, or
 * its session. */
static struct process *find_relative(struct processes *ps, pid_t pid)
{
	struct process *p = NULL;
	struct kin kin;

	if (read_kin(pid, &kin) == 0) {
		p = find(ps, kin.group);
		if (!p)
			p = find(ps, kin.session);
	}
	return p;
}

/* NULL with errno. */
static struct process *take_up(struct processes *ps, pid_t pid)
{
	struct process *known;
	int err = find_ancestor(ps, pid, &known);

	if (err) {
		errno = -err;
		return NULL;
	}
	if (!known)
		known = find_relative(ps, pid);
	if (known && known->pid == pid)
		return known;
	return add(ps, pid, known);
}

static struct process *process_of(struct processes *ps, pid_t tid)
{
	struct process *p = find(ps, tid);
	pid_t tgid;

	if (p)
		return p;
	tgid = process_tgid_of(tid);
	p = find(ps, tgid);
	return p ? p : take_up(ps, tgid);
}

struct process *process_of_call(const struct umvu_call *call)
{
	return process_of(call->session->processes, call->tid);
}

/* All guests descend from us, who inherit their orphans. */
static bool is_guest(pid_t pid)
{
	pid_t self = getpid();
	struct kin kin;
	int steps;

	for (steps = 0; steps < MAX_STEPS && pid > 1; steps++) {
		if (read_kin(pid, &kin) < 0)
			return false;
		pid = kin.parent;
		if (pid == self)
			return true;
	}
	return false;
}

int process_adopt(struct umvu *session, const struct umvu_module *owner,
	void *data, pid_t pid)
{
	struct processes *ps = session->processes;
	struct process *p;

	/* With no data it must be known, too, lest it be taken for an orphan of
	 * somebody who dies now. */
	if (!data && !ps->with_data)
		return 0;
	p = add(ps, pid, NULL);
	/* And the present guests lest they be taken for orphans of this one. */
	if (!ps->with_data)
		adopt_children(ps, getpid(), NULL);
	if (p && data) {
		p->data[modules_slot(session->modules, owner)] = data;
		ps->with_data++;
	} else if (data) {
		owner->data_put(data);
	}
	return p ? 0 : -errno;
}

void process_execs(const struct umvu_call *call)
{
	if (call->session->processes->with_data)
		process_of_call(call);
}

void process_exits(const struct umvu_call *call)
{
	struct processes *ps = call->session->processes;
	struct process *p = ps->with_data ? process_of_call(call) : NULL;
	struct kin kin;

	if (!p)
		return;
	adopt_children(ps, p->pid, p);
	/* Another thread may fork until it is killed. */
	p->exits = read_kin(p->pid, &kin) == 0 && kin.threads == 1;
}

int umvu_call_data(const struct umvu_call *call,
	const struct umvu_module *owner, void **data)
{
	struct umvu *session = call->session;
	struct process *p;

	*data = NULL;
	if (!session->processes->with_data)
		return 0;
	p = process_of_call(call);
	if (!p)
		return -errno;
	*data = p->data[modules_slot(session->modules, owner)];
	return 0;
}

int umvu_task_data(struct umvu *session, pid_t tid,
	const struct umvu_module *owner, void **data)
{
	struct processes *ps = session->processes;
	struct process *p;

	*data = NULL;
	if (!is_guest(process_tgid_of(tid)))
		return -ESRCH;
	if (!ps->with_data)
		return 0;
	p = process_of(ps, tid);
	if (!p)
		return -errno;
	*data = p->data[modules_slot(session->modules, owner)];
	return 0;
}

int umvu_call_set_data(const struct umvu_call *call,
	const struct umvu_module *owner, void *data)
{
	struct umvu *session = call->session;
	struct processes *ps = session->processes;
	struct process *p = process_of_call(call);
	void **slot, *old;

	if (!p)
		return -errno;
	/* From now on a new child of ours is an orphan of somebody who was
	 * killed (see bury); so the present ones must be known. */
	if (!ps->with_data)
		adopt_children(ps, getpid(), NULL);
	adopt_children(ps, p->pid, p);
	slot = &p->data[modules_slot(session->modules, owner)];
	old = *slot;
	ps->with_data -= has_data(p);
	*slot = data;
	ps->with_data += has_data(p);
	if (old)
		owner->data_put(old);
	return 0;
}

void processes_drop_data(struct processes *ps, const struct umvu_module *owner)
{
	unsigned int i, slot = modules_slot(ps->session->modules, owner);
	struct process *p;

	for (i = 0; i < BUCKETS; i++)
		for (p = ps->bucket[i]; p; p = p->next) {
			void *old = p->data[slot];

			if (!old)
				continue;
			p->data[slot] = NULL;
			if (!has_data(p))
				ps->with_data--;
			owner->data_put(old);
		}
}

int processes_init(struct umvu *session)
{
	struct processes *ps = calloc(1, sizeof(*ps));
	struct stat st;

	if (!ps)
		return -ENOMEM;
	session->processes = ps;
	ps->session = session;
	ps->netns = stat("/proc/self/ns/net", &st) == 0 ? st.st_ino : 0;
	ps->deaths = epoll_create1(EPOLL_CLOEXEC);
	if (ps->deaths < 0)
		return -errno;
	ps->watch = umvu_watch(session, ps->deaths, EPOLLIN, on_deaths, ps);
	return ps->watch ? 0 : -errno;
}

bool umvu_task_in_our_netns(struct umvu *session, pid_t tid)
{
	const struct processes *ps = session->processes;
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", tid);
	/* Not readable: a program that gained rights; it has not moved. */
	return stat(path, &st) < 0 || st.st_ino == ps->netns;
}
