/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iplink - add and remove interfaces of the default stack
 *
 * ip(8) cannot do this: it has no way to pass the data of a type that it does
 * not know, and a VDE link is just such data.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include <ioth.h>

#include "command.h"
#include "view.h"

static const struct command command = {
	.name = "iplink",
	.synopsis = "{ add [LINK] type TYPE [data DATA] | del LINK }",
	.about = "Add or remove an interface of the default stack;\n"
		 "LINK is [name|dev] NAME, index N, or both.",
	.operands_first = true,
	.min_operands = 2,
	.max_operands = -1,
};

static const struct explanation explanations[] = {
	{ ENODEV, "no such interface", NULL },
	{ EEXIST, "an interface of this name exists already", NULL },
	{ EPERM, NULL, "is this your own stack? see vustack(1)" },
	{ EOPNOTSUPP, "the stack cannot do this", NULL },
	{ 0 },
};

struct link {
	const char *name;
	unsigned int index;
	const char *type;
	const char *data;
};

/* Refuses the words: says why, then how to get help. */
static _Noreturn void refuse(const char *word, const char *reason)
{
	complain(word, reason, NULL);
	command_bad_usage(&command);
}

static void take_name(struct link *l, const char *value)
{
	if (l->name)
		refuse(value, "a second name");
	if (!*value || strlen(value) >= IFNAMSIZ)
		refuse(value, "not a name of an interface");
	l->name = value;
}

static void take_index(struct link *l, const char *value)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (errno || *end || *value < '0' || *value > '9' || n == 0 ||
		n > 0x7fffffff)
		refuse(value, "not an index of an interface");
	l->index = (unsigned int)n;
}

static void take_type(struct link *l, const char *value)
{
	l->type = value;
}

static void take_data(struct link *l, const char *value)
{
	l->data = value;
}

/* Words that are followed by a value; any other word is a name. */
static const struct keyword {
	const char *word;
	void (*take)(struct link *, const char *value);
} keywords[] = {
	{ "name", take_name },
	{ "dev", take_name },
	{ "index", take_index },
	{ "type", take_type },
	{ "data", take_data },
};

static const struct keyword *find_keyword(const char *word)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (strcmp(keywords[i].word, word) == 0)
			return &keywords[i];
	return NULL;
}

static void parse_link(struct link *l, char *words[])
{
	for (; *words; words++) {
		const struct keyword *k = find_keyword(*words);

		if (!k) {
			take_name(l, *words);
			continue;
		}
		if (!words[1])
			refuse(*words, "a value must follow");
		k->take(l, *++words);
	}
}

static void check_add(const struct link *l)
{
	if (!l->type)
		refuse("add", "the type is missing");
}

static int add(const struct link *l)
{
	return nlinline_iplink_add(l->name, l->index, l->type, l->data);
}

static void check_del(const struct link *l)
{
	if (!l->name && !l->index)
		refuse("del", "the name or index is missing");
	if (l->type || l->data)
		refuse("del", "type and data belong to add");
}

static int del(const struct link *l)
{
	return nlinline_iplink_del(l->name, l->index);
}

static const struct verb {
	const char *word;
	void (*check)(const struct link *); /* returns when all is there */
	int (*run)(const struct link *);
} verbs[] = {
	{ "add", check_add, add },
	{ "del", check_del, del },
	{ "delete", check_del, del },
};

static const struct verb *find_verb(const char *word)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(verbs[i].word, word) == 0)
			return &verbs[i];
	refuse(word, "neither add nor del");
}

int main(int argc, char *argv[])
{
	int first = command_parse(&command, argc, argv, NULL, NULL);
	const struct verb *verb = find_verb(argv[first]);
	struct link l = { 0 };

	parse_link(&l, argv + first + 1);
	verb->check(&l);
	if (!view_required())
		return COMMAND_FAILED;
	if (verb->run(&l) == 0)
		return EXIT_SUCCESS;
	complain_errno(l.name, errno, explanations, NULL);
	return COMMAND_FAILED;
}
