/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syslog.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "call.h"
#include "guestfd.h"
#include "launcher.h"
#include "loop.h"
#include "modules.h"
#include "names.h"
#include "netfiles.h"
#include "notify.h"
#include "process.h"

/* Time that the processes of modules have to end by themselves. */
#define GRACE_MS     3000
#define MAX_CHILDREN 1024

struct supervisor {
	struct umvu session; /* first: umvu_hold() */
	int front;	     /* -1: the front process has ended */
	int signals;
	pid_t command;
	bool command_ended, told; /* told: the front process knows */
	int status;		  /* wait status of the command */
	int held;		  /* see umvu_hold() */
	struct umvu_watch *front_watch;
};

void umvu_log(struct umvu *session, int level, const char *format, ...)
{
	va_list args;

	if (level <= session->options->syslog_level) {
		va_start(args, format);
		vsyslog(LOG_USER | level, format, args);
		va_end(args);
	}
	if (level > session->options->log_level)
		return;
	fputs("umvu: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

const char *umvu_libexec_dir(const struct umvu *session)
{
	return session->libexec_dir;
}

static void report(
	struct supervisor *s, enum report what, int value, const char *text)
{
	struct report_message m = { .report = what, .value = value };

	snprintf(m.text, sizeof(m.text), "%s", text);
	if (s->front >= 0)
		send(s->front, &m, sizeof(m), MSG_NOSIGNAL);
}

static _Noreturn void fail(struct supervisor *s, const char *what, int err)
{
	report(s, REPORT_FAILED, -err, what);
	_exit(125);
}

/* From here on nobody who waits for the end of our output has to wait. */
static void leave_terminal(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	close(fd);
}

static bool guests_left(struct supervisor *s)
{
	pid_t pids[MAX_CHILDREN];
	int i, n = process_children(getpid(), pids, MAX_CHILDREN);

	for (i = 0; i < n; i++)
		if (!launcher_owns(s->session.launcher, pids[i]))
			return true;
	return false;
}

static void command_changed(struct supervisor *s, int status)
{
	if (WIFSTOPPED(status)) {
		report(s, REPORT_STOPPED, WSTOPSIG(status), "");
		return;
	}
	if (WIFCONTINUED(status))
		return;
	s->command_ended = true;
	s->status = status;
}

/* The front process ends with this, and whoever waits for the end of our
 * output must not have to wait for us. */
static void tell_end(struct supervisor *s)
{
	if (s->told)
		return;
	s->told = true;
	leave_terminal();
	report(s, REPORT_ENDED, s->status, "");
}

static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status,
			WNOHANG | WUNTRACED | WCONTINUED | __WALL)) > 0) {
		if (pid == s->command)
			command_changed(s, status);
		else if (WIFEXITED(status) || WIFSIGNALED(status))
			launcher_forget(s->session.launcher, pid);
	}
}

/* The last guest: tell when everything has gone. Others live on: do not keep
 * the user waiting for them. */
static void check_end(struct supervisor *s)
{
	if (!s->command_ended)
		return;
	if (!s->held && !guests_left(s)) {
		loop_stop(s->session.loop);
		return;
	}
	tell_end(s);
	if (guests_left(s))
		return;
	processes_bury(s->session.processes);
	modules_guests_gone(&s->session);
}

static void on_signals(void *arg, uint32_t events)
{
	struct supervisor *s = arg;
	struct signalfd_siginfo si;

	(void)events;
	if (read(s->signals, &si, sizeof(si)) != sizeof(si))
		return;
	reap(s);
	check_end(s);
}

void umvu_hold(struct umvu *session, int change)
{
	struct supervisor *s = (struct supervisor *)session;

	s->held += change;
	check_end(s);
}

/* The front process does not talk, it only ends: after the command, as it
 * should, or before: then whoever killed it wants the view to end. */
static void on_front(void *arg, uint32_t events)
{
	struct supervisor *s = arg;

	(void)events;
	if (!s->told)
		_exit(1);
	umvu_unwatch(s->front_watch);
	s->front_watch = NULL;
	close(s->front);
	s->front = -1;
}

static int watch_all(struct supervisor *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0)
		return -errno;
	s->front_watch = umvu_watch(
		&s->session, s->front, EPOLLIN | EPOLLHUP, on_front, s);
	if (!s->front_watch ||
		!umvu_watch(&s->session, s->signals, EPOLLIN, on_signals, s))
		return -errno;
	return 0;
}

static int init_parts(struct umvu *session)
{
	static int (*const inits[])(struct umvu *) = { loop_init, calls_init,
		names_init, processes_init, modules_init, guestfds_init,
		netfiles_init };
	size_t i;
	int err;

	for (i = 0; i < sizeof(inits) / sizeof(inits[0]); i++) {
		err = inits[i](session);
		if (err)
			return err;
	}
	return 0;
}

/* Programs and modules lie beside us, in the build tree and once installed. */
static int find_dirs(struct umvu *session)
{
	static const char *const relative[] = { "../lib/umvu",
		VU_MODULE_DIR_FROM_BIN };
	char exe[PATH_MAX], dir[2 * PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	size_t i;

	if (n < 0)
		return -errno;
	exe[n] = '\0';
	*strrchr(exe, '/') = '\0';
	for (i = 0; i < 2; i++) {
		snprintf(dir, sizeof(dir), "%s/%s", exe, relative[i]);
		if (realpath(dir, session->module_dir))
			break;
	}
	memcpy(session->libexec_dir, session->module_dir,
		sizeof(session->libexec_dir));
	return 0;
}

static void fill_info(struct umvu *session)
{
	unsigned char id[8];
	size_t i;

	uname(&session->info.uname);
	if (getrandom(id, sizeof(id), 0) != sizeof(id))
		memset(id, 0, sizeof(id));
	for (i = 0; i < sizeof(id); i++)
		sprintf(session->info.vu_serverid + 2 * i, "%02x", id[i]);
	snprintf(session->info.vu_name, sizeof(session->info.vu_name), "%s",
		session->options->name ? session->options->name : "");
}

/* We hold a descriptor per process and per stack; guests keep their limit,
 * since the launcher was forked before. */
static void raise_limits(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

/* Takes what came while all was blocked; it was for the command. */
static void drop_pending_signals(void)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, SIGCHLD);
	while (sigtimedwait(&set, NULL, &at_once) > 0 || errno == EINTR)
		;
}

/* Leaves the terminal and the process group: what they get is for the command.
 * Of the front process's mask, all blocked, only SIGCHLD stays, for signalfd.
 * After the launcher's fork: guests inherit what is ignored. */
static void set_signals(void)
{
	static const int ignored[] = { SIGINT, SIGQUIT, SIGTSTP, SIGTTIN,
		SIGTTOU, SIGHUP, SIGPIPE };
	sigset_t set;
	size_t i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	setsid();
	drop_pending_signals();
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

static void start(struct supervisor *s, const sigset_t *mask)
{
	struct umvu *session = &s->session;
	const char *what = "init";
	int err = find_dirs(session);

	if (!err)
		err = init_parts(session);
	if (!err)
		err = launcher_start(session, mask, &what);
	if (err)
		fail(s, what, err);
	raise_limits();
	set_signals();
	err = watch_all(s);
	/* Before anybody can ask for it. */
	if (!err)
		err = launcher_serve(session);
	if (!err)
		err = notify_start(session);
	if (err)
		fail(s, "start", err);
	s->command = launcher_run_command(session);
	if (s->command < 0)
		fail(s, "start of the command", s->command);
}

static void wait_for_children(struct launcher *launcher, int timeout_ms)
{
	const struct timespec tick = { 0, 5000000 };
	pid_t pid = 1;

	for (; timeout_ms > 0 && pid >= 0; timeout_ms -= 5) {
		while ((pid = waitpid(-1, NULL, WNOHANG | __WALL)) > 0)
			launcher_forget(launcher, pid);
		if (pid == 0)
			nanosleep(&tick, NULL);
	}
}

/* Nobody is left who could see it: take the modules down, without the lock
 * while waiting, since their processes are guests whose calls we answer. */
static _Noreturn void end(struct supervisor *s)
{
	struct umvu *session = &s->session;

	pthread_mutex_lock(&session->lock);
	modules_end(session);
	launcher_end(session->launcher, 0);
	pthread_mutex_unlock(&session->lock);
	wait_for_children(session->launcher, GRACE_MS);
	launcher_end(session->launcher, SIGKILL);
	wait_for_children(session->launcher, GRACE_MS);
	tell_end(s);
	_exit(0);
}

_Noreturn void supervisor_main(
	const struct options *options, int front, const sigset_t *mask)
{
	static struct supervisor s; /* too large for the stack */

	s.front = front;
	s.session.options = options;
	s.session.listener = -1;
	pthread_mutex_init(&s.session.lock, NULL);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		fail(&s, "child subreaper", -errno);
	fill_info(&s.session);
	start(&s, mask);
	report(&s, REPORT_STARTED, s.command, "");
	loop_run(&s.session);
	end(&s);
}
