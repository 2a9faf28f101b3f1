/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * creds.h - user, groups and capabilities of guests, as /proc tells them
 */
#ifndef CREDS_H
#define CREDS_H

#include <stdbool.h>
#include "umvu/module.h"

/* umvu_call_creds() of any thread. -ESRCH. */
int creds_of(pid_t tid, struct umvu_creds *creds);

/* All supplementary groups of @tid, to be freed. Their number; -ESRCH,
 * -ENOMEM. */
int creds_groups(pid_t tid, gid_t **groups);

/* True when @gid is @own or a supplementary group. */
bool creds_in_group(const struct umvu_creds *creds, gid_t own, gid_t gid);

#endif
