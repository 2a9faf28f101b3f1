/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fsids.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "creds.h"

#define SEARCHES_ALL (1ull << CAP_DAC_OVERRIDE | 1ull << CAP_DAC_READ_SEARCH)

/* The C library would change the groups of all threads. */
static int set_own_groups(const gid_t *groups, int len)
{
	return syscall(__NR_setgroups, len, groups) < 0 ? -errno : 0;
}

/* Root's own groups mean nothing while it has its capabilities: they are not
 * kept, but none are set. */
void fsids_restore(void)
{
	setfsuid(geteuid());
	setfsgid(getegid());
	set_own_groups(NULL, 0);
}

int fsids_take(pid_t tid)
{
	struct umvu_creds creds;
	gid_t *groups;
	int err, len;

	if (geteuid() != 0)
		return 0;
	err = creds_of(tid, &creds);
	if (err)
		return err;
	if (creds.fsuid == 0 || creds.effective & SEARCHES_ALL)
		return 0;
	len = creds_groups(tid, &groups);
	if (len < 0)
		return len;
	err = set_own_groups(groups, len);
	free(groups);
	if (err)
		return err;
	setfsgid(creds.fsgid);
	/* Last: leaving user 0 takes the capabilities along. */
	setfsuid(creds.fsuid);
	return 1;
}
