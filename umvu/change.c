/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * change.c - mode, owner and times of names, by the kernel's rules
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>
#include "creds.h"
#include "paths.h"

#define KEEP_ID ((uint32_t)-1)

static bool has(const struct umvu_creds *creds, int capability)
{
	return creds->effective & 1ull << capability;
}

static void touch_ctime(struct umvu_name_attr *attr)
{
	clock_gettime(CLOCK_REALTIME, &attr->ctime);
}

long named_chmod(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name)
{
	mode_t mode = (mode_t)call->args[call->nr == __NR_chmod ? 1 : 2];
	struct umvu_name_attr *attr = umvu_name_attr(name);
	struct umvu_creds creds;
	int err = umvu_call_creds(call, &creds);

	(void)session;
	if (err)
		return err;
	if (!name_is_owned(name, &creds, CAP_FOWNER))
		return -EPERM;
	if (!has(&creds, CAP_FSETID) &&
		!creds_in_group(&creds, creds.fsgid, attr->gid))
		mode &= ~(mode_t)S_ISGID;
	attr->mode = (attr->mode & S_IFMT) | (mode & 07777);
	touch_ctime(attr);
	return 0;
}

static bool may_chown(const struct umvu_name_attr *attr,
	const struct umvu_creds *creds, uid_t uid, gid_t gid)
{
	bool own = creds->fsuid == attr->uid;

	if (has(creds, CAP_CHOWN))
		return true;
	if (uid != KEEP_ID && !(own && uid == attr->uid))
		return false;
	return gid == KEEP_ID ||
	       (own && (gid == attr->gid ||
			       creds_in_group(creds, creds->fsgid, gid)));
}

long named_chown(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name)
{
	unsigned int first = call->nr == __NR_fchownat ? 2 : 1;
	uid_t uid = (uid_t)call->args[first];
	gid_t gid = (gid_t)call->args[first + 1];
	struct umvu_name_attr *attr = umvu_name_attr(name);
	struct umvu_creds creds;
	int err = umvu_call_creds(call, &creds);

	(void)session;
	if (err)
		return err;
	if (!may_chown(attr, &creds, uid, gid))
		return -EPERM;
	if (uid != KEEP_ID)
		attr->uid = uid;
	if (gid != KEEP_ID)
		attr->gid = gid;
	attr->mode &= ~(mode_t)S_ISUID;
	if (attr->mode & S_IXGRP)
		attr->mode &= ~(mode_t)S_ISGID;
	touch_ctime(attr);
	return 0;
}

/* --- times --------------------------------------------------------------- */

/* "Now" needs no more than permission to write. */
static int may_set_times(const struct umvu_call *call,
	const struct umvu_name *name, const struct timespec t[2])
{
	bool now = t[0].tv_nsec == UTIME_NOW && t[1].tv_nsec == UTIME_NOW;
	struct umvu_creds creds;
	int err = umvu_call_creds(call, &creds);

	if (err)
		return err;
	if (name_is_owned(name, &creds, CAP_FOWNER))
		return 0;
	return now ? name_permits(name, &creds, W_OK, true) : -EPERM;
}

static void set_time(
	struct timespec *time, struct timespec t, struct timespec now)
{
	if (t.tv_nsec == UTIME_OMIT)
		return;
	*time = t.tv_nsec == UTIME_NOW ? now : t;
}

static bool is_valid(long nsec)
{
	return nsec == UTIME_NOW || nsec == UTIME_OMIT ||
	       (nsec >= 0 && nsec < 1000000000);
}

static long set_times(const struct umvu_call *call, struct umvu_name *name,
	const struct timespec t[2])
{
	struct umvu_name_attr *attr = umvu_name_attr(name);
	int err;

	if (!is_valid(t[0].tv_nsec) || !is_valid(t[1].tv_nsec))
		return -EINVAL;
	if (t[0].tv_nsec == UTIME_OMIT && t[1].tv_nsec == UTIME_OMIT)
		return 0;
	err = may_set_times(call, name, t);
	if (err)
		return err;
	touch_ctime(attr);
	set_time(&attr->atime, t[0], attr->ctime);
	set_time(&attr->mtime, t[1], attr->ctime);
	return 0;
}

static long set_now(const struct umvu_call *call, struct umvu_name *name)
{
	static const struct timespec now[2] = { { 0, UTIME_NOW },
		{ 0, UTIME_NOW } };

	return set_times(call, name, now);
}

long named_utime(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name)
{
	struct utimbuf times;
	int err;

	(void)session;
	if (!call->args[1])
		return set_now(call, name);
	err = umvu_call_read(call, call_addr(call, 1), &times, sizeof(times));
	if (err)
		return err;
	return set_times(call, name,
		(struct timespec[2]){
			{ times.actime, 0 }, { times.modtime, 0 } });
}

long named_utimes(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name)
{
	unsigned int arg = call->nr == __NR_futimesat ? 2 : 1;
	struct timeval t[2];
	int err;

	(void)session;
	if (!call->args[arg])
		return set_now(call, name);
	err = umvu_call_read(call, call_addr(call, arg), t, sizeof(t));
	if (err)
		return err;
	if (t[0].tv_usec < 0 || t[0].tv_usec >= 1000000 || t[1].tv_usec < 0 ||
		t[1].tv_usec >= 1000000)
		return -EINVAL;
	return set_times(call, name,
		(struct timespec[2]){ { t[0].tv_sec, t[0].tv_usec * 1000 },
			{ t[1].tv_sec, t[1].tv_usec * 1000 } });
}

long named_utimens(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name)
{
	struct timespec t[2];
	int err;

	(void)session;
	if (!call->args[2])
		return set_now(call, name);
	err = umvu_call_read(call, call_addr(call, 2), t, sizeof(t));
	return err ? err : set_times(call, name, t);
}
