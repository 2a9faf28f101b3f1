/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support_bridge.h"
#include "bridge_trailer.h"

#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static void open_dgram(struct fixture *f)
{
	open_bridge(f, BRIDGE_DGRAM, BRIDGE_OPEN, SOCK_NONBLOCK);
}

static char receive_buf[BRIDGE_RECEIVE_SIZE];

static ssize_t receive(struct fixture *f)
{
	return bridge_receive(
		f->bridge, receive_buf, sizeof(receive_buf), &f->meta);
}

static struct sockaddr_in inet(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int deliver_from(struct fixture *f, const char *text, uint16_t port)
{
	struct iovec iov = { (char *)text, strlen(text) };
	struct sockaddr_in addr = inet(port);
	struct bridge_meta meta = { .addrlen = sizeof(addr) };

	memcpy(&meta.addr, &addr, sizeof(addr));
	return bridge_deliver_from(f->bridge, &iov, 1, port ? &meta : NULL);
}

static ssize_t app_recvfrom(
	int fd, char *buf, size_t size, struct sockaddr_in *from, int flags)
{
	struct iovec iov = { buf, size };
	struct msghdr msg = { .msg_name = from,
		.msg_namelen = sizeof(*from),
		.msg_iov = &iov,
		.msg_iovlen = 1 };
	ssize_t n = bridge_app_recvmsg(fd, &msg, flags);

	if (n >= 0 && msg.msg_namelen == 0)
		from->sin_port = 0;
	return n;
}

static ssize_t app_sendto(int fd, const char *text, uint16_t port)
{
	struct iovec iov = { (char *)text, strlen(text) };
	struct sockaddr_in addr = inet(port);
	struct msghdr msg = { .msg_name = &addr,
		.msg_namelen = sizeof(addr),
		.msg_iov = &iov,
		.msg_iovlen = 1 };
	int marker = eventfd(0, EFD_CLOEXEC);
	ssize_t n = bridge_app_sendmsg(fd, marker, &msg, 65507, 0);

	close(marker);
	return n;
}

static unsigned count_fds(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void each_datagram_has_its_source(void **state)
{
	struct sockaddr_in from;
	struct fixture f;
	unsigned fds;
	char buf[16];

	(void)state;
	open_dgram(&f);
	for (uint16_t i = 1; i <= 100; i++)
		assert_int_equal(deliver_from(&f, "hello", i), 0);
	fds = count_fds();
	for (uint16_t i = 1; i <= 100; i++) {
		assert_int_equal(app_recvfrom(f.app, buf, 16, &from, 0), 5);
		assert_int_equal(from.sin_family, AF_INET);
		assert_int_equal(ntohs(from.sin_port), i);
	}
	assert_int_equal(count_fds(), fds);
	assert_int_equal(app_recvfrom(f.app, buf, 16, &from, 0), -EAGAIN);
	close_bridge(&f);
}

static void plain_read_gets_the_payload_only(void **state)
{
	struct fixture f;
	unsigned fds;

	(void)state;
	open_dgram(&f);
	deliver_from(&f, "one", 1);
	deliver_from(&f, "two", 2);
	deliver_from(&f, "three", 0);
	fds = count_fds();
	assert_reads(f.app, "one");
	assert_reads(f.app, "two");
	assert_reads(f.app, "three");
	assert_int_equal(count_fds(), fds);
	close_bridge(&f);
}

static void connected_datagrams_have_no_source(void **state)
{
	struct sockaddr_in from;
	struct fixture f;
	char buf[16];

	(void)state;
	open_dgram(&f);
	deliver_from(&f, "hello", 0);
	assert_int_equal(app_recvfrom(f.app, buf, 16, &from, 0), 5);
	assert_int_equal(from.sin_port, 0);
	close_bridge(&f);
}

static void peek_and_trunc_work(void **state)
{
	struct sockaddr_in from;
	struct fixture f;
	unsigned fds;
	char buf[2];

	(void)state;
	open_dgram(&f);
	deliver_from(&f, "hello", 7);
	fds = count_fds();
	assert_int_equal(
		app_recvfrom(f.app, buf, 0, &from, MSG_PEEK | MSG_TRUNC), 5);
	assert_int_equal(ntohs(from.sin_port), 7);
	assert_int_equal(app_recvfrom(f.app, buf, 2, &from, MSG_PEEK), 2);
	assert_int_equal(app_recvfrom(f.app, buf, 2, &from, MSG_TRUNC), 5);
	assert_int_equal(ntohs(from.sin_port), 7);
	assert_memory_equal(buf, "he", 2);
	assert_int_equal(count_fds(), fds);
	close_bridge(&f);
}

static void truncation_is_flagged(void **state)
{
	struct fixture f;
	char buf[2], name[4];
	struct iovec iov = { buf, 2 };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_name = name,
		.msg_namelen = sizeof(name) };

	(void)state;
	open_dgram(&f);
	deliver_from(&f, "hello", 7);
	assert_int_equal(bridge_app_recvmsg(f.app, &msg, 0), 2);
	assert_int_equal(msg.msg_flags, MSG_TRUNC);
	assert_int_equal(msg.msg_namelen, sizeof(struct sockaddr_in));
	close_bridge(&f);
}

static void control_data_travels(void **state)
{
	int value = 64;
	struct fixture f;
	struct iovec iov = { "x", 1 };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} out = { .header = { CMSG_LEN(sizeof(int)), IPPROTO_IP, IP_TTL } }, in;
	struct bridge_meta meta = { .control = &out,
		.controllen = sizeof(out) };
	char buf[4];
	struct iovec in_iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_iov = &in_iov,
		.msg_iovlen = 1,
		.msg_control = &in,
		.msg_controllen = sizeof(in) };

	(void)state;
	memcpy(CMSG_DATA(&out.header), &value, sizeof(value));
	open_dgram(&f);
	assert_int_equal(bridge_deliver_from(f.bridge, &iov, 1, &meta), 0);
	assert_int_equal(bridge_deliver_from(f.bridge, &iov, 1, &meta), 0);
	assert_int_equal(bridge_app_recvmsg(f.app, &msg, 0), 1);
	assert_int_equal(msg.msg_controllen, sizeof(in));
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(msg.msg_flags, 0);
	msg.msg_controllen = 4;
	assert_int_equal(bridge_app_recvmsg(f.app, &msg, 0), 1);
	assert_int_equal(msg.msg_flags, MSG_CTRUNC);
	close_bridge(&f);
}

static void control_data_of_the_app(void **state)
{
	struct fixture f;
	struct iovec iov = { "abc", 3 };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} out = { .header = { CMSG_LEN(sizeof(int)), IPPROTO_IP, IP_TTL } };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &out,
		.msg_controllen = sizeof(out) };

	(void)state;
	memset(CMSG_DATA(&out.header), 5, sizeof(int));
	open_dgram(&f);
	assert_int_equal(
		bridge_app_sendmsg(f.app, STDERR_FILENO, &msg, 100, 0), 3);
	assert_int_equal(receive(&f), 3);
	assert_int_equal(f.meta.controllen, sizeof(out));
	assert_int_equal((uintptr_t)f.meta.control % sizeof(size_t), 0);
	assert_memory_equal(f.meta.control, &out, sizeof(out));
	assert_int_equal(f.meta.addrlen, 0);
	close_bridge(&f);
}

static void destinations_arrive(void **state)
{
	struct sockaddr_in to;
	struct fixture f;
	unsigned fds;

	(void)state;
	open_dgram(&f);
	fds = count_fds();
	assert_int_equal(app_sendto(f.app, "hello", 53), 5);
	assert_int_equal(app_sendto(f.app, "", 54), 0);
	send_text(f.app, "plain");
	run(&f);
	assert_true(f.datas >= 1);
	assert_int_equal(receive(&f), 5);
	assert_memory_equal(receive_buf, "hello", 5);
	assert_int_equal(f.meta.addrlen, sizeof(to));
	memcpy(&to, &f.meta.addr, sizeof(to));
	assert_int_equal(ntohs(to.sin_port), 53);
	assert_int_equal(receive(&f), 0);
	memcpy(&to, &f.meta.addr, sizeof(to));
	assert_int_equal(ntohs(to.sin_port), 54);
	assert_int_equal(receive(&f), 5);
	assert_int_equal(f.meta.addrlen, 0);
	assert_int_equal(receive(&f), -EAGAIN);
	assert_int_equal(count_fds(), fds);
	close_bridge(&f);
}

static void sendmsg_checks_the_size(void **state)
{
	static char big[70000];
	struct iovec iov = { big, sizeof(big) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct fixture f;

	(void)state;
	open_dgram(&f);
	assert_int_equal(
		bridge_app_sendmsg(f.app, -1, &msg, 65507, 0), -EMSGSIZE);
	msg.msg_name = big;
	msg.msg_namelen = 200;
	iov.iov_len = 1;
	assert_int_equal(
		bridge_app_sendmsg(f.app, -1, &msg, 65507, 0), -EINVAL);
	msg.msg_namelen = 16;
	assert_int_equal(bridge_app_sendmsg(f.app, -1, &msg, 65507, 0), -EBADF);
	close_bridge(&f);
}

static void many_pieces_are_sent_as_one(void **state)
{
	struct iovec iov[100];
	struct sockaddr_in addr = inet(9);
	struct msghdr msg = { .msg_name = &addr,
		.msg_namelen = sizeof(addr),
		.msg_iov = iov,
		.msg_iovlen = 100 };
	struct fixture f;

	(void)state;
	for (int i = 0; i < 100; i++)
		iov[i] = (struct iovec){ "ab", 2 };
	open_dgram(&f);
	assert_int_equal(
		bridge_app_sendmsg(f.app, STDERR_FILENO, &msg, 1000, 0), 200);
	assert_int_equal(receive(&f), 200);
	close_bridge(&f);
}

static void oversize_is_dropped(void **state)
{
	static char big[100000];
	struct fixture f;

	(void)state;
	open_dgram(&f);
	assert_int_equal(send(f.app, big, sizeof(big), 0), sizeof(big));
	assert_int_equal(send(f.app, big, 65536, 0), 65536);
	assert_int_equal(receive(&f), -EMSGSIZE);
	assert_int_equal(receive(&f), 65536);
	close_bridge(&f);
}

/* @fds times @passed. */
static void send_forged_fd(
	int fd, const void *bytes, size_t size, int fds, int passed)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(64 * sizeof(int))];
	} control = { .header = { CMSG_LEN((size_t)fds * sizeof(int)),
			      SOL_SOCKET, SCM_RIGHTS } };
	struct iovec iov = { (void *)bytes, size };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE((size_t)fds * sizeof(int)) };

	for (int i = 0; i < fds; i++)
		memcpy(CMSG_DATA(&control.header) + i * sizeof(int), &passed,
			sizeof(int));
	assert_int_equal(sendmsg(fd, &msg, 0), (int)size);
}

static void send_forged(int fd, const void *bytes, size_t size, int fds)
{
	send_forged_fd(fd, bytes, size, fds, fd);
}

static void forged_trailers_are_refused(void **state)
{
	static const uint16_t lies[][2] = { { 1, 0 }, { 0, 1 }, { 65535, 0 },
		{ 0, 129 }, { 65535, 65535 }, { 0, 65535 } };
	struct fixture f;
	unsigned fds;

	(void)state;
	open_dgram(&f);
	fds = count_fds();
	send_forged(f.app, "abc", 3, 1);
	send_forged(f.app, "abc", 3, 64); /* more than fit */
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++)
		send_forged(f.app, lies[i], 4, 1);
	for (size_t i = 0; i < 2 + sizeof(lies) / sizeof(*lies); i++)
		assert_int_equal(receive(&f), -EBADMSG);
	assert_int_equal(receive(&f), -EAGAIN);
	assert_int_equal(count_fds(), fds);
	close_bridge(&f);
}

/* Of what comes instead of a source nothing is read or kept. */
static void forged_sources_are_refused(void **state)
{
	struct sockaddr_in from;
	struct fixture f;
	int pair[2], file = memfd_create("forged", MFD_CLOEXEC);
	char buf[8], zeros[64] = { 0 };
	unsigned fds;

	(void)state;
	open_dgram(&f);
	assert_int_equal(write(file, zeros, sizeof(zeros)), sizeof(zeros));
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	fds = count_fds();
	for (int i = 1; i <= 64; i *= 2) {
		send_forged_fd(pair[0], "abc", 3, i, i % 3 ? file : pair[0]);
		assert_int_equal(
			app_recvfrom(pair[1], buf, sizeof(buf), &from, 0), 3);
		assert_int_equal(from.sin_port, 0);
		assert_int_equal(count_fds(), fds);
	}
	close(file);
	close(pair[0]);
	close(pair[1]);
	close_bridge(&f);
}

static void empty_datagrams_are_not_the_end(void **state)
{
	struct fixture f;

	(void)state;
	open_dgram(&f);
	send(f.app, "", 0, 0);
	send(f.app, "", 0, 0);
	close(f.app);
	f.app = -1;
	run(&f);
	assert_int_equal(f.closes, 0);
	assert_int_equal(receive(&f), 0);
	assert_int_equal(receive(&f), 0);
	assert_int_equal(receive(&f), -ESHUTDOWN);
	run(&f);
	assert_int_equal(f.closes, 1);
	assert_int_equal(f.how, BRIDGE_CLOSE_CLEAN);
	close_bridge(&f);
}

static void empty_datagrams_are_delivered(void **state)
{
	struct sockaddr_in from;
	struct fixture f;
	char buf[4];

	(void)state;
	open_dgram(&f);
	assert_int_equal(deliver_from(&f, "", 5), 0);
	assert_int_equal(poll_events(f.app), POLLIN | POLLOUT);
	assert_int_equal(app_recvfrom(f.app, buf, 4, &from, 0), 0);
	assert_int_equal(ntohs(from.sin_port), 5);
	assert_int_equal(app_recvfrom(f.app, buf, 4, &from, 0), -EAGAIN);
	close_bridge(&f);
}

static void an_error_wakes_and_is_told_once(void **state)
{
	struct sockaddr_in from = { .sin_port = 0 };
	struct fixture f;
	char buf[4];

	(void)state;
	open_dgram(&f);
	assert_int_equal(bridge_deliver_error(f.bridge, ECONNREFUSED), 0);
	assert_int_equal(poll_events(f.app) & POLLIN, POLLIN);
	assert_int_equal(app_recvfrom(f.app, buf, 4, &from, 0), -ECONNREFUSED);
	assert_int_equal(app_recvfrom(f.app, buf, 4, &from, 0), -EAGAIN);
	assert_int_equal(bridge_deliver_error(f.bridge, EACCES), 0);
	assert_int_equal(app_recvfrom(f.app, buf, 4, &from, MSG_PEEK), -EACCES);
	assert_int_equal(app_recvfrom(f.app, buf, 4, &from, 0), -EAGAIN);
	close_bridge(&f);
}

static void an_error_can_be_asked_for(void **state)
{
	struct fixture f;

	(void)state;
	open_dgram(&f);
	assert_int_equal(bridge_app_take_error(f.app), 0);
	assert_int_equal(bridge_deliver_error(f.bridge, ECONNREFUSED), 0);
	assert_int_equal(bridge_app_take_error(f.app), ECONNREFUSED);
	assert_int_equal(bridge_app_take_error(f.app), 0);
	assert_int_equal(poll_events(f.app) & POLLIN, 0);
	assert_int_equal(deliver_from(&f, "data", 7), 0);
	assert_int_equal(bridge_app_take_error(f.app), 0);
	assert_reads(f.app, "data");
	close_bridge(&f);
}

static void an_error_overtakes_nothing(void **state)
{
	struct fixture f;

	(void)state;
	open_dgram(&f);
	assert_int_equal(deliver_from(&f, "", 0), 0);
	assert_int_equal(bridge_deliver_error(f.bridge, ECONNREFUSED), -EAGAIN);
	assert_reads(f.app, "");
	assert_int_equal(bridge_deliver_error(f.bridge, ECONNREFUSED), 0);
	assert_reads(f.app, ""); /* a plain read: it wakes, and that is all */
	close_bridge(&f);
}

static void close_is_told_without_reading(void **state)
{
	struct fixture f;

	(void)state;
	open_dgram(&f);
	close(f.app);
	f.app = -1;
	run(&f);
	assert_int_equal(f.closes, 1);
	close_bridge(&f);
}

/* As with UDP: what was sent is sent, whatever was not read. */
static void close_with_unread_loses_nothing_sent(void **state)
{
	struct fixture f;

	(void)state;
	open_dgram(&f);
	deliver_from(&f, "unread", 1);
	send_text(f.app, "sent");
	close(f.app);
	f.app = -1;
	run(&f);
	assert_int_equal(f.closes, 0);
	assert_int_equal(receive(&f), 4);
	run(&f);
	assert_int_equal(f.closes, 1);
	assert_int_equal(f.how, BRIDGE_CLOSE_CLEAN);
	close_bridge(&f);
}

static void full_pair_refuses_and_tells_space(void **state)
{
	struct fixture f;
	unsigned sent = 0;
	int err;
	char buf[8];

	(void)state;
	open_dgram(&f);
	while ((err = deliver_from(&f, "hello", 0)) == 0)
		sent++;
	assert_int_equal(err, -EAGAIN);
	assert_true(sent > 100);
	run(&f);
	assert_int_equal(f.spaces, 0);
	while (read(f.app, buf, sizeof(buf)) == 5)
		sent--;
	assert_int_equal(sent, 0);
	run(&f);
	assert_int_equal(f.spaces, 1);
	close_bridge(&f);
}

static void receive_size_bounds_the_queue(void **state)
{
	struct fixture f;
	unsigned sent = 0;

	(void)state;
	open_dgram(&f);
	assert_int_equal(bridge_set_receive_size(f.bridge, 4096), 0);
	while (deliver_from(&f, "hello", 1) == 0)
		sent++;
	assert_true(sent >= 1 && sent < 20);
	close_bridge(&f);
}

static void full_pair_holds_the_app_back(void **state)
{
	struct fixture f;
	unsigned sent = 0;

	(void)state;
	open_dgram(&f);
	while (send(f.app, "hello", 5, MSG_NOSIGNAL) == 5)
		sent++;
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(poll_events(f.app), 0);
	run(&f);
	while (receive(&f) == 5)
		sent--;
	assert_int_equal(sent, 0);
	assert_int_equal(poll_events(f.app), POLLOUT);
	close_bridge(&f);
}

/* The kernel's bound on descriptors in flight loses datagrams, nothing else. */
static void many_sources_are_bounded(void **state)
{
	struct fixture f[8];
	struct sockaddr_in from;
	unsigned sent = 0, got = 0;
	int err = 0;
	char buf[8];

	(void)state;
	for (int i = 0; i < 8; i++) {
		open_dgram(&f[i]);
		for (uint16_t port = 1; port < 1000; port++) {
			err = deliver_from(&f[i], "hello", port);
			if (err)
				break;
			sent++;
		}
		assert_true(err == -EAGAIN || err == -ENOMEM);
	}
	for (int i = 0; i < 8; i++) {
		while (app_recvfrom(f[i].app, buf, 8, &from, 0) == 5)
			assert_true(from.sin_port != 0 && ++got);
		close_bridge(&f[i]);
	}
	assert_int_equal(sent, got);
}

static void *receive_hello(void *arg)
{
	struct sockaddr_in from;
	char buf[8];

	return app_recvfrom(*(int *)arg, buf, 8, &from, 0) == 5 ? arg : NULL;
}

static void blocked_receiver_wakes(void **state)
{
	struct fixture f;
	pthread_t thread;
	void *result;

	(void)state;
	open_bridge(&f, BRIDGE_DGRAM, BRIDGE_OPEN, 0);
	pthread_create(&thread, NULL, receive_hello, &f.app);
	deliver_from(&f, "hello", 1);
	pthread_join(thread, &result);
	assert_ptr_equal(result, &f.app);
	close_bridge(&f);
}

static void freed_bridge_ends(void **state)
{
	struct fixture f;

	(void)state;
	open_dgram(&f);
	bridge_free(f.bridge);
	f.bridge = NULL;
	assert_true(poll_events(f.app) & POLLHUP);
	assert_reads(f.app, "");
	assert_fails(send(f.app, "x", 1, MSG_NOSIGNAL), EPIPE);
	close_bridge(&f);
}

static void long_meta_is_refused(void **state)
{
	static char control[BRIDGE_CONTROL_MAX + 1];
	struct bridge_meta meta = { .control = control,
		.controllen = sizeof(control) };
	struct iovec iov = { "x", 1 };
	struct fixture f;

	(void)state;
	open_dgram(&f);
	assert_int_equal(
		bridge_deliver_from(f.bridge, &iov, 1, &meta), -EINVAL);
	meta.controllen--;
	assert_int_equal(bridge_deliver_from(f.bridge, &iov, 1, &meta), 0);
	close_bridge(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_datagram_has_its_source),
		cmocka_unit_test(plain_read_gets_the_payload_only),
		cmocka_unit_test(connected_datagrams_have_no_source),
		cmocka_unit_test(peek_and_trunc_work),
		cmocka_unit_test(truncation_is_flagged),
		cmocka_unit_test(control_data_travels),
		cmocka_unit_test(control_data_of_the_app),
		cmocka_unit_test(destinations_arrive),
		cmocka_unit_test(sendmsg_checks_the_size),
		cmocka_unit_test(many_pieces_are_sent_as_one),
		cmocka_unit_test(oversize_is_dropped),
		cmocka_unit_test(forged_trailers_are_refused),
		cmocka_unit_test(forged_sources_are_refused),
		cmocka_unit_test(empty_datagrams_are_not_the_end),
		cmocka_unit_test(empty_datagrams_are_delivered),
		cmocka_unit_test(an_error_wakes_and_is_told_once),
		cmocka_unit_test(an_error_can_be_asked_for),
		cmocka_unit_test(an_error_overtakes_nothing),
		cmocka_unit_test(close_is_told_without_reading),
		cmocka_unit_test(close_with_unread_loses_nothing_sent),
		cmocka_unit_test(full_pair_refuses_and_tells_space),
		cmocka_unit_test(receive_size_bounds_the_queue),
		cmocka_unit_test(full_pair_holds_the_app_back),
		cmocka_unit_test(many_sources_are_bounded),
		cmocka_unit_test(blocked_receiver_wakes),
		cmocka_unit_test(freed_bridge_ends),
		cmocka_unit_test(long_meta_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
