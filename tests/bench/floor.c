/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor - what the kernel's seccomp notification costs by itself
 *
 *	floor answer|continue|addfd [BATCHES]
 *
 * Prints nanoseconds of socket()+close() (answer: of a call that is answered
 * with a number) in a process whose calls are answered by a loop that does
 * nothing else. What umvu adds is what a view costs above this.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "common.h"

/* <linux/seccomp.h> of Debian 12 is older. */
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1ul
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	   SECCOMP_IOW(4, __u64)
#endif

#define MAX_BATCHES 1000
#define BATCH	    50

enum mode { ANSWER, CONTINUE, ADDFD };
static const char *const modes[] = { "answer", "continue", "addfd" };

static int install_filter(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(filter) / sizeof(filter[0]), filter };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_NEW_LISTENER |
			SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		&prog);
}

/* The calling process, under the filter, measures. */
static void measure(enum mode mode, size_t batches)
{
	static double times[MAX_BATCHES];
	size_t i, n;

	for (i = 0; i < batches; i++) {
		double start = now_ns();

		for (n = 0; n < BATCH; n++) {
			int fd = socket(AF_INET, SOCK_STREAM, 0);

			if (fd < 0)
				die("socket");
			if (mode != ANSWER)
				close(fd);
		}
		times[i] = (now_ns() - start) / BATCH;
	}
	printf("%.1f\n", median(times, batches));
	fflush(stdout);
}

static void respond(int listener, enum mode mode, uint64_t id)
{
	struct seccomp_notif_resp r = { .id = id, .val = 100 };
	struct seccomp_notif_addfd add = { .id = id,
		.flags = SECCOMP_ADDFD_FLAG_SEND };

	if (mode == ADDFD) {
		add.srcfd = (uint32_t)socket(AF_INET, SOCK_STREAM, 0);
		ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
		close((int)add.srcfd);
		return;
	}
	if (mode == CONTINUE) {
		r.val = 0;
		r.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	}
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

static void supervise(int listener, enum mode mode)
{
	struct seccomp_notif n;

	ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
		SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	for (;;) {
		memset(&n, 0, sizeof(n));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n) == 0)
			respond(listener, mode, n.id);
		else if (errno != EINTR)
			return;
	}
}

/* The guest's table of descriptors is shared until it is under its filter, so
 * that the listener need not be sent. */
static void guest(enum mode mode, size_t batches, const int pipe_fd[2])
{
	int listener = install_filter();

	if (listener < 0)
		die("seccomp");
	if (write(pipe_fd[1], &listener, sizeof(listener)) < 0)
		die("write");
	if (syscall(SYS_unshare, 0x400 /* CLONE_FILES */) < 0)
		die("unshare");
	close(listener);
	measure(mode, batches);
	_exit(0);
}

int main(int argc, char *argv[])
{
	size_t batches = argc > 2 ? strtoul(argv[2], NULL, 10) : 50;
	int mode = 0, listener, pipe_fd[2];
	pid_t pid;

	while (argc > 1 && mode < 3 && strcmp(argv[1], modes[mode]) != 0)
		mode++;
	if (argc < 2 || mode == 3 || batches - 1 >= MAX_BATCHES)
		return 2;
	if (pipe(pipe_fd) < 0)
		die("pipe");
	pid = (pid_t)syscall(SYS_clone, 0x400 | SIGCHLD, NULL, NULL, NULL, 0);
	if (pid == 0)
		guest((enum mode)mode, batches, pipe_fd);
	if (pid < 0 || read(pipe_fd[0], &listener, sizeof(listener)) < 0)
		die("guest");
	supervise(listener, (enum mode)mode);
	waitpid(pid, NULL, 0);
	return 0;
}
