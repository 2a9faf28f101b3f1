/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Neighbours in the tables, unless the stack has its own. */
#include <errno.h>
#include <linux/neighbour.h>

#include "netlink_store.h"

static struct netlink_neigh *find(const struct netlink_tables *tables,
	const struct netlink_neigh *like, size_t *i)
{
	struct netlink_neigh *row;

	for (*i = 0; (row = rows_at(&tables->neighs, *i)); ++*i)
		if (row->family == like->family && row->index == like->index &&
			netlink_ip_equal(&row->dst, &like->dst))
			return row;
	return NULL;
}

static int put(struct netlink_tables *tables, struct netlink_neigh *row,
	const struct netlink_neigh *neigh)
{
	struct netlink_neigh old = { 0 };
	bool is_new = !row;

	if (row)
		old = *row;
	else
		row = rows_insert(&tables->neighs, tables->neighs.len);
	if (!row)
		return -ENOMEM;
	*row = *neigh;
	store_tell(tables, &(struct netlink_event){ .type = RTM_NEWNEIGH,
				   .neigh = neigh,
				   .old_neigh = is_new ? NULL : &old });
	return 0;
}

int store_neigh_add(struct netlink_tables *tables, bool ask,
	const struct netlink_neigh *neigh, unsigned how, const char **why)
{
	struct netlink_neigh *old;
	int err;
	size_t i;

	if (ask && tables->hooks->neigh_add)
		return tables->hooks->neigh_add(tables->ctx, neigh, how, why);
	old = find(tables, neigh, &i);
	if (old && how & NLM_F_EXCL)
		return -EEXIST;
	if (!old && !(how & NLM_F_CREATE))
		return -ENOENT;
	err = store_ask(tables, ask,
		&(struct netlink_event){ .type = RTM_NEWNEIGH,
			.neigh = neigh,
			.old_neigh = old },
		why);
	return err ?: put(tables, old, neigh);
}

static void drop(struct netlink_tables *tables, size_t i)
{
	struct netlink_neigh *row = rows_at(&tables->neighs, i);
	const struct netlink_neigh neigh = *row;

	rows_remove(&tables->neighs, i);
	store_tell(tables, &(struct netlink_event){
				   .type = RTM_DELNEIGH, .neigh = &neigh });
}

int store_neigh_del(struct netlink_tables *tables, bool ask,
	const struct netlink_neigh *neigh, const char **why)
{
	const struct netlink_neigh *row;
	int err;
	size_t i;

	if (ask && tables->hooks->neigh_del)
		return tables->hooks->neigh_del(tables->ctx, neigh, why);
	row = find(tables, neigh, &i);
	if (!row)
		return -ENOENT;
	err = store_ask(tables, ask,
		&(struct netlink_event){ .type = RTM_DELNEIGH, .neigh = row },
		why);
	if (!err)
		drop(tables, i);
	return err;
}

void store_flush_neighs(struct netlink_tables *tables, unsigned index)
{
	const struct netlink_neigh *row;
	size_t i = 0;

	while ((row = rows_at(&tables->neighs, i)))
		if (row->index == index)
			drop(tables, i);
		else
			i++;
}
