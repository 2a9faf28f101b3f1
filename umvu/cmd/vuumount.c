/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vuumount - umount2(2) as a command */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "command.h"
#include "view.h"

static const struct command_option options[] = {
	{ 'f', "force", NULL, NULL, "end it even if it is in use" },
	{ 'd', "detach", NULL, NULL,
		"remove the name now, end it when unused" },
	{ 'l', "lazy", NULL, NULL, "the same as --detach" },
	{ 0 },
};

static const struct command command = {
	.name = "vuumount",
	.synopsis = "TARGET...",
	.about = "Unmount what is mounted at each TARGET.",
	.options = options,
	.min_operands = 1,
	.max_operands = -1,
};

static const struct explanation explanations[] = {
	{ EBUSY, "in use", "-l removes the name now, -f ends it now" },
	{ EINVAL, "nothing is mounted here", NULL },
	{ 0 },
};

static bool take_option(void *ctx, int letter, const char *arg)
{
	int *flags = ctx;

	(void)arg;
	*flags |= letter == 'f' ? MNT_FORCE : MNT_DETACH;
	return true;
}

/* The view knows best why; -l and -f help against anything that is in use. */
static void complain_umount(const char *target, int err)
{
	char text[256], hint[384];

	view_errmsg(text, sizeof(text));
	snprintf(hint, sizeof(hint), "%s; %s", text, explanations[0].hint);
	complain_errno(target, err, explanations,
		*text ? (err == EBUSY ? hint : text) : view_missing_hint());
}

int main(int argc, char *argv[])
{
	int flags = 0;
	int i = command_parse(&command, argc, argv, take_option, &flags);
	int status = EXIT_SUCCESS;

	for (; i < argc; i++) {
		int err = umount2(argv[i], flags) < 0 ? errno : 0;

		if (!err)
			continue;
		complain_umount(argv[i], err);
		status = COMMAND_FAILED;
	}
	return status;
}
