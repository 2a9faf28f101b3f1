/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.c - calls of umvu's table, by chance, on sockets of a stack
 *
 * guest NAME SECONDS SEED: opens sockets of all types of the stack at NAME and
 * makes calls on them, with arguments of which most mean something. (With paths
 * and mounts, and numbers that mean nothing, see fuzz.c of
 * tests/integration/robust.) Reads and writes go between, which nobody traps.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "systable.h"
#include "umvu/syscalls.h"

#define ROOM	   16384 /* ends where nothing may be written */
#define SOCKETS	   24
#define TIRED_USEC 20000 /* of a call that waits */

static uint64_t dice;
static uint8_t *buffer;
static const char *stack;
static int sockets[SOCKETS];

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
	signal(SIGPIPE, SIG_IGN);
}

/* ---- sockets ---- */

static int open_one(void)
{
	static const struct {
		int domain, type, protocol;
	} kinds[] = {
		{ AF_INET, SOCK_STREAM, 0 },
		{ AF_INET6, SOCK_STREAM, 0 },
		{ AF_INET, SOCK_DGRAM, 0 },
		{ AF_INET6, SOCK_DGRAM, 0 },
		{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
		{ AF_INET, SOCK_RAW, IPPROTO_ICMP },
		{ AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
		{ AF_INET, SOCK_RAW, IPPROTO_RAW },
		{ AF_PACKET, SOCK_RAW, 0x300 },
		{ AF_PACKET, SOCK_DGRAM, 0x300 },
		{ AF_NETLINK, SOCK_RAW, NETLINK_ROUTE },
		{ AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG },
	};
	unsigned i = chance(sizeof(kinds) / sizeof(kinds[0]));

	return (int)syscall(VU_SYS_MSOCKET, stack, kinds[i].domain,
		kinds[i].type | (chance(8) ? SOCK_NONBLOCK : 0),
		kinds[i].protocol);
}

static int *some_socket(void)
{
	int *fd = &sockets[chance(SOCKETS)];

	if (*fd >= 0 && chance(32))
		return fd;
	if (*fd >= 0)
		close(*fd);
	*fd = open_one();
	return fd;
}

/* ---- what pointers point to ---- */

static void put_address(uint8_t *at)
{
	static const uint16_t families[] = { AF_INET, AF_INET, AF_INET6,
		AF_NETLINK, AF_PACKET, AF_UNSPEC };
	uint16_t family = families[chance(6)];
	uint16_t port = htons((uint16_t)(7000 + chance(3)));
	uint32_t ip = htonl(chance(2) ? INADDR_LOOPBACK : 0x0a000001);

	memset(at, 0, sizeof(struct sockaddr_storage));
	memcpy(at, &family, sizeof(family));
	if (family == AF_INET) {
		memcpy(at + 2, &port, sizeof(port));
		memcpy(at + 4, &ip, sizeof(ip));
	} else if (family == AF_INET6) {
		memcpy(at + 2, &port, sizeof(port));
		at[23] = 1; /* ::1 */
	} else if (family == AF_PACKET) {
		at[4] = (uint8_t)chance(4);
	}
}

static void put_netlink(uint8_t *at)
{
	struct nlmsghdr header = { .nlmsg_len = 16 + chance(200),
		.nlmsg_type = (uint16_t)(RTM_BASE + chance(100)),
		.nlmsg_flags =
			(uint16_t)(NLM_F_REQUEST | (chance(2) ? 0x300 : 5)) };

	memcpy(at, &header, sizeof(header));
	memset(at + sizeof(header), 0, 20);
	at[sizeof(header) + 4] = (uint8_t)chance(4);
}

static void put_msghdr(uint8_t *at)
{
	struct iovec iov = { buffer, chance(3000) };
	struct msghdr msg = { .msg_name = chance(4) ? at + 512 : NULL,
		.msg_namelen = chance(140),
		.msg_iov = (struct iovec *)(at + 256),
		.msg_iovlen = chance(3),
		.msg_control = chance(4) ? NULL : at + 1024,
		.msg_controllen = chance(400) };

	put_address(at + 512);
	memcpy(at + 256, &iov, sizeof(iov));
	memcpy(at + 256 + sizeof(iov), &iov, sizeof(iov));
	memcpy(at, &msg, sizeof(msg));
}

static void put_noise(uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)chance(chance(2) ? 256 : 4);
}

static long pointer(void)
{
	uint8_t *at = buffer + chance(ROOM / 2) / 8 * 8;

	switch (chance(9)) {
	case 0:
		return (long)buffer + ROOM - (long)chance(64);
	case 1:
		return chance(2) ? 0 : (long)chance(UINT32_MAX) << 16;
	case 2:
	case 3:
		put_address(at);
		break;
	case 4:
		put_netlink(at);
		break;
	case 5:
		put_msghdr(at);
		break;
	case 6: /* the value-result of a length */
		*(int *)(void *)at = (int)chance(200);
		break;
	default:
		put_noise(at, chance(300));
		break;
	}
	return (long)at;
}

static long number(void)
{
	switch (chance(6)) {
	case 0:
		return -(long)chance(20);
	case 1:
		return (long)(1ul << chance(64));
	case 2:
		return (long)dice;
	default:
		return chance(140);
	}
}

/* ---- calls ---- */

static bool is_for_us(const struct sysrow *row)
{
	switch (row->nr) {
	case __NR_exit_group:
	case __NR_execve:
	case __NR_execveat:
	case __NR_mount:
	case __NR_umount2:
	case __NR_prctl:
	case VU_SYS_INSMOD:
	case VU_SYS_RMMOD:
		return false;
	default:
		return row->nr != 0 && !row->paths;
	}
}

static void call_of_table(void)
{
	const struct sysrow *row;
	long a[6], result;

	do
		row = &systable[chance((unsigned)systable_len)];
	while (!is_for_us(row));
	for (int i = 0; i < 6; i++)
		a[i] = chance(2) ? pointer() : number();
	a[0] = *some_socket();
	if (row->nr == __NR_ioctl)
		a[1] = 0x8900 + (long)chance(256);
	if (row->nr == __NR_setsockopt || row->nr == __NR_getsockopt) {
		static const int levels[] = { SOL_SOCKET, IPPROTO_IP,
			IPPROTO_IPV6, IPPROTO_TCP, SOL_PACKET, SOL_NETLINK };

		a[1] = levels[chance(6)];
		a[2] = chance(80);
	}
	if (row->nr == VU_SYS_MSOCKET) {
		a[0] = (long)stack;
		a[2] = 1 + (long)chance(10); /* the default stays */
	}
	result = syscall(row->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (result > 2 &&
		(row->nr == VU_SYS_MSOCKET || row->nr == __NR_socket ||
			row->nr == __NR_accept || row->nr == __NR_accept4))
		close((int)result);
}

static void plain_call(void)
{
	int fd = *some_socket();

	put_noise(buffer, 256);
	if (chance(3) == 0)
		put_netlink(buffer);
	if (chance(2))
		(void)!send(fd, buffer, chance(chance(8) ? 300 : ROOM),
			MSG_DONTWAIT | MSG_NOSIGNAL);
	else
		(void)!recv(fd, buffer, chance(ROOM), MSG_DONTWAIT);
}

/* They are the stack's, too, in a view. */
static void look_at_file(void)
{
	static const char *const files[] = { "/proc/net/dev", "/proc/net/tcp",
		"/proc/net/route", "/proc/net/if_inet6", "/proc/net/snmp" };
	int fd = open(files[chance(5)], O_RDONLY | O_CLOEXEC);

	(void)!read(fd, buffer, ROOM);
	close(fd);
}

int main(int argc, char *argv[])
{
	time_t end;
	unsigned long calls = 0;

	if (argc != 4)
		return 2;
	stack = argv[1];
	end = time(NULL) + atoi(argv[2]);
	dice = strtoull(argv[3], NULL, 10);
	buffer = mmap(NULL, 2 * ROOM, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(buffer + ROOM, ROOM, PROT_NONE);
	for (int i = 0; i < SOCKETS; i++)
		sockets[i] = open_one();
	arm();
	for (; time(NULL) < end; calls++)
		if (chance(64) == 0)
			look_at_file();
		else if (chance(3))
			call_of_table();
		else
			plain_call();
	printf("%s: %lu calls\n", stack, calls);
	return 0;
}
