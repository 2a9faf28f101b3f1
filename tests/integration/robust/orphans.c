/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * orphans.c - processes whose parents end in odd ways still have the stack that
 * those had
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include "netns.h"

#define MANY 1000

static uint64_t netns;
static int reports[2], failures;

/* What an orphan does once its parent @parent has gone, who alone holds the
 * other end of @gate. */
static void orphan(pid_t parent, const int gate[2])
{
	char byte;

	close(gate[1]);
	while (read(gate[0], &byte, 1) < 0)
		;
	while (getppid() == parent)
		usleep(1000);
	_exit(write(reports[1], netns_now() == netns ? "y" : "n", 1) != 1);
}

static void collect(const char *what, int n)
{
	struct pollfd pfd = { reports[0], POLLIN, 0 };
	int bad = 0;
	char byte;

	while (n > 0 && poll(&pfd, 1, 10000) == 1 &&
		read(reports[0], &byte, 1) == 1) {
		bad += byte != 'y';
		n--;
	}
	if (bad || n) {
		printf("FAIL: %s: %d on another network, %d silent\n", what,
			bad, n);
		failures++;
	}
}

enum end { EXIT, KILLED };

/* A process that makes orphans; known: it has made a trapped call before. */
static void make_orphans(int children, bool known, enum end end)
{
	pid_t self = getpid();
	int i, gate[2];

	if (pipe(gate) < 0)
		_exit(1);
	if (known)
		netns_now();
	for (i = 0; i < children; i++)
		if (fork() == 0)
			orphan(self, gate);
	if (end == KILLED)
		raise(SIGKILL);
	_exit(0);
}

static void scene(const char *what, int children, bool known, enum end end)
{
	pid_t pid = fork();

	if (pid == 0)
		make_orphans(children, known, end);
	waitpid(pid, NULL, 0);
	collect(what, children);
}

/* Orphans of an orphan: as a daemon is made. */
static void daemon_scene(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (setsid() > 0 && fork() == 0)
			make_orphans(1, false, EXIT);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	collect("a daemon", 1);
}

static void *exec_report(void *arg)
{
	char *fd = arg, exe[256];

	/* Of a process whose first thread has ended it leads nowhere. */
	while (readlink("/proc/self/exe", exe, sizeof(exe)) > 0)
		usleep(1000);
	execl("/proc/thread-self/exe", "orphans", "report", fd, getenv("NETNS"),
		(char *)NULL);
	return NULL;
}

/* A thread that is not the first becomes the process. */
static void thread_scene(void)
{
	pid_t pid = fork();
	pthread_t thread;
	char fd[16];

	if (pid == 0) {
		snprintf(fd, sizeof(fd), "%d", reports[1]);
		pthread_create(&thread, NULL, exec_report, fd);
		pthread_exit(NULL);
	}
	waitpid(pid, NULL, 0);
	collect("exec by a thread after the first has ended", 1);
}

static int report(char *argv[])
{
	bool same = netns_now() == strtoull(argv[3], NULL, 10);

	return write(atoi(argv[2]), same ? "y" : "n", 1) != 1;
}

int main(int argc, char *argv[])
{
	char text[32];

	if (argc == 4)
		return report(argv);
	netns = netns_now();
	snprintf(text, sizeof(text), "%llu", (unsigned long long)netns);
	setenv("NETNS", text, 1);
	if (netns == 0 || pipe(reports) < 0)
		return 1;
	scene("exit", 1, true, EXIT);
	scene("exit before any call of ours", 1, false, EXIT);
	scene("killed", 1, true, KILLED);
	scene("killed before any call of ours", 1, false, KILLED);
	scene("exit with many children", MANY, true, EXIT);
	scene("killed with many children", MANY, true, KILLED);
	daemon_scene();
	thread_scene();
	return failures != 0;
}
