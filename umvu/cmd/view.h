/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view.h - the view's own system calls, as the commands use them
 *
 * The calls return 0 (or what is said) or a negative errno; -ENOSYS means
 * that there is no view around the caller.
 */
#ifndef CMD_VIEW_H
#define CMD_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct vu_info;

bool view_present(void);

/* Like view_present(), and complains when there is no view. */
bool view_required(void);

/* For a call that the kernel answered: NULL in a view, else "not inside ..." */
const char *view_missing_hint(void);

int view_insmod(const char *module, bool permanent);
int view_rmmod(const char *module);

/* The list of modules as a string that the caller frees; NULL, *@err: -errno */
char *view_lsmod(int *err);

/* Has the view a module called @name? False also when it does not say. */
bool view_has_module(const char *name);

int view_getinfo(struct vu_info *info);
int view_setname(const char *name);

/*
 * Why the caller's last mount or insmod failed: copies at most @size - 1
 * bytes and a NUL; an empty string when the view has nothing to say.
 */
void view_errmsg(char *buf, size_t size);

#endif
