/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * error.c - misuse
 */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

static void sockets(int family)
{
	line("unknown family");
	did("socket", on.socket(AF_MAX - 1, SOCK_STREAM, 0));
	line("negative family");
	did("socket", on.socket(-1, SOCK_STREAM, 0));
	line("unknown type");
	did("socket", on.socket(family, 9, 0));
	line("type that the family lacks");
	did("socket", on.socket(family, SOCK_SEQPACKET, 0));
	line("unknown protocol");
	did("socket", on.socket(family, SOCK_STREAM, 250));
	line("protocol of another type");
	did("socket", on.socket(family, SOCK_STREAM, IPPROTO_UDP));
	did("socket", on.socket(family, SOCK_DGRAM, IPPROTO_TCP));
	line("unknown flag of a type");
	did("socket", on.socket(family, SOCK_STREAM | 0x100000, 0));
	line("explicit protocols");
	worked("socket", on.socket(family, SOCK_STREAM, IPPROTO_TCP));
	worked("socket", on.socket(family, SOCK_DGRAM, IPPROTO_UDP));
}

static void bad_fd(int family)
{
	union address a = address(family, 0);
	socklen_t len = sizeof(a);
	int fd = open_socket(family, SOCK_STREAM), value = 0;
	char c;

	line("close");
	did("close", on.close(fd));
	did("close", on.close(fd));
	line("calls on a closed descriptor");
	did("bind", on.bind(fd, &a.sa, address_size(family)));
	did("connect", connect_to(fd, &a));
	did("listen", on.listen(fd, 1));
	did("accept", on.accept(fd, NULL, NULL));
	did("getsockname", on.getsockname(fd, &a.sa, &len));
	did("getpeername", on.getpeername(fd, &a.sa, &len));
	did("shutdown", on.shutdown(fd, SHUT_WR));
	did("recv", on.recv(fd, &c, 1, 0));
	did("send", on.send(fd, &c, 1, 0));
	did("read", on.read(fd, &c, 1));
	did("write", on.write(fd, &c, 1));
	did("ioctl", on.ioctl(fd, FIONREAD, &value));
	did("fcntl", on.fcntl(fd, F_GETFL, 0));
	len = sizeof(value);
	did("getsockopt",
		on.getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &len));
	did("setsockopt", on.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value,
				  sizeof(value)));
}

static void binding(int family)
{
	int fd = open_socket(family, SOCK_STREAM);
	union address a = address(family, 0), wrong, far = a;

	line("bind, address too short");
	did("bind", on.bind(fd, &a.sa, 7));
	line("bind, no length");
	did("bind", on.bind(fd, &a.sa, 0));
	line("bind, address too long");
	did("bind", on.bind(fd, &a.sa, 1000));
	line("bind, other family");
	wrong = address(family == AF_INET ? AF_INET6 : AF_INET, 0);
	did("bind", on.bind(fd, &wrong.sa, sizeof(wrong.in6)));
	line("bind, address of another host");
	if (family == AF_INET6)
		far.in6.sin6_addr.s6_addr[0] = 0xfd;
	else
		far.in.sin_addr.s_addr = htonl(0x0a090807);
	did("bind", on.bind(fd, &far.sa, address_size(family)));
	line("bind, twice");
	did("bind", on.bind(fd, &a.sa, address_size(family)));
	did("bind", on.bind(fd, &a.sa, address_size(family)));
	line("bind, port that somebody listens at");
	a = name_of(listener(family));
	fd = open_socket(family, SOCK_STREAM);
	did("bind", on.bind(fd, &a.sa, address_size(family)));
	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	did("bind", on.bind(fd, &a.sa, address_size(family)));
}

static void connecting(int family)
{
	int fd = open_socket(family, SOCK_STREAM);
	union address a = address(family, 9), wrong, far = a;
	int lfd = listener(family);

	line("connect, address too short");
	did("connect", on.connect(fd, &a.sa, 7));
	line("connect, address of one byte");
	did("connect", on.connect(fd, &a.sa, 1));
	line("connect, other family");
	wrong = address(family == AF_INET ? AF_INET6 : AF_INET, 9);
	wrong.sa.sa_family = AF_NETLINK;
	did("connect", on.connect(fd, &wrong.sa, sizeof(wrong.in6)));
	line("connect, no route");
	if (family == AF_INET6)
		far.in6.sin6_addr.s6_addr[0] = 0xfd;
	else
		far.in.sin_addr.s_addr = htonl(0x0a090807);
	did("connect", connect_to(fd, &far));
	line("connect, no route, datagram");
	did("connect", connect_to(open_socket(family, SOCK_DGRAM), &far));
	line("sendto, no route");
	did("sendto", on.sendto(open_socket(family, SOCK_DGRAM), "x", 1, 0,
			      &far.sa, address_size(family)));
	line("connect of a listener");
	a = name_of(lfd);
	did("connect", connect_to(lfd, &a));
	line("sendto, address too short");
	did("sendto", on.sendto(open_socket(family, SOCK_DGRAM), "x", 1, 0,
			      &a.sa, 7));
	line("sendto, port 0");
	a = address(family, 0);
	did("sendto", on.sendto(open_socket(family, SOCK_DGRAM), "x", 1, 0,
			      &a.sa, address_size(family)));
}

static void wrong_kind(int family)
{
	int dfd = bound(family, SOCK_DGRAM);
	struct ends e = connection(family);

	line("listen on a datagram socket");
	did("listen", on.listen(dfd, 1));
	line("accept on a datagram socket");
	did("accept", on.accept(dfd, NULL, NULL));
	line("listen on a connected socket");
	did("listen", on.listen(e.client, 1));
	line("accept on a connected socket");
	did("accept", on.accept(e.client, NULL, NULL));
	line("bind of a connected socket");
	{
		union address a = address(family, 0);

		did("bind", on.bind(e.client, &a.sa, address_size(family)));
	}
	line("listen without bind");
	{
		int fd = open_socket(family, SOCK_STREAM);
		union address a;

		did("listen", on.listen(fd, 1));
		a = name_of(fd);
		note("port %s", a.in.sin_port ? "set" : "0");
	}
	line("unknown direction of shutdown");
	did("shutdown", on.shutdown(e.client, 7));
}

static void options(int family)
{
	int fd = open_socket(family, SOCK_STREAM), value = 1;
	socklen_t len = sizeof(value);

	line("unknown level");
	did("getsockopt", on.getsockopt(fd, 999, 1, &value, &len));
	did("setsockopt", on.setsockopt(fd, 999, 1, &value, len));
	line("unknown option of the socket");
	did("getsockopt", on.getsockopt(fd, SOL_SOCKET, 9999, &value, &len));
	did("setsockopt", on.setsockopt(fd, SOL_SOCKET, 9999, &value, len));
	line("unknown option of TCP");
	did("getsockopt", on.getsockopt(fd, IPPROTO_TCP, 9999, &value, &len));
	did("setsockopt", on.setsockopt(fd, IPPROTO_TCP, 9999, &value, len));
	line("short value");
	did("setsockopt",
		on.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, 1));
	did("setsockopt",
		on.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, 1));
	line("option that only can be read");
	did("setsockopt", on.setsockopt(fd, SOL_SOCKET, SO_TYPE, &value, 4));
	line("option of streams on a datagram socket");
	fd = open_socket(family, SOCK_DGRAM);
	did("setsockopt",
		on.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, 4));
	line("unknown ioctl");
	did("ioctl", on.ioctl(fd, 0x12345678, &value));
}

const struct conform_case error_cases[] = {
	{ "sockets", BOTH, sockets },
	{ "bad_fd", V4, bad_fd },
	{ "binding", BOTH, binding },
	{ "connecting", BOTH, connecting },
	{ "wrong_kind", BOTH, wrong_kind },
	{ "options", V4, options },
	{ NULL, 0, NULL },
};
