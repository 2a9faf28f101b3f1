/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "call.h"
#include "filter.h"
#include "process.h"
#include "rc.h"

#define MAX_ARGS	8
#define ARGS_SIZE	4096
#define MODULE_FD	3 /* where a spawned program finds its descriptor */
#define SESSION_PROGRAM "/vunetioth-session"
#define MAX_SPAWNED	4096

struct spawn_request {
	uid_t uid;
	gid_t gid;
	unsigned int ngroups;
	gid_t groups[64];
	unsigned int argc; /* of args: path, argv[0], argv[1], ... */
	char args[ARGS_SIZE];
};

/* Spawns are answered in the order in which they were asked for. */
struct pending {
	struct spawn_request *rq; /* NULL: sent */
	int fds[2];		  /* with rq */
	const struct umvu_module *owner;
	void *data;
	void (*started)(void *arg, pid_t pid);
	void *arg;
	struct pending *next;
};

struct launcher {
	struct umvu *session;
	pid_t pid;
	int sock; /* SOCK_SEQPACKET to the launcher */
	struct umvu_watch *watch;
	uint32_t events; /* that are watched for */
	struct pending *pending, **pending_tail;
	pid_t spawned[MAX_SPAWNED];
	size_t spawned_len;
};

/* --- in the launcher ---------------------------------------------------- */

static pid_t clone_sibling(void)
{
	return (pid_t)syscall(
		__NR_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
}

static void redirect_to_null(void)
{
	int fd = open("/dev/null", O_RDWR);

	if (fd < 0)
		return;
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
}

/* Only a privileged launcher can, and needs to, become somebody else. */
static int take_identity(const struct spawn_request *rq)
{
	if (rq->uid == geteuid() && rq->gid == getegid())
		return 0;
	if (setgroups(rq->ngroups, rq->groups) < 0 ||
		setresgid(rq->gid, rq->gid, rq->gid) < 0 ||
		setresuid(rq->uid, rq->uid, rq->uid) < 0)
		return -errno;
	return 0;
}

static void split_args(char *args, unsigned int argc, char *argv[MAX_ARGS + 1])
{
	unsigned int i;

	for (i = 0; i < argc; i++) {
		argv[i] = args;
		args += strlen(args) + 1;
	}
	argv[argc] = NULL;
}

static void run_spawned(
	struct spawn_request *rq, const int fds[2], const sigset_t *mask)
{
	char *argv[MAX_ARGS + 1];

	split_args(rq->args, rq->argc, argv);
	if (take_identity(rq) < 0 || fchdir(fds[1]) < 0)
		_exit(126);
	/* The same descriptor needs no dup2, but loses close-on-exec. */
	if (fds[0] == MODULE_FD)
		fcntl(MODULE_FD, F_SETFD, 0);
	else
		dup2(fds[0], MODULE_FD);
	syscall(__NR_close_range, MODULE_FD + 1, ~0u, 0);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execv(argv[0], argv + 1);
	_exit(127);
}

/* The launcher never traps: recvmsg is not among what it may not do, but the
 * guest's rule that nobody answers must not hang it, so plain reads suffice
 * for the data and SCM_RIGHTS for the descriptors. */
static ssize_t receive_request(int sock, struct spawn_request *rq, int fds[2])
{
	char control[CMSG_SPACE(2 * sizeof(int))];
	struct iovec iov = { rq, sizeof(*rq) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	if (n > 0 && (!c || c->cmsg_len != CMSG_LEN(2 * sizeof(int))))
		return -1;
	if (c)
		memcpy(fds, CMSG_DATA(c), 2 * sizeof(int));
	return n;
}

static void serve(int sock, const sigset_t *mask)
{
	struct spawn_request rq;
	int fds[2];
	pid_t pid;

	while (receive_request(sock, &rq, fds) > 0) {
		pid = clone_sibling();
		if (pid == 0)
			run_spawned(&rq, fds, mask);
		if (pid < 0)
			pid = -errno;
		close(fds[0]);
		close(fds[1]);
		if (write(sock, &pid, sizeof(pid)) < 0)
			break;
	}
}

/*
 * What to execute: the command, or the program that mounts what --stack says
 * and becomes the command. @path is that program.
 */
static char **command_line(const struct options *o, char *path)
{
	size_t len = 0, n = 0, i;
	char **argv;

	if (!o->stacks_len)
		return o->command;
	while (o->command[len])
		len++;
	argv = calloc(o->stacks_len + len + 3, sizeof(*argv));
	if (!argv)
		_exit(126);
	argv[n++] = path;
	for (i = 0; i < o->stacks_len; i++)
		argv[n++] = o->stack[i];
	argv[n++] = "--";
	memcpy(argv + n, o->command, len * sizeof(*argv));
	return argv;
}

static void run_command(const struct umvu *session, const sigset_t *mask)
{
	char path[sizeof(session->libexec_dir) + sizeof(SESSION_PROGRAM)];
	char **argv;

	sigprocmask(SIG_SETMASK, mask, NULL);
	rc_run_all(session->options);
	snprintf(
		path, sizeof(path), "%s" SESSION_PROGRAM, session->libexec_dir);
	argv = command_line(session->options, path);
	execvp(argv[0], argv);
	fprintf(stderr, "umvu: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* One step of the start: tell @value, wait until it was taken. */
static bool tell(int sock, int value)
{
	char ack;

	return write(sock, &value, sizeof(value)) == sizeof(value) &&
	       read(sock, &ack, 1) == 1;
}

static void launcher_main(
	const struct umvu *session, int sock, const sigset_t *mask)
{
	int gate[2], listener = filter_install(session->options);
	pid_t pid;

	prctl(PR_SET_NAME, "umvu-launcher");
	if (!tell(sock, listener) || listener < 0 || pipe2(gate, O_CLOEXEC) < 0)
		_exit(1);
	close(listener);
	pid = clone_sibling();
	if (pid == 0) {
		/* The command waits until it is known. */
		char go;

		close(gate[1]);
		close(sock);
		if (read(gate[0], &go, 1) != 1)
			_exit(1);
		run_command(session, mask);
	}
	if (!tell(sock, pid < 0 ? -errno : pid) || write(gate[1], "", 1) != 1)
		_exit(1);
	close(gate[0]);
	close(gate[1]);
	setsid();
	redirect_to_null();
	if (chdir("/") == 0)
		serve(sock, mask);
	_exit(0);
}

/* --- in the supervisor -------------------------------------------------- */

static int hear(int sock, int *value)
{
	ssize_t n = read(sock, value, sizeof(*value));

	if (n < 0)
		return -errno;
	return n == sizeof(*value) ? 0 : -EIO;
}

static int acknowledge(int sock)
{
	return write(sock, "", 1) == 1 ? 0 : -errno;
}

static int take_listener(struct launcher *launcher, const char **what)
{
	int pidfd, fd, err = hear(launcher->sock, &fd);

	if (err)
		return err;
	*what = "seccomp filter";
	if (fd < 0)
		return fd;
	*what = "pidfd_getfd";
	pidfd = (int)syscall(__NR_pidfd_open, launcher->pid, 0);
	if (pidfd < 0)
		return -errno;
	fd = (int)syscall(__NR_pidfd_getfd, pidfd, fd, 0);
	err = fd < 0 ? -errno : 0;
	close(pidfd);
	launcher->session->listener = fd;
	return err ? err : acknowledge(launcher->sock);
}

int launcher_start(
	struct umvu *session, const sigset_t *mask, const char **what)
{
	struct launcher *launcher = calloc(1, sizeof(*launcher));
	int pair[2];

	*what = "socketpair";
	if (!launcher)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		goto free_launcher;
	launcher->pending_tail = &launcher->pending;
	launcher->session = session;
	launcher->sock = pair[0];
	*what = "fork";
	launcher->pid = fork();
	if (launcher->pid == 0) {
		close(pair[0]);
		launcher_main(session, pair[1], mask);
	}
	close(pair[1]);
	if (launcher->pid < 0)
		goto close_pair;
	session->launcher = launcher;
	return take_listener(launcher, what);

close_pair:
	close(pair[0]);
free_launcher:
	free(launcher);
	return -errno;
}

pid_t launcher_run_command(struct umvu *session)
{
	int pid, err = hear(session->launcher->sock, &pid);

	if (err)
		return err;
	if (pid < 0)
		return pid;
	err = acknowledge(session->launcher->sock);
	return err ? err : pid;
}

/* Makes @pid one of ours; what it becomes in the end, or a negative errno. */
static pid_t take_child(
	struct launcher *launcher, const struct pending *p, pid_t pid)
{
	siginfo_t si;
	int err = pid < 0 ? pid : 0;

	/* It may have ended, and been waited for, before we heard of it: then
	 * its number is nobody's, or somebody else's. */
	if (!err && waitid(P_PID, (id_t)pid, &si,
			    WEXITED | WNOHANG | WNOWAIT | __WALL) < 0)
		err = -ESRCH;
	if (!err && launcher->spawned_len == MAX_SPAWNED)
		err = -EAGAIN;
	if (!err)
		launcher->spawned[launcher->spawned_len++] = pid;
	else if (p->data)
		p->owner->data_put(p->data);
	if (!err)
		err = process_adopt(launcher->session, p->owner, p->data, pid);
	if (err && err != -ESRCH && pid > 0)
		kill(pid, SIGKILL);
	return err ? err : pid;
}

static void free_request(struct pending *p)
{
	if (!p->rq)
		return;
	free(p->rq);
	p->rq = NULL;
	close(p->fds[0]);
	close(p->fds[1]);
}

static void tell_pending(struct launcher *launcher, pid_t pid)
{
	struct pending *p = launcher->pending;

	launcher->pending = p->next;
	if (!p->next)
		launcher->pending_tail = &launcher->pending;
	free_request(p);
	p->started(p->arg, take_child(launcher, p, pid));
	free(p);
}

/* Somebody killed it: nothing can be started any more. */
static void launcher_died(struct launcher *launcher)
{
	umvu_unwatch(launcher->watch);
	launcher->watch = NULL;
	while (launcher->pending)
		tell_pending(launcher, -ESRCH);
}

static void on_launcher(void *arg, uint32_t events);

static int watch_for(struct launcher *launcher, uint32_t events)
{
	if (events == launcher->events)
		return 0;
	umvu_unwatch(launcher->watch);
	launcher->watch = umvu_watch(launcher->session, launcher->sock, events,
		on_launcher, launcher);
	launcher->events = launcher->watch ? events : 0;
	return launcher->watch ? 0 : -ENOMEM;
}

static int add_arg(struct spawn_request *rq, size_t *used, const char *arg)
{
	size_t len = strlen(arg) + 1;

	if (*used + len > ARGS_SIZE || rq->argc == MAX_ARGS)
		return -E2BIG;
	memcpy(rq->args + *used, arg, len);
	*used += len;
	rq->argc++;
	return 0;
}

static int fill_request(const struct umvu_call *call, const char *path,
	char *const argv[], struct spawn_request *rq)
{
	struct umvu_creds creds;
	size_t used = 0;
	int err = umvu_call_creds(call, &creds);

	if (err)
		return err;
	rq->uid = creds.euid;
	rq->gid = creds.egid;
	rq->ngroups = creds.ngroups;
	memcpy(rq->groups, creds.groups, sizeof(rq->groups));
	err = add_arg(rq, &used, path);
	for (; *argv && !err; argv++)
		err = add_arg(rq, &used, *argv);
	return err;
}

static int send_request(int sock, struct spawn_request *rq, const int fds[2])
{
	char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	struct iovec iov = { rq, sizeof(*rq) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	*c = (struct cmsghdr){ CMSG_LEN(2 * sizeof(int)), SOL_SOCKET,
		SCM_RIGHTS };
	memcpy(CMSG_DATA(c), fds, 2 * sizeof(int));
	return sendmsg(sock, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno
								    : 0;
}

/* Sends what has room now: the launcher, which forks, may be slower than those
 * who ask. */
static int send_pending(struct launcher *launcher)
{
	struct pending *p;
	int err = 0;

	for (p = launcher->pending; p && !err; p = p->next) {
		if (!p->rq)
			continue;
		err = send_request(launcher->sock, p->rq, p->fds);
		if (!err)
			free_request(p);
	}
	if (err && err != -EAGAIN)
		return err;
	return watch_for(launcher, err ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void on_launcher(void *arg, uint32_t events)
{
	struct launcher *launcher = arg;
	pid_t pid;

	if (events & ~(uint32_t)EPOLLOUT) {
		if (!launcher->pending || hear(launcher->sock, &pid) < 0) {
			launcher_died(launcher);
			return;
		}
		tell_pending(launcher, pid);
	}
	if (events & EPOLLOUT && send_pending(launcher) < 0)
		launcher_died(launcher);
}

int launcher_serve(struct umvu *session)
{
	return watch_for(session->launcher, EPOLLIN);
}

/* The working directory of the caller; ours if it cannot be opened. */
static int open_cwd(pid_t tid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cwd", tid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 ? fd : open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void add_pending(struct launcher *launcher, struct pending *p)
{
	*launcher->pending_tail = p;
	launcher->pending_tail = &p->next;
}

/* Takes over @fd; data is the caller's until this has succeeded. */
static struct pending *new_pending(const struct umvu_call *call,
	const char *path, char *const argv[], int fd, int *err)
{
	struct pending *p = calloc(1, sizeof(*p));
	struct spawn_request *rq = calloc(1, sizeof(*rq));
	int cwd = open_cwd(call->tid);

	*err = p && rq ? fill_request(call, path, argv, rq) : -ENOMEM;
	if (!*err && cwd < 0)
		*err = -ENOENT;
	if (*err) {
		free(p);
		free(rq);
		close(fd);
		if (cwd >= 0)
			close(cwd);
		return NULL;
	}
	p->rq = rq;
	p->fds[0] = fd;
	p->fds[1] = cwd;
	return p;
}

int umvu_spawn(const struct umvu_call *call, const struct umvu_module *owner,
	void *data, const char *path, char *const argv[], int fd,
	void (*started)(void *arg, pid_t pid), void *arg)
{
	struct launcher *launcher = call->session->launcher;
	int err;
	struct pending *p = new_pending(call, path, argv, fd, &err);

	if (p && !launcher->watch) {
		err = -ESRCH; /* it has been killed, or the session ends */
		free_request(p);
		free(p);
	}
	if (err) {
		if (data)
			owner->data_put(data);
		return err;
	}
	p->owner = owner;
	p->data = data;
	p->started = started;
	p->arg = arg;
	add_pending(launcher, p);
	/* What is wrong otherwise, the loop finds out, and tells. */
	if (send_pending(launcher) < 0)
		watch_for(launcher, EPOLLIN | EPOLLOUT);
	return 0;
}

bool launcher_owns(const struct launcher *launcher, pid_t pid)
{
	size_t i;

	for (i = 0; i < launcher->spawned_len; i++)
		if (launcher->spawned[i] == pid)
			return true;
	return pid == launcher->pid;
}

void launcher_forget(struct launcher *launcher, pid_t pid)
{
	size_t i;

	for (i = 0; i < launcher->spawned_len; i++)
		if (launcher->spawned[i] == pid) {
			launcher->spawned[i] =
				launcher->spawned[--launcher->spawned_len];
			return;
		}
}

void launcher_end(struct launcher *launcher, int signal)
{
	size_t i;

	if (launcher->sock >= 0)
		close(launcher->sock);
	launcher->sock = -1;
	for (i = 0; i < launcher->spawned_len && signal; i++)
		kill(launcher->spawned[i], signal);
}
