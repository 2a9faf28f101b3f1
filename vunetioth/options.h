/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.h - the mount options of vunetioth(1)
 *
 *	if=VNL, VNL		adds an interface; a VNL contains "://" and no "="
 *				before it; NAME:VNL names the interface
 *	mode=OCTAL uid=N gid=N	of the name in the file system
 *	offer=PATH offer-mode=OCTAL
 *				other sessions may share the stack through the
 *				socket PATH, of this mode (0600)
 *	nodefault		even at /dev/net/default not the session's default
 *	anything else		goes to the plug-in
 *
 * A comma inside [] or {} belongs to the option.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define OPTIONS_MAX_VNL 64

/* Length of the first option of @text. */
size_t option_len(const char *text);

struct stack_options {
	char *spec; /* NAME[,OPTION...] for ioth_newstack() */
	char *vnl[OPTIONS_MAX_VNL];
	size_t vnl_len;
	char *offer; /* or NULL */
	mode_t offer_mode;
	bool no_default;
	mode_t mode; /* permission bits */
	uid_t uid;
	gid_t gid;
	uid_t owner; /* of the stack: who mounts it */
};

/*
 * Parses mount(2)'s @source and @data into @options, whose mode, uid and gid
 * hold the defaults. On failure nothing is kept, and @why (of @size bytes) has
 * one line: -EINVAL, -E2BIG too many interfaces, -ENOMEM.
 */
int stack_options_init(struct stack_options *options, const char *source,
	const char *data, char *why, size_t size);
void stack_options_fini(struct stack_options *options);

#endif
