/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crowd.c - crowd N [PID]: N processes that all open a socket and end at the
 * same moment
 *
 * Each must get a socket of the caller's stack. With PID, that process is
 * stopped meanwhile, until all have asked.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include "netns.h"

#define GONE 99

static void guest(int gate, uint64_t netns, int i)
{
	char byte;
	int fd;

	while (read(gate, &byte, 1) < 0 && errno == EINTR)
		;
	if (i % 10 == 9)
		execl("/bin/true", "true", (char *)NULL);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		_exit(errno);
	if (i % 10 == 8)
		raise(SIGKILL);
	_exit(netns_of(fd) == netns ? 0 : GONE);
}

static int check(int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WEXITSTATUS(status) == GONE)
		printf("FAIL: a socket of another network\n");
	else
		printf("FAIL: socket: %s\n", strerror(WEXITSTATUS(status)));
	return 1;
}

int main(int argc, char *argv[])
{
	int n = argc > 1 ? atoi(argv[1]) : 0, gate[2], i, status, bad = 0;
	pid_t stop = argc > 2 ? atoi(argv[2]) : 0;
	uint64_t netns = netns_now();

	if (n == 0 || netns == 0 || pipe(gate) < 0)
		return 1;
	for (i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("FAIL: fork");
			return 1;
		}
		if (pid == 0) {
			close(gate[1]);
			guest(gate[0], netns, i);
		}
	}
	if (stop)
		kill(stop, SIGSTOP);
	close(gate[1]);
	if (stop) {
		/* No event tells that all are parked. */
		usleep(500000);
		kill(stop, SIGCONT);
	}
	while (wait(&status) > 0)
		bad += bad < 5 && check(status);
	return bad != 0;
}
