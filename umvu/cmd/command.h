/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command.h - what all commands share: options, usage, error messages
 *
 * A command is described by one struct command; its options and its usage
 * text come from the same rows. Every command also has -h, --help and
 * --version.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>

enum command_status {
	COMMAND_FAILED = 1,
	COMMAND_BAD_USAGE = 2,
};

struct command_option {
	char letter;	   /* 0 ends the table */
	const char *name;  /* long name */
	const char *alias; /* second long name, or NULL */
	const char *arg;   /* name of its argument, or NULL */
	const char *help;
};

struct command {
	const char *name;
	const char *synopsis; /* operands, as shown after "[OPTION]..." */
	const char *about;    /* one sentence */
	const struct command_option *options; /* NULL: only the common ones */
	/* options end at the first operand, the rest belongs to a program */
	bool operands_first;
	int min_operands;
	int max_operands; /* -1: no limit */
};

/*
 * Parses the options of @argv and calls @take for each; @take returns false
 * to refuse an argument, about which it has complained. Returns the index of
 * the first operand. Leaves the process on --help and --version (0) and on
 * bad usage (COMMAND_BAD_USAGE), after saying why.
 */
int command_parse(const struct command *cmd, int argc, char *argv[],
	bool (*take)(void *ctx, int letter, const char *arg), void *ctx);

/* Says on stderr how to get help, and leaves with COMMAND_BAD_USAGE. */
_Noreturn void command_bad_usage(const struct command *cmd);

/* Flushes stdout; complains if that or an earlier write failed. An exit status
 */
int command_end_output(void);

/* Prints "command: what: reason (hint)"; @what and @hint may be NULL or "". */
void complain(const char *what, const char *reason, const char *hint);

/* What an errno means to the user of one command, and what to do about it. */
struct explanation {
	int err;	    /* 0 ends the table */
	const char *reason; /* NULL: strerror */
	const char *hint;   /* NULL: none */
};

/*
 * Complains with the row of @table for @err, or with strerror. A non-empty
 * @hint replaces the one of the row.
 */
void complain_errno(const char *what, int err, const struct explanation *table,
	const char *hint);

#endif
