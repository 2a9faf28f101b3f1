/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vu_lsmod - list the modules of the view */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "view.h"

static const struct command command = {
	.name = "vu_lsmod",
	.synopsis = "",
	.about = "List the modules of the view.",
	.max_operands = 0,
};

int main(int argc, char *argv[])
{
	char *text;
	int err;

	command_parse(&command, argc, argv, NULL, NULL);
	if (!view_required())
		return COMMAND_FAILED;
	text = view_lsmod(&err);
	if (!text) {
		complain_errno(NULL, -err, NULL, NULL);
		return COMMAND_FAILED;
	}
	fputs(text, stdout);
	free(text);
	return command_end_output();
}
