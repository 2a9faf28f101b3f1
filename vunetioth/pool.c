/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pool.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TYPE_MASK 0xf

bool pool_has_kind(const int32_t kind[3])
{
	int32_t type = kind[1] & TYPE_MASK;

	if (kind[0] != AF_INET && kind[0] != AF_INET6)
		return false;
	return (type == SOCK_STREAM &&
		       (kind[2] == 0 || kind[2] == IPPROTO_TCP)) ||
	       (type == SOCK_DGRAM && (kind[2] == 0 || kind[2] == IPPROTO_UDP));
}

static struct pool_shelf *find(struct pool *pool, const int32_t kind[3])
{
	int i;

	for (i = 0; i < POOL_KINDS; i++)
		if (!memcmp(pool->shelf[i].kind, kind, 3 * sizeof(kind[0])))
			return &pool->shelf[i];
	return NULL;
}

/* The shelf that was not used for longest, emptied. */
static struct pool_shelf *clear_one(struct pool *pool)
{
	struct pool_shelf *oldest = &pool->shelf[0];
	int i;

	for (i = 1; i < POOL_KINDS; i++)
		if (pool->shelf[i].used < oldest->used)
			oldest = &pool->shelf[i];
	control_fds_close(&oldest->fds);
	return oldest;
}

int pool_take(struct pool *pool, const int32_t kind[3])
{
	struct pool_shelf *s = find(pool, kind);

	if (!s)
		return -1;
	s->used = ++pool->clock;
	return control_fds_take(&s->fds);
}

bool pool_is_low(struct pool *pool, const int32_t kind[3])
{
	struct pool_shelf *s = find(pool, kind);

	if (!s || s->asked || s->fds.len > POOL_SIZE / 2)
		return false;
	s->asked = true;
	return true;
}

void pool_fill(
	struct pool *pool, const int32_t kind[3], struct control_fds *fds)
{
	struct pool_shelf *s = find(pool, kind);

	if (!s) {
		s = clear_one(pool);
		memcpy(s->kind, kind, sizeof(s->kind));
	}
	s->used = ++pool->clock;
	s->asked = false;
	while (fds->len && s->fds.len < POOL_SIZE)
		s->fds.fd[s->fds.len++] = control_fds_take(fds);
	control_fds_close(fds);
}

bool pool_is_empty(const struct pool *pool)
{
	int i;

	for (i = 0; i < POOL_KINDS; i++)
		if (pool->shelf[i].fds.len)
			return false;
	return true;
}

void pool_close(struct pool *pool)
{
	int i;

	for (i = 0; i < POOL_KINDS; i++)
		control_fds_close(&pool->shelf[i].fds);
	memset(pool, 0, sizeof(*pool));
}
