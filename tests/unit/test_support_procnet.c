/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of /proc/net, as Linux 6.18 has shown them. */
#include "support_netlink_test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/neighbour.h>
#include <sys/stat.h>
#include <unistd.h>

#include "procnet.h"

static char *text_of(struct fixture *fixture, const char *name)
{
	size_t size;
	char *text;

	assert_int_equal(procnet_text(fixture->server, name, &text, &size), 0);
	assert_int_equal(strlen(text), size);
	return text;
}

/* Line @i (0: the first) of file @name is @wanted. */
static void assert_line(
	struct fixture *fixture, const char *name, int i, const char *wanted)
{
	char *text = text_of(fixture, name);
	char *line = text;

	while (i-- > 0)
		line = strchr(line, '\n') + 1;
	line[strcspn(line, "\n")] = '\0';
	assert_string_equal(line, wanted);
	free(text);
}

static int setup(void **state)
{
	fixture_new(state);
	set_up(*state, 1, true);
	set_up(*state, 2, true);
	add_addr(*state, "10.1.2.3", 24);
	add_addr(*state, "fd00::1", 64);
	return 0;
}

static void dev(void **state)
{
	assert_line(*state, "dev", 1,
		" face |bytes    packets errs drop fifo frame compressed "
		"multicast|bytes    packets errs drop fifo colls carrier "
		"compressed");
	assert_line(*state, "dev", 3,
		"    v0:       0       0    0    0    0     0          0"
		"         0        0       0    0    0    0     0       0"
		"          0");
}

static void route(void **state)
{
	assert_line(*state, "route", 0,
		"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\t"
		"Mask\t\tMTU\tWindow\tIRTT                             "
		"                          ");
	assert_line(*state, "route", 1,
		"v0\t0002010A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0  "
		"                                                       "
		"                        ");
}

static void ipv6(void **state)
{
	assert_line(*state, "if_inet6", 0,
		"00000000000000000000000000000001 01 80 10 80       lo");
	assert_line(*state, "if_inet6", 1,
		"fd000000000000000000000000000001 02 40 00 80       v0");
	assert_line(*state, "ipv6_route", 0,
		"fd000000000000000000000000000000 40 "
		"00000000000000000000000000000000 00 "
		"00000000000000000000000000000000 00000100 00000001 "
		"00000000 00000001       v0");
	assert_line(*state, "ipv6_route", 1,
		"00000000000000000000000000000001 80 "
		"00000000000000000000000000000000 00 "
		"00000000000000000000000000000000 00000000 00000001 "
		"00000000 80200001       lo");
}

static void arp(void **state)
{
	struct fixture *fixture = *state;
	const struct netlink_neigh neigh = { .family = AF_INET,
		.index = 2,
		.state = NUD_REACHABLE,
		.dst.bytes = { 10, 1, 2, 9 },
		.hwaddr_size = 6,
		.hwaddr = { 2, 0, 0, 0, 0, 9 } };

	netlink_tables_neigh_add(fixture->tables, &neigh, NLM_F_CREATE);
	assert_line(fixture, "arp", 1,
		"10.1.2.9         0x1         0x2         "
		"02:00:00:00:00:09     *        v0");
}

static void sockets(void **state)
{
	assert_line(*state, "tcp", 1,
		"   0: 00000000:0050 00000000:0000 0A 00000000:00000000 "
		"00:00000000 00000000  1000        0 77 1 0000000000000000 "
		"100 0 0 10 0                        ");
	assert_line(*state, "udp6", 1,
		"    0: 00000000000000000000000001000000:0035 "
		"00000000000000000000000000000000:0000 07 "
		"00000000:00000000 00:00000000 00000000     0        0 0 2 "
		"0000000000000000 0");
	assert_line(*state, "sockstat", 1,
		"TCP: inuse 2 orphan 0 tw 0 alloc 2 mem 0");
}

static void snmp(void **state)
{
	assert_line(*state, "snmp", 1,
		"Ip: 2 64 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0");
	assert_line(*state, "snmp", 5,
		"Tcp: 1 200 120000 -1 0 0 0 0 1 0 0 0 0 0 0");
}

static int full(void *ctx, const char *text, size_t size)
{
	(void)text;
	(void)size;
	++*(int *)ctx;
	return -ENOSPC;
}

static void errors(void **state)
{
	struct fixture *fixture = *state;

	for (unsigned i = 0; procnet_name(i); i++) {
		int calls = 0;

		assert_int_equal(procnet_write(fixture->server, procnet_name(i),
					 full, &calls),
			-ENOSPC);
		assert_int_equal(calls, 1);
	}
	assert_int_equal(
		procnet_write(fixture->server, "nope", full, NULL), -ENOENT);
}

static int open_file(void **state, const char *path, int flags)
{
	struct fixture *fixture = *state;

	return procnet_open(fixture->server, path, flags);
}

/* What is read is what procnet_text() tells, and cannot be changed. */
static void opened(void **state)
{
	int fd = open_file(state, "net/dev", O_RDONLY | O_CLOEXEC);
	char *text = text_of(*state, "dev"), buf[4096] = "";
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(read(fd, buf, sizeof(buf)), strlen(text));
	assert_string_equal(buf, text);
	assert_int_equal(write(fd, "x", 1), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0444);
	assert_int_equal(fcntl(fd, F_GET_SEALS) & F_SEAL_WRITE, F_SEAL_WRITE);
	close(fd);
	free(text);
}

static void opened_wrongly(void **state)
{
	static const struct {
		const char *path;
		int flags, error;
	} cases[] = {
		{ "net", O_RDONLY | O_DIRECTORY, EISDIR },
		{ "sys/net", O_RDONLY, EISDIR },
		{ "net/nope", O_RDONLY, ENOENT },
		{ "net/dev/x", O_RDONLY, ENOENT },
		{ "sys/net/ipv4/ip_forward", O_RDONLY, ENOENT },
		{ "sys/net/dev", O_RDONLY, ENOENT },
		{ "net/dev", O_WRONLY, EACCES },
		{ "net/dev", O_RDWR, EACCES },
		{ "net/dev", O_RDONLY | O_DIRECTORY, ENOTDIR },
		{ "net/dev", O_RDONLY | O_CREAT | O_EXCL, EEXIST },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(
			open_file(state, cases[i].path, cases[i].flags),
			-cases[i].error);
}

static void opened_to_look(void **state)
{
	int fd = open_file(state, "net/tcp", O_PATH);
	struct stat st;
	char byte;

	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0444);
	assert_int_equal(read(fd, &byte, 1), -1);
	assert_int_equal(errno, EBADF);
	close(fd);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, fixture_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dev),
		TEST(route),
		TEST(ipv6),
		TEST(arp),
		TEST(sockets),
		TEST(snmp),
		TEST(errors),
		TEST(opened),
		TEST(opened_wrongly),
		TEST(opened_to_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
