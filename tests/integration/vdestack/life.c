/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Birth and death of stacks, processes and tasks. */
#include "vt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Linux 5.14 */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

static void many(void)
{
	int fds, threads;

	CHECK(ioth_delstack(vt_stack(NULL, NULL)) == 0);
	fds = vt_count_fds();
	threads = vt_count_threads();
	for (int i = 0; i < 50; i++) {
		struct ioth *a = vt_stack(vt_path("switch://m"), "10.9.0.1");

		CHECK(ioth_delstack(a) == 0);
	}
	CHECK(vt_count_fds() == fds);
	CHECK(vt_count_threads() == threads);
	CHECK(vt_count_helpers(getpid()) == 0);
}

static void many_at_once(void)
{
	struct ioth *stacks[50];

	for (int i = 0; i < 50; i++)
		stacks[i] = vt_stack(vt_path("switch://m%d", i), "10.9.0.1");
	CHECK(vt_count_helpers(getpid()) == 50);
	for (int i = 0; i < 50; i++)
		CHECK(ioth_delstack(stacks[i]) == 0);
	CHECK(vt_count_helpers(getpid()) == 0);
}

/* Does the socket see the interfaces of the stack or of the host? */
static ino_t own_net(void)
{
	struct stat st;

	CHECK(stat("/proc/thread-self/ns/net", &st) == 0);
	return st.st_ino;
}

static void *make_sockets(void *arg)
{
	ino_t before = own_net();

	for (int i = 0; i < 500; i++) {
		int fd = ioth_msocket(arg, AF_INET, SOCK_STREAM, 0);

		CHECK(fd >= 0);
		close(fd);
	}
	CHECK(own_net() == before);
	return NULL;
}

static void sockets_in_threads(void)
{
	struct ioth *a = vt_stack(NULL, NULL);
	pthread_t threads[8];

	for (int i = 0; i < 8; i++)
		CHECK(!pthread_create(&threads[i], NULL, make_sockets, a));
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	CHECK(ioth_delstack(a) == 0);
}

/* The thread's own network: of the thread itself, not of what it has opened. */
static uint64_t net_cookie(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	socklen_t len = sizeof(uint64_t);
	uint64_t cookie = 0;

	CHECK(fd >= 0);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) == 0 ||
		errno == ENOPROTOOPT);
	close(fd);
	return cookie;
}

/* Sockets of @stack, after each of which the thread is where it was. */
static void there_and_back(struct ioth *stack, int count)
{
	ino_t net = own_net();
	uint64_t cookie = net_cookie();

	for (int i = 0; i < count; i++) {
		int fd = ioth_msocket(stack, AF_INET, SOCK_STREAM, 0);

		CHECK(fd >= 0);
		CHECK(own_net() == net && net_cookie() == cookie);
		close(fd);
	}
}

/* More networks than are kept, and back to the first ones. */
static void *wander(void *arg)
{
	enum { NETS = 12 };
	ino_t net[NETS + 1];
	int fd[NETS + 1];

	for (int i = 0; i <= NETS; i++) {
		if (i > 0)
			CHECK(unshare(CLONE_NEWNET) == 0);
		fd[i] = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
		CHECK(fd[i] >= 0);
		net[i] = own_net();
		CHECK(i == 0 || net[i] != net[i - 1]);
		there_and_back(arg, 3);
	}
	for (int i = 0; i <= NETS; i++) {
		CHECK(setns(fd[i], CLONE_NEWNET) == 0);
		there_and_back(arg, 2);
		CHECK(own_net() == net[i]);
		close(fd[i]);
	}
	return NULL;
}

static void thread_changes_its_net(void)
{
	struct ioth *a = vt_stack(NULL, NULL);
	int fds = vt_count_fds();
	pthread_t threads[4];

	if (geteuid() == 0) {
		for (int i = 0; i < 4; i++)
			CHECK(!pthread_create(&threads[i], NULL, wander, a));
		there_and_back(a, 100);
		for (int i = 0; i < 4; i++)
			pthread_join(threads[i], NULL);
		CHECK(vt_count_fds() <= fds + 8);
	}
	CHECK(ioth_delstack(a) == 0);
}

/* A descriptor from 3 up of the network that the thread is in; -1: none. */
static int find_kept(void)
{
	struct stat st;

	for (int fd = 3; fd < 1024; fd++)
		if (fstat(fd, &st) == 0 && st.st_ino == own_net())
			return fd;
	return -1;
}

static int open_other_net(void)
{
	int own = open("/proc/thread-self/ns/net", O_RDONLY), other;

	CHECK(own >= 0 && unshare(CLONE_NEWNET) == 0);
	other = open("/proc/thread-self/ns/net", O_RDONLY);
	CHECK(other >= 0 && setns(own, CLONE_NEWNET) == 0);
	close(own);
	return other;
}

/* The stack's own descriptors stay: without them there is no stack. */
static void abuse_kept(struct ioth *stack)
{
	int other = open_other_net(), fd;

	there_and_back(stack, 2);
	fd = find_kept();
	CHECK(fd >= 0 || net_cookie() == 0);
	if (fd < 0)
		return;
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	there_and_back(stack, 2);
	fd = find_kept();
	CHECK(fd >= 0 && dup2(2, fd) == fd);
	there_and_back(stack, 2);
	CHECK(fcntl(fd, F_GETFD) >= 0);
	fd = find_kept();
	CHECK(fd >= 0 && dup2(other, fd) == fd);
	there_and_back(stack, 2);
	CHECK(fcntl(fd, F_GETFD) >= 0);
}

/* What was kept may be closed, and be something else, even a network. */
static void program_closes_all(void)
{
	struct ioth *a = vt_stack(NULL, NULL);
	int status;
	pid_t pid;

	if (geteuid() == 0) {
		pid = fork();
		if (pid == 0) {
			abuse_kept(a);
			_exit(0);
		}
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
		abuse_kept(a);
	}
	CHECK(ioth_delstack(a) == 0);
}

static void kill_9(void)
{
	int pipefd[2], helper = 0;
	pid_t pid;

	CHECK(pipe(pipefd) == 0);
	pid = fork();
	if (pid == 0) {
		vt_stack(NULL, NULL);
		helper = vt_find_helper(getpid());
		CHECK(write(pipefd[1], &helper, sizeof(helper)) > 0);
		pause();
	}
	CHECK(read(pipefd[0], &helper, sizeof(helper)) == sizeof(helper));
	CHECK(helper > 0 && kill(helper, 0) == 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* init may take its time to collect it */
	for (int i = 0; i < 250 && kill(helper, 0) == 0; i++)
		usleep(20000);
	CHECK(kill(helper, 0) < 0 && errno == ESRCH);
	close(pipefd[0]);
	close(pipefd[1]);
}

/* wait() sees no child; a child made by fork can still make sockets. */
static void fork_and_wait(void)
{
	struct ioth *a = vt_stack(NULL, NULL);
	int status;
	pid_t pid;

	CHECK(wait(NULL) < 0 && errno == ECHILD);
	pid = fork();
	if (pid == 0) {
		int fd = ioth_msocket(a, AF_INET, SOCK_STREAM, 0);

		CHECK(fd >= 0);
		CHECK(wait(NULL) < 0 && errno == ECHILD);
		_exit(0);
	}
	CHECK(wait(&status) == pid && status == 0);
	CHECK(vt_ping(a, "127.0.0.1", 1000));
	CHECK(ioth_delstack(a) == 0);
}

static void exec_other(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		vt_stack(NULL, NULL);
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

/* A connection that only another process holds. */
static void busy(void)
{
	struct ioth *a = vt_stack(NULL, NULL);
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = ioth_msocket(a, AF_INET, SOCK_STREAM, 0);
	int client = ioth_msocket(a, AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	CHECK(bind(listener, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	CHECK(listen(listener, 1) == 0);
	CHECK(connect(client, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	pid = fork();
	if (pid == 0) {
		CHECK(accept(listener, NULL, NULL) >= 0);
		close(listener);
		close(client);
		pause();
	}
	usleep(200000);
	close(listener);
	close(client);
	CHECK(ioth_delstack(a) < 0 && errno == EBUSY);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK(ioth_delstack(a) == 0);
}

/* Somebody kills the helper: no caller hangs, the stack can be deleted. */
static void helper_killed(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");
	int fd;

	CHECK(kill(vt_find_helper(getpid()), SIGKILL) == 0);
	usleep(50000);
	fd = ioth_msocket(a, AF_INET, SOCK_STREAM, 0);
	CHECK(fd >= 0 || errno == ENODEV); /* root goes there itself */
	if (fd >= 0)
		close(fd);
	CHECK(ioth_delstack(a) == 0);
	CHECK(access(vt_path("sw"), F_OK) < 0);
}

void life_run(void)
{
	many();
	many_at_once();
	sockets_in_threads();
	thread_changes_its_net();
	program_closes_all();
	kill_9();
	fork_and_wait();
	exec_other();
	busy();
	helper_killed();
}
