/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * io.c - vectors, several messages at once, and the calls of files
 */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

static void vectors(int family)
{
	struct ends e = connection(family);
	struct iovec out[3] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } };
	char one[4], two[8];
	struct iovec in[2] = { { one, 2 }, { two, 8 } };
	struct msghdr msg = { .msg_iov = out, .msg_iovlen = 3 };

	line("writev and readv");
	did("writev", on.writev(e.client, out, 3));
	await(e.server, POLLIN);
	did("readv", on.readv(e.server, in, 2));
	note("%.2s %.3s", one, two);
	line("sendmsg and recvmsg");
	did("sendmsg", on.sendmsg(e.client, &msg, 0));
	await(e.server, POLLIN);
	msg.msg_iov = in;
	msg.msg_iovlen = 2;
	did("recvmsg", on.recvmsg(e.server, &msg, 0));
	note("%.2s %.3s", one, two);
	note("flags %d; name %u", msg.msg_flags, msg.msg_namelen);
}

static void datagram_vectors(int family)
{
	struct ends e = datagrams(family);
	struct iovec out[2] = { { "ab", 2 }, { "cde", 3 } };
	char one[4], two[8];
	struct iovec in[2] = { { one, 2 }, { two, 2 } };

	line("one datagram of two parts");
	did("writev", on.writev(e.client, out, 2));
	await(e.server, POLLIN);
	did("readv", on.readv(e.server, in, 2));
	note("%.2s %.2s", one, two);
	did("recv", on.recv(e.server, one, 1, MSG_DONTWAIT));
}

static void plain_calls(int family)
{
	struct ends e = connection(family);
	char buf[8];
	int size = -1;

	line("plain write and read");
	did("write", write(e.client, "abcd", 4));
	await(e.server, POLLIN);
	did("FIONREAD", ioctl(e.server, FIONREAD, &size));
	note("size %d", size);
	got("read", read(e.server, buf, sizeof(buf)), buf);
	line("seek, pread");
	did("lseek", lseek(e.client, 0, SEEK_SET));
	did("pread", pread(e.client, buf, 1, 0));
}

static void many_messages(int family)
{
	struct ends e = datagrams(family);
	struct iovec out[3] = { { "one", 3 }, { "three", 5 }, { "", 0 } },
		     in[4];
	struct mmsghdr msgs[4];
	char buf[4][8];
	int i, n, at = 0;

	memset(msgs, 0, sizeof(msgs));
	for (i = 0; i < 3; i++) {
		msgs[i].msg_hdr.msg_iov = &out[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	line("sendmmsg");
	did("sendmmsg", sendmmsg(e.client, msgs, 3, 0));
	note("lengths %u %u %u", msgs[0].msg_len, msgs[1].msg_len,
		msgs[2].msg_len);
	line("recvmmsg");
	memset(msgs, 0, sizeof(msgs));
	for (i = 0; i < 4; i++) {
		in[i] = (struct iovec){ buf[i], sizeof(buf[i]) };
		msgs[i].msg_hdr.msg_iov = &in[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	while (at < 3 && await(e.server, POLLIN)) {
		n = recvmmsg(e.server, msgs + at, (unsigned)(4 - at),
			MSG_DONTWAIT, NULL);
		if (n <= 0)
			break;
		at += n;
	}
	note("%d; lengths %u %u %u", at, msgs[0].msg_len, msgs[1].msg_len,
		msgs[2].msg_len);
}

static void mmsg_sources(int family)
{
	int fd = bound(family, SOCK_DGRAM), one = bound(family, SOCK_DGRAM);
	union address to = name_of(fd), a = name_of(one), from[2];
	struct iovec out = { "hello", 5 }, in;
	char buf[8];
	struct mmsghdr msgs[2];
	int i, n;

	memset(msgs, 0, sizeof(msgs));
	for (i = 0; i < 2; i++) {
		msgs[i].msg_hdr = (struct msghdr){ .msg_name = &to,
			.msg_namelen = address_size(family),
			.msg_iov = &out,
			.msg_iovlen = 1 };
	}
	line("sendmmsg with destinations");
	did("sendmmsg", sendmmsg(one, msgs, 2, 0));
	in = (struct iovec){ buf, sizeof(buf) };
	for (i = 0; i < 2; i++) {
		line(i ? "recvmmsg, second" : "recvmmsg, first");
		memset(from, 0, sizeof(from));
		msgs[0].msg_hdr = (struct msghdr){ .msg_name = &from[0],
			.msg_namelen = sizeof(from[0]),
			.msg_iov = &in,
			.msg_iovlen = 1 };
		await(fd, POLLIN);
		n = recvmmsg(fd, msgs, 1, MSG_DONTWAIT, NULL);
		did("recvmmsg", n);
		note("length %u; %s", msgs[0].msg_len,
			same_address(&from[0], &a) ? "right" : "wrong");
	}
}

static int file_of(const char *text)
{
	int fd = memfd_create("conform", MFD_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		give_up("memfd");
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void files(int family)
{
	struct ends e = connection(family);
	int file = file_of("contents of a file"), pipefd[2];
	char buf[32];

	line("sendfile to a stream");
	did("sendfile", sendfile(e.client, file, NULL, 18));
	await(e.server, POLLIN);
	got("read", on.read(e.server, buf, sizeof(buf)), buf);
	if (pipe(pipefd) < 0)
		give_up("pipe");
	line("splice to a stream");
	did("write", write(pipefd[1], "spliced", 7));
	did("splice", splice(pipefd[0], NULL, e.client, NULL, 7, 0));
	line("splice from a stream");
	await(e.server, POLLIN);
	did("splice", splice(e.server, NULL, pipefd[1], NULL, 32, 0));
	got("read", read(pipefd[0], buf, sizeof(buf)), buf);
}

static void file_to_datagram(int family)
{
	struct ends e = datagrams(family);
	int file = file_of("contents");
	char buf[32];

	line("sendfile to a datagram socket");
	did("sendfile", sendfile(e.client, file, NULL, 8));
	await(e.server, POLLIN);
	got("recv", on.recv(e.server, buf, sizeof(buf), MSG_DONTWAIT), buf);
}

static void stdio(int family)
{
	struct ends e = connection(family);
	FILE *out = fdopen(e.client, "w"), *in = fdopen(e.server, "r");
	char text[16] = "";

	line("standard I/O");
	did("fputs", fputs("a line\n", out) < 0 ? -1 : 0);
	did("fflush", fflush(out));
	note("%s", fgets(text, sizeof(text), in) ? "read" : "failed");
	note("%.6s", text);
}

const struct conform_case io_cases[] = {
	{ "vectors", BOTH, vectors },
	{ "datagram_vectors", BOTH, datagram_vectors },
	{ "plain_calls", BOTH, plain_calls },
	{ "many_messages", BOTH, many_messages },
	{ "mmsg_sources", BOTH, mmsg_sources },
	{ "files", BOTH, files },
	{ "file_to_datagram", V4, file_to_datagram },
	{ "stdio", V4, stdio },
	{ NULL, 0, NULL },
};
