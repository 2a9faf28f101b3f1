/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vumount - mount(2) as a command */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "command.h"
#include "mountopts.h"
#include "view.h"

static const struct command_option options[] = {
	{ 't', "types", NULL, "TYPE", "type of the file system" },
	{ 'o', "options", NULL, "OPTIONS", "comma-separated; may be repeated" },
	{ 'r', "read-only", NULL, NULL, "the same as -o ro" },
	{ 'w', "rw", "read-write", NULL, "the same as -o rw (default)" },
	{ 'B', "bind", NULL, NULL, "SOURCE is a tree to see at TARGET too" },
	{ 'M', "move", NULL, NULL, "SOURCE is a mount to move to TARGET" },
	{ 'R', "rbind", NULL, NULL, "like --bind, with all mounts below" },
	{ 0 },
};

/* options that are short for -o WORD */
static const struct {
	char letter;
	const char *word;
} short_words[] = {
	{ 'r', "ro" },
	{ 'w', "rw" },
	{ 'B', "bind" },
	{ 'M', "move" },
	{ 'R', "rbind" },
};

static const struct command command = {
	.name = "vumount",
	.synopsis = "SOURCE TARGET",
	.about = "Mount SOURCE at TARGET.",
	.options = options,
	.min_operands = 2,
	.max_operands = 2,
};

struct request {
	const char *type;
	struct mountopts opts;
};

static bool add_options(struct request *r, const char *words)
{
	if (mountopts_add(&r->opts, words) == 0)
		return true;
	complain(NULL, strerror(ENOMEM), NULL);
	return false;
}

static bool take_option(void *ctx, int letter, const char *arg)
{
	struct request *r = ctx;

	if (letter == 't') {
		r->type = arg;
		return true;
	}
	for (size_t i = 0; i < sizeof(short_words) / sizeof(*short_words); i++)
		if (short_words[i].letter == letter)
			arg = short_words[i].word;
	return add_options(r, arg);
}

/* Is it one of the types that the kernel lists now? */
static bool kernel_has_type(const char *type)
{
	FILE *list = fopen("/proc/filesystems", "re");
	char line[128];
	bool found = false;

	while (list && !found && fgets(line, sizeof(line), list)) {
		const char *word = strchr(line, '\t'); /* after "nodev" */

		line[strcspn(line, "\n")] = '\0';
		found = word && strcmp(word + 1, type) == 0;
	}
	if (list)
		fclose(list);
	return found;
}

/*
 * Nobody in the view mounts this type, so the kernel was asked, and whatever it
 * found wrong first (often the target) leads nowhere.
 */
static bool lacks_module(const struct request *r)
{
	return r->type && !view_has_module(r->type) &&
	       !kernel_has_type(r->type);
}

static void complain_mount(const struct request *r, const char *target, int err)
{
	char text[256];
	const char *hint = text;

	view_errmsg(text, sizeof(text));
	if (!*text)
		hint = view_missing_hint();
	if (!hint && lacks_module(r)) {
		snprintf(text, sizeof(text),
			"no module %.64s in this view; load it with vu_insmod",
			r->type);
		hint = text;
	}
	if (!hint && err == EINVAL && !r->type)
		hint = "no -t TYPE given";
	complain(target, strerror(err), hint);
}

int main(int argc, char *argv[])
{
	struct request r = { 0 };
	int first = command_parse(&command, argc, argv, take_option, &r);
	const char *source = argv[first], *target = argv[first + 1];
	int status = EXIT_SUCCESS;

	if (mount(source, target, r.type, r.opts.flags, r.opts.data) < 0) {
		complain_mount(&r, target, errno);
		status = COMMAND_FAILED;
	}
	mountopts_fini(&r.opts);
	return status;
}
