/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * paths.c - stat, access and extended attributes of names
 *
 * A path that is passed on costs the guest eight times a plain stat, so the
 * test that most paths fail comes first: copy the text, compare the last
 * component. Whatever goes wrong here (a bad address, a directory that is not
 * there), the kernel finds out again by itself, with the right errno.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "guestmem.h"
#include "handlers.h"
#include "names.h"

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

/* The name that (dirfd, path) of the guest means; NULL: none of ours. */
static struct umvu_name *name_at(
	struct umvu *session, struct umvu_call *call, int dirfd, unsigned arg)
{
	struct umvu_place place;
	char path[PATH_MAX];

	if (names_are_none(session->names))
		return NULL;
	if (guestmem_read_string(
		    call->tid, call_addr(call, arg), path, sizeof(path)) < 0)
		return NULL;
	if (!names_may_match(session->names, path))
		return NULL;
	if (place_resolve(&place, call->tid, dirfd, path) < 0)
		return NULL;
	return umvu_name_find(session, &place);
}

static long give_stat(struct umvu_call *call, struct umvu_name *name,
	struct guest_addr to)
{
	const struct umvu_name_attr *a = umvu_name_attr(name);
	struct kernel_stat st = {
		.ino = (uint64_t)(uintptr_t)name >> 4,
		.nlink = 1,
		.mode = a->mode,
		.uid = a->uid,
		.gid = a->gid,
		.blksize = 4096,
		.atime = (uint64_t)a->atime.tv_sec,
		.atime_ns = (uint64_t)a->atime.tv_nsec,
		.mtime = (uint64_t)a->mtime.tv_sec,
		.mtime_ns = (uint64_t)a->mtime.tv_nsec,
		.ctime = (uint64_t)a->mtime.tv_sec,
		.ctime_ns = (uint64_t)a->mtime.tv_nsec,
	};

	return umvu_call_write(call, to, &st, sizeof(st));
}

static struct statx_timestamp statx_time(struct timespec t)
{
	return (struct statx_timestamp){
		.tv_sec = t.tv_sec, .tv_nsec = (uint32_t)t.tv_nsec
	};
}

static long give_statx(struct umvu_call *call, struct umvu_name *name,
	struct guest_addr to)
{
	const struct umvu_name_attr *a = umvu_name_attr(name);
	struct statx st = {
		.stx_mask = STATX_BASIC_STATS,
		.stx_ino = (uint64_t)(uintptr_t)name >> 4,
		.stx_nlink = 1,
		.stx_mode = (uint16_t)a->mode,
		.stx_uid = a->uid,
		.stx_gid = a->gid,
		.stx_blksize = 4096,
		.stx_atime = statx_time(a->atime),
		.stx_mtime = statx_time(a->mtime),
		.stx_ctime = statx_time(a->mtime),
	};

	return umvu_call_write(call, to, &st, sizeof(st));
}

long on_stat(struct umvu *session, struct umvu_call *call)
{
	struct umvu_name *name = name_at(session, call, AT_FDCWD, 0);

	return name ? give_stat(call, name, call_addr(call, 1))
		    : UMVU_CONTINUE;
}

long on_statat(struct umvu *session, struct umvu_call *call)
{
	struct umvu_name *name =
		name_at(session, call, (int)call->args[0], 1);

	return name ? give_stat(call, name, call_addr(call, 2))
		    : UMVU_CONTINUE;
}

long on_statx(struct umvu *session, struct umvu_call *call)
{
	struct umvu_name *name =
		name_at(session, call, (int)call->args[0], 1);

	return name ? give_statx(call, name, call_addr(call, 4))
		    : UMVU_CONTINUE;
}

static long check_access(
	struct umvu_call *call, struct umvu_name *name, int mode, int flags)
{
	struct umvu_creds creds;
	int err;

	if (mode & ~(R_OK | W_OK | X_OK))
		return -EINVAL;
	err = umvu_call_creds(call, &creds);
	if (err)
		return err;
	return name_permits(name, &creds, mode, flags & AT_EACCESS);
}

long on_access(struct umvu *session, struct umvu_call *call)
{
	struct umvu_name *name = name_at(session, call, AT_FDCWD, 0);

	return name ? check_access(call, name, (int)call->args[1], 0)
		    : UMVU_CONTINUE;
}

long on_accessat(struct umvu *session, struct umvu_call *call)
{
	struct umvu_name *name =
		name_at(session, call, (int)call->args[0], 1);
	/* faccessat(2) of the kernel has no flags argument. */
	int flags = call->nr == __NR_faccessat2 ? (int)call->args[3] : 0;

	return name ? check_access(call, name, (int)call->args[2], flags)
		    : UMVU_CONTINUE;
}

/* A name has no extended attributes; ls -l asks. */
long on_xattr(struct umvu *session, struct umvu_call *call)
{
	bool list = call->nr == __NR_listxattr || call->nr == __NR_llistxattr;

	if (!name_at(session, call, AT_FDCWD, 0))
		return UMVU_CONTINUE;
	return list ? 0 : -ENODATA;
}
