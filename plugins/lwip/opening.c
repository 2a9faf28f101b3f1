/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opening.h"
#include "iface.h"
#include "sock.h"
#include "stack.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define OPENINGS_MAX 16
#define RETRY_MS     10 /* without memory */

struct opening {
	struct opening *next;
	struct stack *stack; /* NULL: abandoned; see lock */
	pthread_t thread;
	struct iface *iface; /* the thread's, as err, until it is over */
	int err;
	bool is_over, is_taken;
	char locator[];
};

/* Guards the member stack between the threads and opening_abandon. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- the end ---- */

static void unlink_opening(struct opening *opening)
{
	struct opening **at = &opening->stack->openings;

	while (*at != opening)
		at = &(*at)->next;
	*at = opening->next;
}

static int end(void *arg)
{
	struct opening *opening = arg;

	pthread_join(opening->thread, NULL); /* to post this was its last act */
	opening->is_over = true;
	nlsock_resume(opening->stack);
	unlink_opening(opening);
	if (!opening->is_taken && !opening->err)
		iface_free(opening->iface);
	free(opening);
	return 0;
}

/* ---- the thread ---- */

static int post_end(struct opening *opening)
{
	int err;

	pthread_mutex_lock(&lock);
	err = opening->stack ? loop_post(opening->stack->loop, end, opening)
			     : 0;
	pthread_mutex_unlock(&lock);
	return err;
}

static void *open_locator(void *arg)
{
	struct opening *opening = arg;

	opening->err =
		iface_open(&opening->iface, opening->stack, opening->locator);
	while (post_end(opening) == -ENOMEM)
		poll(NULL, 0, RETRY_MS);
	return NULL;
}

/* ---- the beginning ---- */

/* Signals are for the program's threads: inside the loop all are blocked, and
 * the new thread inherits that. */
static int begin(struct stack *stack, const char *locator)
{
	size_t size = strlen(locator) + 1;
	struct opening *opening = calloc(1, sizeof(*opening) + size);
	int err;

	if (!opening)
		return -ENOMEM;
	opening->stack = stack;
	memcpy(opening->locator, locator, size);
	err = pthread_create(&opening->thread, NULL, open_locator, opening);
	if (err) {
		free(opening);
		return -err;
	}
	opening->next = stack->openings;
	stack->openings = opening;
	return -ERESTART;
}

int opening_take(struct stack *stack, const char *locator, struct iface **iface)
{
	struct opening *opening = stack->openings;
	unsigned len = 0;

	while (opening &&
		(opening->is_taken || strcmp(opening->locator, locator) != 0)) {
		opening = opening->next;
		len++;
	}
	if (!opening)
		return len < OPENINGS_MAX ? begin(stack, locator) : -EBUSY;
	if (!opening->is_over)
		return -ERESTART;
	opening->is_taken = true;
	*iface = opening->iface;
	return opening->err;
}

bool opening_any(const struct stack *stack)
{
	return stack->openings;
}

void opening_abandon(struct stack *stack)
{
	pthread_mutex_lock(&lock);
	for (struct opening *at = stack->openings; at; at = at->next) {
		at->stack = NULL;
		pthread_detach(at->thread);
	}
	pthread_mutex_unlock(&lock);
	stack->openings = NULL;
}
