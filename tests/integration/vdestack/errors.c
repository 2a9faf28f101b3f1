/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What newstack refuses, and that nothing is left of it then. */
#include "vt.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void refused(
	const char *name, const char *vnl, int err, const char *text)
{
	int fds = vt_count_fds(), threads = vt_count_threads();
	struct ioth *stack = ioth_newstack(name, vnl);

	CHECK(!stack && errno == err);
	printf("errors: %s\n", ioth_errmsg());
	CHECK(strstr(ioth_errmsg(), text) != NULL);
	CHECK(vt_count_fds() == fds && vt_count_threads() == threads);
	CHECK(vt_count_helpers(getpid()) == 0);
}

static void second_fails(void)
{
	const char *vnlv[] = { vt_path("eth0:switch://sw"),
		vt_path("eth0:ptp://p"), NULL };

	CHECK(!ioth_newstackv("vdestack", vnlv) && errno == EEXIST);
	printf("errors: %s\n", ioth_errmsg());
	CHECK(access(vt_path("sw"), F_OK) < 0 && errno == ENOENT);
	CHECK(access(vt_path("p"), F_OK) < 0 && errno == ENOENT);
}

static void not_a_switch(void)
{
	CHECK(mkdir(vt_path("dir"), 0700) == 0);
	CHECK(mkdir(vt_path("dir/mine"), 0700) == 0);
	refused("vdestack", vt_path("switch://dir"), EEXIST, "something else");
	CHECK(rmdir(vt_path("dir/mine")) == 0);
	CHECK(rmdir(vt_path("dir")) == 0);
}

/* A process with a switch is killed; the next one takes its place. */
static void stale_switch(void)
{
	const char *vnl = vt_path("switch://sw");
	pid_t pid = fork();
	struct ioth *stack;

	if (pid == 0) {
		stack = vt_stack(vnl, "10.9.0.1");
		CHECK(vt_stack(vt_path("vde://sw"), "10.9.0.2"));
		kill(getpid(), SIGKILL);
	}
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(access(vt_path("sw"), F_OK) == 0);
	stack = vt_stack(vnl, "10.9.0.1");
	/* this one is served */
	CHECK(!ioth_newstack("vdestack", vnl) && errno == EEXIST);
	CHECK(ioth_delstack(stack) == 0);
	CHECK(access(vt_path("sw"), F_OK) < 0);
}

void errors_run(void)
{
	CHECK(ioth_delstack(vt_stack(NULL, NULL)) == 0); /* loads, or skips */
	refused("vdestack", vt_path("vde://none"), ENOENT, "no VDE switch");
	refused("vdestack", "foo://x", EPROTONOSUPPORT, "no module");
	refused("vdestack,wrong", NULL, EINVAL, "unknown option");
	refused("vdestack", "a/b:vde:///tmp/x", EINVAL, "not an interface");
	refused("vdestack", "sixteen-letters-:vde:///tmp/x", ENAMETOOLONG,
		"too long");
	refused("vdestack", vt_path("lo:ptp://p"), EEXIST, "taken");
	second_fails();
	not_a_switch();
	stale_switch();
}
