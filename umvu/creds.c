/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "creds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "call.h"

#define KEPT_GROUPS (sizeof(((struct umvu_creds *)0)->groups) / sizeof(gid_t))

static FILE *open_status(pid_t tid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	return fopen(path, "re");
}

/* Real, effective, saved, file system. */
static void parse_ids(const char *at, uid_t ids[4])
{
	char *end;
	int i;

	for (i = 0; i < 4; i++) {
		ids[i] = (uid_t)strtoul(at, &end, 10);
		at = end;
	}
}

static bool parse_group(const char **at, gid_t *gid)
{
	char *end;

	*gid = (gid_t)strtoul(*at, &end, 10);
	if (end == *at)
		return false;
	*at = end;
	return true;
}

static void parse_groups(const char *at, struct umvu_creds *creds)
{
	gid_t gid;

	while (creds->ngroups < KEPT_GROUPS && parse_group(&at, &gid))
		creds->groups[creds->ngroups++] = gid;
}

static void parse_line(const char *line, struct umvu_creds *creds)
{
	uid_t ids[4];

	if (!strncmp(line, "Uid:", 4)) {
		parse_ids(line + 4, ids);
		creds->uid = ids[0];
		creds->euid = ids[1];
		creds->fsuid = ids[3];
	} else if (!strncmp(line, "Gid:", 4)) {
		parse_ids(line + 4, ids);
		creds->gid = ids[0];
		creds->egid = ids[1];
		creds->fsgid = ids[3];
	} else if (!strncmp(line, "Groups:", 7)) {
		parse_groups(line + 7, creds);
	}
}

/* Capabilities in another user name space say nothing about what is ours. */
static bool in_our_userns(pid_t tid)
{
	struct stat its, ours;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", tid);
	return stat(path, &its) == 0 &&
	       stat("/proc/self/ns/user", &ours) == 0 &&
	       its.st_ino == ours.st_ino;
}

int creds_of(pid_t tid, struct umvu_creds *creds)
{
	FILE *f = open_status(tid);
	char *line = NULL;
	size_t size = 0;
	int err = -ESRCH;

	if (!f)
		return err;
	creds->tid = tid;
	creds->ngroups = 0;
	while (err && getline(&line, &size, f) >= 0) {
		parse_line(line, creds);
		if (!strncmp(line, "CapEff:", 7)) { /* the last one of use */
			creds->effective = strtoull(line + 7, NULL, 16);
			err = 0;
		}
	}
	free(line);
	fclose(f);
	if (!err && creds->effective && !in_our_userns(tid))
		creds->effective = 0;
	return err;
}

int umvu_call_creds(const struct umvu_call *call, struct umvu_creds *creds)
{
	int err = creds_of(call->tid, creds);

	/* Never the rights of somebody who got the number of the dead. */
	return err || call_is_valid(call) ? err : -ESRCH;
}

static int parse_all_groups(const char *at, gid_t **groups)
{
	/* Each takes two characters at least. */
	size_t most = strlen(at) / 2 + 1;
	int len = 0;

	*groups = calloc(most, sizeof(gid_t));
	if (!*groups)
		return -ENOMEM;
	while (parse_group(&at, *groups + len))
		len++;
	return len;
}

int creds_groups(pid_t tid, gid_t **groups)
{
	FILE *f = open_status(tid);
	char *line = NULL;
	size_t size = 0;
	int len = -ESRCH;

	*groups = NULL;
	if (!f)
		return len;
	while (len == -ESRCH && getline(&line, &size, f) >= 0)
		if (!strncmp(line, "Groups:", 7))
			len = parse_all_groups(line + 7, groups);
	free(line);
	fclose(f);
	return len;
}

static bool in_list(const gid_t *groups, unsigned int len, gid_t gid)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		if (groups[i] == gid)
			return true;
	return false;
}

bool creds_in_group(const struct umvu_creds *creds, gid_t own, gid_t gid)
{
	gid_t *groups;
	bool found;
	int len;

	if (own == gid || in_list(creds->groups, creds->ngroups, gid))
		return true;
	if (creds->ngroups < KEPT_GROUPS)
		return false;
	len = creds_groups(creds->tid, &groups);
	found = len > 0 && in_list(groups, (unsigned int)len, gid);
	free(groups);
	return found;
}
