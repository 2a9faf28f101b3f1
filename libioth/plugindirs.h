/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plugindirs.h - the directories that hold plug-ins
 */
#ifndef IOTH_PLUGINDIRS_H
#define IOTH_PLUGINDIRS_H

#include <limits.h>
#include <stdbool.h>

/* In the order of the search. */
enum plugindir {
	PLUGINDIR_HOME,	  /* $HOME/.ioth */
	PLUGINDIR_SYSTEM, /* ioth/ beside libioth.so */
	PLUGINDIRS
};

/* Its absolute path; false if there is none. */
bool plugindir_path(enum plugindir dir, char path[PATH_MAX]);

#endif
