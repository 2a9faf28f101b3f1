/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vustack - run a command with a stack as its default network stack
 *
 * Makes the stack the default of its own process, then becomes the command:
 * defaults survive execve and are inherited.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <msocket.h>

#include "command.h"
#include "families.h"
#include "view.h"

/* like env(1) */
enum { CANNOT_RUN = 126, NOT_FOUND = 127 };

static const struct command_option options[] = {
	{ 'f', "family", "families", "LIST", "these protocol families only" },
	{ 's', "supported", NULL, NULL, "skip families that the stack lacks" },
	{ 'v', "verbose", NULL, NULL, "say what is done" },
	{ 0 },
};

static const struct command command = {
	.name = "vustack",
	.synopsis = "STACK COMMAND [ARG]...",
	.about = "Run COMMAND with STACK as its default network stack.",
	.options = options,
	.operands_first = true,
	.min_operands = 2,
	.max_operands = -1,
};

static const struct explanation explanations[] = {
	{ ENOENT, "no such stack", "mount one with vumount -t vunetioth" },
	{ ENOTSUP, "not a stack", NULL },
	{ EACCES, "no permission to use this stack",
		"its mode must allow reading and writing" },
	{ ENODEV, "the stack has died", "unmount it with vuumount" },
	{ ENOSYS, "this view has no network stacks",
		"load the module with: vu_insmod vunetioth" },
	{ 0 },
};

struct request {
	struct families families;
	bool supported_only;
	bool verbose;
};

static bool take_families(struct request *r, const char *list)
{
	const char *bad;
	int bad_len;
	char word[64];

	switch (families_parse(&r->families, list, &bad, &bad_len)) {
	case 0:
		return true;
	case -ENOSPC:
		complain(list, "too many protocol families", NULL);
		return false;
	default:
		snprintf(word, sizeof(word), "'%.*s'", bad_len, bad);
		complain(word, "unknown protocol family",
			"a name such as inet, inet6, ip, or a number");
		return false;
	}
}

static bool take_option(void *ctx, int letter, const char *arg)
{
	struct request *r = ctx;

	switch (letter) {
	case 'f':
		return take_families(r, arg);
	case 's':
		r->supported_only = true;
		return true;
	default:
		r->verbose = true;
		return true;
	}
}

static void describe(char *text, size_t size, int family)
{
	const char *word = families_word(family);

	if (family == PF_UNSPEC)
		snprintf(text, size, "all supported families");
	else if (word)
		snprintf(text, size, "family %s", word);
	else
		snprintf(text, size, "family %d", family);
}

static void say(const char *stack, const char *what, const char *family)
{
	fprintf(stderr, "%s: %s: %s %s\n", program_invocation_short_name, stack,
		what, family);
}

static int complain_unsupported(const char *stack, const char *family)
{
	char reason[96];

	snprintf(reason, sizeof(reason), "%s is not supported by this stack",
		family);
	complain(stack, reason, "-s skips such families");
	return -EAFNOSUPPORT;
}

/* 1: it is the default now, 0: skipped, negative errno: complained */
static int set_default(const struct request *r, const char *stack, int family)
{
	char text[32];
	int err = 0;

	describe(text, sizeof(text), family);
	if (msocket(stack, family, SOCK_DEFAULT, 0) < 0)
		err = -errno;
	if (err == -EAFNOSUPPORT && !r->supported_only)
		return complain_unsupported(stack, text);
	if (err && err != -EAFNOSUPPORT) {
		complain_errno(stack, -err, explanations, NULL);
		return err;
	}
	if (r->verbose)
		say(stack, err ? "does not support" : "is the default for",
			text);
	return err ? 0 : 1;
}

static int set_defaults(const struct request *r, const char *stack)
{
	bool any = false;

	for (size_t i = 0; i < r->families.len; i++) {
		int ret = set_default(r, stack, r->families.family[i]);

		if (ret < 0)
			return ret;
		any |= ret > 0;
	}
	if (any)
		return 0;
	/* going on would run the command on another network than asked for */
	complain(stack, "the stack supports none of these families", NULL);
	return -EAFNOSUPPORT;
}

static int run(char *argv[])
{
	int err;

	execvp(argv[0], argv);
	err = errno;
	complain(argv[0], strerror(err), NULL);
	return err == ENOENT ? NOT_FOUND : CANNOT_RUN;
}

int main(int argc, char *argv[])
{
	struct request r = { 0 };
	int first = command_parse(&command, argc, argv, take_option, &r);
	const char *stack = argv[first];

	if (!view_required())
		return COMMAND_FAILED;
	if (r.families.len == 0)
		r.families = (struct families){ 1, { PF_UNSPEC } };
	if (set_defaults(&r, stack) < 0)
		return COMMAND_FAILED;
	if (r.verbose)
		say(stack, "running", argv[first + 1]);
	return run(argv + first + 1);
}
