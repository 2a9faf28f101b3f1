/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: what people write: options of mounts, stacks on command lines,
 * locators of virtual networks.
 *
 * The first byte of the input says for which parser the rest is. Besides not
 * reading or writing beyond anything, a parser keeps the promises of its
 * header.
 */
#include "composite.h"
#include "families.h"
#include "fuzz.h"
#include "mountopts.h"
#include "options.h"
#include "spec.h"
#include "stack.h"
#include "vnl.h"
#include "wire_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void must(bool kept)
{
	if (!kept)
		abort();
}

static bool is_line(const char *why, size_t size)
{
	return strnlen(why, size) < size;
}

/* ---- parsers ---- */

/* The plug-in's name, a line end, the options. */
static void try_options(char *text)
{
	struct stack_options options = { .mode = 0777 };
	char why[64], *data = strchr(text, '\n');
	int err;

	if (data)
		*data++ = '\0';
	err = stack_options_init(
		&options, text, data ? data : "", why, sizeof(why));
	must(is_line(why, sizeof(why)));
	if (err) {
		must(err == -EINVAL || err == -E2BIG);
		must(!options.spec && !options.offer && !options.vnl_len);
		return;
	}
	must(!strncmp(options.spec, text, strlen(text)));
	must(options.mode <= 07777 && options.offer_mode <= 0777);
	stack_options_fini(&options);
}

static void try_spec(char *text)
{
	struct spec spec;
	char why[64] = "";

	if (spec_parse(&spec, text, why, sizeof(why)) < 0) {
		must(*why && is_line(why, sizeof(why)));
		return;
	}
	must(spec.config_len <= SPEC_MAX_CONFIG);
	spec_free(&spec);
}

static void try_locator(char *text)
{
	char name[WIRE_NAME_SIZE], dir[64], why[64];
	const char *vnl = wire_locator_split(text, name);
	unsigned mtu;

	wire_error_text(-ENOENT, text, why, sizeof(why));
	must(is_line(why, sizeof(why)));
	if (!vnl)
		return;
	must(vnl >= text && vnl <= text + strlen(text));
	must(is_line(name, sizeof(name)));
	mtu = wire_locator_mtu(vnl);
	must(mtu >= WIRE_MTU_MIN && mtu <= WIRE_FRAME_MAX);
	if (wire_locator_dir(vnl, dir, sizeof(dir)) == 0)
		must(is_line(dir, sizeof(dir)));
	wire_locator_is_plain(vnl);
}

/* vdestack has parsers of its own: it must build with no library of ours. */
static void try_vnl(char *text)
{
	struct vnl vnl;
	char dir[64];

	if (vnl_parse(&vnl, text) < 0)
		return;
	must(is_line(vnl.ifname, sizeof(vnl.ifname)));
	must(vnl.locator >= text && vnl.locator <= text + strlen(text));
	must(!*vnl.ifname || vnl_check_ifname(vnl.ifname) == 0);
	if (vnl_switch_dir(vnl.locator, dir, sizeof(dir)) == 0)
		must(is_line(dir, sizeof(dir)));
	vnl_is_plain(vnl.locator);
}

static void try_composite(char *text)
{
	char why[64];
	struct stack *stack;
	int err;
	struct composite *composite =
		composite_new(NULL, text, why, sizeof(why), &err);

	if (!composite) {
		must(err < 0 && is_line(why, sizeof(why)));
		return;
	}
	for (int domain = 0; domain < 64; domain++)
		for (int type = 1; type < 6; type++)
			must(composite_choose(
				     composite, domain, type, 0, &stack) <= 1);
	composite_families(composite);
	composite_free(composite);
}

static void try_families(char *text)
{
	struct families families = { 0 };
	const char *bad = text;
	int bad_len = 0;

	if (families_parse(&families, text, &bad, &bad_len) < 0)
		must(bad >= text && bad + bad_len <= text + strlen(text));
	must(families.len <= FAMILIES_MAX);
	for (size_t i = 0; i < families.len; i++)
		families_word(families.family[i]);
}

static void try_mountopts(char *text)
{
	struct mountopts options = { 0 };

	must(mountopts_add(&options, text) == 0);
	must(!options.data || strlen(options.data) <= strlen(text));
	mountopts_fini(&options);
}

static void (*const parsers[])(char *text) = { try_options, try_spec,
	try_locator, try_vnl, try_composite, try_families, try_mountopts };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t len = sizeof(parsers) / sizeof(parsers[0]);
	char *text;

	if (size == 0)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	parsers[data[0] % len](text);
	free(text);
	return 0;
}

/* ---- what composite.c uses of the module: one stack, at /a ---- */

static struct stack part = { .references = 1, .state = STACK_RUNNING };

int umvu_call_name(
	const struct umvu_call *call, const char *path, struct umvu_name **name)
{
	(void)call;
	*name = (struct umvu_name *)(void *)&part;
	return strcmp(path, "/a") ? -ENOENT : 0;
}

void *umvu_name_private(const struct umvu_name *name)
{
	return (void *)(uintptr_t)name;
}

int open_may_use(const struct umvu_call *call, const struct umvu_name *name);

int open_may_use(const struct umvu_call *call, const struct umvu_name *name)
{
	(void)call;
	(void)name;
	return 0;
}

struct stack *stack_get(struct stack *stack)
{
	stack->references++;
	return stack;
}

void stack_put(struct stack *stack)
{
	must(--stack->references > 0);
}
