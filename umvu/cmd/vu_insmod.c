/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vu_insmod - add modules to the view */
#include <errno.h>
#include <stdlib.h>

#include "command.h"
#include "view.h"

static const struct command_option options[] = {
	{ 'p', "permanent", NULL, NULL, "the modules can never be removed" },
	{ 0 },
};

static const struct command command = {
	.name = "vu_insmod",
	.synopsis = "MODULE...",
	.about = "Add modules to the view.",
	.options = options,
	.min_operands = 1,
	.max_operands = -1,
};

static const struct explanation explanations[] = {
	{ ENOENT, "no such module", NULL },
	{ EEXIST, "already loaded", NULL },
	{ 0 },
};

static bool take_option(void *ctx, int letter, const char *arg)
{
	bool *permanent = ctx;

	(void)letter;
	(void)arg;
	*permanent = true;
	return true;
}

static int insert(const char *module, bool permanent)
{
	char hint[256];
	int err = view_insmod(module, permanent);

	if (err < 0) {
		view_errmsg(hint, sizeof(hint));
		/* what the view says is more precise than our rows */
		complain_errno(module, -err, *hint ? NULL : explanations, hint);
	}
	return err;
}

int main(int argc, char *argv[])
{
	bool permanent = false;
	int i = command_parse(&command, argc, argv, take_option, &permanent);
	int status = EXIT_SUCCESS;

	if (!view_required())
		return COMMAND_FAILED;
	for (; i < argc; i++)
		if (insert(argv[i], permanent) < 0)
			status = COMMAND_FAILED;
	return status;
}
