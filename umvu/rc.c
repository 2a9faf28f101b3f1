/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rc.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYSTEM_RC "/etc/vurc"

static void exec_script(const char *path)
{
	if (access(path, X_OK) == 0)
		execl(path, path, (char *)NULL);
	execl("/bin/sh", "sh", path, (char *)NULL);
	_exit(127);
}

static void run(const char *path)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		exec_script(path);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		fprintf(stderr, "umvu: %s: %s\n", path, strerror(errno));
	else if (WIFSIGNALED(status))
		fprintf(stderr, "umvu: %s: ended by signal %d\n", path,
			WTERMSIG(status));
	else if (WEXITSTATUS(status))
		fprintf(stderr, "umvu: %s: exit status %d\n", path,
			WEXITSTATUS(status));
}

static void run_if_there(const char *path)
{
	if (access(path, R_OK) == 0)
		run(path);
}

static void run_user_rc(void)
{
	const char *home = getenv("HOME");
	char path[PATH_MAX];

	if (!home)
		return;
	snprintf(path, sizeof(path), "%s/.vurc", home);
	run_if_there(path);
}

void rc_run_all(const struct options *options)
{
	if (options->no_rc)
		return;
	run_if_there(SYSTEM_RC);
	if (options->rc && access(options->rc, R_OK) < 0)
		fprintf(stderr, "umvu: %s: %s\n", options->rc, strerror(errno));
	else if (options->rc)
		run(options->rc);
	else
		run_user_rc();
}
