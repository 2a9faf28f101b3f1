/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * victim.c - a guest that uses a stack whose process cannot be trusted
 *
 * victim OFFER DIRECTORY SECONDS SEED: mounts what is offered at OFFER in
 * DIRECTORY and makes all calls on it that reach the stack, again and again.
 * What they return is not looked at, but that a mount that fails says why.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "umvu/syscalls.h"

#define SOCKETS	   8
#define TIRED_USEC 30000 /* of a call that nobody answers */

static uint64_t dice;
static int sockets[SOCKETS];
static unsigned long mounts, failed;
static char buffer[70000];

static unsigned chance(unsigned limit)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(dice >> 33) % limit;
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void arm(void)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval often = { { 0, TIRED_USEC }, { 0, TIRED_USEC } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
}

static int open_one(const char *name)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW };
	static const int domains[] = { AF_INET, AF_INET6, AF_NETLINK,
		AF_PACKET };

	return (int)syscall(VU_SYS_MSOCKET, name, domains[chance(4)],
		types[chance(3)] | (chance(2) ? SOCK_NONBLOCK : 0), 0);
}

/* ---- calls ---- */

static void call_names(int fd)
{
	socklen_t len =
		chance(2) ? sizeof(struct sockaddr_storage) : chance(40);

	if (chance(2))
		getsockname(fd, (struct sockaddr *)buffer, &len);
	else
		getpeername(fd, (struct sockaddr *)buffer, &len);
}

static void call_options(int fd)
{
	socklen_t len = chance(300);

	if (chance(2))
		getsockopt(fd, SOL_SOCKET, (int)chance(70), buffer, &len);
	else
		setsockopt(fd, IPPROTO_IP, (int)chance(70), buffer, len);
}

static void call_connect(int fd)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = 7 };

	switch (chance(4)) {
	case 0:
		bind(fd, (struct sockaddr *)&in, sizeof(in));
		break;
	case 1:
		connect(fd, (struct sockaddr *)&in, sizeof(in));
		break;
	case 2:
		listen(fd, 5);
		break;
	default:
		shutdown(fd, (int)chance(3));
		break;
	}
}

static void call_accept(int fd)
{
	socklen_t len = sizeof(struct sockaddr_storage);
	int new = accept4(fd, (struct sockaddr *)buffer, &len, 0);

	if (new >= 0)
		close(new);
}

static void call_messages(int fd)
{
	struct sockaddr_storage name = { .ss_family = AF_INET };
	char control[256];
	struct iovec iov = { buffer, chance(sizeof(buffer)) };
	struct msghdr msg = { &name, sizeof(struct sockaddr_in), &iov, 1,
		control, chance(sizeof(control)), 0 };
	struct mmsghdr msgs[3] = { { msg, 0 }, { msg, 0 }, { msg, 0 } };

	switch (chance(4)) {
	case 0:
		recvmsg(fd, &msg, chance(2) ? MSG_DONTWAIT : 0);
		break;
	case 1:
		recvmmsg(fd, msgs, 3, MSG_DONTWAIT, NULL);
		break;
	case 2:
		msg.msg_controllen = 0;
		sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
		break;
	default:
		recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		break;
	}
}

static void call_ioctl(int fd)
{
	struct ifconf list = { (int)chance(4096), { buffer } };
	char arg[512] = "eth0"; /* of any request */

	if (chance(4))
		ioctl(fd, SIOCGIFNAME + chance(0x80), arg);
	else
		ioctl(fd, SIOCGIFCONF, &list);
}

static void (*const calls[])(int fd) = { call_names, call_options, call_connect,
	call_accept, call_messages, call_messages, call_ioctl };

/* ---- a life of a mount ---- */

static void use(const char *name)
{
	unsigned i, rounds = chance(40);

	for (i = 0; i < SOCKETS; i++)
		sockets[i] = open_one(name);
	if (chance(2)) /* so that socket() and ioctl() reach it, too */
		syscall(VU_SYS_MSOCKET, name, PF_UNSPEC, 0, 0);
	while (rounds--) {
		i = chance(SOCKETS);
		calls[chance(sizeof(calls) / sizeof(calls[0]))](sockets[i]);
		if (chance(16) == 0) {
			close(sockets[i]);
			sockets[i] = chance(2) ? open_one(name)
					       : socket(AF_INET, SOCK_DGRAM, 0);
		}
	}
	for (i = 0; i < SOCKETS; i++)
		if (sockets[i] >= 0)
			close(sockets[i]);
	syscall(VU_SYS_MSOCKET, NULL, PF_UNSPEC, 0, 0);
}

static void live(const char *offer, const char *name)
{
	mounts++;
	if (mount(offer, name, "vunetioth", 0, "") < 0) {
		failed++;
		return;
	}
	use(name);
	if (umount2(name, chance(2) ? 0 : MNT_FORCE) < 0)
		while (umount2(name, MNT_DETACH) < 0 && errno == EINTR)
			;
}

int main(int argc, char *argv[])
{
	char name[4096];
	time_t end;

	if (argc != 5)
		return 2;
	dice = strtoull(argv[4], NULL, 10);
	end = time(NULL) + atoi(argv[3]);
	arm();
	while (time(NULL) < end) {
		snprintf(name, sizeof(name), "%s/%s-%lu", argv[2], argv[4],
			mounts % 10);
		live(argv[1], name);
	}
	printf("%lu mounts, %lu of them failed\n", mounts, failed);
	return failed == mounts;
}
