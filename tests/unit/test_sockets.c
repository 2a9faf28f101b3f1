/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which stack a descriptor belongs to, and until when. */
#include "libioth_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int make_stack(void **state)
{
	*state = ioth_newstack("kernel", NULL);
	return *state ? 0 : -1;
}

/* All tests end with no socket open. */
static int unmake_stack(void **state)
{
	return ioth_delstack(*state);
}

static int open_socket(struct ioth *stack)
{
	int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	return fd;
}

/* Does libioth know @fd? */
static bool known(int fd)
{
	struct sockaddr_in addr;
	socklen_t addrlen = sizeof(addr);
	int res = ioth_getsockname(fd, (struct sockaddr *)&addr, &addrlen);

	if (res < 0)
		assert_int_equal(errno, EBADF);
	return res == 0;
}

static void msocket_flags(void **state)
{
	int fd = ioth_msocket(
		*state, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ioth_close(fd);
}

static void call_unknown(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct iovec iov = { 0 };
	struct msghdr msg = { 0 };
	socklen_t size = 0;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_errno(ioth_bind(fd, NULL, 0), EBADF);
		assert_errno(ioth_connect(fd, NULL, 0), EBADF);
		assert_errno(ioth_listen(fd, 0), EBADF);
		assert_errno(ioth_accept(fd, NULL, NULL), EBADF);
		assert_errno(ioth_getsockname(fd, NULL, NULL), EBADF);
		assert_errno(ioth_getpeername(fd, NULL, NULL), EBADF);
		assert_errno(ioth_setsockopt(fd, 0, 0, NULL, 0), EBADF);
		assert_errno(ioth_getsockopt(fd, 0, 0, NULL, &size), EBADF);
		assert_errno(ioth_shutdown(fd, 0), EBADF);
		assert_errno(ioth_ioctl(fd, 0, NULL), EBADF);
		assert_errno(ioth_fcntl(fd, F_GETFD, 0), EBADF);
		assert_errno(ioth_read(fd, NULL, 0), EBADF);
		assert_errno(ioth_readv(fd, &iov, 1), EBADF);
		assert_errno(ioth_recv(fd, NULL, 0, 0), EBADF);
		assert_errno(ioth_recvfrom(fd, NULL, 0, 0, NULL, NULL), EBADF);
		assert_errno(ioth_recvmsg(fd, &msg, 0), EBADF);
		assert_errno(ioth_write(fd, NULL, 0), EBADF);
		assert_errno(ioth_writev(fd, &iov, 1), EBADF);
		assert_errno(ioth_send(fd, NULL, 0, 0), EBADF);
		assert_errno(ioth_sendto(fd, NULL, 0, 0, NULL, 0), EBADF);
		assert_errno(ioth_sendmsg(fd, &msg, 0), EBADF);
		if (i == 0)
			close(fd);
		assert_errno(ioth_close(i == 0 ? -1 : fd), EBADF);
	}
}

static void dup_known(void **state)
{
	int fd = open_socket(*state);
	int copy = dup(fd);

	assert_true(known(copy));
	assert_int_equal(ioth_close(fd), 0);
	assert_true(known(copy));
	assert_errno(ioth_delstack(*state), EBUSY);
	assert_int_equal(ioth_close(copy), 0);
}

static void close_then_reuse_unknown(void **state)
{
	int fd = open_socket(*state);
	int other;

	close(fd);
	assert_false(known(fd));
	other = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(other, fd);
	assert_false(known(fd));
	close(other);
	other = eventfd(0, 0);
	assert_int_equal(other, fd);
	assert_false(known(fd));
	close(other);
}

static void close_then_reuse_other_stack(void **state)
{
	struct ioth *null = ioth_newstack("", NULL);
	int fd = open_socket(*state);

	close(fd);
	assert_int_equal(open_socket(null), fd);
	assert_int_equal(ioth_delstack(*state), 0);
	assert_errno(ioth_delstack(null), EBUSY);
	assert_int_equal(ioth_close(fd), 0);
	assert_int_equal(ioth_delstack(null), 0);
	make_stack(state);
}

static void close_then_reuse_copy_known(void **state)
{
	struct ioth *null = ioth_newstack("", NULL);
	int fd = open_socket(*state);
	int copy = dup(fd);

	close(fd);
	assert_int_equal(open_socket(null), fd);
	assert_true(known(copy));
	assert_errno(ioth_delstack(*state), EBUSY);
	close(copy);
	assert_int_equal(ioth_delstack(*state), 0);
	assert_errno(ioth_delstack(null), EBUSY);
	close(fd);
	assert_int_equal(ioth_delstack(null), 0);
	make_stack(state);
}

static void accept_known(void **state)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t addrlen = sizeof(addr);
	int listener = ioth_msocket(*state, AF_INET, SOCK_STREAM, 0);
	int client = ioth_msocket(*state, AF_INET, SOCK_STREAM, 0);
	int accepted;

	ioth_bind(listener, (struct sockaddr *)&addr, sizeof(addr));
	ioth_getsockname(listener, (struct sockaddr *)&addr, &addrlen);
	assert_int_equal(ioth_listen(listener, 1), 0);
	assert_int_equal(
		ioth_connect(client, (struct sockaddr *)&addr, sizeof(addr)),
		0);
	accepted = ioth_accept(listener, NULL, NULL);
	assert_true(known(accepted));
	ioth_close(listener);
	ioth_close(client);
	assert_errno(ioth_delstack(*state), EBUSY);
	assert_int_equal(ioth_close(accepted), 0);
}

/* --- not only this process ------------------------------------------------ */

static void send_fd(int channel, int fd)
{
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union {
		struct cmsghdr cmsg;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };

	control.cmsg = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
		.cmsg_len = CMSG_LEN(sizeof(int)) };
	memcpy(CMSG_DATA(&control.cmsg), &fd, sizeof(fd));
	assert_int_equal(sendmsg(channel, &msg, 0), 1);
}

/* Takes a descriptor off @channel, and leaves it open. */
static void receive_fd(int channel)
{
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	char room[CMSG_SPACE(sizeof(int))];
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room) };

	if (recvmsg(channel, &msg, 0) != 1)
		_exit(1);
}

/* A process that takes a descriptor, says so, and exits when told. */
static pid_t start_receiver(int channel[2])
{
	pid_t pid = fork();
	char byte = 0;

	if (pid != 0)
		return pid;
	close(channel[0]);
	receive_fd(channel[1]);
	if (write(channel[1], &byte, 1) != 1 || read(channel[1], &byte, 1) != 1)
		_exit(1);
	_exit(0);
}

static bool readable(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) == 1;
}

static void delstack_after_rights(void **state)
{
	int watchfd = ioth_watchfd(*state);
	int channel[2], fd, status;
	char byte = 0;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, channel), 0);
	pid = start_receiver(channel);
	close(channel[1]);
	fd = open_socket(*state);
	send_fd(channel[0], fd);
	assert_int_equal(close(fd), 0);
	assert_int_equal(read(channel[0], &byte, 1), 1);
	assert_errno(ioth_delstack(*state), EBUSY);
	assert_false(readable(watchfd));
	assert_int_equal(write(channel[0], &byte, 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(readable(watchfd));
	assert_int_equal(ioth_delstack(*state), 0);
	assert_false(readable(watchfd));
	close(channel[0]);
	make_stack(state);
}

static void delstack_rights_in_flight(void **state)
{
	int channel[2];
	int fd = open_socket(*state);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, channel), 0);
	send_fd(channel[0], fd);
	close(fd);
	assert_errno(ioth_delstack(*state), EBUSY);
	close(channel[0]);
	close(channel[1]);
	assert_int_equal(ioth_delstack(*state), 0);
	make_stack(state);
}

/* In the child: does everything work with inherited and own sockets? */
static int child_uses(struct ioth *stack, int inherited)
{
	int own = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);

	if (own < 0 || !known(inherited) || !known(own))
		return 1;
	if (ioth_delstack(stack) == 0 || errno != EBUSY)
		return 2;
	if (close(own) < 0 || ioth_delstack(stack) == 0)
		return 3;
	/* The parent still has it open. */
	if (ioth_close(inherited) < 0 || ioth_delstack(stack) == 0)
		return 4;
	return 0;
}

static void fork_both_use(void **state)
{
	int fd = open_socket(*state);
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(child_uses(*state, fd));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(known(fd));
	assert_errno(ioth_delstack(*state), EBUSY);
	close(fd);
}

/* The child's end must not take the parent's events away. */
static void fork_child_keeps(void **state)
{
	int channel[2], status;
	int fd = open_socket(*state);
	char byte = 0;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, channel), 0);
	pid = fork();
	if (pid == 0) {
		close(channel[0]);
		_exit(read(channel[1], &byte, 1) != 1);
	}
	ioth_close(fd);
	assert_errno(ioth_delstack(*state), EBUSY);
	assert_int_equal(write(channel[0], &byte, 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(ioth_delstack(*state), 0);
	close(channel[0]);
	close(channel[1]);
	make_stack(state);
}

/* --- without inotify ------------------------------------------------------ */

static void closefrom_inotify(void **state)
{
	int fd = open_socket(*state);
	int watchfd = ioth_watchfd(*state);
	int pipes[2];
	char byte = 'x';

	assert_true(watchfd >= 0);
	close(watchfd);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(pipes[0], watchfd);
	assert_int_equal(write(pipes[1], &byte, 1), 1);
	assert_errno(ioth_delstack(*state), EBUSY);
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	assert_true(known(fd));
	close(fd);
	assert_int_equal(ioth_delstack(*state), 0);
	close(pipes[0]);
	close(pipes[1]);
	make_stack(state);
}

#define SKIPPED 77

/* In a child: all that can be known without inotify. */
static int use_without_inotify(void)
{
	struct ioth *stack = ioth_newstack("kernel", NULL);
	int fd, copy;

	if (!own_user_space(0) ||
		!write_file("/proc/sys/user/max_inotify_instances", "0"))
		return SKIPPED;
	if (ioth_watchfd(stack) >= 0 || errno != EMFILE)
		return 1;
	fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);
	copy = dup(fd);
	if (ioth_close(fd) < 0 || known(fd) || !known(copy))
		return 2;
	if (ioth_delstack(stack) == 0 || errno != EBUSY)
		return 3;
	close(copy);
	return ioth_delstack(stack) == 0 ? 0 : 4;
}

/* In a child: the same where there is no /proc either. */
static int use_without_proc(void)
{
	struct ioth *stack = ioth_newstack("", NULL);
	int fd, copy;

	if (!own_user_space(0) || chroot(TEST_HOME) < 0 || chdir("/") < 0)
		return SKIPPED;
	fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);
	copy = dup(fd);
	if (ioth_close(fd) < 0 || known(fd) || !known(copy))
		return 2;
	if (ioth_delstack(stack) == 0 || errno != EBUSY)
		return 3;
	close(copy);
	return ioth_delstack(stack) == 0 ? 0 : 4;
}

static void run_in_child(int (*body)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
		skip();
	assert_int_equal(status, 0);
}

static void inotify_not_to_be_had(void **state)
{
	(void)state;
	run_in_child(use_without_inotify);
}

static void proc_not_to_be_had(void **state)
{
	(void)state;
	run_in_child(use_without_proc);
}

static void close_keeps_errno(void **state)
{
	int fd = open_socket(*state);
	int copy = dup(fd);

	errno = EXDEV;
	assert_int_equal(ioth_close(fd), 0);
	assert_int_equal(errno, EXDEV);
	assert_int_equal(ioth_close(copy), 0);
	assert_int_equal(errno, EXDEV);
	assert_int_equal(ioth_delstack(*state), 0);
	assert_int_equal(errno, EXDEV);
	make_stack(state);
}

/* --- descriptors that are no sockets -------------------------------------- */

static int mock_socket(int domain, int type, int protocol)
{
	(void)domain;
	(void)type;
	(void)protocol;
	return eventfd(0, EFD_CLOEXEC);
}

static int mock_fcntl(int fd, int cmd, long val)
{
	return fcntl(fd, cmd, val);
}

static int mock_listen(int fd, int backlog)
{
	(void)fd;
	return backlog;
}

static void eventfd_by_number(void **state)
{
	struct ioth_functions mock = { .socket = mock_socket,
		.fcntl = mock_fcntl,
		.listen = mock_listen };
	struct ioth *stack = new_mock(&mock);
	int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);
	int copy = ioth_fcntl(fd, F_DUPFD_CLOEXEC, 0);
	int other = eventfd(0, EFD_CLOEXEC);

	(void)state;
	assert_int_equal(ioth_listen(fd, 5), 5);
	assert_int_equal(ioth_listen(copy, 6), 6);
	assert_errno(ioth_listen(other, 7), EBADF);
	assert_int_equal(ioth_close(fd), 0);
	assert_errno(ioth_delstack(stack), EBUSY);
	close(copy);
	assert_int_equal(ioth_delstack(stack), 0);
	close(other);
}

static void eventfd_number_reused(void **state)
{
	struct ioth_functions mock = { .socket = mock_socket,
		.fcntl = mock_fcntl,
		.listen = mock_listen };
	struct ioth *stack = new_mock(&mock);
	int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);
	int other;

	(void)state;
	close(fd);
	other = open("/", O_PATH | O_CLOEXEC);
	assert_int_equal(other, fd);
	assert_errno(ioth_listen(fd, 5), EBADF);
	assert_int_equal(ioth_delstack(stack), 0);
	close(other);
}

/* The child forgets what it closes, the parent does not. */
static void eventfd_fork(void **state)
{
	struct ioth_functions mock = { .socket = mock_socket,
		.fcntl = mock_fcntl,
		.listen = mock_listen };
	struct ioth *stack = new_mock(&mock);
	int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(ioth_listen(fd, 5) != 5 || close(fd) < 0 ||
			ioth_delstack(stack) < 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(ioth_listen(fd, 5), 5);
	assert_int_equal(ioth_close(fd), 0);
	assert_int_equal(ioth_delstack(stack), 0);
}

#define stack_test(name)                                                       \
	cmocka_unit_test_setup_teardown(name, make_stack, unmake_stack)

/* --- given to others ------------------------------------------------------- */

static void given_sockets_keep_stack(void **state)
{
	struct ioth *stack = ioth_newstack("batch", NULL);
	int fds[5], dup_of_first, n;

	(void)state;
	assert_non_null(stack);
	n = ioth_sockets(stack, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0, fds, 5);
	assert_int_equal(n, 3);
	dup_of_first = fcntl(fds[0], F_DUPFD_CLOEXEC, 100);
	for (int i = 0; i < n; i++) {
		assert_errno(ioth_delstack(stack), EBUSY);
		close(fds[i]);
	}
	assert_errno(ioth_delstack(stack), EBUSY);
	close(dup_of_first);
	assert_int_equal(ioth_delstack(stack), 0);
}

static void given_sockets_in_another_process(void **state)
{
	struct ioth *stack = ioth_newstack("batch", NULL);
	int channel[2], fd, status;
	char byte = 0;
	pid_t pid;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, channel), 0);
	pid = start_receiver(channel);
	close(channel[1]);
	assert_int_equal(
		ioth_sockets(stack, AF_INET6, SOCK_DGRAM, 0, &fd, 1), 1);
	send_fd(channel[0], fd);
	close(fd);
	assert_int_equal(read(channel[0], &byte, 1), 1);
	assert_errno(ioth_delstack(stack), EBUSY);
	assert_int_equal(write(channel[0], &byte, 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(ioth_delstack(stack), 0);
	close(channel[0]);
}

static void given_one_by_one(void **state)
{
	int fds[2];

	assert_int_equal(
		ioth_sockets(*state, AF_INET, SOCK_DGRAM, 0, fds, 2), 2);
	assert_errno(ioth_delstack(*state), EBUSY);
	close(fds[0]);
	close(fds[1]);
}

static void given_errors(void **state)
{
	struct ioth *stack = ioth_newstack("batch", NULL);
	int fd;

	assert_errno(
		ioth_sockets(*state, AF_INET, SOCK_DGRAM, 0, &fd, 0), EINVAL);
	assert_errno(
		ioth_sockets(NULL, AF_INET, SOCK_DGRAM, 0, &fd, 1), EINVAL);
	assert_errno(ioth_sockets(stack, AF_INET, 77, 0, &fd, 1), EINVAL);
	assert_errno(ioth_sockets(stack, AF_MAX, SOCK_DGRAM, 0, &fd, 1),
		EAFNOSUPPORT);
	assert_int_equal(ioth_delstack(stack), 0);
	assert_errno(
		ioth_sockets(stack, AF_INET, SOCK_DGRAM, 0, &fd, 1), EINVAL);
}

static void connect_may_replace(void **state)
{
	struct ioth *stack = ioth_newstack("replacing", NULL);
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = ioth_msocket(stack, AF_INET, SOCK_STREAM, 0);

	(void)state;
	assert_errno(ioth_connect(fd, (struct sockaddr *)&to, sizeof(to)),
		ECONNREFUSED);
	assert_int_equal(ioth_listen(fd, 1), 0);
	assert_errno(ioth_delstack(stack), EBUSY);
	assert_int_equal(ioth_close(fd), 0);
	assert_int_equal(ioth_delstack(stack), 0);
}

static void number_reused_during_connect(void **state)
{
	struct ioth *stack = ioth_newstack("replacing", NULL);
	int fd = ioth_msocket(stack, AF_INET, SOCK_STREAM, 0);

	(void)state;
	assert_errno(ioth_connect(fd, NULL, 0), ECONNREFUSED);
	assert_errno(ioth_listen(fd, 1), EBADF);
	assert_int_equal(ioth_delstack(stack), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		stack_test(msocket_flags),
		stack_test(call_unknown),
		stack_test(dup_known),
		stack_test(close_then_reuse_unknown),
		stack_test(close_then_reuse_other_stack),
		stack_test(close_then_reuse_copy_known),
		stack_test(accept_known),
		stack_test(delstack_after_rights),
		stack_test(delstack_rights_in_flight),
		stack_test(fork_both_use),
		stack_test(fork_child_keeps),
		stack_test(closefrom_inotify),
		stack_test(close_keeps_errno),
		cmocka_unit_test(proc_not_to_be_had),
		cmocka_unit_test(inotify_not_to_be_had),
		cmocka_unit_test(eventfd_by_number),
		cmocka_unit_test(eventfd_number_reused),
		cmocka_unit_test(eventfd_fork),
		cmocka_unit_test(given_sockets_keep_stack),
		cmocka_unit_test(given_sockets_in_another_process),
		stack_test(given_one_by_one),
		stack_test(given_errors),
		cmocka_unit_test(connect_may_replace),
		cmocka_unit_test(number_reused_during_connect),
	};

	use_test_plugins();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
