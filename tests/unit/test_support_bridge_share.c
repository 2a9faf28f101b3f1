/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* App ends that several processes hold, and stack processes that die. */
#include "support_bridge.h"
#include "bridge_census.h"

#include <signal.h>
#include <sys/socket.h>

static void open_connected(struct fixture *f)
{
	open_bridge(f, BRIDGE_STREAM, BRIDGE_OPEN, SOCK_NONBLOCK);
}

static void the_last_duplicate_counts(void **state)
{
	struct fixture f;
	int copy;

	(void)state;
	open_connected(&f);
	copy = dup(f.app);
	assert_true(bridge_app_cookie(copy) == bridge_cookie(f.bridge));
	close(f.app);
	run(&f);
	assert_int_equal(f.closes, 0);
	send_text(copy, "x");
	close(copy);
	f.app = -1;
	run(&f);
	assert_got(&f, "x");
	assert_int_equal(f.closes, 1);
	close_bridge(&f);
}

/* Runs @child with the app end only; returns its exit status. */
static int in_child(struct fixture *f, void (*child)(int app))
{
	int stack_fd = f->app - 1, status;
	pid_t pid = fork();

	if (pid == 0) {
		close(stack_fd); /* socketpair gave them in a row */
		child(f->app);
		_exit(0);
	}
	close(f->app);
	f->app = -1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void write_from_child(int app)
{
	if (write(app, "child", 5) != 5)
		_exit(1);
}

static void a_child_inherits_it(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	assert_int_equal(in_child(&f, write_from_child), 0);
	run(&f);
	assert_got(&f, "child");
	assert_int_equal(f.closes, 1);
	assert_int_equal(f.how, BRIDGE_CLOSE_CLEAN);
	close_bridge(&f);
}

static void pass(int through, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .header = {
			      CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec iov = { "", 1 };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	assert_int_equal(sendmsg(through, &msg, 0), 1);
}

static int take_passed(int through)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	int fd;

	assert_int_equal(recvmsg(through, &msg, 0), 1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static void it_can_be_passed_on(void **state)
{
	struct fixture f;
	int way[2];

	(void)state;
	open_connected(&f);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, way), 0);
	pass(way[0], f.app);
	close(f.app);
	run(&f);
	assert_int_equal(f.closes, 0); /* in flight is not closed */
	f.app = take_passed(way[1]);
	assert_true(bridge_app_cookie(f.app) == bridge_cookie(f.bridge));
	send_text(f.app, "passed");
	run(&f);
	assert_got(&f, "passed");
	close(way[0]);
	close(way[1]);
	close_bridge(&f);
}

/* The stack in a child that has the stack end alone, until it is killed. */
static void serve(struct fixture *f, int ready, enum bridge_kind kind,
	enum bridge_state bridge_state)
{
	open_bridge(f, kind, bridge_state, SOCK_NONBLOCK);
	pass(ready, f->app);
	close(f->app);
	while (true)
		loop_run(f->loop);
}

static int app_of_killed_stack(
	enum bridge_kind kind, enum bridge_state bridge_state, bool talks)
{
	int way[2], app, status;
	struct fixture f;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, way), 0);
	pid = fork();
	if (pid == 0)
		serve(&f, way[1], kind, bridge_state);
	app = take_passed(way[0]);
	if (talks)
		assert_int_equal(send(app, "request", 7, 0), 7);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(way[0]);
	close(way[1]);
	return app;
}

static void killed_stack_resets_streams(void **state)
{
	char byte;
	int app;

	(void)state;
	for (int talks = 0; talks < 2; talks++) {
		app = app_of_killed_stack(BRIDGE_STREAM, BRIDGE_OPEN, talks);
		assert_true(poll_events(app) & POLLERR);
		assert_fails(read(app, &byte, 1), ECONNRESET);
		assert_fails(send(app, "x", 1, MSG_NOSIGNAL), EPIPE);
		close(app);
	}
	app = app_of_killed_stack(BRIDGE_STREAM, BRIDGE_FRESH, false);
	assert_fails(read(app, &byte, 1), ECONNRESET);
	close(app);
}

static void killed_stack_ends_datagrams(void **state)
{
	char byte;
	int app;

	(void)state;
	app = app_of_killed_stack(BRIDGE_DGRAM, BRIDGE_OPEN, false);
	assert_true(poll_events(app) & POLLHUP);
	assert_int_equal(read(app, &byte, 1), 0);
	assert_fails(send(app, "x", 1, MSG_NOSIGNAL), EPIPE);
	close(app);
}

#define TAKERS 4
#define TOKENS 1000

struct takers {
	int fd;
	_Atomic int taken;
};

static void *take_tokens(void *arg)
{
	struct takers *takers = arg;

	while (bridge_app_take(takers->fd, 0) == 0)
		takers->taken++;
	return NULL;
}

static void every_token_is_taken_once(void **state)
{
	struct takers takers = { 0 };
	pthread_t threads[TAKERS];
	struct fixture f;

	(void)state;
	open_bridge(&f, BRIDGE_STREAM, BRIDGE_FRESH, 0);
	bridge_listening(f.bridge);
	takers.fd = f.app;
	for (int i = 0; i < TAKERS; i++)
		pthread_create(&threads[i], NULL, take_tokens, &takers);
	for (int i = 0; i < TOKENS;)
		i += bridge_pending(f.bridge, 1);
	while (takers.taken < TOKENS)
		sched_yield();
	bridge_free(f.bridge);
	f.bridge = NULL;
	for (int i = 0; i < TAKERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(takers.taken, TOKENS);
	close_bridge(&f);
}

/* ---- a stack in its own thread, an app that just reads and writes ---- */

#define VOLUME (8u << 20)

struct echo {
	struct fixture f;
	char buf[65536];
	size_t len, at;
	bool over;
};

static void echo_pump(struct bridge *bridge, struct echo *echo)
{
	while (true) {
		struct iovec in = { echo->buf, sizeof(echo->buf) };
		struct iovec out = { echo->buf + echo->at,
			echo->len - echo->at };
		ssize_t n;

		if (out.iov_len == 0) {
			n = bridge_read(bridge, &in, 1);
			if (n <= 0)
				break;
			echo->len = (size_t)n;
			echo->at = 0;
			continue;
		}
		n = bridge_deliver(bridge, &out, 1);
		if (n <= 0)
			break;
		echo->at += (size_t)n;
	}
}

static void echo_data(struct bridge *bridge, void *owner)
{
	echo_pump(bridge, owner);
}

static void echo_shutdown(struct bridge *bridge, void *owner)
{
	struct echo *echo = owner;

	assert_int_equal(echo->at, echo->len);
	bridge_fin(bridge);
}

static void echo_space(struct bridge *bridge, void *owner)
{
	echo_pump(bridge, owner);
}

static const struct bridge_ops echo_ops = { .on_data = echo_data,
	.on_space = echo_space,
	.on_shutdown = echo_shutdown };

static int start_bridge(void *arg)
{
	struct echo *echo = arg;
	struct bridge_config config = { BRIDGE_STREAM, BRIDGE_FRESH, 0,
		&echo_ops, echo };
	int err = bridge_open(
		&echo->f.bridge, &echo->f.app, echo->f.loop, &config);

	return err ? err : bridge_start(echo->f.bridge);
}

static int connect_bridge(void *arg)
{
	bridge_connected(((struct echo *)arg)->f.bridge);
	return 0;
}

static int free_bridge(void *arg)
{
	bridge_free(((struct echo *)arg)->f.bridge);
	return 0;
}

static void *write_volume(void *arg)
{
	static char data[100000];
	unsigned sent = 0;

	while (sent < VOLUME) {
		size_t len = VOLUME - sent < sizeof(data) ? VOLUME - sent
							  : sizeof(data);
		ssize_t n = write(*(int *)arg, data, len);

		if (n <= 0)
			break;
		sent += (unsigned)n;
	}
	shutdown(*(int *)arg, SHUT_WR);
	return NULL;
}

static void a_volume_is_echoed(void **state)
{
	static struct echo echo;
	static char sink[50000];
	pthread_t thread;
	unsigned got = 0;
	ssize_t n;

	(void)state;
	assert_int_equal(loop_new(&echo.f.loop, NULL), 0);
	assert_int_equal(loop_start(echo.f.loop, "echo"), 0);
	assert_int_equal(loop_call(echo.f.loop, start_bridge, &echo), 0);
	pthread_create(&thread, NULL, write_volume, &echo.f.app);
	assert_int_equal(loop_call(echo.f.loop, connect_bridge, &echo), 0);
	while ((n = read(echo.f.app, sink, sizeof(sink))) > 0)
		got += (unsigned)n;
	assert_int_equal(n, 0);
	assert_int_equal(got, VOLUME);
	pthread_join(thread, NULL);
	loop_call(echo.f.loop, free_bridge, &echo);
	loop_stop(echo.f.loop);
	loop_free(echo.f.loop);
	close(echo.f.app);
}

static void census_knows_who_is_open(void **state)
{
	struct bridge_census *census;
	struct fixture f;
	int other;

	(void)state;
	open_bridge(&f, BRIDGE_STREAM, BRIDGE_FRESH, 0);
	bridge_failed(f.bridge);
	other = dup(f.app);
	close(f.app);
	f.app = -1;
	assert_int_equal(bridge_census_new(&census), 0);
	assert_true(bridge_census_has(census, f.bridge));
	bridge_census_free(census);
	close(other);
	assert_int_equal(bridge_census_new(&census), 0);
	assert_false(bridge_census_has(census, f.bridge));
	bridge_census_free(census);
	close_bridge(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(census_knows_who_is_open),
		cmocka_unit_test(the_last_duplicate_counts),
		cmocka_unit_test(a_child_inherits_it),
		cmocka_unit_test(it_can_be_passed_on),
		cmocka_unit_test(killed_stack_resets_streams),
		cmocka_unit_test(killed_stack_ends_datagrams),
		cmocka_unit_test(every_token_is_taken_once),
		cmocka_unit_test(a_volume_is_echoed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
