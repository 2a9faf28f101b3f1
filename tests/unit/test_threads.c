/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many threads make, use and unmake at once. Meant for ThreadSanitizer. */
#include "libioth_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS	200

static void run(void *(*body)(void *arg), void *arg)
{
	pthread_t threads[THREADS];
	void *failed;

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, body, arg), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
}

/* The body of a thread returns where it failed, or NULL. */
#define FAILED(text) ((void *)(text))

/* A datagram from @fd to itself. */
static bool exchange(int fd)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t addrlen = sizeof(addr);
	char byte = 'x';

	return ioth_bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 &&
	       ioth_getsockname(fd, (struct sockaddr *)&addr, &addrlen) == 0 &&
	       ioth_sendto(fd, &byte, 1, 0, (struct sockaddr *)&addr,
		       sizeof(addr)) == 1 &&
	       ioth_recv(fd, &byte, 1, 0) == 1;
}

static void *use_sockets(void *stack)
{
	for (int i = 0; i < ROUNDS; i++) {
		int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);
		int copy = dup(fd);

		if (fd < 0 || !exchange(fd))
			return FAILED("fd");
		if ((i % 2 ? close(fd) : ioth_close(fd)) < 0)
			return FAILED("close");
		if (ioth_send(copy, "", 1, 0) == 0 || errno == EBADF)
			return FAILED("copy");
		if (ioth_close(copy) < 0)
			return FAILED("ioth_close");
	}
	return NULL;
}

static void sockets_of_one_stack(void **state)
{
	struct ioth *stack = ioth_newstack("kernel", NULL);

	(void)state;
	run(use_sockets, stack);
	assert_int_equal(ioth_delstack(stack), 0);
}

static void *accept_some(void *listener)
{
	for (int i = 0; i < ROUNDS / 4; i++) {
		struct sockaddr_in addr;
		socklen_t addrlen = sizeof(addr);
		int client = ioth_socket(AF_INET, SOCK_STREAM, 0);
		int accepted;

		ioth_getsockname(
			*(int *)listener, (struct sockaddr *)&addr, &addrlen);
		if (ioth_connect(client, (struct sockaddr *)&addr, addrlen) < 0)
			return FAILED("connect");
		accepted = ioth_accept(*(int *)listener, NULL, NULL);
		if (ioth_write(accepted, "x", 1) != 1)
			return FAILED("write");
		if (ioth_close(client) < 0 || ioth_close(accepted) < 0)
			return FAILED("close");
	}
	return NULL;
}

static void accept_from_one_listener(void **state)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct ioth *stack = ioth_newstack("kernel", NULL);
	int listener;

	(void)state;
	ioth_set_defstack(stack);
	listener = ioth_socket(AF_INET, SOCK_STREAM, 0);
	ioth_bind(listener, (struct sockaddr *)&addr, sizeof(addr));
	ioth_listen(listener, 64);
	run(accept_some, &listener);
	assert_errno(ioth_delstack(stack), EBUSY);
	ioth_close(listener);
	assert_int_equal(ioth_delstack(stack), 0);
}

static void *own_stacks(void *name)
{
	for (int i = 0; i < ROUNDS / 10; i++) {
		struct ioth *stack = ioth_newstack(name, NULL);
		int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);

		if (!stack || fd < 0 || !exchange(fd))
			return FAILED("exchange");
		if (ioth_delstack(stack) == 0 || errno != EBUSY)
			return FAILED("busy");
		close(fd);
		if (ioth_delstack(stack) < 0)
			return FAILED("delstack");
		if (ioth_newstack("nosuch", NULL) ||
			!strstr(ioth_errmsg(), "nosuch"))
			return FAILED("errmsg");
	}
	return NULL;
}

static void stacks_of_each_thread(void **state)
{
	(void)state;
	run(own_stacks, "kernel");
}

/* Each with an errno of its own, which is fetched by its own thread. */
static void *own_name_spaces(void *name)
{
	for (int i = 0; i < ROUNDS / 10; i++) {
		struct ioth *stack = ioth_newstack(name, NULL);
		int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);

		if (!stack || fd < 0)
			return FAILED("fd");
		if (ioth_bind(fd, NULL, 0) == 0 || errno != EXDEV)
			return FAILED("bind");
		close(fd);
		if (ioth_delstack(stack) == 0 || errno != EDOM)
			return FAILED("delstack refused");
		if (ioth_delstack(stack) < 0)
			return FAILED("delstack");
	}
	return NULL;
}

static void name_spaces_of_each_thread(void **state)
{
	(void)state;
	run(own_name_spaces, "counter");
}

/* All use the default stack, which one of them at a time replaces. */
static void *replace_default(void *made)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct ioth *stack = ioth_newstack("kernel", NULL);
		int fd;

		ioth_set_defstack(stack);
		fd = ioth_socket(AF_INET, SOCK_DGRAM, 0);
		if (fd < 0)
			return FAILED("socket");
		ioth_close(fd);
		/* Others may have sockets in it for a moment. */
		while (ioth_delstack(stack) < 0)
			if (errno != EBUSY)
				return FAILED("delstack");
		atomic_fetch_add((atomic_int *)made, 1);
	}
	return NULL;
}

static void defstack_replaced(void **state)
{
	atomic_int made = 0;

	(void)state;
	run(replace_default, &made);
	assert_int_equal(made, THREADS * ROUNDS);
	assert_null(ioth_get_defstack());
}

/* A call that waits in a stack keeps it. */
static void *read_one(void *fd)
{
	char byte;

	return ioth_read(*(int *)fd, &byte, 1) == 1 ? NULL : FAILED("read");
}

static void *bind_wrongly(void *fd)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };

	return ioth_bind(*(int *)fd, (struct sockaddr *)&addr, sizeof(addr)) <
				       0 &&
			       errno == EXDEV
		       ? NULL
		       : FAILED("bind");
}

/* The plug-in's own libc has not made these threads. */
static void a_libc_is_used_by_foreign_threads(void **state)
{
	struct ioth *stack = ioth_newstack("counter", NULL);
	int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);

	(void)state;
	run(bind_wrongly, &fd);
	assert_int_equal(ioth_close(fd), 0);
	assert_errno(ioth_delstack(stack), EDOM); /* as often as sockets */
	assert_int_equal(ioth_delstack(stack), 0);
}

static void delstack_during_call(void **state)
{
	struct ioth *stack = ioth_newstack("kernel", NULL);
	int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t addrlen = sizeof(addr);
	pthread_t reader;
	void *failed;

	(void)state;
	ioth_bind(fd, (struct sockaddr *)&addr, sizeof(addr));
	ioth_getsockname(fd, (struct sockaddr *)&addr, &addrlen);
	pthread_create(&reader, NULL, read_one, &fd);
	assert_errno(ioth_delstack(stack), EBUSY);
	ioth_sendto(fd, "x", 1, 0, (struct sockaddr *)&addr, sizeof(addr));
	pthread_join(reader, &failed);
	assert_null(failed);
	assert_int_equal(ioth_close(fd), 0);
	assert_int_equal(ioth_delstack(stack), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_of_one_stack),
		cmocka_unit_test(accept_from_one_listener),
		cmocka_unit_test(stacks_of_each_thread),
		cmocka_unit_test(name_spaces_of_each_thread),
		cmocka_unit_test(a_libc_is_used_by_foreign_threads),
		cmocka_unit_test(defstack_replaced),
		cmocka_unit_test(delstack_during_call),
	};

	use_test_plugins();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
