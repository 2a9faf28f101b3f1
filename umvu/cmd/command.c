/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_OPTIONS = 32,
	HELP_COLUMN = 34,
	LETTER_VERSION = 256, /* no letter of its own */
};

static const struct command_option no_options[] = { { 0 } };

static const struct command_option help = { 'h', "help", NULL, NULL,
	"show this text and exit" };

/* The two forms that getopt_long(3) wants. */
struct getopt_tables {
	struct option longs[2 * MAX_OPTIONS];
	char shorts[2 * MAX_OPTIONS + 2];
	size_t n_longs;
	size_t n_shorts;
};

static const struct command_option *rows_of(const struct command *cmd)
{
	return cmd->options ? cmd->options : no_options;
}

static void add_long(
	struct getopt_tables *t, const char *name, bool has_arg, int val)
{
	if (!name || t->n_longs + 1 >= sizeof(t->longs) / sizeof(*t->longs))
		return;
	t->longs[t->n_longs++] = (struct option){
		.name = name,
		.has_arg = has_arg ? required_argument : no_argument,
		.val = val,
	};
}

static void add_row(struct getopt_tables *t, const struct command_option *row)
{
	add_long(t, row->name, row->arg != NULL, row->letter);
	add_long(t, row->alias, row->arg != NULL, row->letter);
	if (t->n_shorts + 3 > sizeof(t->shorts))
		return;
	t->shorts[t->n_shorts++] = row->letter;
	if (row->arg)
		t->shorts[t->n_shorts++] = ':';
}

static void make_tables(const struct command *cmd, struct getopt_tables *t)
{
	memset(t, 0, sizeof(*t));
	if (cmd->operands_first)
		t->shorts[t->n_shorts++] = '+';
	for (const struct command_option *o = rows_of(cmd); o->letter; o++)
		add_row(t, o);
	add_row(t, &help);
	add_long(t, "version", false, LETTER_VERSION);
}

static void print_row(const struct command_option *o)
{
	int width = printf("  -%c, --%s", o->letter, o->name);

	if (o->alias)
		width += printf(", --%s", o->alias);
	if (o->arg)
		width += printf(" %s", o->arg);
	printf("%*s%s\n", width < HELP_COLUMN - 1 ? HELP_COLUMN - width : 2, "",
		o->help);
}

static void print_usage(const struct command *cmd)
{
	printf("usage: %s [OPTION]...%s%s\n%s\n\n", cmd->name,
		*cmd->synopsis ? " " : "", cmd->synopsis, cmd->about);
	for (const struct command_option *o = rows_of(cmd); o->letter; o++)
		print_row(o);
	print_row(&help);
	printf("      --version%*sshow the version and exit\n",
		HELP_COLUMN - 15, "");
}

int command_end_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_SUCCESS;
	complain("standard output", strerror(errno), NULL);
	return COMMAND_FAILED;
}

void command_bad_usage(const struct command *cmd)
{
	fprintf(stderr, "%s: try '%s --help'\n", program_invocation_short_name,
		cmd->name);
	exit(COMMAND_BAD_USAGE);
}

static void take_one(const struct command *cmd, int letter,
	bool (*take)(void *ctx, int letter, const char *arg), void *ctx)
{
	switch (letter) {
	case 'h':
		print_usage(cmd);
		exit(command_end_output());
	case LETTER_VERSION:
		printf("%s %s\n", cmd->name, VU_VERSION);
		exit(command_end_output());
	case '?': /* getopt has said what is wrong */
		command_bad_usage(cmd);
	default:
		if (!take(ctx, letter, optarg))
			command_bad_usage(cmd);
	}
}

static void check_operands(const struct command *cmd, int n, char *operands[])
{
	if (n < cmd->min_operands)
		complain(NULL, "missing operand", NULL);
	else if (cmd->max_operands >= 0 && n > cmd->max_operands)
		complain(operands[cmd->max_operands], "extra operand", NULL);
	else
		return;
	command_bad_usage(cmd);
}

int command_parse(const struct command *cmd, int argc, char *argv[],
	bool (*take)(void *ctx, int letter, const char *arg), void *ctx)
{
	struct getopt_tables t;
	int letter;

	/* getopt prints argv[0]; all our other messages the short name */
	if (argc > 0)
		argv[0] = program_invocation_short_name;
	make_tables(cmd, &t);
	while ((letter = getopt_long(argc, argv, t.shorts, t.longs, NULL)) !=
		-1)
		take_one(cmd, letter, take, ctx);
	check_operands(cmd, argc - optind, argv + optind);
	return optind;
}

void complain(const char *what, const char *reason, const char *hint)
{
	bool has_what = what && *what;
	bool has_hint = hint && *hint;

	fprintf(stderr, "%s: %s%s%s%s%s%s\n", program_invocation_short_name,
		has_what ? what : "", has_what ? ": " : "", reason,
		has_hint ? " (" : "", has_hint ? hint : "",
		has_hint ? ")" : "");
}

void complain_errno(const char *what, int err, const struct explanation *table,
	const char *hint)
{
	const char *reason = NULL;

	for (; table && table->err; table++) {
		if (table->err != err)
			continue;
		reason = table->reason;
		if (!hint || !*hint)
			hint = table->hint;
		break;
	}
	complain(what, reason ? reason : strerror(err), hint);
}
