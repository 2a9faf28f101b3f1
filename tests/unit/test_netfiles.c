/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which paths are files that show a network, and whose; the test is the guest. */
#include "netfiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "modules.h"
#include "place.h"
#include "process.h"

#define THEIR_TGID 4711

static struct umvu session;
static struct umvu_call the_call = { .session = &session };

/* --- the rest of the hypervisor ------------------------------------------ */

static struct {
	char path[PATH_MAX];
	pid_t tid;
	int flags;
	long answer; /* of the module; 0: a file */
	bool later;  /* it calls done() */
	long value;  /* what the guest got */
	int fd;	     /* or -1 */
} told;

static long note(void *state, struct umvu_call *call,
	const struct umvu_net_file *file, umvu_net_file_done *done, void *arg)
{
	int fd;

	(void)state;
	(void)call;
	snprintf(told.path, sizeof(told.path), "%s", file->path);
	told.tid = file->tid;
	told.flags = file->flags;
	if (told.answer && !told.later)
		return told.answer;
	if (told.answer) {
		done(arg, told.answer);
		return 0;
	}
	fd = open("/proc/self/net/dev", file->flags);
	done(arg, fd < 0 ? -errno : fd);
	return 0;
}

long modules_ask(const struct modules *modules, struct umvu_call *call,
	modules_ask_fn *ask, void *arg)
{
	static const struct umvu_module with = { .version = 2,
		.net_file = note };
	/* older than this operation */
	static const struct umvu_module without = { .version = 1,
		.net_file = (void *)(uintptr_t)1 };
	long result = ask(&without, NULL, call, arg);

	(void)modules;
	return result == UMVU_CONTINUE ? ask(&with, NULL, call, arg) : result;
}

pid_t process_tgid_of(pid_t tid)
{
	return tid == gettid() ? THEIR_TGID : tid;
}

struct umvu_parked *umvu_park(
	struct umvu_call *call, void (*cancel)(void *arg), void *arg)
{
	(void)cancel;
	(void)arg;
	return (struct umvu_parked *)call;
}

bool call_is_valid(const struct umvu_call *asked)
{
	return asked == &the_call;
}

const struct umvu_call *umvu_parked_call(const struct umvu_parked *parked)
{
	return (const struct umvu_call *)parked;
}

int umvu_answer(struct umvu_parked *parked, long value)
{
	(void)parked;
	told.value = value;
	return 0;
}

void umvu_answer_fd(struct umvu_parked *parked, int fd, bool cloexec)
{
	(void)parked;
	told.value = cloexec;
	told.fd = fd;
}

int umvu_parked_write(struct umvu_parked *parked, struct guest_addr to,
	const void *buf, size_t size)
{
	(void)parked;
	memcpy((void *)(uintptr_t)to.value, buf, size);
	return 0;
}

/* --- the cheap test ------------------------------------------------------ */

static int set_up(void **state)
{
	(void)state;
	the_call.tid = gettid();
	return netfiles_init(&session);
}

static int tear_down(void **state)
{
	(void)state;
	free(session.netfiles);
	return 0;
}

static void assert_may_be(const char *dir, const char *text, bool wanted)
{
	int fd;

	assert_int_equal(chdir(dir), 0);
	if (netfiles_may_be(&the_call, AT_FDCWD, text) != wanted)
		fail_msg("%s in %s", text, dir);
	assert_int_equal(chdir("/"), 0);
	fd = open(dir, O_PATH);
	if (netfiles_may_be(&the_call, fd, text) != wanted)
		fail_msg("%s at %s", text, dir);
	close(fd);
}

static void may_be_absolute(void **state)
{
	static const char *const yes[] = { "/proc/net", "/proc/net/dev",
		"/proc/self/net/tcp", "/proc/1/task/1/net/", "/proc/sys/net",
		"/jail/proc/net/dev", "/net/proc/netx/net/x" };
	static const char *const no[] = { "/", "", "/proc", "/proc/netx",
		"/proc/self/xnet", "/dev/net/a", "/usr/include/net/if.h",
		"/procx/net/dev", "/net/proc/dev", "/xproc/net" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_may_be("/", yes[i], true);
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_may_be("/", no[i], false);
}

static void may_be_relative(void **state)
{
	(void)state;
	assert_may_be("/proc", "net/dev", true);
	assert_may_be("/proc", "net", true);
	assert_may_be("/proc/self", "net/dev", true);
	assert_may_be("/proc/self", "./../self/net/dev", true);
	assert_may_be("/proc/sys", "net/ipv4/ip_forward", true);
	assert_may_be("/", "proc/net/dev", true);
	assert_may_be("/proc/self", "dev", false);
	assert_may_be("/proc/self", "netx/dev", false);
	assert_may_be("/usr/include", "net/if.h", false);
	assert_may_be("/", "dev", false);
}

static void may_be_inside(void **state)
{
	(void)state;
	assert_may_be("/proc/self/net", "dev", false);
	netfiles_visited(&session);
	assert_may_be("/proc/self/net", "dev", true);
	assert_may_be("/proc/self/net/stat", "../tcp", true);
	assert_may_be("/proc/self/net/dev_snmp6", "lo", true);
	assert_may_be("/proc/sys/net/ipv4", "ip_forward", true);
	assert_may_be("/proc/sys/net", "../kernel/ostype", true);
	assert_may_be("/proc/sys", "kernel/ostype", false);
	assert_may_be("/usr/include", "net/if.h", false);
}

static void may_be_without_directory(void **state)
{
	(void)state;
	assert_false(netfiles_may_be(&the_call, -1, "net/dev"));
	assert_false(netfiles_may_be(&the_call, 9999, "net/dev"));
	the_call.tid = INT_MAX;
	assert_false(netfiles_may_be(&the_call, AT_FDCWD, "net/dev"));
}

/* --- whose it is --------------------------------------------------------- */

/* @path is a file of thread @tid (0: none at all) and called @wanted. */
static void assert_at(const char *path, pid_t tid, const char *wanted)
{
	struct umvu_place place;
	struct netfile file = { 0 };
	bool is;

	assert_int_equal(
		place_find(&place, the_call.tid, AT_FDCWD, path, PLACE_FOLLOW),
		0);
	is = netfile_at(&file, &the_call, &place);
	if (is != (tid != 0) || (tid && file.tid != tid) ||
		(tid && strcmp(file.path, wanted) != 0))
		fail_msg("%s: %d %d %s", path, is, file.tid,
			is ? file.path : "");
}

static void at_self(void **state)
{
	(void)state;
	assert_at("/proc/net/dev", THEIR_TGID, "net/dev");
	assert_at("/proc/self/net/tcp", THEIR_TGID, "net/tcp");
	assert_at("/proc/self/../net/./tcp", THEIR_TGID, "net/tcp");
	assert_at("/proc/net/nope/x", THEIR_TGID, "net/nope/x");
	assert_at("/proc/net", THEIR_TGID, "net");
	assert_at("/proc/thread-self/net/dev", gettid(), "net/dev");
	assert_at("/proc/sys/net/ipv4/ip_forward", gettid(),
		"sys/net/ipv4/ip_forward");
	assert_at("/proc/sys/net/ipv4/nope/x", gettid(), "sys/net/ipv4/nope/x");
}

static void at_other(void **state)
{
	char path[64];
	pid_t parent = getppid();

	(void)state;
	snprintf(path, sizeof(path), "/proc/%d/net/dev", parent);
	assert_at(path, parent, "net/dev");
	snprintf(
		path, sizeof(path), "/proc/%d/task/%d/net/dev", parent, parent);
	assert_at(path, parent, "net/dev");
	/* the number is the caller's, its directory is not in ours */
	assert_at("/proc/self/task/1/net/dev", 1, "net/dev");
}

static void at_nothing(void **state)
{
	char dir[] = "/tmp/netfiles-XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/proc/1/net/dev", dir);
	assert_at(path, 0, NULL);
	assert_at("/proc/self/status", 0, NULL);
	assert_at("/proc/nope/net/dev", 0, NULL);
	assert_at("/proc/0/net/dev", 0, NULL);
	assert_at("/proc/12x/net/dev", 0, NULL);
	assert_at("/proc/99999999999999/net/dev", 0, NULL);
	assert_at("/sys/class/net/lo/mtu", 0, NULL);
	assert_int_equal(rmdir(dir), 0);
}

/* The link itself, and a link that leads there. */
static void at_links(void **state)
{
	char dir[] = "/tmp/netfiles-XXXXXX", path[64];
	struct umvu_place place;
	struct netfile file;

	(void)state;
	assert_int_equal(
		place_find(&place, the_call.tid, AT_FDCWD, "/proc/net", 0), 0);
	assert_false(netfile_at(&file, &the_call, &place));
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/link", dir);
	assert_int_equal(symlink("/proc/net/dev", path), 0);
	assert_at(path, THEIR_TGID, "net/dev");
	unlink(path);
	rmdir(dir);
}

/* --- the call ------------------------------------------------------------ */

static void do_call(int nr, enum netfile_use use, uint64_t flags, bool as_dir)
{
	const struct netfile file = { 7, "net/dev" };

	the_call.nr = nr;
	told.fd = -1;
	told.value = 1;
	told.path[0] = '\0';
	assert_int_equal(netfile_call(&the_call, &file, use, flags, as_dir),
		UMVU_PARKED);
}

static void call_open(void **state)
{
	(void)state;
	told.answer = 0;
	do_call(__NR_open, NETFILE_OPEN, O_RDONLY | O_CLOEXEC, false);
	assert_string_equal(told.path, "net/dev");
	assert_int_equal(told.tid, 7);
	assert_int_equal(told.flags, O_RDONLY);
	assert_true(told.fd >= 0);
	assert_int_equal(told.value, 1);
	close(told.fd);
	do_call(__NR_open, NETFILE_OPEN, O_RDONLY | O_NONBLOCK, false);
	assert_int_equal(told.flags, O_RDONLY | O_NONBLOCK);
	assert_int_equal(told.value, 0);
	close(told.fd);
	/* such a descriptor cannot be handed over */
	do_call(__NR_open, NETFILE_OPEN, O_PATH, false);
	assert_int_equal(told.fd, -1);
	assert_int_equal(told.value, UMVU_CONTINUE);
	do_call(__NR_open, NETFILE_OPEN, O_RDONLY, true);
	assert_int_equal(told.flags, O_RDONLY | O_DIRECTORY);
	assert_int_equal(told.value, -ENOTDIR);
}

/* A directory that the kernel gives, from which paths may start. */
static void call_open_directory(void **state)
{
	(void)state;
	told.answer = UMVU_CONTINUE;
	do_call(__NR_open, NETFILE_OPEN, O_RDONLY, false);
	assert_may_be("/proc/self/net", "dev", false);
	told.later = true;
	do_call(__NR_stat, NETFILE_STAT, 0, false);
	assert_may_be("/proc/self/net", "dev", false);
	do_call(__NR_open, NETFILE_OPEN, O_RDONLY, false);
	assert_int_equal(told.value, UMVU_CONTINUE);
	assert_may_be("/proc/self/net", "dev", true);
	told.later = false;
}

static void call_failing(void **state)
{
	static const long answers[] = { -ENODEV, -ENOENT, UMVU_CONTINUE };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		told.answer = answers[i];
		do_call(__NR_open, NETFILE_OPEN, O_RDONLY, false);
		assert_int_equal(told.value, answers[i]);
		do_call(__NR_stat, NETFILE_STAT, 0, false);
		assert_int_equal(told.value, answers[i]);
	}
}

static void call_stat(void **state)
{
	struct stat st = { 0 };
	struct statx stx = { 0 };

	(void)state;
	told.answer = 0;
	the_call.args[1] = (uintptr_t)&st;
	do_call(__NR_stat, NETFILE_STAT, 0, false);
	assert_int_equal(told.flags, O_PATH);
	assert_int_equal(told.value, 0);
	assert_int_equal(st.st_mode, S_IFREG | 0444);
	memset(&st, 0, sizeof(st));
	the_call.args[2] = (uintptr_t)&st;
	do_call(__NR_newfstatat, NETFILE_STAT, 0, false);
	assert_int_equal(st.st_mode, S_IFREG | 0444);
	the_call.args[3] = STATX_BASIC_STATS;
	the_call.args[4] = (uintptr_t)&stx;
	do_call(__NR_statx, NETFILE_STATX, 0, false);
	assert_int_equal(told.value, 0);
	assert_int_equal(stx.stx_mode, S_IFREG | 0444);
}

static void call_access(void **state)
{
	(void)state;
	told.answer = 0;
	do_call(__NR_access, NETFILE_ACCESS, F_OK, false);
	assert_int_equal(told.flags, O_PATH);
	assert_int_equal(told.value, 0);
	do_call(__NR_access, NETFILE_ACCESS, R_OK, false);
	assert_int_equal(told.flags, O_RDONLY);
	assert_int_equal(told.value, 0);
	do_call(__NR_readlink, NETFILE_READLINK, 0, false);
	assert_int_equal(told.flags, O_PATH);
	assert_int_equal(told.value, -EINVAL);
	do_call(__NR_getxattr, NETFILE_GETXATTR, 0, false);
	assert_int_equal(told.value, -EOPNOTSUPP);
	do_call(__NR_listxattr, NETFILE_LISTXATTR, 0, false);
	assert_int_equal(told.value, 0);
	do_call(__NR_access, NETFILE_ACCESS, X_OK, false);
	assert_int_equal(told.value, -EACCES);
	told.answer = -EACCES;
	do_call(__NR_access, NETFILE_ACCESS, W_OK, false);
	assert_int_equal(told.flags, O_WRONLY);
	do_call(__NR_access, NETFILE_ACCESS, R_OK | W_OK, false);
	assert_int_equal(told.flags, O_RDWR);
	assert_int_equal(told.value, -EACCES);
}

/* What is there whatever the network, and what the kernel refuses. */
static void call_left_to_kernel(void **state)
{
	static const struct netfile net = { 7, "net" }, sys = { 7, "sys/net" },
				    dev = { 7, "net/dev" };

	(void)state;
	assert_int_equal(netfile_call(&the_call, &net, NETFILE_STAT, 0, false),
		UMVU_CONTINUE);
	assert_int_equal(netfile_call(&the_call, &sys, NETFILE_ACCESS, 0, true),
		UMVU_CONTINUE);
	assert_int_equal(
		netfile_call(&the_call, &dev, NETFILE_ACCESS, 64, false),
		UMVU_CONTINUE);
}

static void listed(void **state)
{
	struct stat st;
	int net = open("/proc/self/net", O_PATH),
	    other = open("/proc/self/fd", O_PATH);

	(void)state;
	assert_int_equal(fstat(net, &st), 0);
	assert_true(netfiles_may_list(&the_call, net, st.st_dev));
	assert_false(netfiles_may_list(&the_call, net, st.st_dev + 1));
	assert_false(netfiles_may_list(&the_call, other, st.st_dev));
	assert_false(netfiles_may_list(&the_call, -1, st.st_dev));
	close(net);
	close(other);
}

static void missing(void **state)
{
	static const struct netfile net = { 7, "net" };

	(void)state;
	told.answer = 0;
	assert_false(netfile_is_missing(&the_call, &net, "tcp"));
	assert_string_equal(told.path, "net/tcp");
	assert_int_equal(told.tid, 7);
	assert_int_equal(told.flags, O_PATH);
	told.answer = -ENOENT;
	assert_true(netfile_is_missing(&the_call, &net, "tcp"));
	told.answer = -ENODEV;
	assert_false(netfile_is_missing(&the_call, &net, "tcp"));
	told.answer = UMVU_CONTINUE;
	assert_false(netfile_is_missing(&the_call, &net, "tcp"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(may_be_absolute),
		TEST(may_be_relative),
		TEST(may_be_inside),
		TEST(may_be_without_directory),
		TEST(at_self),
		TEST(at_other),
		TEST(at_nothing),
		TEST(at_links),
		TEST(call_open),
		TEST(call_open_directory),
		TEST(call_failing),
		TEST(call_stat),
		TEST(call_access),
		TEST(call_left_to_kernel),
		TEST(listed),
		TEST(missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
