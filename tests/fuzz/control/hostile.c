/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostile.c - in the place of the process of a stack, answers what it likes
 *
 * hostile PATH SEED: offers a stack at PATH, as other sessions do. Most answers
 * are so plausible that the hypervisor goes on with them; some are not, and
 * some come with descriptors that nobody asked for. What it has given away as a
 * socket it writes garbage to. Prints "ready"; ends with its standard input.
 */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEADER	     offsetof(struct control_message, data)
#define PEERS_MAX    64 /* connections and ends of sockets */
#define WAIT_MS	     20
#define FDS_SENT_MAX 30

enum peer_kind { PEER_LISTENER, PEER_CONTROL, PEER_SOCKET };

static struct pollfd peers[PEERS_MAX];
static enum peer_kind kinds[PEERS_MAX];
static unsigned peers_len;
static uint64_t dice;

static unsigned chance(unsigned limit)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return limit ? (unsigned)(dice >> 33) % limit : 0;
}

static void scramble(void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)bytes)[i] = (uint8_t)chance(256);
}

/* ---- peers ---- */

static void drop(unsigned i)
{
	close(peers[i].fd);
	peers_len--;
	peers[i] = peers[peers_len];
	kinds[i] = kinds[peers_len];
}

static void add(int fd, enum peer_kind kind)
{
	if (peers_len == PEERS_MAX)
		drop(2 + chance(PEERS_MAX - 2));
	peers[peers_len] = (struct pollfd){ fd, POLLIN, 0 };
	kinds[peers_len++] = kind;
}

/* ---- descriptors ---- */

/* Sealed or not, with a source in it or anything. */
static int odd_memfd(void)
{
	int fd = memfd_create("hostile", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char bytes[512];

	scramble(bytes, sizeof(bytes));
	memset(bytes + chance(sizeof(bytes) - 32), 0, chance(32));
	(void)!write(fd, bytes, chance(sizeof(bytes)));
	if (chance(2))
		fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK);
	return fd;
}

static int odd_pair(int type)
{
	int pair[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	add(pair[0], PEER_SOCKET);
	return pair[1];
}

static int odd_fd(void)
{
	switch (chance(9)) {
	case 0:
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	case 1:
		return open("/", O_PATH | O_CLOEXEC);
	case 2:
		return epoll_create1(EPOLL_CLOEXEC);
	case 3:
		return eventfd(0, EFD_CLOEXEC);
	case 4:
		return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	case 5:
		return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	case 6:
		return odd_pair(SOCK_STREAM);
	case 7:
		return odd_pair(SOCK_SEQPACKET);
	default:
		return odd_memfd();
	}
}

/* Sends @size bytes with @len descriptors, which are closed. */
static void give(int sock, const void *bytes, size_t size, int *fds, size_t len)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(FDS_SENT_MAX * sizeof(int))];
	} control;
	struct iovec iov = { (void *)bytes, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (len > 0) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(len * sizeof(int));
		memset(&control, 0, sizeof(control));
		control.header = (struct cmsghdr){ CMSG_LEN(len * sizeof(int)),
			SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.header), fds, len * sizeof(int));
	}
	sendmsg(sock, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (len > 0)
		close(fds[--len]);
}

static size_t add_odd_fds(int *fds, size_t len, size_t count)
{
	for (; count > 0 && len < FDS_SENT_MAX; count--) {
		fds[len] = odd_fd();
		if (fds[len] >= 0)
			len++;
	}
	return len;
}

/* ---- answers ---- */

struct answer {
	struct control_message message;
	int fds[FDS_SENT_MAX];
	size_t fds_len;
};

static void answer_attach(struct answer *a)
{
	struct control_started started = { .families = ~0ull };

	if (chance(4) == 0)
		scramble(&started, sizeof(started));
	memcpy(a->message.data, &started, sizeof(started));
	a->message.size = sizeof(started);
}

static void answer_socket(struct answer *a, const struct control_message *asked)
{
	int base = asked->arg[1] & 0xf;
	int type = base == SOCK_STREAM ? SOCK_STREAM : SOCK_SEQPACKET;

	memcpy(a->message.arg, asked->arg, sizeof(asked->arg));
	a->message.result = 1;
	a->fds[0] = odd_pair(type);
	if (a->fds[0] >= 0)
		a->fds_len = 1;
}

static void answer_call(struct answer *a, const struct control_message *asked)
{
	a->message.size = chance(64);
	if (asked->arg[0] != 288 || chance(4) == 0) /* accept4 */
		return;
	a->fds[0] = odd_pair(SOCK_STREAM);
	if (a->fds[0] >= 0)
		a->fds_len = 1;
}

static void plausible(struct answer *a, const struct control_message *asked)
{
	scramble(a->message.data, 256);
	a->message.id = asked->id;
	a->message.result = 0;
	a->message.size = 0;
	a->fds_len = 0;
	switch (asked->op) {
	case CONTROL_ATTACH:
		answer_attach(a);
		break;
	case CONTROL_SOCKET:
		answer_socket(a, asked);
		break;
	case CONTROL_CALL:
		answer_call(a, asked);
		break;
	case CONTROL_DELETE:
		a->message.result = chance(2) ? -EBUSY : 0;
		break;
	default: /* CONTROL_IOCTL */
		a->message.size = chance(2) ? asked->size : chance(4096);
		break;
	}
}

static int32_t odd_result(void)
{
	static const int32_t odd[] = { -EPERM, -EAGAIN, -EINTR, -EBUSY, -ENODEV,
		-511, -512, -513, -4095, INT32_MIN, INT32_MAX, 1, 2, 17, 18 };

	return odd[chance(sizeof(odd) / sizeof(odd[0]))];
}

/* Returns how many bytes are sent. */
static size_t spoil(struct answer *a)
{
	size_t size = HEADER + a->message.size;

	switch (chance(8)) {
	case 0:
		a->message.result = odd_result();
		return size;
	case 1:
		a->message.size = chance(2) ? chance(65536) : (uint32_t)dice;
		return size;
	case 2:
		return chance(HEADER + 8);
	case 3:
		a->message.id = chance(2) ? CONTROL_USERS : chance(1000);
		return size;
	case 4:
		scramble(&a->message, sizeof(a->message));
		return chance(sizeof(a->message));
	case 5:
		a->fds_len =
			add_odd_fds(a->fds, a->fds_len, chance(FDS_SENT_MAX));
		return size;
	case 6:
		scramble(a->message.arg, sizeof(a->message.arg));
		return size;
	default:
		a->message.size = chance(CONTROL_DATA_MAX);
		return HEADER + a->message.size;
	}
}

/* Returns false when the connection shall end. */
static bool answer(int sock, const struct control_message *asked)
{
	static struct answer a;
	size_t size;

	plausible(&a, asked);
	size = HEADER + a.message.size;
	switch (chance(asked->op == CONTROL_ATTACH ? 60 : 12)) {
	case 0:
		return false;
	case 1:
		return true; /* the guest gets tired of it */
	case 2:
	case 3:
	case 4:
		size = spoil(&a);
		break;
	case 5: /* twice */
		give(sock, &a.message, size, NULL, 0);
		break;
	default:
		break;
	}
	give(sock, &a.message, size, a.fds, a.fds_len);
	return true;
}

/* ---- events ---- */

static void on_control(unsigned i)
{
	static struct control_message message;
	struct control_fds fds;
	int n = control_receive(peers[i].fd, &message, &fds);
	int sock = peers[i].fd;

	if (n > 0)
		control_fds_close(&fds);
	if (n == -EAGAIN || (n > 0 && answer(sock, &message)))
		return;
	for (i = 0; i < peers_len; i++) /* it may have moved */
		if (peers[i].fd == sock) {
			drop(i);
			return;
		}
}

/* Garbage to a guest's socket. */
static void write_garbage(int fd)
{
	char bytes[2048];
	int fds[FDS_SENT_MAX];
	size_t size = chance(4) ? chance(200) : chance(sizeof(bytes));
	size_t len = chance(2) ? 0 : add_odd_fds(fds, 0, 1 + chance(4));

	scramble(bytes, size);
	give(fd, bytes, size, fds, len);
}

static void on_socket(unsigned i)
{
	char bytes[4096];

	if (recv(peers[i].fd, bytes, sizeof(bytes), MSG_DONTWAIT) <= 0 ||
		chance(20) == 0)
		drop(i);
}

static void disturb(void)
{
	unsigned i = chance(peers_len);

	if (kinds[i] == PEER_SOCKET)
		write_garbage(peers[i].fd);
}

static void on_listener(void)
{
	int fd = accept4(peers[1].fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		add(fd, PEER_CONTROL);
}

static void serve(void)
{
	while (poll(peers, peers_len, WAIT_MS) >= 0) {
		if (peers[0].revents)
			return;
		if (peers[1].revents)
			on_listener();
		disturb();
		for (unsigned i = peers_len; i-- > 2;) {
			if (i >= peers_len || !peers[i].revents)
				continue;
			if (kinds[i] == PEER_CONTROL)
				on_control(i);
			else
				on_socket(i);
		}
	}
}

int main(int argc, char *argv[])
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (argc != 3)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	dice = strtoull(argv[2], NULL, 10);
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", argv[1]);
	if (bind(sock, (struct sockaddr *)&un, sizeof(un)) < 0 ||
		listen(sock, 64) < 0) {
		perror(argv[1]);
		return 1;
	}
	add(0, PEER_LISTENER);
	add(sock, PEER_LISTENER);
	puts("ready");
	fflush(stdout);
	serve();
	return 0;
}
