/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * say.c - the transcript: a line per observation
 */
#include "conform.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>

static const char *speaker = "";
static bool in_line, has_note;

void say_as(const char *prefix)
{
	if (in_line)
		puts("");
	fflush(stdout);
	in_line = false;
	speaker = prefix;
}

void line(const char *fmt, ...)
{
	va_list ap;

	say_as(speaker);
	printf("%s ", speaker);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	fflush(stdout);
	in_line = true;
	has_note = false;
}

void note(const char *fmt, ...)
{
	va_list ap;

	printf(has_note ? "; " : ": ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	has_note = true;
	fflush(stdout); /* a child of fork(2) must not say it again */
}

static const char *error_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "unknown error";
}

long did(const char *call, long result)
{
	int error = errno;

	if (result < 0)
		note("%s %s", call, error_name(error));
	else
		note("%s %ld", call, result);
	return result;
}

long worked(const char *call, long result)
{
	note("%s %s", call, result < 0 ? error_name(errno) : "ok");
	return result;
}

void give_up(const char *what)
{
	int error = errno;

	line("gave up");
	note("%s: %s", what, error_name(error));
	say_as("");
	exit(1);
}

const char *event_names(unsigned events)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = { { POLLIN, " IN" }, { POLLPRI, " PRI" },
		{ POLLOUT, " OUT" }, { POLLRDHUP, " RDHUP" },
		{ POLLERR, " ERR" }, { POLLHUP, " HUP" },
		{ POLLNVAL, " NVAL" } };
	static char text[64];
	size_t i;

	text[0] = '\0';
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (events & names[i].bit)
			strcat(text, names[i].name);
	return text[0] ? text + 1 : "nothing";
}

static int events_of(int fd)
{
	struct pollfd p = { .fd = fd,
		.events = POLLIN | POLLPRI | POLLOUT | POLLRDHUP };

	return poll(&p, 1, 0) < 0 ? 0 : p.revents;
}

bool has(int fd, int events)
{
	return (events_of(fd) & events) == events;
}

bool await(int fd, int until)
{
	int i;

	for (i = 0; i < 500 && !has(fd, until); i++)
		nap(2);
	return has(fd, until);
}

void polled(int fd, int until)
{
	await(fd, until);
	note("poll %s", event_names(events_of(fd)));
}

void still(int fd)
{
	nap(30);
	note("poll %s", event_names(events_of(fd)));
}

void selected(int fd)
{
	struct timeval none = { 0, 0 };
	fd_set in, out, except;
	int n;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&except);
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	FD_SET(fd, &except);
	n = select(fd + 1, &in, &out, &except, &none);
	note("select %d%s%s%s", n, FD_ISSET(fd, &in) ? " in" : "",
		FD_ISSET(fd, &out) ? " out" : "",
		FD_ISSET(fd, &except) ? " except" : "");
}

void so_error(int fd)
{
	int value = -1;
	socklen_t len = sizeof(value);

	if (on.getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &len) < 0)
		did("SO_ERROR", -1);
	else
		note("SO_ERROR %s", value ? error_name(value) : "0");
}

void got(const char *call, ssize_t result, const char *buf)
{
	if (result < 0)
		did(call, result);
	else
		note("%s %zd '%.*s'", call, result, (int)result, buf);
}
