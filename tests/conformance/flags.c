/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flags.c - the flags of messages, given and told
 */
#include "conform.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

static void peek(int family)
{
	struct ends e = connection(family);
	char buf[8];

	on.send(e.client, "abcd", 4, 0);
	await(e.server, POLLIN);
	line("peek of a stream");
	got("peek", on.recv(e.server, buf, 8, MSG_PEEK), buf);
	got("peek", on.recv(e.server, buf, 2, MSG_PEEK), buf);
	still(e.server);
	got("recv", on.recv(e.server, buf, 8, 0), buf);
	line("peek without data");
	did("peek", on.recv(e.server, buf, 8, MSG_PEEK | MSG_DONTWAIT));
}

static void peek_datagram(int family)
{
	struct ends e = datagrams(family);
	char buf[8];

	on.send(e.client, "abcd", 4, 0);
	on.send(e.client, "ef", 2, 0);
	await(e.server, POLLIN);
	line("peek of a datagram");
	got("peek", on.recv(e.server, buf, 2, MSG_PEEK), buf);
	did("peek+trunc", on.recv(e.server, buf, 2, MSG_PEEK | MSG_TRUNC));
	got("recv", on.recv(e.server, buf, 8, 0), buf);
	await(e.server, POLLIN);
	got("recv", on.recv(e.server, buf, 8, 0), buf);
}

static void peek_source(int family)
{
	int fd = bound(family, SOCK_DGRAM), one = bound(family, SOCK_DGRAM), i;
	union address to = name_of(fd), a = name_of(one), from;
	socklen_t len;
	char buf[8];

	on.sendto(one, "abcd", 4, 0, &to.sa, address_size(family));
	await(fd, POLLIN);
	for (i = 0; i < 2; i++) {
		line(i ? "source, received" : "source, peeked");
		len = sizeof(from);
		memset(&from, 0, sizeof(from));
		got("recvfrom",
			on.recvfrom(
				fd, buf, 8, i ? 0 : MSG_PEEK, &from.sa, &len),
			buf);
		note("%s", same_address(&from, &a) ? "right" : "wrong");
	}
}

static void trunc_datagram(int family)
{
	struct ends e = datagrams(family);
	char buf[8];
	struct iovec iov = { buf, 2 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	on.send(e.client, "abcdef", 6, 0);
	await(e.server, POLLIN);
	line("MSG_TRUNC gives the length");
	did("recv", on.recv(e.server, buf, 2, MSG_TRUNC));
	on.send(e.client, "abcdef", 6, 0);
	await(e.server, POLLIN);
	line("recvmsg tells of what was cut off");
	did("recvmsg", on.recvmsg(e.server, &msg, 0));
	note("MSG_TRUNC %d", !!(msg.msg_flags & MSG_TRUNC));
	line("and not when nothing was");
	on.send(e.client, "ab", 2, 0);
	await(e.server, POLLIN);
	did("recvmsg", on.recvmsg(e.server, &msg, 0));
	note("MSG_TRUNC %d", !!(msg.msg_flags & MSG_TRUNC));
}

static void trunc_unconnected(int family)
{
	int fd = bound(family, SOCK_DGRAM), one = bound(family, SOCK_DGRAM);
	union address to = name_of(fd), a = name_of(one), from;
	char buf[8], control[64];
	struct iovec iov[2] = { { buf, 2 }, { buf + 2, 1 } };
	struct msghdr msg = { .msg_iov = iov,
		.msg_iovlen = 2,
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_control = control,
		.msg_controllen = sizeof(control) };

	on.sendto(one, "abcdef", 6, 0, &to.sa, address_size(family));
	await(fd, POLLIN);
	line("recvmsg with a source");
	got("recvmsg", on.recvmsg(fd, &msg, 0), buf);
	note("MSG_TRUNC %d; MSG_CTRUNC %d", !!(msg.msg_flags & MSG_TRUNC),
		!!(msg.msg_flags & MSG_CTRUNC));
	note("name %u; control %zu", msg.msg_namelen, msg.msg_controllen);
	note("%s", same_address(&from, &a) ? "right" : "wrong");
}

static void trunc_stream(int family)
{
	struct ends e = connection(family);
	char buf[8] = "........";

	on.send(e.client, "abcdef", 6, 0);
	await(e.server, POLLIN);
	line("MSG_TRUNC of a stream throws away");
	did("recv", on.recv(e.server, buf, 4, MSG_TRUNC));
	note("%.4s", buf);
	got("recv", on.recv(e.server, buf, 4, 0), buf);
}

static void dontwait(int family)
{
	struct ends e = connection(family);
	char c;

	line("MSG_DONTWAIT without data");
	did("recv", on.recv(e.server, &c, 1, MSG_DONTWAIT));
	line("MSG_DONTWAIT of a datagram socket");
	did("recv", on.recv(bound(family, SOCK_DGRAM), &c, 1, MSG_DONTWAIT));
	line("of length 0");
	did("recv", on.recv(e.server, &c, 0, MSG_DONTWAIT));
	did("send", on.send(e.server, &c, 0, 0));
}

static void second_half(int fd)
{
	on.send(fd, "second", 6, 0);
}

static void waitall(int family)
{
	struct ends e = connection(family);
	struct later *l;
	char buf[16];

	on.send(e.client, "first ", 6, 0);
	await(e.server, POLLIN);
	l = later(50, second_half, e.client);
	line("MSG_WAITALL");
	got("recv", on.recv(e.server, buf, 12, MSG_WAITALL), buf);
	later_join(l);
	on.send(e.client, "end", 3, 0);
	on.close(e.client);
	line("MSG_WAITALL until the end");
	got("recv", on.recv(e.server, buf, 12, MSG_WAITALL), buf);
}

static void oob(int family)
{
	struct ends e = connection(family);
	char buf[16];
	int mark = -1;

	line("urgent data");
	did("send", on.send(e.client, "ab!", 3, MSG_OOB));
	await(e.server, POLLIN);
	nap(300); /* it may wait for an acknowledgement of the others */
	still(e.server);
	line("beside the others");
	got("recv", on.recv(e.server, buf, 16, 0), buf);
	line("at the mark");
	did("ioctl", on.ioctl(e.server, SIOCATMARK, &mark));
	note("%d", mark);
	line("itself");
	got("recv", on.recv(e.server, buf, 16, MSG_OOB | MSG_DONTWAIT), buf);
	line("afterwards");
	still(e.server);
	did("recv", on.recv(e.server, buf, 16, MSG_OOB | MSG_DONTWAIT));
}

static void oob_inline(int family)
{
	struct ends e = connection(family);
	char buf[16];

	line("SO_OOBINLINE");
	set_int(e.server, SOL_SOCKET, SO_OOBINLINE, 1);
	on.send(e.client, "ab", 2, 0);
	on.send(e.client, "!", 1, MSG_OOB);
	await(e.server, POLLIN);
	nap(300);
	still(e.server);
	got("recv", on.recv(e.server, buf, 16, 0), buf);
	got("recv", on.recv(e.server, buf, 16, MSG_DONTWAIT), buf);
}

static void more(int family)
{
	struct ends e = datagrams(family);
	char buf[16];

	line("MSG_MORE joins datagrams");
	did("send", on.send(e.client, "ab", 2, MSG_MORE));
	did("send", on.send(e.client, "cd", 2, 0));
	polled(e.server, POLLIN);
	got("recv", on.recv(e.server, buf, 16, MSG_DONTWAIT), buf);
}

static void bad_flags(int family)
{
	struct ends e = datagrams(family);
	char buf[16];

	line("MSG_ERRQUEUE");
	on.send(e.client, "data", 4, 0);
	await(e.server, POLLIN);
	did("recv", on.recv(e.server, buf, 16, MSG_ERRQUEUE | MSG_DONTWAIT));
	line("MSG_OOB of a datagram socket");
	did("recv", on.recv(bound(family, SOCK_DGRAM), buf, 16,
			    MSG_OOB | MSG_DONTWAIT));
	did("send", on.send(datagrams(family).client, "x", 1, MSG_OOB));
}

static void pktinfo(int family)
{
	int fd = bound(family, SOCK_DGRAM), one = bound(family, SOCK_DGRAM);
	union address to = name_of(fd);
	char buf[8];
	union {
		struct cmsghdr align;
		char bytes[128];
	} control;
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg;
	int level = family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int name = family == AF_INET6 ? IPV6_RECVPKTINFO : IP_PKTINFO, yes = 1;

	line("packet information");
	did("setsockopt", on.setsockopt(fd, level, name, &yes, sizeof(yes)));
	on.sendto(one, "ab", 2, 0, &to.sa, address_size(family));
	await(fd, POLLIN);
	did("recvmsg", on.recvmsg(fd, &msg, MSG_DONTWAIT));
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg)
		note("level %d; type %d; length %zu", cmsg->cmsg_level,
			cmsg->cmsg_type, cmsg->cmsg_len);
	else
		note("nothing");
	line("without room for it");
	on.sendto(one, "ab", 2, 0, &to.sa, address_size(family));
	await(fd, POLLIN);
	msg.msg_controllen = 4;
	did("recvmsg", on.recvmsg(fd, &msg, MSG_DONTWAIT));
	note("MSG_CTRUNC %d", !!(msg.msg_flags & MSG_CTRUNC));
}

const struct conform_case flags_cases[] = {
	{ "peek", BOTH, peek },
	{ "peek_datagram", BOTH, peek_datagram },
	{ "peek_source", BOTH, peek_source },
	{ "trunc_datagram", BOTH, trunc_datagram },
	{ "trunc_unconnected", BOTH, trunc_unconnected },
	{ "trunc_stream", BOTH, trunc_stream },
	{ "dontwait", BOTH, dontwait },
	{ "waitall", BOTH, waitall },
	{ "oob", BOTH, oob },
	{ "oob_inline", BOTH, oob_inline },
	{ "more", BOTH, more },
	{ "bad_flags", BOTH, bad_flags },
	{ "pktinfo", BOTH, pktinfo },
	{ NULL, 0, NULL },
};
