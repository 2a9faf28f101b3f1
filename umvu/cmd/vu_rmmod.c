/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vu_rmmod - remove modules from the view */
#include <errno.h>
#include <stdlib.h>

#include "command.h"
#include "view.h"

static const struct command command = {
	.name = "vu_rmmod",
	.synopsis = "MODULE...",
	.about = "Remove modules from the view.",
	.min_operands = 1,
	.max_operands = -1,
};

static const struct explanation explanations[] = {
	{ ENOENT, "not loaded", NULL },
	{ EBUSY, "in use", "something is mounted, or it is permanent" },
	{ 0 },
};

int main(int argc, char *argv[])
{
	int i = command_parse(&command, argc, argv, NULL, NULL);
	int status = EXIT_SUCCESS;

	if (!view_required())
		return COMMAND_FAILED;
	for (; i < argc; i++) {
		int err = view_rmmod(argv[i]);

		if (err < 0) {
			complain_errno(argv[i], -err, explanations, NULL);
			status = COMMAND_FAILED;
		}
	}
	return status;
}
