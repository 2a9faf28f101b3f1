/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rc.h - the scripts that prepare a view before its command starts
 */
#ifndef RC_H
#define RC_H

#include "session.h"

/*
 * Runs /etc/vurc and ~/.vurc (or the file of -f) inside the view, those that
 * exist; as programs if they are executable, else by sh. A script that fails is
 * reported on standard error and does not stop the rest.
 */
void rc_run_all(const struct options *options);

#endif
