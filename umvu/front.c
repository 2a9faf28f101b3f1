/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "front.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "supervisor.h"

#define EXIT_FAILED 125

struct front {
	int sock; /* to the supervisor */
	int signals;
	pid_t command;
	uint64_t early; /* bit = signal that came before the command */
};

/* Dies as the command did, so that whoever waits sees the same. */
static int die_by(int sig)
{
	struct rlimit no_core = { 0, 0 };
	sigset_t set;

	setrlimit(RLIMIT_CORE, &no_core);
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
	return 128 + sig;
}

static const char *hint_for(int err, const char *what)
{
	if (strcmp(what, "seccomp filter"))
		return "";
	if (err == EBUSY)
		return " (another program's seccomp listener is above us, so "
		       "views cannot nest here)";
	if (err == ENOSYS || err == EINVAL)
		return " (needs Linux 5.14 with CONFIG_SECCOMP_FILTER)";
	return "";
}

static int failed(const struct report_message *m)
{
	fprintf(stderr, "umvu: %s: %s%s\n", m->text, strerror(m->value),
		hint_for(m->value, m->text));
	return EXIT_FAILED;
}

static void pass_early_signals(const struct front *f)
{
	int sig;

	for (sig = 1; sig < 64; sig++)
		if (f->early & 1ull << sig)
			kill(f->command, sig);
}

/* -1: go on. */
static int on_report(struct front *f)
{
	struct report_message m;
	ssize_t n = recv(f->sock, &m, sizeof(m), 0);

	if (n != (ssize_t)sizeof(m)) {
		fprintf(stderr,
			"umvu: the supervisor has ended unexpectedly\n");
		return EXIT_FAILED;
	}
	switch (m.report) {
	case REPORT_STARTED:
		f->command = m.value;
		pass_early_signals(f);
		return -1;
	case REPORT_STOPPED:
		/* The user's shell shall see the job stop. */
		raise(SIGSTOP);
		return -1;
	case REPORT_ENDED:
		return WIFSIGNALED(m.value) ? die_by(WTERMSIG(m.value))
					    : WEXITSTATUS(m.value);
	case REPORT_FAILED:
		return failed(&m);
	}
	return EXIT_FAILED;
}

/* What the terminal sends goes to the whole process group, the command too; so
 * only what somebody sent to us alone is passed on; and what came before there
 * was a command. */
static void on_signal(struct front *f)
{
	struct signalfd_siginfo si;

	if (read(f->signals, &si, sizeof(si)) != sizeof(si))
		return;
	if (si.ssi_signo == SIGCHLD)
		return;
	if (f->command <= 0)
		f->early |= 1ull << si.ssi_signo % 64;
	else if (si.ssi_code != SI_KERNEL)
		kill(f->command, (int)si.ssi_signo);
}

static int run(struct front *f)
{
	struct pollfd pfd[2] = { { f->sock, POLLIN, 0 },
		{ f->signals, POLLIN, 0 } };
	int status = -1;

	while (status < 0) {
		if (poll(pfd, 2, -1) < 0 && errno != EINTR)
			return EXIT_FAILED;
		if (pfd[1].revents)
			on_signal(f);
		if (pfd[0].revents)
			status = on_report(f);
	}
	return status;
}

int front_main(const struct options *options)
{
	struct front f = { .command = 0 };
	sigset_t all, mask;
	int pair[2];
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &mask);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		goto fail;
	pid = fork();
	if (pid < 0)
		goto fail;
	if (pid == 0) {
		close(pair[0]);
		supervisor_main(options, pair[1], &mask);
	}
	close(pair[1]);
	f.sock = pair[0];
	f.signals = signalfd(-1, &all, SFD_CLOEXEC);
	if (f.signals < 0)
		goto fail;
	return run(&f);

fail:
	perror("umvu");
	return EXIT_FAILED;
}
