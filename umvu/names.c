/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "creds.h"

#define BUCKETS 256u
/* Links are remembered by a view's whole life; a program that makes them all
 * the time must not fill our memory. */
#define MAX_LINKS 4096u
/* Exact as a double, and far from what file systems use. */
#define FIRST_INO (1ull << 52)

struct umvu_name {
	struct names *names;
	const struct umvu_module *owner;
	struct umvu_place place;
	uint64_t serial;
	/* Its directory, held so that the inode number is not used again; -1
	 * when there is none. */
	int parent;
	struct umvu_name_attr attr;
	char *source, *options; /* NULL: not described */
	void *private;
	struct umvu_name *next;
	struct umvu_name *next_all;
};

struct link {
	struct link *next;
	char last[];
};

/* Hashed by last component. */
struct names {
	unsigned int count, links;
	uint64_t serial;
	struct umvu_name *all; /* by serial number */
	struct umvu_name *bucket[BUCKETS];
	struct link *link[BUCKETS];
};

int names_init(struct umvu *session)
{
	session->names = calloc(1, sizeof(*session->names));
	return session->names ? 0 : -ENOMEM;
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

static bool link_is_known(
	const struct names *names, const char *last, size_t len)
{
	const struct link *l;

	for (l = names->link[hash(last, len)]; l; l = l->next)
		if (!strncmp(l->last, last, len) && !l->last[len])
			return true;
	return false;
}

bool names_may_match(const struct names *names, const char *path, bool follow)
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
	return follow && names->links && link_is_known(names, last, len);
}

void names_learn_link(struct names *names, const char *path)
{
	size_t len;
	const char *last = place_last_component(path, &len);
	struct link *l, **bucket = &names->link[hash(last, len)];

	if (names->links == MAX_LINKS || len == 0 || len > NAME_MAX ||
		link_is_known(names, last, len))
		return;
	l = malloc(sizeof(*l) + len + 1);
	if (!l)
		return;
	memcpy(l->last, last, len);
	l->last[len] = '\0';
	l->next = *bucket;
	*bucket = l;
	names->links++;
}

/* Its directory was removed: only the path is left to find it by. */
static bool is_orphan(const struct umvu_name *name)
{
	struct stat st;

	return name->parent >= 0 && fstat(name->parent, &st) == 0 &&
	       st.st_nlink == 0;
}

void name_text(const struct umvu_name *name, char *text, size_t size)
{
	static const char deleted[] = " (deleted)";
	const size_t tail = sizeof(deleted) - 1;
	char dir[PATH_MAX];
	size_t len;

	if (name->parent < 0 ||
		place_text_of(name->parent, dir, sizeof(dir)) < 0) {
		snprintf(text, size, "%s", name->place.text);
		return;
	}
	len = strlen(dir);
	if (is_orphan(name) && len > tail && !strcmp(dir + len - tail, deleted))
		dir[len - tail] = '\0';
	snprintf(text, size, "%s/%s", strcmp(dir, "/") ? dir : "",
		name->place.last);
}

static bool was_at(const struct umvu_name *name, const struct umvu_place *place)
{
	char text[sizeof(place->text)];

	if (strcmp(name->place.last, place->last) != 0 || !is_orphan(name))
		return false;
	name_text(name, text, sizeof(text));
	return !strcmp(text, place->text);
}

struct umvu_name *umvu_name_find(
	struct umvu *session, const struct umvu_place *place)
{
	struct umvu_name *n, *first = *bucket_of(session->names, place);

	for (n = first; n; n = n->next)
		if (place_equal(&n->place, place))
			return n;
	for (n = first; n; n = n->next)
		if (was_at(n, place))
			return n;
	return NULL;
}

/* -1 also when it is not to be reached from our own mount name space. */
static int hold_parent(const struct umvu_place *place)
{
	char dir[sizeof(place->text)];
	struct stat st;
	int fd;

	if (!place->has_parent)
		return -1;
	snprintf(dir, sizeof(dir), "%.*s/", (int)(place->last - place->text),
		place->text);
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_dev != place->dev ||
			       st.st_ino != place->ino)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void append(struct names *names, struct umvu_name *n)
{
	struct umvu_name **tail = &names->all;

	n->serial = ++names->serial;
	while (*tail)
		tail = &(*tail)->next_all;
	*tail = n;
	names->count++;
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
		.parent = hold_parent(place),
		.attr = *attr,
		.private = private,
		.next = *bucket };
	n->place.last = n->place.text + (place->last - place->text);
	if (!n->attr.ctime.tv_sec)
		n->attr.ctime = n->attr.mtime;
	*bucket = n;
	append(session->names, n);
	*name = n;
	return 0;
}

void umvu_name_del(struct umvu_name *name)
{
	struct umvu_name **at = bucket_of(name->names, &name->place);

	while (*at != name)
		at = &(*at)->next;
	*at = name->next;
	for (at = &name->names->all; *at != name;)
		at = &(*at)->next_all;
	*at = name->next_all;
	name->names->count--;
	if (name->parent >= 0)
		close(name->parent);
	free(name->source);
	free(name->options);
	free(name);
}

int umvu_name_describe(
	struct umvu_name *name, const char *source, const char *options)
{
	char *copies[2] = { strdup(source), strdup(options) };

	if (!copies[0] || !copies[1]) {
		free(copies[0]);
		free(copies[1]);
		return -ENOMEM;
	}
	free(name->source);
	free(name->options);
	name->source = copies[0];
	name->options = copies[1];
	return 0;
}

int umvu_name_describe_like(
	struct umvu_name *name, const struct umvu_name *like)
{
	return umvu_name_describe(name, name_source(like), name_options(like));
}

const char *name_source(const struct umvu_name *name)
{
	return name->source && *name->source ? name->source : "none";
}

const char *name_options(const struct umvu_name *name)
{
	return name->options ? name->options : "";
}

static bool is_in(const struct umvu_name *name, const struct umvu_place *place)
{
	return !place ||
	       (name->place.has_parent && name->place.dev == place->dev &&
		       name->place.ino == place->ino);
}

struct umvu_name *names_next(const struct names *names,
	const struct umvu_place *place, uint64_t after)
{
	struct umvu_name *n;

	for (n = names->all; n; n = n->next_all)
		if (n->serial > after && is_in(n, place))
			return n;
	return NULL;
}

uint64_t name_serial(const struct umvu_name *name)
{
	return name->serial;
}

dev_t name_dev(const struct umvu_name *name)
{
	return name->place.dev;
}

uint64_t name_ino(const struct umvu_name *name)
{
	return FIRST_INO + name->serial;
}

const char *name_last(const struct umvu_name *name)
{
	return name->place.last;
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

/* As the kernel: who is root in another user name space, or has dropped its
 * capabilities, is nobody here. */
static bool overrides(uint64_t capabilities, unsigned int bits, int mode)
{
	if (capabilities & 1ull << CAP_DAC_OVERRIDE)
		return !(mode & X_OK) || bits & 0111;
	return mode == R_OK && capabilities & 1ull << CAP_DAC_READ_SEARCH;
}

int name_permits(const struct umvu_name *name, const struct umvu_creds *creds,
	int mode, bool effective)
{
	const struct umvu_name_attr *attr = &name->attr;
	uid_t uid = effective ? creds->fsuid : creds->uid;
	gid_t gid = effective ? creds->fsgid : creds->gid;
	unsigned int bits = attr->mode;
	/* By real ids: what a program of root's own would have. */
	uint64_t capabilities = effective || uid == 0 ? creds->effective : 0;

	if (uid == attr->uid)
		bits >>= 6;
	else if (creds_in_group(creds, gid, attr->gid))
		bits >>= 3;
	if ((bits & (unsigned int)mode) == (unsigned int)mode)
		return 0;
	return overrides(capabilities, attr->mode, mode) ? 0 : -EACCES;
}

int umvu_name_permits(
	const struct umvu_name *name, const struct umvu_creds *creds, int mode)
{
	return name_permits(name, creds, mode, true);
}

bool name_is_owned(const struct umvu_name *name, const struct umvu_creds *creds,
	int capability)
{
	return creds->fsuid == name->attr.uid ||
	       creds->effective & 1ull << capability;
}
