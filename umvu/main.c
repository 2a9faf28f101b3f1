/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - the command line of umvu(1)
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/syslog.h>
#include <unistd.h>
#include "front.h"

#define EXIT_FAILED 125

enum long_only {
	OPT_NO_PATHS = 256,
	OPT_NO_BRIDGES,
	OPT_IO_URING,
	OPT_STACK,
	OPT_VERSION
};

struct option_row {
	struct option option;
	const char *arg, *help; /* help NULL: accepted for compatibility */
};

static const struct option_row rows[] = {
	{ { "rc", required_argument, NULL, 'f' }, "FILE",
		"run FILE in the view first, instead of ~/.vurc" },
	{ { "norc", no_argument, NULL, 'N' }, NULL,
		"run neither /etc/vurc nor ~/.vurc" },
	{ { "vu_name", required_argument, NULL, 'V' }, "NAME",
		"name of the view" },
	{ { "stack", required_argument, NULL, OPT_STACK }, "SPEC",
		"mount a stack and run COMMAND on it: "
		"PLUGIN[,VNL][,ip=ADDR/LEN][,gw=ADDR][,OPTION]" },
	{ { "no-paths", no_argument, NULL, OPT_NO_PATHS }, NULL,
		"leave stat and access alone: faster, names stay unseen" },
	{ { "no-bridges", no_argument, NULL, OPT_NO_BRIDGES }, NULL,
		"leave connect, accept, sendmsg, ... alone: faster, no "
		"sockets of user-space stacks" },
	{ { "io-uring", no_argument, NULL, OPT_IO_URING }, NULL,
		"permit io_uring, whose sockets escape the view" },
	{ { "loglevel", required_argument, NULL, 'l' }, "LEVEL",
		"messages on standard error, 0 (none) to 7" },
	{ { "syslog", required_argument, NULL, 's' }, "LEVEL",
		"messages to syslog, 0 (none) to 7" },
	{ { "verbose", no_argument, NULL, 'v' }, NULL, "as -l 6" },
	{ { "nonesting", no_argument, NULL, 'x' }, NULL, NULL },
	{ { "noseccomp", no_argument, NULL, 'S' }, NULL, NULL },
	{ { "debugtags", required_argument, NULL, 'd' }, NULL, NULL },
	{ { "debugcols", required_argument, NULL, 'D' }, NULL, NULL },
	{ { "help", no_argument, NULL, 'h' }, NULL, "this text" },
	{ { "version", no_argument, NULL, OPT_VERSION }, NULL, "version" },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void print_help(void)
{
	size_t i;

	printf("usage: umvu [OPTIONS] COMMAND [ARG...]\n"
	       "Runs COMMAND in a view of its own.\n\n");
	for (i = 0; i < ROWS; i++) {
		const struct option *o = &rows[i].option;
		char left[64], letter[8] = "    ";

		if (!rows[i].help)
			continue;
		if (o->val < 256)
			snprintf(letter, sizeof(letter), "-%c, ", o->val);
		snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name,
			rows[i].arg ? " " : "", rows[i].arg ? rows[i].arg : "");
		printf("  %-26s %s\n", left, rows[i].help);
	}
}

static int level(const char *name, const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end || end == text || value < 0 || value > LOG_DEBUG) {
		fprintf(stderr, "umvu: --%s: \"%s\" is no level (use 0 to 7)\n",
			name, text);
		exit(EXIT_FAILED);
	}
	return (int)value;
}

static void apply(int opt, struct options *o)
{
	switch (opt) {
	case 'f':
		o->rc = optarg;
		break;
	case 'N':
		o->no_rc = true;
		break;
	case 'V':
		o->name = optarg;
		break;
	case 'l':
		o->log_level = level("loglevel", optarg);
		break;
	case 's':
		o->syslog_level = level("syslog", optarg);
		break;
	case 'v':
		o->log_level = LOG_INFO;
		break;
	case OPT_STACK:
		if (o->stacks_len == OPTIONS_MAX_STACKS) {
			fprintf(stderr, "umvu: --stack: at most %d\n",
				OPTIONS_MAX_STACKS);
			exit(EXIT_FAILED);
		}
		o->stack[o->stacks_len++] = optarg;
		break;
	case OPT_NO_PATHS:
		o->no_paths = true;
		break;
	case OPT_NO_BRIDGES:
		o->no_bridges = true;
		break;
	case OPT_IO_URING:
		o->io_uring = true;
		break;
	case 'h':
		print_help();
		exit(0);
	case OPT_VERSION:
		printf("umvu %s\n", VU_VERSION);
		exit(0);
	case '?':
		fprintf(stderr, "umvu: try umvu --help\n");
		exit(EXIT_FAILED);
	default:
		break;
	}
}

static void parse(int argc, char *argv[], struct options *o)
{
	struct option longs[ROWS + 1] = { 0 };
	char letters[2 * ROWS + 2] = "+"; /* options end at the command */
	size_t i, n = 1;
	int opt;

	for (i = 0; i < ROWS; i++) {
		longs[i] = rows[i].option;
		if (longs[i].val >= 256)
			continue;
		letters[n++] = (char)longs[i].val;
		if (longs[i].has_arg)
			letters[n++] = ':';
	}
	while ((opt = getopt_long(argc, argv, letters, longs, NULL)) != -1)
		apply(opt, o);
	o->command = argv + optind;
}

static bool in_view(void)
{
	return syscall(VU_SYS_VUCTL, VUCTL_GETINFO, NULL) == 0;
}

int main(int argc, char *argv[])
{
	struct options options = { .log_level = LOG_WARNING };

	parse(argc, argv, &options);
	if (!options.command[0]) {
		fprintf(stderr,
			"umvu: no command (try: umvu bash; umvu --help)\n");
		return EXIT_FAILED;
	}
	if (in_view()) {
		fprintf(stderr,
			"umvu: this is a view already (a view cannot hold "
			"another one; mount what you need here)\n");
		return EXIT_FAILED;
	}
	return front_main(&options);
}
