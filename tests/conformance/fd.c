/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fd.c - descriptors that are duplicated, inherited and passed
 */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void duplicates(int family)
{
	struct ends e = connection(family);
	int copy = dup(e.client), high;
	union address a, b;
	char buf[8];

	a = name_of(e.client);
	line("dup");
	b = name_of(copy);
	note("name %s", same_address(&a, &b) ? "the same" : "other");
	did("close", on.close(e.client));
	did("send", on.send(copy, "abc", 3, 0));
	got("read", on.read(e.server, buf, sizeof(buf)), buf);
	still(e.server);
	line("F_DUPFD_CLOEXEC");
	high = on.fcntl(copy, F_DUPFD_CLOEXEC, 100);
	did("fcntl", high);
	note("FD_CLOEXEC %d", !!(on.fcntl(high, F_GETFD, 0) & FD_CLOEXEC));
	line("dup2 over a socket closes it");
	{
		struct ends f = connection(family);

		did("dup2", dup2(copy, f.client) == f.client ? 0 : -1);
		polled(f.server, POLLIN | POLLRDHUP);
		did("write", write(f.client, "moved", 5));
		got("read", on.read(e.server, buf, sizeof(buf)), buf);
		on.close(f.client);
	}
	line("last close");
	on.close(high);
	still(e.server);
	on.close(copy);
	polled(e.server, POLLRDHUP);
}

static void shared_flags(int family)
{
	struct ends e = connection(family);
	int copy = dup(e.client);
	char c;

	line("O_NONBLOCK belongs to both");
	nonblocking(copy);
	did("recv", on.recv(e.client, &c, 1, 0));
	line("fstat");
	{
		struct stat st;

		did("fstat", fstat(e.client, &st));
		note("%s", S_ISSOCK(st.st_mode) ? "socket" : "something else");
	}
}

static int status_of(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void inherited(int family)
{
	struct ends e = connection(family);
	char buf[8];
	pid_t pid = fork();

	if (pid == 0) {
		on.close(e.server);
		_exit(on.write(e.client, "child", 5) != 5 ||
			on.read(e.client, buf, 4) != 4);
	}
	line("a child writes and reads");
	got("read", on.read(e.server, buf, sizeof(buf)), buf);
	did("write", on.write(e.server, "okay", 4));
	did("status", status_of(pid));
	line("the parent's is open yet");
	still(e.server);
	did("write", on.write(e.client, "parent", 6));
	got("read", on.read(e.server, buf, sizeof(buf)), buf);
}

static void outlived(int family)
{
	struct ends e = connection(family);
	char buf[8];
	pid_t pid = fork();

	if (pid == 0) {
		on.close(e.server);
		_exit(on.read(e.client, buf, 2) != 2);
	}
	on.close(e.client);
	line("closed here, open in a child");
	still(e.server);
	did("write", on.write(e.server, "go", 2));
	did("status", status_of(pid));
	polled(e.server, POLLRDHUP);
}

static int serve(int lfd)
{
	int fd = on.accept(lfd, NULL, NULL);

	if (fd < 0)
		return 100 + errno;
	return on.write(fd, "served", 6) != 6;
}

static void servers(int family)
{
	int lfd = listener(family), i, fd, served = 0, statuses = 0;
	union address to = name_of(lfd);
	char buf[8];
	pid_t pid[3];

	line("three processes accept");
	for (i = 0; i < 3; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			_exit(serve(lfd));
	}
	for (i = 0; i < 3; i++) {
		fd = open_socket(family, SOCK_STREAM);
		if (connect_to(fd, &to) < 0)
			give_up("connect");
		if (!await(fd, POLLIN))
			break;
		served += on.read(fd, buf, sizeof(buf)) == 6;
	}
	for (i = 0; i < 3; i++)
		statuses += status_of(pid[i]) == 0;
	note("%d served; %d well", served, statuses);
}

static void pass(int via, int fd)
{
	char byte = 'x';
	struct iovec iov = { &byte, 1 };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	memset(&control, 0, sizeof(control));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	did("sendmsg", sendmsg(via, &msg, 0));
}

static int take(int via)
{
	char byte;
	struct iovec iov = { &byte, 1 };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	int fd = -1;

	did("recvmsg", recvmsg(via, &msg, 0));
	if (CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	return fd;
}

static void passed(int family)
{
	struct ends e = connection(family);
	union address a = name_of(e.client), b;
	int via[2], fd;
	char buf[8];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, via) < 0)
		give_up("socketpair");
	line("passed by SCM_RIGHTS");
	pass(via[0], e.client);
	did("close", on.close(e.client));
	fd = take(via[1]);
	line("what was received");
	b = name_of(fd);
	note("name %s", same_address(&a, &b) ? "the same" : "other");
	did("send", on.send(fd, "abc", 3, 0));
	got("read", on.read(e.server, buf, sizeof(buf)), buf);
	on.close(fd);
	polled(e.server, POLLRDHUP);
}

static void end_of_stack(int family)
{
	struct ends e = connection(family);

	on.close(e.client);
	await(e.server, POLLRDHUP);
	on.close(e.server);
	line("no socket is left");
	did("delete", way_end());
}

static void many(int family)
{
	enum { MANY = 200 };
	int lfd = listener(family), i, fd[MANY], peer[MANY], right = 0;
	union address to = name_of(lfd);
	char c;

	for (i = 0; i < MANY; i++) {
		fd[i] = open_socket(family, SOCK_STREAM);
		if (connect_to(fd[i], &to) < 0)
			give_up("connect");
		peer[i] = on.accept(lfd, NULL, NULL);
	}
	for (i = 0; i < MANY; i++)
		right += on.write(fd[i], &i, 1) == 1;
	for (i = 0; i < MANY; i++)
		right += on.read(peer[i], &c, 1) == 1 && c == (char)i;
	line("many connections");
	note("%d right", right);
}

const struct conform_case fd_cases[] = {
	{ "duplicates", BOTH, duplicates },
	{ "shared_flags", V4, shared_flags },
	{ "inherited", BOTH, inherited },
	{ "outlived", BOTH, outlived },
	{ "servers", BOTH, servers },
	{ "passed", BOTH, passed },
	{ "end_of_stack", BOTH, end_of_stack },
	{ "many", V4, many },
	{ NULL, 0, NULL },
};
