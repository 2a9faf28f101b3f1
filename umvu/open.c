/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open.c - open of a name fails like that of a socket's; open of the kernel's
 * mount tables goes to mounttable.c
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "mounttable.h"
#include "paths.h"
#include "place.h"

uint64_t open_flags(const struct umvu_call *call)
{
	struct open_how how;

	switch (call->nr) {
	case __NR_open:
		return call->args[1];
	case __NR_openat:
		return call->args[2];
	case __NR_creat:
		return O_CREAT | O_WRONLY | O_TRUNC;
	default: /* openat2 */
		return umvu_call_read(call, call_addr(call, 2), &how,
			       sizeof(how.flags))
			       ? 0
			       : how.flags;
	}
}

bool open_resolve(const struct umvu_call *call, uint64_t *resolve)
{
	struct open_how how;

	*resolve = 0;
	if (call->nr != __NR_openat2)
		return true;
	if (call->args[3] < sizeof(how) ||
		umvu_call_read(call, call_addr(call, 2), &how, sizeof(how)) < 0)
		return false;
	*resolve = how.resolve;
	return how.flags <= INT_MAX && (!how.mode || how.flags & O_CREAT);
}

bool open_follows(const struct umvu_call *call)
{
	uint64_t flags = open_flags(call);

	return !(flags & O_NOFOLLOW) &&
	       (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
}

static int access_of(uint64_t flags)
{
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return R_OK;
	case O_WRONLY:
		return W_OK;
	default:
		return R_OK | W_OK;
	}
}

/* With O_PATH a socket's name can be opened. Not so one of ours: there is no
 * file to give, and calls on such a descriptor would not know the name. */
long named_open(
	struct umvu *session, struct umvu_call *call, struct umvu_name *name)
{
	uint64_t flags = open_flags(call);
	struct umvu_creds creds;
	int err;

	(void)session;
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return -EEXIST;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	if (flags & O_PATH)
		return -ENXIO;
	err = umvu_call_creds(call, &creds);
	if (!err)
		err = umvu_name_permits(name, &creds, access_of(flags));
	return err ? err : -ENXIO;
}

long missed_open(struct umvu *session, struct umvu_call *call,
	const struct path_texts *texts)
{
	uint64_t flags;

	(void)session;
	if (!mounttable_may_be(texts->text[0]))
		return UMVU_CONTINUE;
	flags = open_flags(call);
	if (flags & (O_ACCMODE | O_CREAT | O_PATH | O_DIRECTORY))
		return UMVU_CONTINUE;
	return mounttable_open(call, flags & O_CLOEXEC, flags & O_NOFOLLOW);
}
