/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - `umvu --stack SPEC... COMMAND`: a whole session in one command
 *
 * umvu runs this program in front of the command: vunetioth-session SPEC... --
 * COMMAND [ARG...]. It loads the module, mounts each stack at /dev/net/stackN,
 * makes the first one the default, configures it over its own netlink, and
 * becomes the command.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "configure.h"
#include "msocket.h"
#include "spec.h"
#include "umvu/syscalls.h"

#define MODULE	    "vunetioth"
#define EXIT_FAILED 125 /* as umvu itself */
#define NO_FAMILY   AF_MAX

static _Noreturn void fail(const char *what, const char *reason)
{
	fprintf(stderr, "umvu: --stack %s: %s\n", what, reason);
	exit(EXIT_FAILED);
}

/* The view's own words, if it has some, else those of errno. */
static _Noreturn void fail_in_view(const char *what, int err)
{
	char text[512] = "", reason[640];

	syscall(VU_SYS_VUCTL, (long)VUCTL_ERRMSG, text, sizeof(text));
	snprintf(reason, sizeof(reason), *text ? "%s (%s)" : "%s",
		strerror(err), text);
	fail(what, reason);
}

/* An rc file may have loaded it already. */
static void load_module(void)
{
	if (syscall(VU_SYS_INSMOD, MODULE, 0L) < 0 && errno != EEXIST)
		fail_in_view(MODULE, errno);
}

/* An rc file may have mounted it. Asks for a default of no family, not for the
 * type of the file, which --no-paths hides. */
static bool is_mounted(const char *path)
{
	return msocket(path, NO_FAMILY, SOCK_DEFAULT, 0) == 0 ||
	       (errno != ENOENT && errno != ENOTSUP && errno != ENOTDIR);
}

static void mount_stack(const char *text, const struct spec *spec, int n)
{
	const char *name = spec->source;
	char target[64];

	if (*name != '/' || !is_mounted(name)) {
		snprintf(target, sizeof(target), "/dev/net/stack%d", n);
		name = target;
		if (mount(spec->source, name, MODULE, 0, spec->data) < 0)
			fail_in_view(text, errno);
	} else if (*spec->data) {
		fail(text, "it is mounted already, so it takes no options");
	}
	if (n == 0 && msocket(name, PF_UNSPEC, SOCK_DEFAULT, 0) < 0)
		fail(text, strerror(errno));
}

static void start_stack(const char *text, int n)
{
	char why[256] = "";
	struct spec spec;

	if (spec_parse(&spec, text, why, sizeof(why)) < 0)
		fail(text, why);
	if (n > 0 && spec.config_len)
		fail(text, "only the first stack is configured (mount the "
			   "others, then vustack /dev/net/stackN ip ...)");
	mount_stack(text, &spec, n);
	if (n == 0 && configure(&spec, why, sizeof(why)) < 0)
		fail(text, why);
	spec_free(&spec);
}

int main(int argc, char *argv[])
{
	int i = 1;

	load_module();
	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		start_stack(argv[i], i - 1);
	if (++i >= argc)
		fail("", "no command");
	execvp(argv[i], argv + i);
	fprintf(stderr, "umvu: %s: %s\n", argv[i], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}
