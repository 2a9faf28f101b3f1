/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * support_bridge.h - a bridge, its app end, and a stack that notes what happens
 *
 * The loop is stepped by the test (run), so nothing depends on timing.
 */
#ifndef TEST_SUPPORT_BRIDGE_H
#define TEST_SUPPORT_BRIDGE_H

#include "bridge.h"
#include "bridge_app.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ALL (POLLIN | POLLOUT | POLLPRI | POLLRDHUP)

struct fixture {
	struct loop *loop;
	struct bridge *bridge;
	int app;
	bool reads; /* on_data takes all */
	char got[4096];
	size_t got_size;
	size_t got_total;
	unsigned datas, spaces, shutdowns, urgents, closes;
	unsigned char urgent;
	enum bridge_close how;
	struct bridge_meta meta;
	bool free_in_data;
};

static inline void take_all(struct fixture *f, struct bridge *bridge)
{
	char buf[65536];
	struct iovec iov = { buf, sizeof(buf) };
	ssize_t n;

	while ((n = bridge_read(bridge, &iov, 1)) > 0) {
		size_t room = sizeof(f->got) - f->got_size;
		size_t len = (size_t)n < room ? (size_t)n : room;

		memcpy(f->got + f->got_size, buf, len);
		f->got_size += len;
		f->got_total += (size_t)n;
	}
	assert_true(n == 0 || n == -EAGAIN);
}

static inline void on_data(struct bridge *bridge, void *owner)
{
	struct fixture *f = owner;

	f->datas++;
	if (f->free_in_data) {
		bridge_free(bridge);
		f->bridge = NULL;
	} else if (f->reads) {
		take_all(f, bridge);
	}
}

static inline void on_space(struct bridge *bridge, void *owner)
{
	(void)bridge;
	((struct fixture *)owner)->spaces++;
}

static inline void on_shutdown(struct bridge *bridge, void *owner)
{
	(void)bridge;
	((struct fixture *)owner)->shutdowns++;
}

static inline void on_urgent(
	struct bridge *bridge, unsigned char byte, void *owner)
{
	struct fixture *f = owner;

	(void)bridge;
	f->urgents++;
	f->urgent = byte;
}

static inline void on_close(
	struct bridge *bridge, enum bridge_close how, void *owner)
{
	struct fixture *f = owner;

	assert_int_equal(bridge_state(bridge), BRIDGE_GONE);
	f->closes++;
	f->how = how;
}

static const struct bridge_ops note_ops = { on_data, on_space, on_shutdown,
	on_urgent, on_close };

static inline void run(struct fixture *f)
{
	while (loop_poll(f->loop))
		;
}

static inline void open_bridge(struct fixture *f, enum bridge_kind kind,
	enum bridge_state state, int flags)
{
	struct bridge_config config = { kind, state, flags, &note_ops, f };

	memset(f, 0, sizeof(*f));
	f->reads = kind == BRIDGE_STREAM;
	assert_int_equal(loop_new(&f->loop, NULL), 0);
	assert_int_equal(bridge_open(&f->bridge, &f->app, f->loop, &config), 0);
	assert_int_equal(bridge_start(f->bridge), 0);
	run(f);
}

static inline void close_bridge(struct fixture *f)
{
	if (f->bridge)
		bridge_free(f->bridge);
	if (f->app >= 0)
		close(f->app);
	loop_free(f->loop);
}

static inline int poll_events(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = ALL };

	assert_true(poll(&pfd, 1, 0) >= 0);
	return pfd.revents;
}

static inline void deliver(struct fixture *f, const char *text)
{
	struct iovec iov = { (char *)text, strlen(text) };

	assert_int_equal(bridge_deliver(f->bridge, &iov, 1), (int)strlen(text));
}

#define assert_fails(call, err)                                                \
	do {                                                                   \
		errno = 0;                                                     \
		assert_int_equal((call), -1);                                  \
		assert_int_equal(errno, (err));                                \
	} while (0)

static inline void assert_reads(int fd, const char *text)
{
	char buf[256];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

	assert_int_equal(n, (int)strlen(text));
	assert_memory_equal(buf, text, strlen(text));
}

static inline void assert_got(struct fixture *f, const char *text)
{
	assert_int_equal(f->got_size, strlen(text));
	assert_memory_equal(f->got, text, strlen(text));
	f->got_size = 0;
}

static inline void send_text(int fd, const char *text)
{
	assert_int_equal(
		send(fd, text, strlen(text), MSG_NOSIGNAL), (int)strlen(text));
}

#endif
