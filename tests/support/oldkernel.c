/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * oldkernel - runs a program on a kernel that seems to be the one of Debian 12
 *
 *	oldkernel COMMAND [ARG...]
 *
 * What Linux got after 6.1, and umvu uses, fails as it does there: pidfds of
 * threads, waking up on the same processor, fchmodat2(2), statmount(2),
 * listmount(2). Needs CAP_SYS_ADMIN, so that set-user-ID programs still work.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/types.h>
#include <sys/ioctl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIDFD_THREAD	O_EXCL
#define NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define NR_FCHMODAT2	452
#define NR_STATMOUNT	457
#define NR_LISTMOUNT	458
#define LOAD(field)                                                            \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define UNLESS_EQUAL(k, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, skip)
#define UNLESS_SET(k, skip)   BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, k, 0, skip)
#define FAIL(error)	      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ALLOW		      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static struct sock_filter filter[] = {
	LOAD(nr),
	UNLESS_EQUAL(__NR_pidfd_open, 3),
	LOAD(args[1]),
	UNLESS_SET(PIDFD_THREAD, 9),
	FAIL(EINVAL),
	UNLESS_EQUAL(__NR_ioctl, 3),
	LOAD(args[1]),
	UNLESS_EQUAL(NOTIF_SET_FLAGS, 5),
	FAIL(EINVAL),
	UNLESS_EQUAL(NR_FCHMODAT2, 1),
	FAIL(ENOSYS),
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, NR_STATMOUNT, 0, 1),
	BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, NR_LISTMOUNT, 0, 1),
	ALLOW,
	FAIL(ENOSYS),
};

int main(int argc, char *argv[])
{
	const struct sock_fprog prog = { sizeof(filter) / sizeof(*filter),
		filter };

	if (argc < 2)
		return 2;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0) {
		perror("oldkernel");
		return 77;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 1;
}
