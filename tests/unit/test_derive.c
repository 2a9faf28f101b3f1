/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that a plug-in lacks. */
#include "libioth_test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket of stack "oneline", connected to a socket of the test. */
struct pair {
	struct ioth *stack;
	int fd;
	int peer;
};

static int make_pair(void **state)
{
	static struct pair pair;
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	socklen_t addrlen = sizeof(addr);

	pair.stack = ioth_newstack("oneline", NULL);
	assert_non_null(pair.stack);
	pair.peer = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(
		bind(pair.peer, (struct sockaddr *)&addr, sizeof(sa_family_t)),
		0);
	getsockname(pair.peer, (struct sockaddr *)&addr, &addrlen);
	pair.fd = ioth_msocket(pair.stack, AF_UNIX, SOCK_DGRAM, 0);
	*state = &pair;
	return ioth_connect(pair.fd, (struct sockaddr *)&addr, addrlen);
}

static int unmake_pair(void **state)
{
	struct pair *pair = *state;

	close(pair->peer);
	return ioth_close(pair->fd) + ioth_delstack(pair->stack);
}

static void assert_arrives(const struct pair *pair, const char *text)
{
	char buf[32] = "";

	assert_int_equal(
		recv(pair->peer, buf, sizeof(buf), MSG_DONTWAIT), strlen(text));
	assert_string_equal(buf, text);
}

static void write_from_sendmsg(void **state)
{
	struct pair *pair = *state;
	struct iovec iov[] = { { "so", 2 }, { "me", 2 } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	assert_int_equal(ioth_write(pair->fd, "write", 5), 5);
	assert_arrives(pair, "write");
	assert_int_equal(ioth_send(pair->fd, "send", 4, 0), 4);
	assert_arrives(pair, "send");
	assert_int_equal(ioth_sendto(pair->fd, "sendto", 6, 0, NULL, 0), 6);
	assert_arrives(pair, "sendto");
	assert_int_equal(ioth_writev(pair->fd, iov, 2), 4);
	assert_arrives(pair, "some");
	assert_int_equal(ioth_sendmsg(pair->fd, &msg, 0), 4);
	assert_arrives(pair, "some");
}

/* Gives @pair's socket a name to send to, and sends @text. */
static void send_to(const struct pair *pair, const char *text)
{
	struct sockaddr_un addr;
	socklen_t addrlen = sizeof(addr);

	getsockname(pair->fd, (struct sockaddr *)&addr, &addrlen);
	if (addrlen == sizeof(sa_family_t)) {
		assert_int_equal(
			bind(pair->fd, (struct sockaddr *)&addr, addrlen), 0);
		addrlen = sizeof(addr);
		getsockname(pair->fd, (struct sockaddr *)&addr, &addrlen);
	}
	assert_int_equal(sendto(pair->peer, text, strlen(text), 0,
				 (struct sockaddr *)&addr, addrlen),
		strlen(text));
}

static void read_from_recvmsg(void **state)
{
	struct pair *pair = *state;
	char buf[8];
	struct iovec iov[] = { { buf, 2 }, { buf + 2, 6 } };
	struct sockaddr_un from, peer;
	socklen_t fromlen = sizeof(from), peerlen = sizeof(peer);

	send_to(pair, "one");
	assert_int_equal(ioth_read(pair->fd, buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "one", 3);
	send_to(pair, "two");
	assert_int_equal(ioth_recv(pair->fd, buf, sizeof(buf), MSG_PEEK), 3);
	assert_int_equal(ioth_readv(pair->fd, iov, 2), 3);
	assert_memory_equal(buf, "two", 3);
	send_to(pair, "three");
	assert_int_equal(ioth_recvfrom(pair->fd, buf, sizeof(buf), 0,
				 (struct sockaddr *)&from, &fromlen),
		5);
	getsockname(pair->peer, (struct sockaddr *)&peer, &peerlen);
	assert_int_equal(fromlen, peerlen);
	assert_memory_equal(&from, &peer, peerlen);
}

static void read_failing(void **state)
{
	struct pair *pair = *state;
	char buf[1];

	assert_errno(
		ioth_recv(pair->fd, buf, sizeof(buf), MSG_DONTWAIT), EAGAIN);
}

static void call_not_offered(void **state)
{
	struct pair *pair = *state;

	assert_errno(ioth_bind(pair->fd, NULL, 0), ENOSYS);
	assert_errno(ioth_accept(pair->fd, NULL, NULL), ENOSYS);
	assert_errno(ioth_fcntl(pair->fd, F_GETFL, 0), ENOSYS);
}

static void msocket_not_offered(void **state)
{
	struct ioth_functions mock = { 0 };
	struct ioth *stack = new_mock(&mock);

	(void)state;
	assert_errno(ioth_msocket(stack, AF_INET, SOCK_STREAM, 0), ENOSYS);
	assert_int_equal(ioth_supported(stack, AF_INET), 0);
	assert_int_equal(ioth_delstack(stack), 0);
}

/* --- getstackdata --------------------------------------------------------- */

static struct ioth_functions outer_mock, inner_mock;
static struct ioth *inner;
static void *(*getstackdata)(void);

static void *keep_getstackdata(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	(void)vnlv;
	(void)options;
	getstackdata = functions->getstackdata;
	return getstackdata() ? NULL : functions;
}

static int inner_socket(int domain, int type, int protocol)
{
	if (getstackdata() != &inner_mock)
		return -1;
	return socket(domain, type, protocol);
}

/* A stack that is made of another one. */
static int outer_socket(int domain, int type, int protocol)
{
	void *before = getstackdata();
	int fd = ioth_msocket(inner, domain, type, protocol);

	if (fd < 0 || ioth_close(fd) < 0 || getstackdata() != before)
		return -1;
	return before == &outer_mock ? -1 : socket(domain, type, protocol);
}

static void getstackdata_nested(void **state)
{
	struct ioth *outer;
	int fd;

	(void)state;
	outer_mock = (struct ioth_functions){ .newstack = keep_getstackdata,
		.socket = outer_socket };
	outer = new_mock(&outer_mock);
	inner_mock = (struct ioth_functions){ .socket = inner_socket };
	inner = new_mock(&inner_mock);
	assert_null(getstackdata());
	fd = ioth_msocket(outer, AF_INET, SOCK_DGRAM, 0);
	assert_true(fd >= 0);
	assert_null(getstackdata());
	assert_int_equal(ioth_delstack(inner), 0);
	assert_int_equal(ioth_close(fd), 0);
	assert_int_equal(ioth_delstack(outer), 0);
}

#define pair_test(name)                                                        \
	cmocka_unit_test_setup_teardown(name, make_pair, unmake_pair)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pair_test(write_from_sendmsg),
		pair_test(read_from_recvmsg),
		pair_test(read_failing),
		pair_test(call_not_offered),
		cmocka_unit_test(msocket_not_offered),
		cmocka_unit_test(getstackdata_nested),
	};

	use_test_plugins();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
