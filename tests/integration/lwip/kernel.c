/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel.c - lwip and the kernel's stack (vdestack) on one switch */
#include "lt.h"

#include <unistd.h>

static void test(struct ioth *server, struct ioth *client, const char *ip4,
	const char *ip6)
{
	int fd[2];

	CHECK(lt_ping(client, ip4, SOCK_RAW, 5000));
	lt_connection(server, client, ip4, 60, fd);
	lt_transfer(fd[0], fd[1], 20 << 20);
	lt_transfer(fd[1], fd[0], 20 << 20);
	close(fd[0]);
	close(fd[1]);
	CHECK(lt_ping(client, ip6, SOCK_RAW, 5000));
	lt_connection(server, client, ip6, 60, fd);
	lt_transfer(fd[1], fd[0], 1 << 20);
	close(fd[0]);
	close(fd[1]);
}

void kernel_run(void)
{
	struct ioth *lwip = lt_stack("lwip", lt_switch, 1);
	struct ioth *kernel = lt_stack("vdestack", lt_plug, 2);

	lt_wait6(lwip, 1);
	lt_wait6(kernel, 2);
	test(lwip, kernel, "10.0.0.1", "fd00::1");
	test(kernel, lwip, "10.0.0.2", "fd00::2");
	lt_delete(kernel);
	lt_delete(lwip);
}
