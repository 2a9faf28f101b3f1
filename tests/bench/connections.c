/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * connections - many TCP connections that do nothing
 *
 *	connections serve STACK VNL IP
 *	connections client STACK VNL IP PEER LEN
 *
 * STACK VNL IP: place.h. client says "ready" when it has LEN connections, each
 * accepted and with a byte received; both keep them until they are killed.
 */
#include <sys/resource.h>
#include <unistd.h>
#include "common.h"
#include "place.h"

static void allow_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void serve(const struct place *place, char *more[])
{
	int fd, listener = place_serve(place, SOCK_STREAM);

	(void)more;
	while ((fd = place->calls->accept(listener, NULL, NULL)) >= 0)
		if (write(fd, "!", 1) != 1)
			die("write");
	die("accept");
}

static void client(const struct place *place, char *more[])
{
	long len = strtol(more[1], NULL, 10);
	char byte;

	for (long i = 0; i < len; i++) {
		int fd = place_try_connect(place, more[0]);

		if (fd < 0)
			die("connect");
		if (read(fd, &byte, 1) != 1)
			die("read");
	}
	say_ready();
	pause();
}

int main(int argc, char *argv[])
{
	static const struct place_mode modes[] = { { "serve", 0, serve },
		{ "client", 2, client }, { 0 } };

	allow_descriptors();
	return place_main(argc, argv, modes);
}
