/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options that are numbers. */
enum number { MODE, UID, GID, OFFER_MODE, NUMBERS };

static const struct {
	const char *prefix;
	int base;
	unsigned long max;
} numbers[NUMBERS] = {
	[MODE] = { "mode=", 8, 07777 },
	[UID] = { "uid=", 10, 0xfffffffe },
	[GID] = { "gid=", 10, 0xfffffffe },
	[OFFER_MODE] = { "offer-mode=", 8, 0777 },
};

/* What one parse works on. */
struct parse {
	struct stack_options *options;
	bool seen[NUMBERS];
	char *why;
	size_t why_size;
};

size_t option_len(const char *text)
{
	size_t n;
	int depth = 0;

	for (n = 0; text[n]; n++) {
		if (strchr("[{", text[n]))
			depth++;
		else if (strchr("]}", text[n]))
			depth--;
		else if (text[n] == ',' && depth <= 0)
			break;
	}
	return n;
}

/* A scheme: letters, digits, then "://". */
static bool starts_with_scheme(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	return n > 0 && !strncmp(text + n, "://", 3);
}

static bool is_locator(const char *option)
{
	const char *at = strstr(option, "://"), *equal = strchr(option, '=');
	const char *colon = strchr(option, ':');

	if (!at || (equal && equal < at))
		return false;
	/* vlan://10{...}, eth0:vde://... */
	return starts_with_scheme(option) ||
	       (colon && starts_with_scheme(colon + 1));
}

static int add_vnl(struct parse *p, const char *vnl)
{
	struct stack_options *o = p->options;

	if (!*vnl) {
		snprintf(p->why, p->why_size,
			"if= without a network (if=vde:///tmp/sw)");
		return -EINVAL;
	}
	if (o->vnl_len == OPTIONS_MAX_VNL) {
		snprintf(p->why, p->why_size, "more than %d interfaces",
			OPTIONS_MAX_VNL);
		return -E2BIG;
	}
	o->vnl[o->vnl_len] = strdup(vnl);
	return o->vnl[o->vnl_len++] ? 0 : -ENOMEM;
}

static void set_number(
	struct stack_options *o, enum number which, unsigned long value)
{
	switch (which) {
	case MODE:
		o->mode = (mode_t)value;
		break;
	case UID:
		o->uid = (uid_t)value;
		break;
	case GID:
		o->gid = (gid_t)value;
		break;
	case OFFER_MODE:
		o->offer_mode = (mode_t)value;
		break;
	case NUMBERS:
		break;
	}
}

static int take_number(struct parse *p, enum number which, const char *option)
{
	const char *value = option + strlen(numbers[which].prefix);
	unsigned long result;
	char *end;

	errno = 0;
	result = strtoul(value, &end, numbers[which].base);
	if (errno || *end || !isdigit((unsigned char)*value) ||
		result > numbers[which].max) {
		snprintf(p->why, p->why_size, "option \"%s\": bad number",
			option);
		return -EINVAL;
	}
	if (p->seen[which]) {
		snprintf(p->why, p->why_size, "option \"%s\": given twice",
			option);
		return -EINVAL;
	}
	p->seen[which] = true;
	set_number(p->options, which, result);
	return 0;
}

static int take_offer(struct parse *p, const char *path)
{
	struct stack_options *o = p->options;

	if (o->offer || !*path) {
		snprintf(p->why, p->why_size, "option \"offer=%s\": %s", path,
			*path ? "given twice" : "no path");
		return -EINVAL;
	}
	o->offer = strdup(path);
	return o->offer ? 0 : -ENOMEM;
}

static int take_no_default(struct parse *p)
{
	if (p->options->no_default) {
		snprintf(p->why, p->why_size,
			"option \"nodefault\": given twice");
		return -EINVAL;
	}
	p->options->no_default = true;
	return 0;
}

static int to_plugin(struct parse *p, const char *option)
{
	char *spec;

	if (asprintf(&spec, "%s,%s", p->options->spec, option) < 0)
		return -ENOMEM;
	free(p->options->spec);
	p->options->spec = spec;
	return 0;
}

static int take(struct parse *p, const char *option)
{
	int i;

	if (!*option)
		return 0;
	if (!strncmp(option, "if=", 3))
		return add_vnl(p, option + 3);
	if (is_locator(option))
		return add_vnl(p, option);
	if (!strncmp(option, "offer=", 6))
		return take_offer(p, option + 6);
	if (!strcmp(option, "nodefault"))
		return take_no_default(p);
	for (i = 0; i < NUMBERS; i++)
		if (!strncmp(option, numbers[i].prefix,
			    strlen(numbers[i].prefix)))
			return take_number(p, i, option);
	return to_plugin(p, option);
}

int stack_options_init(struct stack_options *options, const char *source,
	const char *data, char *why, size_t size)
{
	struct parse p = { .options = options, .why = why, .why_size = size };
	int err = 0;

	*why = '\0';
	options->vnl_len = 0;
	options->offer = NULL;
	options->offer_mode = 0600;
	options->no_default = false;
	if (!*source || *source == ',') {
		snprintf(why, size,
			"no plug-in named (vumount ... PLUGIN "
			"TARGET)");
		return -EINVAL;
	}
	options->spec = strdup(source);
	if (!options->spec)
		return -ENOMEM;
	while (*data && !err) {
		size_t len = option_len(data);
		char *option = strndup(data, len);

		err = option ? take(&p, option) : -ENOMEM;
		free(option);
		data += len + (data[len] == ',');
	}
	if (!err && p.seen[OFFER_MODE] && !options->offer) {
		snprintf(why, size, "offer-mode= without offer=");
		err = -EINVAL;
	}
	if (err)
		stack_options_fini(options);
	return err;
}

void stack_options_fini(struct stack_options *options)
{
	while (options->vnl_len > 0)
		free(options->vnl[--options->vnl_len]);
	free(options->offer);
	free(options->spec);
	options->offer = options->spec = NULL;
}
