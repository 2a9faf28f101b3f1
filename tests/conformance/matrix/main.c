/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meet [server PLACE] [visitor PLACE] - a server, a visitor, or both in one process
 *
 * PLACE: see meet.h. The server's stack is made first. Says what the visitor has
 * done, or in one line what went wrong.
 */
#include "meet.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIMIT_S 60

static struct place server = { .role = "server", .host = SERVER },
		    visitor = { .role = "visitor", .host = VISITOR };

static void *serving(void *arg)
{
	serve(arg);
	return NULL;
}

static void late(int sig)
{
	static const char text[] = "hangs\n";

	(void)sig;
	(void)!write(STDOUT_FILENO, text, sizeof(text) - 1);
	_exit(1);
}

static void meet(bool serves, bool visits)
{
	pthread_t thread;

	if (serves)
		place_ready(&server);
	if (serves && pthread_create(&thread, NULL, serving, &server))
		fails(&server, "pthread_create");
	if (visits) {
		place_ready(&visitor);
		visit(&visitor);
	}
	if (serves)
		pthread_join(thread, NULL);
	place_close(&visitor);
	place_close(&server);
}

int main(int argc, char *argv[])
{
	bool serves = false, visits = false;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, late);
	alarm(LIMIT_S);
	for (; argc > 2; argc -= 2, argv += 2)
		if (!strcmp(argv[1], "server")) {
			serves = true;
			place_open(&server, argv[2]);
		} else if (!strcmp(argv[1], "visitor")) {
			visits = true;
			place_open(&visitor, argv[2]);
		}
	if (argc != 1 || (!serves && !visits)) {
		fprintf(stderr, "usage: meet [server PLACE] [visitor PLACE]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	meet(serves, visits);
	return 0;
}
