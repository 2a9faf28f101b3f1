/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vuname - uname(1) for views: prints what the view says of itself, names it
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <umvu/syscalls.h>

#include "command.h"
#include "view.h"

static const char *kernel_name(const struct vu_info *i)
{
	return i->uname.sysname;
}

static const char *node_name(const struct vu_info *i)
{
	return i->uname.nodename;
}

static const char *kernel_release(const struct vu_info *i)
{
	return i->uname.release;
}

static const char *kernel_version(const struct vu_info *i)
{
	return i->uname.version;
}

static const char *machine(const struct vu_info *i)
{
	return i->uname.machine;
}

static const char *unknown(const struct vu_info *i)
{
	(void)i;
	return "unknown";
}

static const char *operating_system(const struct vu_info *i)
{
	(void)i;
	return "GNU/Linux";
}

static const char *server_id(const struct vu_info *i)
{
	return i->vu_serverid;
}

static const char *view_name(const struct vu_info *i)
{
	return i->vu_name;
}

/* What can be printed, in the order of printing. */
static const struct field {
	char letter;
	bool in_all; /* -a prints it, unless it is empty */
	const char *(*get)(const struct vu_info *);
} fields[] = {
	{ 's', true, kernel_name },
	{ 'n', true, node_name },
	{ 'r', true, kernel_release },
	{ 'v', true, kernel_version },
	{ 'm', true, machine },
	{ 'p', false, unknown },
	{ 'i', false, unknown },
	{ 'o', true, operating_system },
	{ 'U', true, server_id },
	{ 'V', true, view_name },
};

#define N_FIELDS (sizeof(fields) / sizeof(*fields))

static const struct command_option options[] = {
	{ 'a', "all", NULL, NULL, "all of the following that is known" },
	{ 's', "kernel-name", NULL, NULL, "name of the kernel (default)" },
	{ 'n', "nodename", NULL, NULL, "name of the host on the network" },
	{ 'r', "kernel-release", NULL, NULL, "release of the kernel" },
	{ 'v', "kernel-version", NULL, NULL, "version of the kernel" },
	{ 'm', "machine", NULL, NULL, "hardware name" },
	{ 'p', "processor", NULL, NULL, "type of processor" },
	{ 'i', "hardware-platform", NULL, NULL, "hardware platform" },
	{ 'o', "operating-system", NULL, NULL, "operating system" },
	{ 'U', "serverid", NULL, NULL, "server id of the view" },
	{ 'V', "vu_name", "name", NULL, "name of the view" },
	{ 'P', "prompt", NULL, NULL, "NAME[SERVERID], for a shell prompt" },
	{ 'q', "quiet", NULL, NULL, "no message when outside a view" },
	{ 'x', "check", NULL, NULL, "just exit: 0 inside a view, else 1" },
	{ 0 },
};

static const struct command command = {
	.name = "vuname",
	.synopsis = "[NAME]",
	.about = "Print what the view says of itself, or name it NAME.",
	.options = options,
	.max_operands = 1,
};

struct request {
	bool field[N_FIELDS];
	bool any_field;
	bool all;
	bool prompt;
	bool quiet;
	bool check;
};

static void take_field(struct request *r, int letter)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (fields[i].letter == letter)
			r->field[i] = r->any_field = true;
}

static bool take_option(void *ctx, int letter, const char *arg)
{
	struct request *r = ctx;

	(void)arg;
	switch (letter) {
	case 'a':
		r->all = true;
		break;
	case 'P':
		r->prompt = true;
		break;
	case 'q':
		r->quiet = true;
		break;
	case 'x':
		r->check = true;
		break;
	default:
		take_field(r, letter);
	}
	return true;
}

static bool prints_something(const struct request *r)
{
	return r->any_field || r->all || r->prompt || r->check;
}

static int set_name(const char *name)
{
	int err = strlen(name) < VU_NAME_SIZE ? view_setname(name)
					      : -ENAMETOOLONG;

	if (err < 0)
		complain_errno(name, -err, NULL, NULL);
	return err < 0 ? COMMAND_FAILED : EXIT_SUCCESS;
}

static void print_prompt(const struct vu_info *info)
{
	printf("%s[%s]\n",
		*info->vu_name ? info->vu_name : info->uname.nodename,
		info->vu_serverid);
}

static bool is_wanted(const struct request *r, size_t i, const char *value)
{
	bool in_all = r->all && fields[i].in_all && *value;
	bool by_default = !r->all && !r->any_field && i == 0;

	return r->field[i] || in_all || by_default;
}

static void print_fields(const struct request *r, const struct vu_info *info)
{
	const char *separator = "";

	for (size_t i = 0; i < N_FIELDS; i++) {
		const char *value = fields[i].get(info);

		if (!is_wanted(r, i, value))
			continue;
		printf("%s%s", separator, value);
		separator = " ";
	}
	putchar('\n');
}

static int print_info(const struct request *r)
{
	struct vu_info info;
	int err = view_getinfo(&info);

	if (err < 0) {
		complain_errno(NULL, -err, NULL, NULL);
		return COMMAND_FAILED;
	}
	if (r->prompt)
		print_prompt(&info);
	else
		print_fields(r, &info);
	return command_end_output();
}

int main(int argc, char *argv[])
{
	struct request r = { 0 };
	int first = command_parse(&command, argc, argv, take_option, &r);
	const char *name = argv[first];
	bool silent = r.quiet || r.check;

	if (name && prints_something(&r)) {
		complain(name, "a new name goes with no option but -q", NULL);
		command_bad_usage(&command);
	}
	if (!(silent ? view_present() : view_required()))
		return COMMAND_FAILED;
	if (r.check)
		return EXIT_SUCCESS;
	return name ? set_name(name) : print_info(&r);
}
