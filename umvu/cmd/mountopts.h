/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mountopts.h - separates mount(2) flags from the options of a file system
 *
 * The words for flags are those of mount(8). Words that only mean something
 * in fstab(5), such as noauto or user, are no flags: there is no fstab here,
 * and a file system may have its own use for them.
 */
#ifndef CMD_MOUNTOPTS_H
#define CMD_MOUNTOPTS_H

struct mountopts {
	unsigned long flags; /* MS_... */
	char *data;	     /* everything else, comma-separated; or NULL */
};

/*
 * Adds the comma-separated @options; later words win. A comma inside double
 * quotes, [] or {}, or after a backslash, separates nothing; all these reach
 * the file system as they are. Empty options are dropped.
 * Returns 0 or -ENOMEM.
 */
int mountopts_add(struct mountopts *m, const char *options);

void mountopts_fini(struct mountopts *m);

#endif
