/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support_bridge.h"

#include <sys/time.h>

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#define BYTES(text) ((struct iovec){ (char *)(text), strlen(text) })

static void open_connected(struct fixture *f)
{
	open_bridge(f, BRIDGE_STREAM, BRIDGE_OPEN, SOCK_NONBLOCK);
}

static void open_fresh(struct fixture *f)
{
	open_bridge(f, BRIDGE_STREAM, BRIDGE_FRESH, SOCK_NONBLOCK);
}

/* ---- connecting ---- */

static void fresh_is_neither_readable_nor_writable(void **state)
{
	struct fixture f;

	(void)state;
	open_fresh(&f);
	assert_int_equal(poll_events(f.app), 0);
	assert_fails(send(f.app, "x", 1, MSG_NOSIGNAL), EAGAIN);
	assert_fails(read(f.app, &f.got, 1), EAGAIN);
	close_bridge(&f);
}

static void connected_becomes_writable(void **state)
{
	struct fixture f;

	(void)state;
	open_fresh(&f);
	bridge_connected(f.bridge);
	assert_int_equal(bridge_state(f.bridge), BRIDGE_OPEN);
	assert_int_equal(poll_events(f.app), POLLOUT);
	send_text(f.app, "hello");
	run(&f);
	assert_got(&f, "hello"); /* and no junk */
	close_bridge(&f);
}

static void connected_is_an_edge(void **state)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET |
					       EPOLLRDHUP };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct fixture f;

	(void)state;
	open_fresh(&f);
	assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, f.app, &event), 0);
	assert_int_equal(epoll_wait(epoll, &event, 1, 0), 0);
	bridge_connected(f.bridge);
	assert_int_equal(epoll_wait(epoll, &event, 1, 0), 1);
	assert_int_equal(event.events, EPOLLOUT);
	assert_int_equal(epoll_wait(epoll, &event, 1, 0), 0);
	close(epoll);
	close_bridge(&f);
}

static void *write_hello(void *arg)
{
	return write(*(int *)arg, "hello", 5) == 5 ? arg : NULL;
}

static void blocked_writer_waits_for_connected(void **state)
{
	struct fixture f;
	pthread_t thread;
	void *result;

	(void)state;
	open_bridge(&f, BRIDGE_STREAM, BRIDGE_FRESH, 0);
	pthread_create(&thread, NULL, write_hello, &f.app);
	bridge_connected(f.bridge);
	pthread_join(thread, &result);
	assert_ptr_equal(result, &f.app);
	run(&f);
	assert_got(&f, "hello");
	close_bridge(&f);
}

static void failed_shows_as_with_tcp(void **state)
{
	struct fixture f;

	(void)state;
	open_fresh(&f);
	bridge_failed(f.bridge);
	assert_int_equal(bridge_state(f.bridge), BRIDGE_DEAD);
	assert_int_equal(poll_events(f.app),
		POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
	assert_fails(read(f.app, &f.got, 1), ECONNRESET);
	close_bridge(&f);
	assert_int_equal(f.closes, 0);
}

static void reopened_connects_in_place(void **state)
{
	uint64_t cookie;
	struct fixture f;
	int fd;

	(void)state;
	open_fresh(&f);
	cookie = bridge_cookie(f.bridge);
	assert_true(cookie == bridge_app_cookie(f.app));
	bridge_failed(f.bridge);
	assert_int_equal(bridge_reopen(f.bridge, SOCK_NONBLOCK, &fd), 0);
	assert_int_equal(dup3(fd, f.app, 0), f.app);
	close(fd);
	assert_int_equal(bridge_start(f.bridge), 0);
	assert_true(cookie != bridge_cookie(f.bridge));
	assert_true(bridge_cookie(f.bridge) == bridge_app_cookie(f.app));
	assert_int_equal(poll_events(f.app), 0);
	bridge_connected(f.bridge);
	send_text(f.app, "again");
	run(&f);
	assert_got(&f, "again");
	close_bridge(&f);
}

static void replacing_keeps_what_the_program_has_set(void **state)
{
	struct timeval limit = { 3, 0 }, got = { 0, 0 };
	socklen_t len = sizeof(got);
	struct fixture f;
	int fd;

	(void)state;
	open_bridge(&f, BRIDGE_STREAM, BRIDGE_FRESH, SOCK_CLOEXEC);
	assert_int_equal(setsockopt(f.app, SOL_SOCKET, SO_RCVTIMEO, &limit,
				 sizeof(limit)),
		0);
	bridge_failed(f.bridge);
	assert_int_equal(bridge_reopen(f.bridge, 0, &fd), 0);
	assert_int_equal(bridge_app_replace(f.app, fd), 0);
	assert_fails(fcntl(fd, F_GETFD), EBADF);
	assert_int_equal(fcntl(f.app, F_GETFD), FD_CLOEXEC);
	assert_true(bridge_cookie(f.bridge) == bridge_app_cookie(f.app));
	assert_int_equal(
		getsockopt(f.app, SOL_SOCKET, SO_RCVTIMEO, &got, &len), 0);
	assert_int_equal(got.tv_sec, 3);
	close_bridge(&f);
}

static void closing_while_connecting_is_told(void **state)
{
	struct fixture f;

	(void)state;
	open_fresh(&f);
	close(f.app);
	f.app = -1;
	run(&f);
	assert_int_equal(f.closes, 1);
	assert_int_equal(f.datas, 0);
	close_bridge(&f);
}

/* The stack connects before it has seen the event. */
static void closing_races_with_connected(void **state)
{
	struct fixture f;

	(void)state;
	open_fresh(&f);
	close(f.app);
	f.app = -1;
	bridge_connected(f.bridge);
	run(&f);
	assert_int_equal(f.closes, 1);
	assert_int_equal(f.how, BRIDGE_CLOSE_CLEAN);
	close_bridge(&f);
}

static void app_flags_are_as_asked(void **state)
{
	struct fixture f;

	(void)state;
	open_bridge(&f, BRIDGE_STREAM, BRIDGE_FRESH, SOCK_CLOEXEC);
	assert_int_equal(fcntl(f.app, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(fcntl(f.app, F_GETFD), FD_CLOEXEC);
	close_bridge(&f);
	open_bridge(&f, BRIDGE_STREAM, BRIDGE_OPEN, SOCK_NONBLOCK);
	assert_int_equal(fcntl(f.app, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(fcntl(f.app, F_GETFD), 0);
	close_bridge(&f);
}

/* ---- listening ---- */

static void a_token_per_connection_waits(void **state)
{
	struct fixture f;

	(void)state;
	open_fresh(&f);
	bridge_listening(f.bridge);
	assert_int_equal(poll_events(f.app), 0);
	assert_int_equal(bridge_app_take(f.app, 0), -EAGAIN);
	assert_int_equal(bridge_pending(f.bridge, 2), 2);
	assert_int_equal(poll_events(f.app), POLLIN);
	assert_int_equal(bridge_app_take(f.app, MSG_DONTWAIT), 0);
	assert_int_equal(poll_events(f.app), POLLIN);
	assert_int_equal(bridge_app_take(f.app, 0), 0);
	assert_int_equal(poll_events(f.app), 0);
	assert_int_equal(bridge_pending(f.bridge, 1), 1); /* put back */
	assert_int_equal(bridge_app_take(f.app, 0), 0);
	close_bridge(&f);
}

static void *take_token(void *arg)
{
	return bridge_app_take(*(int *)arg, 0) == 0 ? arg : NULL;
}

static void blocked_accept_wakes(void **state)
{
	struct fixture f;
	pthread_t thread;
	void *result;

	(void)state;
	open_bridge(&f, BRIDGE_STREAM, BRIDGE_FRESH, 0);
	bridge_listening(f.bridge);
	pthread_create(&thread, NULL, take_token, &f.app);
	assert_int_equal(bridge_pending(f.bridge, 1), 1);
	pthread_join(thread, &result);
	assert_ptr_equal(result, &f.app);
	close_bridge(&f);
}

static void closed_listener_is_told(void **state)
{
	struct fixture f;

	(void)state;
	open_fresh(&f);
	bridge_listening(f.bridge);
	bridge_pending(f.bridge, 3);
	close(f.app);
	f.app = -1;
	run(&f);
	assert_int_equal(f.closes, 1);
	close_bridge(&f);
}

static void listener_of_a_dead_stack_aborts_accept(void **state)
{
	struct fixture f;

	(void)state;
	open_fresh(&f);
	bridge_listening(f.bridge);
	bridge_free(f.bridge);
	f.bridge = NULL;
	assert_int_equal(bridge_app_take(f.app, 0), -ECONNABORTED);
	close_bridge(&f);
}

/* ---- ends ---- */

static void fin_reads_as_end(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	deliver(&f, "bye");
	bridge_fin(f.bridge);
	assert_int_equal(poll_events(f.app), POLLIN | POLLOUT | POLLRDHUP);
	assert_reads(f.app, "bye");
	assert_reads(f.app, "");
	send_text(f.app, "more"); /* the other way goes on */
	run(&f);
	assert_got(&f, "more");
	close_bridge(&f);
}

static void check_reset(struct fixture *f)
{
	deliver(f, "data");
	bridge_reset(f->bridge);
	assert_int_equal(bridge_state(f->bridge), BRIDGE_DEAD);
	assert_int_equal(poll_events(f->app),
		POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
	assert_reads(f->app, "data");
	assert_fails(read(f->app, f->got, 1), ECONNRESET);
	assert_reads(f->app, "");
	assert_fails(send(f->app, "x", 1, MSG_NOSIGNAL), EPIPE);
	close_bridge(f);
	assert_int_equal(f->closes, 0);
}

static void reset_of_a_silent_app(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	check_reset(&f);
}

static void reset_right_after_connecting(void **state)
{
	struct fixture f;

	(void)state;
	open_fresh(&f);
	bridge_connected(f.bridge);
	check_reset(&f);
}

/* Sizes around every limit of bridge_read. */
static void reset_after_reading_all(void **state)
{
	static const size_t sizes[] = { 1, 2, 126, 127, 128, 129, 4096, 65535,
		65536, 65537, 200000 };
	static char data[200000];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct fixture f;

		open_connected(&f);
		assert_int_equal(send(f.app, data, sizes[i], MSG_NOSIGNAL),
			(int)sizes[i]);
		run(&f);
		assert_int_equal(f.got_total, sizes[i]);
		check_reset(&f);
	}
}

static void reset_after_fin_and_shutdown(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	send_text(f.app, "x");
	shutdown(f.app, SHUT_WR);
	run(&f);
	assert_int_equal(f.shutdowns, 1);
	check_reset(&f);
	open_connected(&f);
	bridge_fin(f.bridge);
	bridge_reset(f.bridge);
	assert_fails(read(f.app, f.got, 1), ECONNRESET);
	close_bridge(&f);
}

static void free_is_an_orderly_end(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	send_text(f.app, "x");
	run(&f);
	deliver(&f, "last");
	bridge_free(f.bridge);
	f.bridge = NULL;
	assert_int_equal(
		poll_events(f.app), POLLIN | POLLOUT | POLLHUP | POLLRDHUP);
	assert_reads(f.app, "last");
	assert_reads(f.app, "");
	assert_fails(send(f.app, "x", 1, MSG_NOSIGNAL), EPIPE);
	close_bridge(&f);
}

static void app_shutdown_comes_after_the_data(void **state)
{
	char buf[4];
	struct iovec iov = { buf, sizeof(buf) };
	struct fixture f;

	(void)state;
	open_connected(&f);
	f.reads = false;
	send_text(f.app, "abcdef");
	shutdown(f.app, SHUT_WR);
	run(&f);
	assert_int_equal(f.datas > 0, 1);
	assert_int_equal(f.shutdowns, 0);
	assert_int_equal(bridge_readable(f.bridge), 6);
	assert_int_equal(bridge_read(f.bridge, &iov, 1), 4);
	run(&f);
	assert_int_equal(f.shutdowns, 0);
	assert_int_equal(bridge_read(f.bridge, &iov, 1), 2);
	assert_int_equal(f.shutdowns, 0); /* not from inside */
	run(&f);
	assert_int_equal(f.shutdowns, 1);
	assert_int_equal(bridge_read(f.bridge, &iov, 1), 0);
	run(&f);
	assert_int_equal(f.shutdowns, 1);
	deliver(&f, "answer");
	assert_reads(f.app, "answer");
	close_bridge(&f);
	assert_int_equal(f.closes, 0);
}

static void app_close_comes_after_the_data(void **state)
{
	char buf[16];
	struct iovec iov = { buf, sizeof(buf) };
	struct fixture f;

	(void)state;
	open_connected(&f);
	f.reads = false;
	send_text(f.app, "abcdef");
	close(f.app);
	f.app = -1;
	run(&f);
	assert_int_equal(f.closes, 0);
	assert_int_equal(bridge_read(f.bridge, &iov, 1), 6);
	run(&f);
	assert_int_equal(f.closes, 1);
	assert_int_equal(f.how, BRIDGE_CLOSE_CLEAN);
	assert_int_equal(f.shutdowns, 0);
	close_bridge(&f);
}

static void app_close_with_unread_data_is_told(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	deliver(&f, "unread");
	close(f.app);
	f.app = -1;
	run(&f);
	assert_int_equal(f.closes, 1);
	assert_int_equal(f.how, BRIDGE_CLOSE_UNREAD);
	close_bridge(&f);
}

static void both_shut_down_counts_as_closed(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	shutdown(f.app, SHUT_RDWR);
	run(&f);
	assert_int_equal(f.closes, 1);
	assert_int_equal(f.how, BRIDGE_CLOSE_CLEAN);
	close_bridge(&f);
}

static void fin_of_both_sides_counts_as_closed(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	send_text(f.app, "last");
	bridge_fin(f.bridge);
	run(&f);
	assert_int_equal(f.closes, 0);
	shutdown(f.app, SHUT_WR);
	run(&f);
	assert_got(&f, "last");
	assert_int_equal(f.closes, 1);
	assert_int_equal(f.how, BRIDGE_CLOSE_CLEAN);
	assert_reads(f.app, "");
	close_bridge(&f);
}

static void free_with_unread_data_resets(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	f.reads = false;
	send_text(f.app, "never read");
	run(&f);
	bridge_free(f.bridge);
	f.bridge = NULL;
	assert_fails(read(f.app, f.got, 1), ECONNRESET);
	close_bridge(&f);
}

static void nobody_reads_after_shut_rd(void **state)
{
	struct iovec iov = BYTES("x");
	struct fixture f;

	(void)state;
	open_connected(&f);
	shutdown(f.app, SHUT_RD);
	run(&f);
	assert_int_equal(f.closes, 0);
	assert_int_equal(bridge_deliver(f.bridge, &iov, 1), -EPIPE);
	send_text(f.app, "on");
	run(&f);
	assert_got(&f, "on");
	close_bridge(&f);
}

static void bridge_may_be_freed_in_a_callback(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	f.free_in_data = true;
	send_text(f.app, "x");
	shutdown(f.app, SHUT_WR);
	run(&f);
	assert_int_equal(f.datas, 1);
	assert_int_equal(f.shutdowns, 0);
	close_bridge(&f);
}

/* ---- data ---- */

static void every_byte_comes_once(void **state)
{
	char out[5000], in[5000];
	struct iovec iov[3];
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 + (i >> 8));
	for (size_t step = 1; step < 700; step += 37) {
		size_t sent = 0, got = 0;

		open_connected(&f);
		f.reads = false;
		while (got < sizeof(out)) {
			size_t len = sizeof(out) - sent < step
					     ? sizeof(out) - sent
					     : step;
			ssize_t n;

			send(f.app, out + sent, len, MSG_NOSIGNAL);
			sent += len;
			iov[0] = (struct iovec){ in + got, 1 };
			iov[1] = (struct iovec){ in + got + 1, 0 };
			iov[2] = (struct iovec){ in + got + 1, step / 2 };
			if (got + step / 2 + 1 > sizeof(in))
				iov[2].iov_len = sizeof(in) - got - 1;
			n = bridge_read(f.bridge, iov, 3);
			assert_true(n > 0);
			got += (size_t)n;
		}
		assert_memory_equal(in, out, sizeof(out));
		close_bridge(&f);
	}
}

static void full_app_end_holds_the_stack_back(void **state)
{
	static char data[1 << 20], sink[1 << 20];
	struct iovec iov = { data, sizeof(data) };
	struct fixture f;
	ssize_t taken, n;
	size_t got = 0;

	(void)state;
	open_connected(&f);
	taken = bridge_deliver(f.bridge, &iov, 1);
	assert_true(taken > 100000 && taken < (ssize_t)sizeof(data));
	assert_int_equal(bridge_deliver(f.bridge, &iov, 1), -EAGAIN);
	run(&f);
	assert_int_equal(f.spaces, 0);
	while ((n = recv(f.app, sink, sizeof(sink), MSG_DONTWAIT)) > 0)
		got += (size_t)n;
	assert_int_equal(got, taken);
	run(&f);
	assert_int_equal(f.spaces, 1);
	run(&f);
	assert_int_equal(f.spaces, 1);
	close_bridge(&f);
}

/* The app fills the pair; the stack takes all; the app must be woken. */
static void check_writable_again(size_t size, bool by_sendfile)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int file = memfd_create("data", MFD_CLOEXEC);
	char *data = calloc(1, size);
	struct fixture f;
	ssize_t n;

	assert_int_equal(ftruncate(file, (off_t)size), 0);
	open_connected(&f);
	f.reads = false;
	epoll_ctl(epoll, EPOLL_CTL_ADD, f.app, &event);
	assert_int_equal(epoll_wait(epoll, &event, 1, 0), 1);
	do {
		off_t at = 0;

		n = by_sendfile ? sendfile(f.app, file, &at, size)
				: send(f.app, data, size, MSG_NOSIGNAL);
	} while (n > 0);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(epoll_wait(epoll, &event, 1, 0), 0);
	assert_int_equal(poll_events(f.app), 0);
	take_all(&f, f.bridge);
	assert_int_equal(epoll_wait(epoll, &event, 1, 0), 1);
	assert_int_equal(poll_events(f.app), POLLOUT);
	check_reset(&f);
	free(data);
	close(file);
	close(epoll);
}

static void full_stack_end_holds_the_app_back(void **state)
{
	(void)state;
	check_writable_again(1, false);
	check_writable_again(1000, false);
	check_writable_again(65536, false);
	check_writable_again(1 << 20, false);
	check_writable_again(65536, true);
	check_writable_again(1 << 20, true);
}

static void small_kept_writes_leave_room(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	for (int i = 0; i < 5000; i++) {
		send_text(f.app, "x");
		run(&f);
		assert_true(poll_events(f.app) & POLLOUT);
	}
	assert_int_equal(f.got_total, 5000);
	close_bridge(&f);
}

/* ---- urgent data ---- */

static void urgent_byte_of_the_app(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	send_text(f.app, "abc");
	assert_int_equal(send(f.app, "U", 1, MSG_OOB), 1);
	send_text(f.app, "def");
	run(&f);
	assert_int_equal(f.urgents, 1);
	assert_int_equal(f.urgent, 'U');
	assert_got(&f, "abcdef");
	check_reset(&f);
}

static void urgent_bytes_between_reads(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	for (int i = 0; i < 20; i++) {
		if (i % 3)
			send_text(f.app, "ab");
		send(f.app, "U", 1, MSG_OOB);
		if (i % 2)
			send_text(f.app, "c");
		run(&f);
		assert_int_equal(f.urgents, i + 1);
	}
	assert_int_equal(f.got_size, 13 * 2 + 10);
	close_bridge(&f);
}

/* The event has not been seen when the stack reads on its own account. */
static void urgent_byte_before_its_event(void **state)
{
	struct fixture f;

	(void)state;
	open_connected(&f);
	send_text(f.app, "abc");
	send(f.app, "U", 1, MSG_OOB);
	send_text(f.app, "def");
	take_all(&f, f.bridge);
	assert_got(&f, "abcdef");
	run(&f);
	assert_int_equal(f.urgents, 1);
	assert_int_equal(f.urgent, 'U');
	close_bridge(&f);
}

static void urgent_byte_of_the_peer(void **state)
{
	struct fixture f;
	char byte;

	(void)state;
	open_connected(&f);
	deliver(&f, "ab");
	assert_int_equal(bridge_deliver_urgent(f.bridge, 'U'), 0);
	assert_true(poll_events(f.app) & POLLPRI);
	assert_int_equal(recv(f.app, &byte, 1, MSG_OOB), 1);
	assert_int_equal(byte, 'U');
	assert_reads(f.app, "ab");
	/* Linux 6.18 polls IN until a read has passed the place */
	assert_fails(read(f.app, &byte, 1), EAGAIN);
	assert_int_equal(poll_events(f.app), POLLOUT);
	close_bridge(&f);
}

/* ---- select, oneshot ---- */

static void select_sees_the_states(void **state)
{
	struct timeval now = { 0, 0 };
	struct fixture f;
	fd_set in, out;

	(void)state;
	open_fresh(&f);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(f.app, &in);
	FD_SET(f.app, &out);
	assert_int_equal(select(f.app + 1, &in, &out, NULL, &now), 0);
	bridge_connected(f.bridge);
	deliver(&f, "x");
	FD_SET(f.app, &in);
	FD_SET(f.app, &out);
	assert_int_equal(select(f.app + 1, &in, &out, NULL, &now), 2);
	close_bridge(&f);
}

static void oneshot_is_told_once(void **state)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct fixture f;

	(void)state;
	open_connected(&f);
	epoll_ctl(epoll, EPOLL_CTL_ADD, f.app, &event);
	deliver(&f, "a");
	assert_int_equal(epoll_wait(epoll, &event, 1, 0), 1);
	deliver(&f, "b");
	assert_int_equal(epoll_wait(epoll, &event, 1, 0), 0);
	event.events = EPOLLIN | EPOLLONESHOT;
	epoll_ctl(epoll, EPOLL_CTL_MOD, f.app, &event);
	assert_int_equal(epoll_wait(epoll, &event, 1, 0), 1);
	close(epoll);
	close_bridge(&f);
}

static void open_refuses_nonsense(void **state)
{
	struct bridge_config config = { BRIDGE_DGRAM, BRIDGE_FRESH, 0,
		&note_ops, NULL };
	struct bridge *bridge;
	int fd;

	(void)state;
	assert_int_equal(bridge_open(&bridge, &fd, NULL, &config), -EINVAL);
	config.state = BRIDGE_GONE;
	assert_int_equal(bridge_open(&bridge, &fd, NULL, &config), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fresh_is_neither_readable_nor_writable),
		cmocka_unit_test(connected_becomes_writable),
		cmocka_unit_test(connected_is_an_edge),
		cmocka_unit_test(blocked_writer_waits_for_connected),
		cmocka_unit_test(failed_shows_as_with_tcp),
		cmocka_unit_test(reopened_connects_in_place),
		cmocka_unit_test(replacing_keeps_what_the_program_has_set),
		cmocka_unit_test(closing_while_connecting_is_told),
		cmocka_unit_test(closing_races_with_connected),
		cmocka_unit_test(app_flags_are_as_asked),
		cmocka_unit_test(a_token_per_connection_waits),
		cmocka_unit_test(blocked_accept_wakes),
		cmocka_unit_test(closed_listener_is_told),
		cmocka_unit_test(listener_of_a_dead_stack_aborts_accept),
		cmocka_unit_test(fin_reads_as_end),
		cmocka_unit_test(reset_of_a_silent_app),
		cmocka_unit_test(reset_right_after_connecting),
		cmocka_unit_test(reset_after_reading_all),
		cmocka_unit_test(reset_after_fin_and_shutdown),
		cmocka_unit_test(free_is_an_orderly_end),
		cmocka_unit_test(app_shutdown_comes_after_the_data),
		cmocka_unit_test(app_close_comes_after_the_data),
		cmocka_unit_test(app_close_with_unread_data_is_told),
		cmocka_unit_test(both_shut_down_counts_as_closed),
		cmocka_unit_test(fin_of_both_sides_counts_as_closed),
		cmocka_unit_test(free_with_unread_data_resets),
		cmocka_unit_test(nobody_reads_after_shut_rd),
		cmocka_unit_test(bridge_may_be_freed_in_a_callback),
		cmocka_unit_test(every_byte_comes_once),
		cmocka_unit_test(full_app_end_holds_the_stack_back),
		cmocka_unit_test(full_stack_end_holds_the_app_back),
		cmocka_unit_test(small_kept_writes_leave_room),
		cmocka_unit_test(urgent_byte_of_the_app),
		cmocka_unit_test(urgent_bytes_between_reads),
		cmocka_unit_test(urgent_byte_before_its_event),
		cmocka_unit_test(urgent_byte_of_the_peer),
		cmocka_unit_test(select_sees_the_states),
		cmocka_unit_test(oneshot_is_told_once),
		cmocka_unit_test(open_refuses_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
