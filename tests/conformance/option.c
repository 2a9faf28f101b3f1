/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * option.c - options, ioctl and fcntl: as they are at first and when set
 */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

struct option {
	const char *name;
	int level, number, set; /* set: -1 only read */
};

#define OPTION(level, name, set)                                               \
	{                                                                      \
#name, level, name, set                                        \
	}

static void value_of(int fd, const struct option *o)
{
	int value = -1;
	socklen_t len = sizeof(value);

	if (did("get", on.getsockopt(fd, o->level, o->number, &value, &len)) ==
		0)
		note("%d of %u bytes", value, len);
}

/* A line for each: at first, and after it was set. */
static void show(int fd, const char *kind, const struct option *o)
{
	for (; o->name; o++) {
		line("%s %s", kind, o->name);
		value_of(fd, o);
		if (o->set < 0)
			continue;
		did("set", on.setsockopt(fd, o->level, o->number, &o->set,
				   sizeof(o->set)));
		value_of(fd, o);
	}
}

static void of_sockets(int family)
{
	static const struct option options[] = {
		OPTION(SOL_SOCKET, SO_TYPE, -1),
		OPTION(SOL_SOCKET, SO_DOMAIN, -1),
		OPTION(SOL_SOCKET, SO_PROTOCOL, -1),
		OPTION(SOL_SOCKET, SO_ACCEPTCONN, -1),
		OPTION(SOL_SOCKET, SO_ERROR, -1),
		OPTION(SOL_SOCKET, SO_REUSEADDR, 1),
		OPTION(SOL_SOCKET, SO_REUSEPORT, 1),
		OPTION(SOL_SOCKET, SO_KEEPALIVE, 7),
		OPTION(SOL_SOCKET, SO_BROADCAST, 1),
		OPTION(SOL_SOCKET, SO_OOBINLINE, 1),
		OPTION(SOL_SOCKET, SO_DONTROUTE, 1),
		OPTION(SOL_SOCKET, SO_RCVLOWAT, 1),
		OPTION(SOL_SOCKET, SO_TIMESTAMP, 1),
		OPTION(SOL_SOCKET, SO_PRIORITY, 3),
		{ NULL, 0, 0, 0 },
	};

	show(open_socket(family, SOCK_STREAM), "stream", options);
	show(open_socket(family, SOCK_DGRAM), "datagram", options);
}

static void of_tcp(int family)
{
	static const struct option options[] = {
		OPTION(IPPROTO_TCP, TCP_NODELAY, 1),
		OPTION(IPPROTO_TCP, TCP_KEEPIDLE, 30),
		OPTION(IPPROTO_TCP, TCP_KEEPINTVL, 5),
		OPTION(IPPROTO_TCP, TCP_KEEPCNT, 3),
		OPTION(IPPROTO_TCP, TCP_CORK, 1),
		OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT, 1000),
		OPTION(IPPROTO_TCP, TCP_SYNCNT, 3),
		OPTION(IPPROTO_TCP, TCP_QUICKACK, 0),
		{ NULL, 0, 0, 0 },
	};

	show(open_socket(family, SOCK_STREAM), "stream", options);
}

static void of_ip(int family)
{
	static const struct option options[] = {
		OPTION(IPPROTO_IP, IP_TTL, 33),
		OPTION(IPPROTO_IP, IP_TOS, 16),
		OPTION(IPPROTO_IP, IP_MULTICAST_TTL, 5),
		OPTION(IPPROTO_IP, IP_MULTICAST_LOOP, 0),
		OPTION(IPPROTO_IP, IP_PKTINFO, 1),
		OPTION(IPPROTO_IP, IP_RECVTTL, 1),
		OPTION(IPPROTO_IP, IP_RECVERR, 1),
		OPTION(IPPROTO_IP, IP_MTU_DISCOVER, 2),
		{ NULL, 0, 0, 0 },
	};

	show(open_socket(family, SOCK_DGRAM), "datagram", options);
}

static void of_ip6(int family)
{
	static const struct option options[] = {
		OPTION(IPPROTO_IPV6, IPV6_V6ONLY, 1),
		OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 33),
		OPTION(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 5),
		OPTION(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0),
		OPTION(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1),
		OPTION(IPPROTO_IPV6, IPV6_TCLASS, 16),
		{ NULL, 0, 0, 0 },
	};

	show(open_socket(family, SOCK_DGRAM), "datagram", options);
}

static void of_states(int family)
{
	static const struct option options[] = {
		OPTION(SOL_SOCKET, SO_ACCEPTCONN, -1), { NULL, 0, 0, 0 }
	};
	struct ends e = connection(family);
	struct linger l = { 1, 7 };
	socklen_t len = sizeof(l);
	struct tcp_info info;
	int value = 1;

	show(listener(family), "listener", options);
	line("SO_LINGER");
	did("set", on.setsockopt(e.client, SOL_SOCKET, SO_LINGER, &l, len));
	memset(&l, 0, sizeof(l));
	did("get", on.getsockopt(e.client, SOL_SOCKET, SO_LINGER, &l, &len));
	note("%d %d", l.l_onoff, l.l_linger);
	line("TCP_INFO");
	len = sizeof(info);
	memset(&info, 0, sizeof(info));
	did("get", on.getsockopt(e.client, IPPROTO_TCP, TCP_INFO, &info, &len));
	note("state %d", info.tcpi_state);
	line("TCP_MAXSEG");
	len = sizeof(value);
	did("get",
		on.getsockopt(e.client, IPPROTO_TCP, TCP_MAXSEG, &value, &len));
	note(value > 500 ? "sensible" : "small");
	line("buffers");
	value = 32768;
	did("set", on.setsockopt(e.client, SOL_SOCKET, SO_RCVBUF, &value, len));
	did("get",
		on.getsockopt(e.client, SOL_SOCKET, SO_RCVBUF, &value, &len));
	note("%d", value);
	value = 32768;
	did("set", on.setsockopt(e.client, SOL_SOCKET, SO_SNDBUF, &value, len));
	did("get",
		on.getsockopt(e.client, SOL_SOCKET, SO_SNDBUF, &value, &len));
	note("%d", value);
	line("a short buffer for a value");
	len = 1;
	value = 0;
	did("get", on.getsockopt(e.client, SOL_SOCKET, SO_TYPE, &value, &len));
	note("%d of %u bytes", value, len);
}

static void flags(int family)
{
	int fd = on.socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;

	line("SOCK_NONBLOCK");
	note("O_NONBLOCK %d", !!(on.fcntl(fd, F_GETFL, 0) & O_NONBLOCK));
	note("FD_CLOEXEC %d", !!(on.fcntl(fd, F_GETFD, 0) & FD_CLOEXEC));
	fd = on.socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	line("SOCK_CLOEXEC");
	note("O_NONBLOCK %d", !!(on.fcntl(fd, F_GETFL, 0) & O_NONBLOCK));
	note("FD_CLOEXEC %d", !!(on.fcntl(fd, F_GETFD, 0) & FD_CLOEXEC));
	line("FIONBIO");
	did("ioctl", on.ioctl(fd, FIONBIO, &yes));
	note("O_NONBLOCK %d", !!(on.fcntl(fd, F_GETFL, 0) & O_NONBLOCK));
	line("access mode");
	note("%d", on.fcntl(fd, F_GETFL, 0) & O_ACCMODE);
}

static void devices(int family)
{
	int fd = open_socket(family, SOCK_DGRAM);
	struct ifreq ifr;

	memset(&ifr, 0, sizeof(ifr));
	strcpy(ifr.ifr_name, "lo");
	line("SIOCGIFINDEX");
	did("ioctl", on.ioctl(fd, SIOCGIFINDEX, &ifr));
	note("%d", ifr.ifr_ifindex);
	line("SIOCGIFFLAGS");
	did("ioctl", on.ioctl(fd, SIOCGIFFLAGS, &ifr));
	note("up %d; loopback %d", !!(ifr.ifr_flags & IFF_UP),
		!!(ifr.ifr_flags & IFF_LOOPBACK));
	line("SIOCGIFMTU");
	did("ioctl", on.ioctl(fd, SIOCGIFMTU, &ifr));
	note("%d", ifr.ifr_mtu);
	line("SIOCGIFADDR");
	memset(&ifr.ifr_addr, 0, sizeof(ifr.ifr_addr));
	did("ioctl", on.ioctl(fd, SIOCGIFADDR, &ifr));
	note("%08x", ntohl(((struct sockaddr_in *)(void *)&ifr.ifr_addr)
				     ->sin_addr.s_addr));
	line("SIOCGIFNAME");
	ifr.ifr_ifindex = 1;
	did("ioctl", on.ioctl(fd, SIOCGIFNAME, &ifr));
	note("%s", ifr.ifr_name);
	line("no such interface");
	strcpy(ifr.ifr_name, "nope");
	did("ioctl", on.ioctl(fd, SIOCGIFFLAGS, &ifr));
}

const struct conform_case option_cases[] = {
	{ "of_sockets", BOTH, of_sockets },
	{ "of_tcp", BOTH, of_tcp },
	{ "of_ip", V4, of_ip },
	{ "of_ip6", V6, of_ip6 },
	{ "of_states", BOTH, of_states },
	{ "flags", BOTH, flags },
	{ "devices", V4, devices },
	{ NULL, 0, NULL },
};
