/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conform plain|linked STACK [CASE] - prints the transcript of a stack
 *
 * "plain" makes system calls on whatever network it finds itself in, "linked"
 * uses libioth on a stack of that name. CASE: only that one ("stream/refused").
 */
#include "conform.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_S 5

static const struct {
	const char *name;
	const struct conform_case *cases;
} topics[] = {
	{ "stream", stream_cases },
	{ "wire", wire_cases },
	{ "stack", stack_cases },
	{ "ends", ends_cases },
	{ "closing", closing_cases },
	{ "dgram", dgram_cases },
	{ "states", states_cases },
	{ "poll", poll_cases },
	{ "flags", flags_cases },
	{ "io", io_cases },
	{ "signal", signal_cases },
	{ "option", option_cases },
	{ "error", error_cases },
	{ "fd", fd_cases },
	{ "netlink", netlink_cases },
	{ "raw", raw_cases },
	{ "crowd", crowd_cases },
};

static const char *stack_name; /* NULL: plain calls */

static void hangs(int sig)
{
	static const char text[] = "; hangs\n";

	(void)sig;
	(void)!write(STDOUT_FILENO, text, sizeof(text) - 1);
	kill(0, SIGKILL);
}

static void run_case(const struct conform_case *c, const char *id, int family)
{
	setpgid(0, 0);
	signal(SIGALRM, hangs);
	alarm(LIMIT_S);
	say_as(id);
	if (stack_name)
		way_linked(stack_name);
	else
		way_plain();
	c->run(family);
	say_as(id);
	_exit(0);
}

/* A process for each: what one leaves behind is nothing to the next. */
static void run(const struct conform_case *c, const char *topic, int family)
{
	char id[80];
	int status;
	pid_t pid;

	snprintf(id, sizeof(id), "%s/%s%s", topic, c->name,
		c->families == V4    ? ""
		: family == AF_INET6 ? " v6"
				     : " v4");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		run_case(c, id, family);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		exit(1);
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		printf("\n%s: died of signal %d\n", id, WTERMSIG(status));
	kill(-pid, SIGKILL);
}

static bool wanted(const char *only, const char *topic, const char *name)
{
	size_t len = strlen(topic);

	return !only || (!strncmp(only, topic, len) &&
				(!only[len] || !strcmp(only + len + 1, name)));
}

static void run_all(const char *only)
{
	const struct conform_case *c;
	size_t i;

	for (i = 0; i < sizeof(topics) / sizeof(*topics); i++)
		for (c = topics[i].cases; c->name; c++) {
			if (!wanted(only, topics[i].name, c->name))
				continue;
			if (c->families & V4)
				run(c, topics[i].name, AF_INET);
			if (c->families & V6)
				run(c, topics[i].name, AF_INET6);
		}
}

int main(int argc, char *argv[])
{
	bool linked = argc > 2 && !strcmp(argv[1], "linked");

	if (!linked && (argc < 2 || strcmp(argv[1], "plain") != 0)) {
		fprintf(stderr, "usage: conform plain|linked STACK [CASE]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	stack_name = linked ? argv[2] : NULL;
	run_all(argv[1 + linked + 1 < argc ? 2 + linked : argc]);
	return 0;
}
