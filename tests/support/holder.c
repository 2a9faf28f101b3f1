/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * holder WAY STACK - keeps a socket of a stack open until standard input ends
 *
 * WAY: plain, duplicate (the original closed), child (held by a child alone),
 * in-flight (in an AF_UNIX queue alone), accepted (listener and client closed),
 * close (opened and closed: holds nothing). Writes "ready" when it is so.
 */
#include <msocket.h>
#include <netinet/in.h>
#include <sys/wait.h>

#include "check.h"

static void wait_for_end(void)
{
	char c;

	puts("ready");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
}

static void send_away(int via, int fd)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec io = { (char *)"x", 1 };
	struct msghdr msg = { .msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	CHECK(sendmsg(via, &msg, 0) == 1);
}

static void hold_accepted(const char *stack, int listener)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int client = msocket(stack, AF_INET, SOCK_STREAM, 0);

	CHECK(bind(listener, (void *)&addr, sizeof(addr)) == 0);
	CHECK(getsockname(listener, (void *)&addr, &len) == 0);
	CHECK(listen(listener, 1) == 0);
	CHECK(connect(client, (void *)&addr, sizeof(addr)) == 0);
	CHECK(accept(listener, NULL, NULL) >= 0);
	close(listener);
	close(client);
	wait_for_end();
}

static void hold_in_child(int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		wait_for_end();
		_exit(0);
	}
	close(fd);
	waitpid(pid, NULL, 0);
}

int main(int argc, char *argv[])
{
	int fd, pair[2];

	if (argc != 3)
		return 2;
	fd = msocket(argv[2], AF_INET, SOCK_STREAM, 0);
	CHECK(fd >= 0);
	if (strcmp(argv[1], "plain") == 0) {
		wait_for_end();
	} else if (strcmp(argv[1], "duplicate") == 0) {
		CHECK(dup(fd) >= 0);
		close(fd);
		wait_for_end();
	} else if (strcmp(argv[1], "child") == 0) {
		hold_in_child(fd);
	} else if (strcmp(argv[1], "in-flight") == 0) {
		CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
		send_away(pair[0], fd);
		close(fd);
		wait_for_end();
	} else if (strcmp(argv[1], "accepted") == 0) {
		hold_accepted(argv[2], fd);
	} else if (strcmp(argv[1], "close") == 0) {
		close(fd);
		wait_for_end();
	} else {
		return 2;
	}
	return checked();
}
