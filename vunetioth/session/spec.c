/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spec.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "configure.h"
#include "options.h"

static int add_config(struct spec *spec, const char *word)
{
	if (spec->config_len == SPEC_MAX_CONFIG)
		return -E2BIG;
	spec->config[spec->config_len] = strdup(word);
	return spec->config[spec->config_len++] ? 0 : -ENOMEM;
}

static int add_data(struct spec *spec, const char *word)
{
	char *joined;

	if (asprintf(&joined, "%s%s%s", spec->data, *spec->data ? "," : "",
		    word) < 0)
		return -ENOMEM;
	free(spec->data);
	spec->data = joined;
	return 0;
}

static int take(struct spec *spec, const char *word)
{
	if (!*word)
		return 0;
	return configure_knows(word) ? add_config(spec, word)
				     : add_data(spec, word);
}

int spec_parse(struct spec *spec, const char *text, char *why, size_t size)
{
	size_t len = option_len(text);
	int err = 0;

	*spec = (struct spec){ .source = strndup(text, len),
		.data = strdup("") };
	if (len == 0) {
		snprintf(why, size, "no plug-in (vdestack,vde:///tmp/sw)");
		err = -EINVAL;
	} else if (!spec->source || !spec->data) {
		err = -ENOMEM;
	}
	for (text += len; *text && !err; text += len) {
		char *word;

		len = option_len(++text);
		word = strndup(text, len);
		err = word ? take(spec, word) : -ENOMEM;
		free(word);
	}
	if (!err)
		return 0;
	if (!*why)
		snprintf(why, size, "%s", strerror(-err));
	spec_free(spec);
	return err;
}

void spec_free(struct spec *spec)
{
	while (spec->config_len)
		free(spec->config[--spec->config_len]);
	free(spec->data);
	free(spec->source);
}
