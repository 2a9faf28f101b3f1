/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open.c - sockets for the scripts
 *
 *	open N		opens and closes N sockets, says "ok"
 *	open fill	opens sockets until there is an error, and says which
 *	open hold	opens one, says "ok", holds it until its input ends
 *	open transfer	a connection to itself on which data flows; says "ok", then
 *			what ended it
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int say(const char *what, int err)
{
	printf("%s: %s\n", what, strerrorname_np(err));
	return 1;
}

static int open_many(int n)
{
	int fd;

	while (n-- > 0) {
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (fd < 0)
			return say("socket", errno);
		close(fd);
	}
	puts("ok");
	return 0;
}

static int fill(void)
{
	while (socket(AF_INET, SOCK_DGRAM, 0) >= 0)
		;
	puts(strerrorname_np(errno));
	return 0;
}

static int hold(void)
{
	char byte;

	if (socket(AF_INET, SOCK_STREAM, 0) < 0)
		return say("socket", errno);
	puts("ok");
	fflush(stdout);
	return read(0, &byte, 1) < 0;
}

static int connected(int pair[2])
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(listener, (struct sockaddr *)&addr, len) < 0 ||
		listen(listener, 1) < 0 ||
		getsockname(listener, (struct sockaddr *)&addr, &len) < 0)
		return -errno;
	pair[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(pair[0], (struct sockaddr *)&addr, len) < 0)
		return -errno;
	pair[1] = accept(listener, NULL, NULL);
	close(listener);
	return pair[1] < 0 ? -errno : 0;
}

static int transfer(void)
{
	static char data[65536];
	long total = 0;
	int pair[2] = { -1, -1 }, err = connected(pair);
	ssize_t n;

	if (err)
		return say("connect", -err);
	signal(SIGPIPE, SIG_IGN);
	if (fork() == 0) {
		close(pair[1]);
		while (write(pair[0], data, sizeof(data)) > 0)
			;
		_exit(0);
	}
	close(pair[0]);
	alarm(20);
	while ((n = read(pair[1], data, sizeof(data))) > 0) {
		if (total < 1000000 && total + n >= 1000000) {
			puts("ok");
			fflush(stdout);
		}
		total += n;
	}
	puts(n < 0 ? strerrorname_np(errno) : "EOF");
	return 0;
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "fill"))
		return fill();
	if (!strcmp(what, "hold"))
		return hold();
	if (!strcmp(what, "transfer"))
		return transfer();
	return open_many(atoi(what));
}
