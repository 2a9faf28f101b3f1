/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * look.c - stat, access, statfs of names
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "paths.h"

#ifndef STATX__RESERVED
#define STATX__RESERVED 0x80000000u
#endif

/* What glibc's <sys/stat.h> and <linux/stat.h> cannot both declare. */
struct kernel_stat {
	uint64_t dev, ino, nlink;
	uint32_t mode, uid, gid, pad;
	uint64_t rdev;
	int64_t size, blksize, blocks;
	uint64_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns;
	int64_t unused[3];
};

_Static_assert(sizeof(struct kernel_stat) == 144, "struct stat of x86-64");

long named_stat(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name)
{
	const struct umvu_name_attr *a = umvu_name_attr(name);
	struct kernel_stat st = {
		.dev = name_dev(name),
		.ino = name_ino(name),
		.nlink = 1,
		.mode = a->mode,
		.uid = a->uid,
		.gid = a->gid,
		.blksize = 4096,
		.atime = (uint64_t)a->atime.tv_sec,
		.atime_ns = (uint64_t)a->atime.tv_nsec,
		.mtime = (uint64_t)a->mtime.tv_sec,
		.mtime_ns = (uint64_t)a->mtime.tv_nsec,
		.ctime = (uint64_t)a->ctime.tv_sec,
		.ctime_ns = (uint64_t)a->ctime.tv_nsec,
	};
	unsigned int to = call->nr == __NR_newfstatat ? 2 : 1;

	(void)session;
	return umvu_call_write(call, call_addr(call, to), &st, sizeof(st));
}

static struct statx_timestamp statx_time(struct timespec t)
{
	return (struct statx_timestamp){ .tv_sec = t.tv_sec,
		.tv_nsec = (uint32_t)t.tv_nsec };
}

long named_statx(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name)
{
	const struct umvu_name_attr *a = umvu_name_attr(name);
	struct statx st = {
		.stx_mask = STATX_BASIC_STATS,
		.stx_dev_major = major(name_dev(name)),
		.stx_dev_minor = minor(name_dev(name)),
		.stx_ino = name_ino(name),
		.stx_nlink = 1,
		.stx_mode = (uint16_t)a->mode,
		.stx_uid = a->uid,
		.stx_gid = a->gid,
		.stx_blksize = 4096,
		.stx_atime = statx_time(a->atime),
		.stx_mtime = statx_time(a->mtime),
		.stx_ctime = statx_time(a->ctime),
	};

	(void)session;
	if (call->args[3] & STATX__RESERVED)
		return -EINVAL;
	return umvu_call_write(call, call_addr(call, 4), &st, sizeof(st));
}

/* Of no size, so that df(1) lists it only if it is asked to. */
long named_statfs(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name)
{
	const struct statfs st = {
		.f_type = SOCKFS_MAGIC,
		.f_bsize = 4096,
		.f_frsize = 4096,
		.f_namelen = NAME_MAX,
	};

	(void)session;
	(void)name;
	return umvu_call_write(call, call_addr(call, 1), &st, sizeof(st));
}

int access_mode(const struct umvu_call *call)
{
	return (int)call->args[call->nr == __NR_access ? 1 : 2];
}

long named_access(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name)
{
	int mode = access_mode(call);
	/* faccessat(2) of the kernel has no flags argument. */
	uint64_t flags = call->nr == __NR_faccessat2 ? call->args[3] : 0;
	struct umvu_creds creds;
	int err;

	(void)session;
	if (mode & ~(R_OK | W_OK | X_OK))
		return -EINVAL;
	err = umvu_call_creds(call, &creds);
	if (err)
		return err;
	return name_permits(name, &creds, mode, flags & AT_EACCESS);
}

long named_zero(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name)
{
	(void)session;
	(void)call;
	(void)name;
	return 0;
}
