/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pump, between the test, which has the app ends, and a plug-in that says
 * what the test wants it to say (plugins/mock.c).
 */
#include "libioth_test.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include "bridge_app.h"
#include "control.h"
#include "pump.h"

#define LIMIT_MS 10000 /* only so that nothing hangs */
#define ROOM	 100000

/* ---- the plug-in: one socket's worth of answers -------------------------- */

static struct plugin {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* receiving: @gives, then @error_in (0: EAGAIN, -1: the end) */
	char gives[64];
	size_t gives_size;
	int error_in;
	char control[64]; /* goes along with it */
	size_t control_size;
	bool touches_control;
	struct sockaddr_in from;
	/* sending */
	char takes[ROOM];
	size_t takes_size, room;
	int error_out;
	struct sockaddr_in to;
	int sent_flags;
	/* others */
	int connect_error, so_error;
	bool aborts_once;	/* then connect_error */
	bool waits, is_waiting; /* in connect */
	bool is_connected;
	int accepts; /* a descriptor; -1: EAGAIN */
	unsigned closes, shutdowns;
	size_t taken_at_shutdown;
	struct linger linger;
} plugin = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER };

static void hold(void)
{
	pthread_mutex_lock(&plugin.lock);
}

static void let_go(void)
{
	pthread_cond_broadcast(&plugin.changed);
	pthread_mutex_unlock(&plugin.lock);
}

static int leave(int err)
{
	let_go();
	errno = err;
	return err ? -1 : 0;
}

static void *mock_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	(void)vnlv, (void)options;
	return functions;
}

static int mock_socket(int domain, int type, int protocol)
{
	(void)protocol;
	if (type & 0x10) /* a socket of the kernel's */
		return socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (type & 0x20) {
		int fds[2];

		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds);
		close(fds[1]);
		return fds[0];
	}
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static int mock_close(int fd)
{
	hold();
	plugin.closes++;
	close(fd);
	return leave(0);
}

static int mock_connect(int fd, const struct sockaddr *addr, socklen_t size)
{
	int err;

	(void)fd, (void)size;
	hold();
	while (plugin.waits && addr->sa_family != AF_UNSPEC) {
		plugin.is_waiting = true;
		pthread_cond_broadcast(&plugin.changed);
		pthread_cond_wait(&plugin.changed, &plugin.lock);
	}
	err = plugin.aborts_once ? ECONNABORTED : plugin.connect_error;
	plugin.aborts_once = false;
	return leave(err);
}

static int mock_listen(int fd, int backlog)
{
	(void)fd, (void)backlog;
	return 0;
}

static int mock_accept(int fd, struct sockaddr *addr, socklen_t *size)
{
	int accepted;

	(void)fd, (void)addr;
	hold();
	accepted = plugin.accepts;
	plugin.accepts = -1;
	*size = 0;
	return leave(accepted < 0 ? EAGAIN : 0) < 0 ? -1 : accepted;
}

static int mock_getpeername(int fd, struct sockaddr *addr, socklen_t *size)
{
	(void)fd, (void)addr, (void)size;
	hold();
	return leave(plugin.is_connected ? 0 : ENOTCONN);
}

static int mock_getsockopt(
	int fd, int level, int name, void *value, socklen_t *size)
{
	(void)fd, (void)level;
	if (name != SO_ERROR) {
		errno = ENOSYS;
		return -1;
	}
	hold();
	memcpy(value, &plugin.so_error, sizeof(int));
	*size = sizeof(int);
	plugin.so_error = 0;
	return leave(0);
}

static int mock_setsockopt(
	int fd, int level, int name, const void *value, socklen_t size)
{
	(void)fd, (void)level;
	hold();
	if (name == SO_LINGER)
		memcpy(&plugin.linger, value, size);
	return leave(name == SO_LINGER ? 0 : ENOSYS);
}

static int mock_shutdown(int fd, int how)
{
	(void)fd, (void)how;
	hold();
	plugin.shutdowns++;
	plugin.taken_at_shutdown = plugin.takes_size;
	return leave(0);
}

/* What is given, or a negative errno. Needs the lock, as take. */
static ssize_t give(void *buf, size_t size)
{
	size_t n = plugin.gives_size < size ? plugin.gives_size : size;

	memcpy(buf, plugin.gives, n);
	plugin.gives_size -= n;
	if (n || plugin.error_in < 0)
		return (ssize_t)n;
	return plugin.error_in ? -plugin.error_in : -EAGAIN;
}

static ssize_t take(const void *buf, size_t size)
{
	size_t n = plugin.room < size ? plugin.room : size;

	if (plugin.error_out || (!n && size))
		return plugin.error_out ? -plugin.error_out : -EAGAIN;
	memcpy(plugin.takes + plugin.takes_size, buf, n);
	plugin.takes_size += n;
	plugin.room -= n;
	return (ssize_t)n;
}

static ssize_t leave_with(ssize_t n)
{
	return leave(n < 0 ? (int)-n : 0) < 0 ? -1 : n;
}

static void give_source(void *addr, socklen_t *size)
{
	if (!addr || !plugin.from.sin_family)
		return;
	memcpy(addr, &plugin.from, sizeof(plugin.from));
	*size = sizeof(plugin.from);
}

static void take_target(const void *addr, socklen_t size)
{
	if (addr && size == sizeof(plugin.to))
		memcpy(&plugin.to, addr, size);
}

static ssize_t mock_recvmsg(int fd, struct msghdr *m, int flags)
{
	ssize_t n;

	(void)fd;
	assert_true(flags & MSG_DONTWAIT);
	hold();
	n = give(m->msg_iov[0].iov_base, m->msg_iov[0].iov_len);
	give_source(m->msg_name, &m->msg_namelen);
	if (n >= 0 && m->msg_control && plugin.touches_control) {
		memcpy(m->msg_control, plugin.control, plugin.control_size);
		m->msg_controllen = plugin.control_size;
	}
	return leave_with(n);
}

static ssize_t mock_sendmsg(int fd, const struct msghdr *m, int flags)
{
	(void)fd;
	hold();
	plugin.sent_flags = flags;
	take_target(m->msg_name, m->msg_namelen);
	return leave_with(take(m->msg_iov[0].iov_base, m->msg_iov[0].iov_len));
}

static ssize_t mock_recvfrom(int fd, void *buf, size_t size, int flags,
	struct sockaddr *from, socklen_t *fromlen)
{
	(void)fd, (void)flags;
	hold();
	give_source(from, fromlen);
	return leave_with(give(buf, size));
}

static ssize_t mock_sendto(int fd, const void *buf, size_t size, int flags,
	const struct sockaddr *to, socklen_t tolen)
{
	(void)fd, (void)flags;
	hold();
	take_target(to, tolen);
	return leave_with(take(buf, size));
}

static ssize_t mock_read(int fd, void *buf, size_t size)
{
	(void)fd;
	hold();
	return leave_with(give(buf, size));
}

static ssize_t mock_write(int fd, const void *buf, size_t size)
{
	(void)fd;
	hold();
	return leave_with(take(buf, size));
}

/* What is known of it at this moment. */
static const struct plugin *seen(void)
{
	static struct plugin copy;

	hold();
	memcpy(&copy, &plugin, sizeof(copy));
	let_go();
	return &copy;
}

/* ---- the test's side ------------------------------------------------------- */

static struct fixture {
	struct ioth_functions functions;
	struct ioth *stack;
	struct pump *pump;
	int fd, app; /* the plug-in's socket, and what the guest has */
} fixture;

static int set_up(void **state)
{
	struct ioth_functions functions = { .newstack = mock_newstack,
		.socket = mock_socket,
		.close = mock_close,
		.connect = mock_connect,
		.listen = mock_listen,
		.accept = mock_accept,
		.getpeername = mock_getpeername,
		.getsockopt = mock_getsockopt,
		.setsockopt = mock_setsockopt,
		.shutdown = mock_shutdown,
		.recvmsg = mock_recvmsg,
		.sendmsg = mock_sendmsg };
	struct plugin fresh = { .lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.room = ROOM,
		.is_connected = true,
		.accepts = -1 };

	plugin = fresh;
	fixture.functions = functions;
	fixture.app = -1;
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (f->app >= 0)
		close(f->app);
	if (f->pump) {
		pump_end(f->pump);
		pump_free(f->pump);
	}
	f->pump = NULL;
	return f->stack ? ioth_delstack(f->stack) : 0;
}

static void open_socket(struct fixture *f, int type)
{
	f->stack = new_mock(&f->functions);
	assert_int_equal(pump_new(&f->pump, f->stack), 0);
	f->fd = ioth_msocket(f->stack, AF_INET, type, 0);
	assert_true(f->fd >= 0);
	assert_true(pump_is_needed(f->stack, f->fd, AF_INET));
	f->app = pump_adopt(f->pump, f->fd, AF_INET, type, 0);
	assert_true(f->app >= 0);
}

/* The plug-in has news: its descriptor says so. */
static void speak(const struct fixture *f)
{
	hold();
	eventfd_write(f->fd, 1);
	let_go();
}

static void say(struct fixture *f, const char *text, int error_in)
{
	hold();
	plugin.gives_size = strlen(text);
	memcpy(plugin.gives, text, plugin.gives_size);
	plugin.error_in = error_in;
	let_go();
	speak(f);
}

/* Waits until @is_so of the plug-in. */
static void wait_for(bool (*is_so)(void))
{
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += LIMIT_MS / 1000;
	hold();
	while (!is_so())
		assert_int_equal(pthread_cond_timedwait(
					 &plugin.changed, &plugin.lock, &limit),
			0);
	let_go();
}

static bool has_taken(void)
{
	return plugin.takes_size > 0;
}

static bool was_closed(void)
{
	return plugin.closes > 0;
}

static bool was_shut(void)
{
	return plugin.shutdowns > 0;
}

/* All of them, which may come one after the other. */
static void assert_polls(int fd, short events)
{
	struct pollfd pfd = { fd, events, 0 };
	int tries = LIMIT_MS;

	do {
		assert_int_equal(poll(&pfd, 1, LIMIT_MS), 1);
		if ((pfd.revents & events) != events)
			poll(NULL, 0, 1);
	} while ((pfd.revents & events) != events && tries--);
	assert_int_equal(pfd.revents & events, events);
}

static int call(struct fixture *f, int nr, int second, int third,
	const void *data, uint32_t size, struct control_message *out)
{
	static struct control_message in;

	in = (struct control_message){
		.op = CONTROL_CALL, .arg = { nr, second, third }, .size = size
	};
	if (size)
		memcpy(in.data, data, size);
	return pump_call(f->pump, &in, f->app, out);
}

static int connect_app(struct fixture *f)
{
	static struct control_message out;
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = 7 };

	return call(f, __NR_connect, 0, 0, &addr, sizeof(addr), &out);
}

static int so_error(struct fixture *f)
{
	static struct control_message out;
	int error;

	assert_int_equal(
		call(f, __NR_getsockopt, SOL_SOCKET, SO_ERROR, NULL, 0, &out),
		0);
	memcpy(&error, out.data, sizeof(error));
	return error;
}

static void open_connected(struct fixture *f)
{
	open_socket(f, SOCK_STREAM);
	assert_int_equal(connect_app(f), 0);
}

static void assert_reads(int fd, const char *text)
{
	char buf[100] = "";

	assert_polls(fd, POLLIN);
	assert_int_equal(read(fd, buf, sizeof(buf) - 1), strlen(text));
	assert_string_equal(buf, text);
}

/* ---- which sockets ---------------------------------------------------------- */

static void pumps_what_is_no_socket_of_the_family(void **state)
{
	struct fixture *f = *state;
	int fd;

	f->stack = new_mock(&f->functions);
	fd = ioth_msocket(f->stack, AF_INET, 0x10, 0);
	assert_false(pump_is_needed(f->stack, fd, AF_INET));
	assert_true(pump_is_needed(f->stack, fd, AF_INET6));
	ioth_close(fd);
	fd = ioth_msocket(f->stack, AF_INET, 0x20, 0);
	assert_true(pump_is_needed(f->stack, fd, AF_INET));
	ioth_close(fd);
}

static void refuses_a_descriptor_it_has(void **state)
{
	struct fixture *f = *state;

	open_socket(f, SOCK_STREAM);
	assert_int_equal(
		pump_adopt(f->pump, f->fd, AF_INET, SOCK_STREAM, 0), -EIO);
	assert_int_equal(seen()->closes, 0);
}

/* ---- data -------------------------------------------------------------------- */

static void assert_talks(struct fixture *f)
{
	open_connected(f);
	say(f, "question", 0);
	assert_reads(f->app, "question");
	assert_int_equal(write(f->app, "answer", 6), 6);
	wait_for(has_taken);
	assert_int_equal(seen()->takes_size, 6);
	assert_memory_equal(seen()->takes, "answer", 6);
}

static void streams_by_recvmsg(void **state)
{
	assert_talks(*state);
	assert_true(seen()->sent_flags & MSG_DONTWAIT);
}

static void streams_by_recvfrom(void **state)
{
	struct fixture *f = *state;

	f->functions.recvmsg = NULL;
	f->functions.sendmsg = NULL;
	f->functions.recvfrom = mock_recvfrom;
	f->functions.sendto = mock_sendto;
	assert_talks(f);
}

static void streams_by_read(void **state)
{
	struct fixture *f = *state;

	f->functions.recvmsg = NULL;
	f->functions.sendmsg = NULL;
	f->functions.read = mock_read;
	f->functions.write = mock_write;
	assert_talks(f);
}

static void reads_the_end_after_data(void **state)
{
	struct fixture *f = *state;
	char c;

	open_connected(f);
	say(f, "last words", -1);
	assert_reads(f->app, "last words");
	assert_int_equal(read(f->app, &c, 1), 0);
	assert_int_equal(write(f->app, "x", 1), 1);
	wait_for(has_taken);
}

static void reads_what_came_before_a_reset(void **state)
{
	struct fixture *f = *state;
	char c;

	open_connected(f);
	say(f, "last words", ETIMEDOUT);
	assert_reads(f->app, "last words");
	assert_errno(read(f->app, &c, 1), ECONNRESET);
	assert_int_equal(so_error(f), ETIMEDOUT);
	assert_int_equal(so_error(f), 0);
}

static void reads_why_before_a_failed_write(void **state)
{
	struct fixture *f = *state;
	char c;

	open_connected(f);
	hold();
	memcpy(plugin.gives, "because", 7); /* and does not speak */
	plugin.gives_size = 7;
	plugin.error_out = EPIPE;
	let_go();
	assert_int_equal(write(f->app, "x", 1), 1);
	assert_reads(f->app, "because");
	assert_polls(f->app, POLLHUP);
	assert_errno(read(f->app, &c, 1), ECONNRESET);
	assert_int_equal(so_error(f), EPIPE);
}

static void shuts_down_behind_the_data(void **state)
{
	struct fixture *f = *state;
	static char data[50000];

	open_connected(f);
	hold();
	plugin.room = 1000;
	let_go();
	assert_int_equal(write(f->app, data, sizeof(data)), sizeof(data));
	assert_int_equal(shutdown(f->app, SHUT_WR), 0);
	wait_for(has_taken);
	assert_int_equal(seen()->shutdowns, 0);
	hold();
	plugin.room = ROOM - 1000;
	let_go();
	wait_for(was_shut); /* the descriptor has not said that there is room */
	assert_int_equal(seen()->taken_at_shutdown, sizeof(data));
}

static void sends_before_it_closes(void **state)
{
	struct fixture *f = *state;
	static char data[50000];

	open_connected(f);
	hold();
	plugin.room = 0;
	let_go();
	assert_int_equal(write(f->app, data, sizeof(data)), sizeof(data));
	close(f->app);
	f->app = -1;
	assert_int_equal(seen()->closes, 0);
	hold();
	plugin.room = ROOM;
	let_go();
	wait_for(was_closed);
	assert_int_equal(seen()->takes_size, sizeof(data));
	assert_false(seen()->linger.l_onoff);
}

static void drops_what_nobody_takes(void **state)
{
	struct fixture *f = *state;

	open_connected(f);
	hold();
	plugin.room = 0;
	let_go();
	assert_int_equal(write(f->app, "x", 1), 1);
	pump_drop_closed(f->pump); /* it is not closed */
	assert_int_equal(seen()->closes, 0);
	close(f->app);
	f->app = -1;
	while (!seen()->closes) /* the loop may not know yet */
		pump_drop_closed(f->pump);
	assert_int_equal(seen()->takes_size, 0);
}

static bool closes_with_reset(void)
{
	struct linger linger = seen()->linger;

	return linger.l_onoff && !linger.l_linger;
}

static void resets_when_data_are_unread(void **state)
{
	struct fixture *f = *state;

	open_connected(f);
	say(f, "unread", 0);
	assert_polls(f->app, POLLIN);
	close(f->app);
	f->app = -1;
	wait_for(was_closed);
	assert_true(closes_with_reset());
}

static void closes_after_a_reset(void **state)
{
	struct fixture *f = *state;

	open_connected(f);
	say(f, "", ECONNRESET);
	assert_polls(f->app, POLLHUP);
	assert_int_equal(so_error(f), ECONNRESET); /* it is still known */
	assert_int_equal(seen()->closes, 0);
	close(f->app);
	f->app = -1;
	wait_for(was_closed);
	assert_int_equal(seen()->closes, 1);
}

static void sees_a_reset_after_the_end(void **state)
{
	struct fixture *f = *state;
	char c;

	open_connected(f);
	say(f, "", -1);
	assert_polls(f->app, POLLIN);
	assert_int_equal(read(f->app, &c, 1), 0);
	hold();
	plugin.so_error = EPIPE;
	let_go();
	speak(f);
	assert_polls(f->app, POLLHUP);
	assert_int_equal(so_error(f), EPIPE);
}

static void closes_without_waiting(void **state)
{
	static struct control_message out;
	struct linger linger = { .l_onoff = 1, .l_linger = 60 };
	struct fixture *f = *state;

	open_connected(f);
	assert_int_equal(call(f, __NR_setsockopt, SOL_SOCKET, SO_LINGER,
				 &linger, sizeof(linger), &out),
		0);
	assert_int_equal(seen()->linger.l_linger, 60);
	close(f->app);
	f->app = -1;
	wait_for(was_closed);
	assert_false(seen()->linger.l_onoff);
}

static void sends_urgent_data(void **state)
{
	struct fixture *f = *state;

	open_connected(f);
	assert_int_equal(send(f->app, "!", 1, MSG_OOB), 1);
	wait_for(has_taken);
	assert_true(seen()->sent_flags & MSG_OOB);
}

/* ---- connect ----------------------------------------------------------------- */

static bool is_writable(int fd)
{
	struct pollfd pfd = { fd, POLLOUT, 0 };

	return poll(&pfd, 1, 0) == 1;
}

static void connects_later(void **state)
{
	struct fixture *f = *state;

	open_socket(f, SOCK_STREAM | SOCK_NONBLOCK);
	hold();
	plugin.is_connected = false;
	plugin.connect_error = EINPROGRESS;
	let_go();
	assert_int_equal(connect_app(f), -EINPROGRESS);
	assert_int_equal(connect_app(f), -EALREADY);
	assert_false(is_writable(f->app));
	hold();
	plugin.is_connected = true;
	let_go();
	speak(f);
	assert_polls(f->app, POLLOUT);
	assert_int_equal(connect_app(f), 0); /* told once */
	assert_int_equal(connect_app(f), -EISCONN);
}

static void fail_soon(struct fixture *f)
{
	hold();
	plugin.so_error = ECONNREFUSED;
	let_go();
	speak(f);
}

static void fails_later(void **state)
{
	struct fixture *f = *state;

	open_socket(f, SOCK_STREAM | SOCK_NONBLOCK);
	hold();
	plugin.is_connected = false;
	plugin.connect_error = EINPROGRESS;
	let_go();
	assert_int_equal(connect_app(f), -EINPROGRESS);
	fail_soon(f);
	assert_polls(f->app, POLLHUP);
	assert_polls(f->app, POLLOUT | POLLHUP);
	assert_int_equal(so_error(f), ECONNREFUSED);
	assert_int_equal(so_error(f), 0);
}

static void connects_again_after_failing_later(void **state)
{
	struct fixture *f = *state;
	uint64_t cookie;

	fails_later(state);
	cookie = bridge_app_cookie(f->app);
	hold();
	plugin.connect_error = 0;
	let_go();
	assert_int_equal(connect_app(f), 0);
	assert_true(bridge_app_cookie(f->app) != cookie);
	assert_true(fcntl(f->app, F_GETFL) & O_NONBLOCK);
	say(f, "hello", 0);
	assert_reads(f->app, "hello");
	close(f->app);
	f->app = -1;
	wait_for(was_closed);
}

static void fails_later_and_says_so_itself(void **state)
{
	struct fixture *f = *state;

	open_socket(f, SOCK_STREAM | SOCK_NONBLOCK);
	hold();
	plugin.is_connected = false;
	plugin.connect_error = EINPROGRESS;
	let_go();
	assert_int_equal(connect_app(f), -EINPROGRESS);
	fail_soon(f);
	assert_polls(f->app, POLLHUP);
	assert_int_equal(connect_app(f), -ECONNREFUSED);
	hold();
	plugin.connect_error = 0;
	plugin.aborts_once = true;
	let_go();
	assert_int_equal(connect_app(f), 0);
}

static void disconnects(void **state)
{
	static struct control_message out;
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct fixture *f = *state;

	open_connected(f);
	say(f, "unread", 0);
	assert_polls(f->app, POLLIN);
	assert_int_equal(
		call(f, __NR_connect, 0, 0, &nobody, sizeof(nobody), &out), 0);
	assert_false(is_writable(f->app));
	assert_int_equal(connect_app(f), 0);
	say(f, "hello", 0);
	assert_reads(f->app, "hello");
}

/* By a descriptor of its own. Returns whether it was aborted. */
static void *connect_in_thread(void *arg)
{
	static struct control_message in = { .op = CONTROL_CALL,
		.arg = { __NR_connect },
		.size = sizeof(struct sockaddr_in) };
	static struct control_message out;
	const struct fixture *f = arg;
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = 7 };
	int fd = dup(f->app), err;

	memcpy(in.data, &addr, sizeof(addr));
	err = pump_call(f->pump, &in, fd, &out);
	close(fd);
	return err == -ECONNABORTED ? arg : NULL;
}

static void disconnects_who_connects(void **state)
{
	static struct control_message out;
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct fixture *f = *state;
	pthread_t thread;
	void *aborted;

	open_socket(f, SOCK_STREAM);
	plugin.waits = true;
	pthread_create(&thread, NULL, connect_in_thread, f);
	hold();
	while (!plugin.is_waiting)
		pthread_cond_wait(&plugin.changed, &plugin.lock);
	let_go();
	assert_int_equal(
		call(f, __NR_connect, 0, 0, &nobody, sizeof(nobody), &out), 0);
	hold();
	plugin.waits = false;
	let_go();
	pthread_join(thread, &aborted);
	assert_non_null(aborted);
	assert_int_equal(connect_app(f), 0);
	say(f, "hello", 0);
	assert_reads(f->app, "hello");
}

static void *fail_soon_in_thread(void *arg)
{
	fail_soon(arg);
	return NULL;
}

static void waits_for_a_failure(void **state)
{
	struct fixture *f = *state;
	pthread_t thread;

	open_socket(f, SOCK_STREAM);
	hold();
	plugin.is_connected = false;
	plugin.connect_error = EINPROGRESS;
	let_go();
	pthread_create(&thread, NULL, fail_soon_in_thread, f);
	assert_int_equal(connect_app(f), -ECONNREFUSED);
	pthread_join(thread, NULL);
	assert_int_equal(so_error(f), 0);
	hold();
	plugin.connect_error = 0; /* it may try again */
	plugin.aborts_once = true;
	let_go();
	assert_int_equal(connect_app(f), 0);
	assert_true(is_writable(f->app));
}

static void waits_as_long_as_it_may(void **state)
{
	struct fixture *f = *state;
	struct timeval tv = { .tv_usec = 1000 };

	open_socket(f, SOCK_STREAM);
	setsockopt(f->app, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	hold();
	plugin.is_connected = false;
	plugin.connect_error = EINPROGRESS;
	let_go();
	assert_int_equal(connect_app(f), -EINPROGRESS);
}

static void refuses_at_once(void **state)
{
	struct fixture *f = *state;

	open_socket(f, SOCK_STREAM | SOCK_NONBLOCK);
	hold();
	plugin.connect_error = ENETUNREACH;
	let_go();
	assert_int_equal(connect_app(f), -ENETUNREACH);
	assert_int_equal(so_error(f), 0);
	hold();
	plugin.connect_error = 0;
	let_go();
	assert_int_equal(connect_app(f), 0);
}

/* ---- accept ------------------------------------------------------------------- */

static int accept_app(struct fixture *f)
{
	static struct control_message out;

	return call(f, __NR_accept4, 0, 0, NULL, 0, &out);
}

static void accepts(void **state)
{
	static struct control_message out;
	struct fixture *f = *state;
	int fd;

	open_socket(f, SOCK_STREAM);
	assert_int_equal(accept_app(f), -EINVAL);
	assert_int_equal(call(f, __NR_listen, 5, 0, NULL, 0, &out), 0);
	assert_int_equal(accept_app(f), -EAGAIN);
	hold();
	plugin.accepts = eventfd(0, EFD_CLOEXEC);
	let_go();
	speak(f);
	assert_polls(f->app, POLLIN);
	fd = accept_app(f);
	assert_true(fd >= 0);
	assert_int_equal(accept_app(f), -EAGAIN);
	assert_int_equal(write(fd, "hello", 5), 5);
	wait_for(has_taken);
	close(fd);
	wait_for(was_closed);
}

static void ends_listening_when_shut_down(void **state)
{
	static struct control_message out;
	struct fixture *f = *state;

	open_socket(f, SOCK_STREAM);
	assert_int_equal(call(f, __NR_listen, 5, 0, NULL, 0, &out), 0);
	hold();
	plugin.accepts = eventfd(0, EFD_CLOEXEC);
	let_go();
	speak(f);
	assert_polls(f->app, POLLIN);
	assert_int_equal(shutdown(f->app, SHUT_RDWR), 0);
	wait_for(was_shut);
	wait_for(was_closed); /* who waited */
	assert_true(closes_with_reset());
	assert_int_equal(accept_app(f), -EINVAL);
	assert_int_equal(seen()->closes, 1);
}

static void accepts_nothing_that_it_has(void **state)
{
	static struct control_message out;
	struct fixture *f = *state;

	open_socket(f, SOCK_STREAM);
	assert_int_equal(call(f, __NR_listen, 5, 0, NULL, 0, &out), 0);
	hold();
	plugin.accepts = f->fd;
	let_go();
	speak(f);
	/* in the same loop, so what it had to do before is done */
	assert_int_equal(so_error(f), 0);
	assert_int_equal(accept_app(f), -EAGAIN);
	assert_int_equal(seen()->closes, 0);
}

/* ---- datagrams ---------------------------------------------------------------- */

static void datagrams_have_addresses(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = 53 };
	struct iovec iov = { "query", 5 };
	struct msghdr msg = { &addr, sizeof(addr), &iov, 1, NULL, 0, 0 };
	char buf[100];
	int marker = eventfd(0, EFD_CLOEXEC);

	open_socket(f, SOCK_DGRAM);
	assert_int_equal(bridge_app_sendmsg(f->app, marker, &msg, 65536, 0), 5);
	close(marker);
	wait_for(has_taken);
	assert_int_equal(seen()->to.sin_port, 53);

	plugin.from =
		(struct sockaddr_in){ .sin_family = AF_INET, .sin_port = 99 };
	say(f, "reply", 0);
	assert_polls(f->app, POLLIN);
	iov = (struct iovec){ buf, sizeof(buf) };
	assert_int_equal(bridge_app_recvmsg(f->app, &msg, 0), 5);
	assert_int_equal(addr.sin_port, 99);
}

/* The control data that come with the next datagram of the guest's. */
static size_t received_control(struct fixture *f, void *control, size_t size)
{
	char buf[100];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = size };

	assert_polls(f->app, POLLIN);
	assert_int_equal(bridge_app_recvmsg(f->app, &msg, 0), 1);
	return msg.msg_controllen;
}

static void datagrams_have_control_data(void **state)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
			      .cmsg_level = IPPROTO_IP,
			      .cmsg_type = IP_TTL } };
	struct fixture *f = *state;
	char got[200];

	open_socket(f, SOCK_DGRAM);
	say(f, "1", 0); /* it leaves msg_controllen as it was */
	assert_int_equal(received_control(f, got, sizeof(got)), 0);
	hold();
	plugin.touches_control = true;
	memcpy(plugin.control, &control, sizeof(control));
	plugin.control_size = sizeof(control);
	let_go();
	say(f, "2", 0);
	assert_int_equal(
		received_control(f, got, sizeof(got)), CMSG_LEN(sizeof(int)));
	assert_memory_equal(got, &control, CMSG_LEN(sizeof(int)));
	control.header.cmsg_len = 4000; /* more than there is */
	hold();
	memcpy(plugin.control, &control, sizeof(control));
	let_go();
	say(f, "3", 0);
	assert_int_equal(received_control(f, got, sizeof(got)), 0);
}

static void datagrams_survive_errors(void **state)
{
	struct fixture *f = *state;
	int i;

	open_socket(f, SOCK_DGRAM);
	say(f, "", ECONNREFUSED);
	for (i = 0; i < LIMIT_MS && so_error(f) != ECONNREFUSED; i++)
		poll(NULL, 0, 1);
	assert_true(i < LIMIT_MS);
	say(f, "and on", 0);
	assert_reads(f->app, "and on");
}

/* ---- options ------------------------------------------------------------------ */

static void options_that_are_not_there(void **state)
{
	static struct control_message out;
	struct fixture *f = *state;
	int one = 1;

	open_socket(f, SOCK_STREAM);
	assert_int_equal(call(f, __NR_setsockopt, SOL_SOCKET, SO_REUSEADDR,
				 &one, sizeof(one), &out),
		-ENOPROTOOPT);
	assert_int_equal(
		call(f, __NR_getsockopt, IPPROTO_TCP, 1, NULL, 0, &out),
		-ENOPROTOOPT);
	assert_int_equal(
		call(f, __NR_bind, 0, 0, &one, sizeof(one), &out), -EOPNOTSUPP);
}

static void options_that_it_knows(void **state)
{
	static struct control_message out;
	static const int wanted[][2] = { { SO_TYPE, SOCK_STREAM },
		{ SO_DOMAIN, AF_INET }, { SO_PROTOCOL, IPPROTO_TCP },
		{ SO_ACCEPTCONN, 0 } };
	struct timeval tv = { 3, 0 };
	struct fixture *f = *state;
	int value;

	open_socket(f, SOCK_STREAM);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		assert_int_equal(call(f, __NR_getsockopt, SOL_SOCKET,
					 wanted[i][0], NULL, 0, &out),
			0);
		memcpy(&value, out.data, sizeof(value));
		assert_int_equal(value, wanted[i][1]);
	}
	assert_int_equal(call(f, __NR_setsockopt, SOL_SOCKET, SO_RCVTIMEO, &tv,
				 sizeof(tv), &out),
		0);
	tv.tv_sec = 0;
	getsockopt(f->app, SOL_SOCKET, SO_RCVTIMEO, &tv,
		&(socklen_t){ sizeof(tv) });
	assert_int_equal(tv.tv_sec, 3);
}

static void knows_only_its_own(void **state)
{
	static struct control_message in = { .arg = { __NR_getsockname } }, out;
	struct fixture *f = *state;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	open_socket(f, SOCK_STREAM);
	assert_int_equal(pump_call(f->pump, &in, fd, &out), -ENOTCONN);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pumps_what_is_no_socket_of_the_family),
		TEST(refuses_a_descriptor_it_has),
		TEST(streams_by_recvmsg),
		TEST(streams_by_recvfrom),
		TEST(streams_by_read),
		TEST(reads_the_end_after_data),
		TEST(reads_what_came_before_a_reset),
		TEST(reads_why_before_a_failed_write),
		TEST(shuts_down_behind_the_data),
		TEST(sends_before_it_closes),
		TEST(drops_what_nobody_takes),
		TEST(resets_when_data_are_unread),
		TEST(closes_after_a_reset),
		TEST(sees_a_reset_after_the_end),
		TEST(closes_without_waiting),
		TEST(sends_urgent_data),
		TEST(connects_later),
		TEST(fails_later),
		TEST(connects_again_after_failing_later),
		TEST(fails_later_and_says_so_itself),
		TEST(disconnects),
		TEST(disconnects_who_connects),
		TEST(waits_for_a_failure),
		TEST(waits_as_long_as_it_may),
		TEST(refuses_at_once),
		TEST(accepts),
		TEST(ends_listening_when_shut_down),
		TEST(accepts_nothing_that_it_has),
		TEST(datagrams_have_addresses),
		TEST(datagrams_have_control_data),
		TEST(datagrams_survive_errors),
		TEST(options_that_are_not_there),
		TEST(options_that_it_knows),
		TEST(knows_only_its_own),
	};

	use_test_plugins();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
