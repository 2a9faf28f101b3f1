/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel.c - lwip and the kernel's stack (vdestack) on one switch */
#include "lt.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* One urgent byte is seen as such, and nothing else is. */
static void test_urgent(int from, int to)
{
	char buf[16];

	for (int i = 0; i < 3; i++) {
		CHECK(ioth_send(from, "ab!", 3, MSG_OOB) == 3);
		CHECK(lt_poll(to, POLLPRI, 5000) & POLLPRI);
		CHECK(read(to, buf, 1) == 1 && buf[0] == 'a');
		CHECK(read(to, buf, sizeof(buf)) == 1 && buf[0] == 'b');
		CHECK(ioth_recv(to, buf, sizeof(buf), MSG_OOB) == 1);
		CHECK(buf[0] == '!');
		CHECK(ioth_send(from, "cd", 2, 0) == 2);
		CHECK(read(to, buf, sizeof(buf)) == 2 && buf[1] == 'd');
		FAILS(ioth_recv(to, buf, 1, MSG_OOB), EINVAL);
	}
}

static void test(struct ioth *server, struct ioth *client, const char *ip4,
	const char *ip6)
{
	int fd[2];

	CHECK(lt_ping(client, ip4, SOCK_RAW, 5000));
	lt_connection(server, client, ip4, 60, fd);
	lt_transfer(fd[0], fd[1], 20 << 20);
	lt_transfer(fd[1], fd[0], 20 << 20);
	test_urgent(fd[0], fd[1]);
	test_urgent(fd[1], fd[0]);
	close(fd[0]);
	close(fd[1]);
	CHECK(lt_ping(client, ip6, SOCK_RAW, 5000));
	lt_connection(server, client, ip6, 60, fd);
	lt_transfer(fd[1], fd[0], 1 << 20);
	test_urgent(fd[0], fd[1]);
	test_urgent(fd[1], fd[0]);
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
