/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUCKETS 256u

struct umvu_name {
	struct names *names;
	const struct umvu_module *owner;
	struct umvu_place place;
	struct umvu_name_attr attr;
	void *private;
	struct umvu_name *next;
};

/* Hashed by last component. */
struct names {
	unsigned int count;
	struct umvu_name *bucket[BUCKETS];
};

int names_init(struct umvu *session)
{
	session->names = calloc(1, sizeof(*session->names));
	return session->names ? 0 : -ENOMEM;
}

void names_free(struct names *names)
{
	free(names);
}

static unsigned int hash(const char *component, size_t len)
{
	unsigned int h = 5381;

	while (len--)
		h = h * 33 + (unsigned char)*component++;
	return h % BUCKETS;
}

static struct umvu_name **bucket_of(
	struct names *names, const struct umvu_place *place)
{
	return &names->bucket[hash(place->last, strlen(place->last))];
}

bool names_are_none(const struct names *names)
{
	return names->count == 0;
}

bool names_may_match(const struct names *names, const char *path)
{
	const struct umvu_name *n;
	const char *last;
	size_t len;

	if (names->count == 0)
		return false;
	last = place_last_component(path, &len);
	for (n = names->bucket[hash(last, len)]; n; n = n->next)
		if (!strncmp(n->place.last, last, len) && !n->place.last[len])
			return true;
	return false;
}

struct umvu_name *umvu_name_find(
	struct umvu *session, const struct umvu_place *place)
{
	struct umvu_name *n = *bucket_of(session->names, place);

	while (n && !place_equal(&n->place, place))
		n = n->next;
	return n;
}

int umvu_name_add(struct umvu *session, const struct umvu_module *owner,
	const struct umvu_place *place, const struct umvu_name_attr *attr,
	void *private, struct umvu_name **name)
{
	struct umvu_name **bucket = bucket_of(session->names, place), *n;

	if (umvu_name_find(session, place))
		return -EBUSY;
	n = malloc(sizeof(*n));
	if (!n)
		return -ENOMEM;
	*n = (struct umvu_name){ .names = session->names,
		.owner = owner,
		.place = *place,
		.attr = *attr,
		.private = private,
		.next = *bucket };
	n->place.last = n->place.text + (place->last - place->text);
	*bucket = n;
	session->names->count++;
	*name = n;
	return 0;
}

void umvu_name_del(struct umvu_name *name)
{
	struct umvu_name **at = bucket_of(name->names, &name->place);

	while (*at != name)
		at = &(*at)->next;
	*at = name->next;
	name->names->count--;
	free(name);
}

void *umvu_name_private(const struct umvu_name *name)
{
	return name->private;
}

struct umvu_name_attr *umvu_name_attr(struct umvu_name *name)
{
	return &name->attr;
}

const struct umvu_module *name_owner(const struct umvu_name *name)
{
	return name->owner;
}

static bool in_group(const struct umvu_creds *creds, gid_t gid, gid_t own)
{
	unsigned int i;

	if (own == gid)
		return true;
	for (i = 0; i < creds->ngroups; i++)
		if (creds->groups[i] == gid)
			return true;
	return false;
}

int name_permits(const struct umvu_name *name, const struct umvu_creds *creds,
	int mode, bool effective)
{
	const struct umvu_name_attr *attr = &name->attr;
	uid_t uid = effective ? creds->fsuid : creds->uid;
	gid_t gid = effective ? creds->fsgid : creds->gid;
	unsigned int bits = attr->mode;

	if (uid == 0)
		return mode & X_OK && !(bits & 0111) ? -EACCES : 0;
	if (uid == attr->uid)
		bits >>= 6;
	else if (in_group(creds, attr->gid, gid))
		bits >>= 3;
	return (bits & (unsigned int)mode) == (unsigned int)mode ? 0 : -EACCES;
}

int umvu_name_permits(const struct umvu_name *name,
	const struct umvu_creds *creds, int mode)
{
	return name_permits(name, creds, mode, true);
}
