/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation
 *
 * The table is libfduserdata's. It cannot be iterated over, so that what has to
 * be looked for (descriptors that are no sockets) is in a list besides.
 *
 * libfduserdata's data are not aligned, and it holds the one mutex of the table
 * from fduserdata_get or _new to _put or _del. Its data are therefore but a
 * pointer, which find() takes out at once; nothing is called in between. The
 * lock of sockets.c is held around that, so that this mutex is free whenever
 * the process forks, and what the pointer points at may be used after _put.
 */
#include "numbers.h"

#include <errno.h>
#include <fduserdata.h>
#include <stdlib.h>

#include "stack.h"

#define BUCKETS 1024

struct number {
	struct identity identity;
	struct ioth *stack;	   /* holds a reference */
	struct number *next_other; /* for what is no socket */
};

struct entry {
	struct number *number;
} __attribute__((packed));

static struct {
	FDUSERDATA *table;     /* NULL: none yet */
	struct number *others; /* all that are no sockets */
} numbers;

static struct number *find(int fd)
{
	struct entry *entry =
		numbers.table ? fduserdata_get(numbers.table, fd) : NULL;
	struct number *number = entry ? entry->number : NULL;

	fduserdata_put(entry);
	return number;
}

static int insert(int fd, struct number *number)
{
	struct entry *entry;

	if (!numbers.table)
		numbers.table = fduserdata_create(BUCKETS);
	entry = fduserdata_new(numbers.table, fd, struct entry);
	if (!entry)
		return -ENOMEM;
	entry->number = number;
	fduserdata_put(entry);
	return 0;
}

static void list(struct number *number)
{
	if (identity_is_socket(&number->identity))
		return;
	number->next_other = numbers.others;
	numbers.others = number;
}

static void unlist(const struct number *number)
{
	struct number **link = &numbers.others;

	while (*link && *link != number)
		link = &(*link)->next_other;
	if (*link)
		*link = number->next_other;
}

static void drop(int fd, struct number *number)
{
	fduserdata_del(fduserdata_get(numbers.table, fd));
	if (!identity_is_socket(&number->identity))
		unlist(number);
	stack_put(number->stack);
	free(number);
}

int numbers_add(int fd, const struct identity *identity, struct ioth *stack)
{
	struct number *number = find(fd);
	int err;

	if (number && identity_equal(&number->identity, identity))
		return 0;
	if (number)
		drop(fd, number);
	number = calloc(1, sizeof(*number));
	if (!number)
		return -ENOMEM;
	err = insert(fd, number);
	if (err) {
		free(number);
		return err;
	}
	number->identity = *identity;
	number->stack = stack_ref(stack);
	list(number);
	return 0;
}

struct ioth *numbers_stack(int fd, const struct identity *identity)
{
	struct number *number = find(fd);

	if (!number || !identity_equal(&number->identity, identity))
		return NULL;
	return stack_ref(number->stack);
}

void numbers_forget(int fd, const struct identity *identity)
{
	struct number *number = find(fd);

	if (number && identity_equal(&number->identity, identity))
		drop(fd, number);
}

static bool is_open(const struct number *number)
{
	struct identity now;

	return identity_of(number->identity.fd, &now) == 0 &&
	       identity_equal(&now, &number->identity);
}

void numbers_sweep(void)
{
	struct number *next;

	for (struct number *number = numbers.others; number; number = next) {
		next = number->next_other;
		if (!is_open(number))
			drop(number->identity.fd, number);
	}
}
