/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages with descriptors; how many frames a source is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fdmsg.h"
#include "frames.h"

static int pair[2];

static int open_pair(void **state)
{
	(void)state;
	return socketpair(AF_UNIX,
		SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair);
}

static int close_pair(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
	return 0;
}

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void message_arrives_with_its_descriptors(void **state)
{
	int fds[2], came[2];
	char text[5];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(fdmsg_send(pair[0], "vde0", 5, fds, 2), 0);
	assert_int_equal(fdmsg_recv(pair[1], text, 5, came, 2), 0);
	assert_string_equal(text, "vde0");
	assert_int_equal(write(came[1], "x", 1), 1);
	assert_int_equal(read(fds[0], text, 1), 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fcntl(came[i], F_GETFD), FD_CLOEXEC);
		close(came[i]);
		close(fds[i]);
	}
}

static void message_of_another_shape_leaves_nothing_open(void **state)
{
	int fds[3] = { 0, 0, 0 }, came[2], before = count_fds();
	char text[8] = "";

	(void)state;
	for (size_t sent = 0; sent <= 2; sent++)
		for (size_t wanted = 0; wanted <= 2; wanted++)
			for (size_t len = 4; len <= 6; len++) {
				int err;

				fdmsg_send(pair[0], text, len, fds, sent);
				err = fdmsg_recv(
					pair[1], text, 5, came, wanted);
				assert_int_equal(err, sent == wanted && len == 5
							      ? 0
							      : -EPROTO);
				for (size_t i = 0; err == 0 && i < wanted; i++)
					close(came[i]);
			}
	assert_int_equal(count_fds(), before);
}

static void nobody_is_waited_for(void **state)
{
	static char text[4096];
	int err = 0;

	(void)state;
	assert_int_equal(fdmsg_recv(pair[1], text, 1, NULL, 0), -EAGAIN);
	for (int i = 0; err == 0 && i < 10000; i++)
		err = fdmsg_send(pair[0], text, sizeof(text), NULL, 0);
	assert_int_equal(err, -EAGAIN);
}

static void end_is_told_from_silence(void **state)
{
	char byte = 0;

	(void)state;
	close(pair[0]);
	pair[0] = -1;
	assert_int_equal(fdmsg_recv(pair[1], &byte, 1, NULL, 0), -EPIPE);
	assert_int_equal(fdmsg_send(pair[1], &byte, 1, NULL, 0), -EPIPE);
}

static void more_frames_are_expected_the_more_came(void **state)
{
	unsigned most = 0, len[] = { 1, 2, 4, 8 };

	(void)state;
	assert_int_equal(frames_expect(0, 0), 1);
	for (size_t i = 0; i < 4; i++) {
		most = frames_expect(most, len[i]);
		assert_int_equal(most, 2 * len[i]);
	}
	assert_int_equal(frames_expect(FRAMES_MAX, FRAMES_MAX), FRAMES_MAX);
	assert_int_equal(frames_expect(FRAMES_MAX, 3), 3);
	assert_int_equal(frames_expect(FRAMES_MAX, 0), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			message_arrives_with_its_descriptors, open_pair,
			close_pair),
		cmocka_unit_test_setup_teardown(
			message_of_another_shape_leaves_nothing_open, open_pair,
			close_pair),
		cmocka_unit_test_setup_teardown(
			nobody_is_waited_for, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(
			end_is_told_from_silence, open_pair, close_pair),
		cmocka_unit_test(more_frames_are_expected_the_more_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
