/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A path that is passed on costs the guest a multiple of a plain stat, so the
 * test that most paths fail comes first: copy the text, compare the last
 * component. Whatever goes wrong here (a bad address, a directory that is not
 * there), the kernel finds out again by itself, with the right errno.
 *
 * Then the place is looked for in what the kernel has in memory. Only if that
 * is not enough, or there is a symbolic link to follow, a thread of its own
 * does it, since a file system may let it wait.
 */
#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "guestmem.h"
#include "handlers.h"
#include "netfiles.h"
#include "place.h"
#include "process.h"
#include "systable.h"
#include "worker.h"

static bool follows(
	const struct sysrow *row, const struct umvu_call *call, unsigned int i)
{
	uint64_t flags = call->args[row->flags_arg];

	switch ((enum follow)row->path[i].follow) {
	case NOFOLLOW:
		return false;
	case FOLLOW:
		return true;
	case UNLESS_NOFOLLOW:
		return !(flags & AT_SYMLINK_NOFOLLOW);
	case IF_FOLLOW:
		return flags & AT_SYMLINK_FOLLOW;
	case AS_OPEN:
		return open_follows(call);
	}
	return false;
}

static int dirfd_of(
	const struct sysrow *row, const struct umvu_call *call, unsigned int i)
{
	int8_t arg = row->path[i].dirfd;

	return arg == CWD ? AT_FDCWD : (int)call->args[arg];
}

static bool read_texts(const struct sysrow *row, const struct umvu_call *call,
	struct path_texts *texts)
{
	unsigned int i;

	for (i = 0; i < row->paths; i++) {
		struct guest_addr addr =
			call_addr(call, (unsigned int)row->path[i].path);

		if (!addr.value ||
			guestmem_read_string(call->tid, addr, texts->text[i],
				sizeof(texts->text[i])) < 0)
			return false;
	}
	return true;
}

static bool has_valid_flags(
	const struct sysrow *row, const struct umvu_call *call)
{
	return !row->flags_arg ||
	       !((uint32_t)call->args[row->flags_arg] & ~row->valid_flags);
}

static bool may_match(const struct names *names, const struct sysrow *row,
	const struct umvu_call *call, const struct path_texts *texts,
	unsigned int i)
{
	return names_may_match(names, texts->text[i], follows(row, call, i));
}

/* The path number @i of @call is @name. */
static long act(struct umvu *session, const struct sysrow *row,
	struct umvu_call *call, unsigned int i, const char *text,
	struct umvu_name *name)
{
	int error = row->path[i].error;

	if (text[strlen(text) - 1] == '/' && error != EEXIST)
		return -ENOTDIR;
	return row->named ? row->named(session, call, name) : -error;
}

/* Neither a name nor a file that shows a network. */
static long pass_on(struct umvu *session, const struct sysrow *row,
	struct umvu_call *call, const struct path_texts *texts)
{
	return row->missed ? row->missed(session, call, texts) : UMVU_CONTINUE;
}

static uint64_t net_flags(
	const struct sysrow *row, const struct umvu_call *call)
{
	return row->net == NETFILE_OPEN	    ? open_flags(call)
	       : row->net == NETFILE_ACCESS ? (uint64_t)access_mode(call)
					    : 0;
}

struct lookup {
	struct path_texts texts;
	struct umvu_place place[2];
	bool found[2];
	bool is_net; /* the first one is a file that shows a network */
	struct netfile net;
};

/* What becomes of the call, now that its places are known. Under the lock. */
static long decide(const struct sysrow *row, struct umvu_call *call,
	const struct lookup *l)
{
	struct umvu *session = call->session;
	const char *text = l->texts.text[0];
	struct umvu_name *name = NULL;
	unsigned int i;

	for (i = 0; i < row->paths && !name; i++)
		if (l->found[i])
			name = umvu_name_find(session, &l->place[i]);
	if (name)
		return act(
			session, row, call, i - 1, l->texts.text[i - 1], name);
	if (l->is_net)
		return netfile_call(call, &l->net, row->net,
			net_flags(row, call), text[strlen(text) - 1] == '/');
	return pass_on(session, row, call, &l->texts);
}

/* False when the kernel would not walk there, or not just so. */
static bool is_walkable(const struct sysrow *row, const struct umvu_call *call,
	const char *text, const struct umvu_place *place)
{
	uint64_t resolve;

	/* `..` may lead out of what is missing. */
	if (!place->has_parent && strstr(text, ".."))
		return false;
	return open_resolve(call, &resolve) &&
	       (!resolve || place_obeys(call->tid, dirfd_of(row, call, 0), text,
				    resolve));
}

/* Waits for file systems, so without the lock. */
static void find_places(struct worker_job *job)
{
	const struct sysrow *row = systable_find(job->call.nr);
	struct umvu_call *call = &job->call;
	struct lookup l = { .found = { false, false } };
	long result;
	unsigned int i;

	if (!read_texts(row, call, &l.texts)) {
		worker_answer(job, UMVU_CONTINUE);
		return;
	}
	for (i = 0; i < row->paths; i++)
		l.found[i] =
			place_find(&l.place[i], call->tid,
				dirfd_of(row, call, i), l.texts.text[i],
				follows(row, call, i) ? PLACE_FOLLOW : 0) == 0;
	l.is_net = row->net && row->net != NETFILE_CHDIR && l.found[0] &&
		   netfile_at(&l.net, call, &l.place[0]) &&
		   is_walkable(row, call, l.texts.text[0], &l.place[0]);
	pthread_mutex_lock(&call->session->lock);
	result = decide(row, call, &l);
	pthread_mutex_unlock(&call->session->lock);
	worker_answer(job, result);
}

/* No name: but it may show a network. */
static long miss(struct umvu *session, const struct sysrow *row,
	struct umvu_call *call, const struct path_texts *texts)
{
	if (!row->net ||
		!netfiles_may_be(call, dirfd_of(row, call, 0), texts->text[0]))
		return pass_on(session, row, call, texts);
	if (row->net != NETFILE_CHDIR)
		return worker_start(call, find_places, 0);
	netfiles_visited(session);
	return UMVU_CONTINUE;
}

/* Path number @i of @call in what the kernel has in memory. */
static int find_cached(struct umvu_place *place, const struct sysrow *row,
	const struct umvu_call *call, const struct path_texts *texts,
	unsigned int i, unsigned int flags)
{
	return place_find(place, call->tid, dirfd_of(row, call, i),
		texts->text[i], PLACE_CACHED | flags);
}

static long look_up(struct umvu *session, const struct sysrow *row,
	struct umvu_call *call, const struct path_texts *texts)
{
	struct umvu_place place;
	struct umvu_name *name;
	unsigned int i;
	int err;

	for (i = 0; i < row->paths; i++) {
		if (!may_match(session->names, row, call, texts, i))
			continue;
		err = find_cached(&place, row, call, texts, i, 0);
		name = err ? NULL : umvu_name_find(session, &place);
		if (name)
			return act(session, row, call, i, texts->text[i], name);
		/* Only now: what a name hides is seldom in memory. */
		if (!err && follows(row, call, i))
			err = find_cached(
				&place, row, call, texts, i, PLACE_SEE_LINK);
		if (err == -EAGAIN || (!err && place.is_link))
			return worker_start(call, find_places, 0);
		if (err)
			return UMVU_CONTINUE;
	}
	return miss(session, row, call, texts);
}

long on_path(struct umvu *session, struct umvu_call *call)
{
	const struct sysrow *row = systable_find(call->nr);
	struct path_texts texts;
	unsigned int i;

	/* After the last name has gone, processes may still have its stack. */
	if (names_are_none(session->names) &&
		!processes_have_data(session->processes))
		return UMVU_CONTINUE;
	if (!has_valid_flags(row, call) || !read_texts(row, call, &texts))
		return UMVU_CONTINUE;
	for (i = 0; i < row->paths; i++)
		if (may_match(session->names, row, call, &texts, i))
			return look_up(session, row, call, &texts);
	return miss(session, row, call, &texts);
}

long missed_symlink(struct umvu *session, struct umvu_call *call,
	const struct path_texts *texts)
{
	char target[PATH_MAX];

	if (guestmem_read_string(
		    call->tid, call_addr(call, 0), target, sizeof(target)) < 0)
		return UMVU_CONTINUE;
	if (names_may_match(session->names, target, true) ||
		netfiles_may_link(target))
		names_learn_link(session->names, texts->text[0]);
	return UMVU_CONTINUE;
}

long missed_rename(struct umvu *session, struct umvu_call *call,
	const struct path_texts *texts)
{
	(void)call;
	if (names_may_match(session->names, texts->text[0], true))
		names_learn_link(session->names, texts->text[1]);
	return UMVU_CONTINUE;
}
